//! Lifetimes of tokens.

use std::num::NonZeroU32;

use shared::app::{Environment, EnvironmentError};

/// Lifetimes of tokens in seconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Lifetimes {
    /// Lifetime of an access token. The token also becomes invalid when its sign-in ends.
    pub access: i64,
    /// Lifetime of a refresh token.
    pub refresh: i64,
}

impl Default for Lifetimes {
    /// Access tokens are valid for 15 minutes, refresh tokens for 14 days.
    fn default() -> Self {
        Self { access: 15 * 60, refresh: 14 * 24 * 60 * 60 }
    }
}

impl Lifetimes {
    /// Reads `TOKEN_ACCESS_SECONDS` and `TOKEN_REFRESH_SECONDS`; a variable that is not set keeps its default.
    pub fn from_environment(environment: &Environment) -> Result<Self, EnvironmentError> {
        let seconds = |name| {
            let seconds = environment.parse::<NonZeroU32>(name, "a number of seconds from 1")?;
            Ok(seconds.map(|seconds| i64::from(seconds.get())))
        };
        let default = Self::default();
        Ok(Self {
            access: seconds("TOKEN_ACCESS_SECONDS")?.unwrap_or(default.access),
            refresh: seconds("TOKEN_REFRESH_SECONDS")?.unwrap_or(default.refresh),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_environment_sets_the_lifetimes() {
        let environment = Environment::from_iter([("TOKEN_ACCESS_SECONDS", "60")]);
        let lifetimes = Lifetimes::from_environment(&environment).unwrap();
        assert_eq!(lifetimes, Lifetimes { access: 60, refresh: 1_209_600 });
    }

    #[test]
    fn a_lifetime_that_is_not_a_positive_number_of_seconds_is_refused() {
        for bad in ["0", "-60", "15m", "4294967296"] {
            let environment = Environment::from_iter([("TOKEN_REFRESH_SECONDS", bad)]);
            assert!(Lifetimes::from_environment(&environment).is_err(), "{bad}");
        }
    }
}
