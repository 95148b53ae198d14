//! Lifetimes of tokens.

use shared::app::{Environment, EnvironmentError};
use shared::users::tokens::TokenType;

/// Lifetimes of tokens in seconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Lifetimes {
    /// Lifetime of an access token. The token also becomes invalid when its sign-in ends.
    pub access: i64,
    /// Lifetime of a refresh token.
    pub refresh: i64,
    /// Time after which a person has to log in again, however often the refresh tokens were replaced.
    pub sign_in: i64,
}

impl Default for Lifetimes {
    /// Access tokens are valid for 15 minutes, refresh tokens for 14 days, and all of a sign-in for 90 days.
    fn default() -> Self {
        Self { access: 15 * 60, refresh: 14 * 24 * 60 * 60, sign_in: 90 * 24 * 60 * 60 }
    }
}

impl Lifetimes {
    /// Reads `TOKEN_ACCESS_SECONDS`, `TOKEN_REFRESH_SECONDS` and `SIGN_IN_SECONDS`; a variable that is not set keeps its default.
    pub fn from_environment(environment: &Environment) -> Result<Self, EnvironmentError> {
        let seconds = |name, token_type: TokenType, what| {
            let seconds: Option<i64> = environment.parse(name, what)?;
            let is_allowed = seconds.is_none_or(|seconds| (1..=token_type.max_lifetime_seconds()).contains(&seconds));
            if is_allowed { Ok(seconds) } else { Err(EnvironmentError::Invalid(name, what)) }
        };
        let access = seconds("TOKEN_ACCESS_SECONDS", TokenType::Access, "a number of seconds from 1 to 86400, a day")?;
        let refresh =
            seconds("TOKEN_REFRESH_SECONDS", TokenType::Refresh, "a number of seconds from 1 to 34560000, 400 days")?;
        let sign_in =
            seconds("SIGN_IN_SECONDS", TokenType::Refresh, "a number of seconds from 1 to 34560000, 400 days")?;
        let default = Self::default();
        Ok(Self {
            access: access.unwrap_or(default.access),
            refresh: refresh.unwrap_or(default.refresh),
            sign_in: sign_in.unwrap_or(default.sign_in),
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
        assert_eq!(lifetimes, Lifetimes { access: 60, refresh: 1_209_600, sign_in: 7_776_000 });
    }

    #[test]
    fn a_lifetime_that_no_token_may_have_is_refused() {
        for (name, longest) in [
            ("TOKEN_ACCESS_SECONDS", 86_400_i64),
            ("TOKEN_REFRESH_SECONDS", 34_560_000),
            ("SIGN_IN_SECONDS", 34_560_000),
        ] {
            let lifetimes = |seconds: &str| Lifetimes::from_environment(&Environment::from_iter([(name, seconds)]));
            for bad in ["0", "-60", "15m", "4294967296", &(longest + 1).to_string()] {
                assert!(lifetimes(bad).is_err(), "{name} {bad}");
            }
            assert!(lifetimes(&longest.to_string()).is_ok(), "{name}");
        }
    }
}
