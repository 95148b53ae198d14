//! How long tokens are good for.

use std::num::NonZeroU32;

use shared::app::{Environment, EnvironmentError};

/// In seconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Lifetimes {
    /// Of an access token. It ends with its sign-in, too.
    pub access: i64,
    /// Of a refresh token.
    pub refresh: i64,
}

impl Default for Lifetimes {
    /// A quarter of an hour, and two weeks.
    fn default() -> Self {
        Self { access: 15 * 60, refresh: 14 * 24 * 60 * 60 }
    }
}

impl Lifetimes {
    /// `TOKEN_ACCESS_SECONDS` and `TOKEN_REFRESH_SECONDS`, where they are set.
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
    fn the_environment_may_say_how_long() {
        let environment = Environment::from_iter([("TOKEN_ACCESS_SECONDS", "60")]);
        let lifetimes = Lifetimes::from_environment(&environment).unwrap();
        assert_eq!(lifetimes, Lifetimes { access: 60, refresh: 1_209_600 });
    }

    #[test]
    fn a_token_that_is_good_for_no_time_is_a_mistake() {
        for bad in ["0", "-60", "15m", "4294967296"] {
            let environment = Environment::from_iter([("TOKEN_REFRESH_SECONDS", bad)]);
            assert!(Lifetimes::from_environment(&environment).is_err(), "{bad}");
        }
    }
}
