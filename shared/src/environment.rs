//! The configuration: environment variables, read once at start.

use std::collections::HashMap;

/// Named values. An empty value counts as not set, because SAM can only override variables that the template declares.
#[derive(Clone, Debug, Default)]
pub struct Environment(HashMap<String, String>);

/// Errors in the configuration.
#[derive(Debug, thiserror::Error)]
pub enum EnvironmentError {
    /// A required variable is not set.
    #[error("the environment variable {0} is not set")]
    Missing(&'static str),
    /// The value of a variable is not valid. It is not shown, because it may be a secret.
    #[error("the environment variable {0} does not hold {1}")]
    Invalid(&'static str, &'static str),
    /// A variable that lists options has one that does not exist, or whose number is missing or not valid.
    #[error("{0} has the option {1}, which is unknown or not written correctly; remove it or correct it")]
    UnknownOption(&'static str, String),
}

impl Environment {
    /// Reads the environment of this process.
    #[expect(clippy::disallowed_methods, reason = "every other reader of the environment uses this one")]
    pub fn of_process() -> Self {
        std::env::vars().collect()
    }

    /// Returns the value if it is set.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(|value| value.trim()).filter(|value| !value.is_empty())
    }

    /// Returns the value, or an error that names the missing variable.
    pub fn require(&self, name: &'static str) -> Result<&str, EnvironmentError> {
        self.get(name).ok_or(EnvironmentError::Missing(name))
    }

    /// Parses the value as a `T`; `what` says in an error what it should be, such as "a number of seconds".
    pub fn parse<T: std::str::FromStr>(
        &self,
        name: &'static str,
        what: &'static str,
    ) -> Result<Option<T>, EnvironmentError> {
        self.get(name).map(|value| value.parse().map_err(|_| EnvironmentError::Invalid(name, what))).transpose()
    }
}

impl<K: Into<String>, V: Into<String>> FromIterator<(K, V)> for Environment {
    fn from_iter<I: IntoIterator<Item = (K, V)>>(pairs: I) -> Self {
        Self(pairs.into_iter().map(|(name, value)| (name.into(), value.into())).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_empty_variable_counts_as_not_set() {
        let environment = Environment::from_iter([("DATABASE_URL", " "), ("DATABASE_PORT", "5432")]);
        assert_eq!(environment.get("DATABASE_URL"), None);
        assert_eq!(environment.parse("DATABASE_PORT", "a port").unwrap(), Some(5432_u16));
    }

    #[test]
    fn an_error_names_the_variable_and_not_its_value() {
        let environment = Environment::from_iter([("DATABASE_PORT", "hunter2")]);
        let error = environment.parse::<u16>("DATABASE_PORT", "a port number").unwrap_err();
        assert_eq!(error.to_string(), "the environment variable DATABASE_PORT does not hold a port number");
    }
}
