//! The two parts of a link in a mail, in the form that clients of Djoser know: `uid` names the account, `token` proves that the person reads
//! its mail.
//!
//! Django computes a token from the account and a secret. Ours is random and stored as a digest, so that a link can be revoked and the signing
//! key can change while a link is valid.

use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use ring::digest::{SHA256, digest};

use crate::ids::UserId;
use crate::time::Timestamp;

/// Seconds for which a link that activates an account is valid: three days, as in Django.
pub const ACTIVATION_SECONDS: i64 = 259_200;
/// Maximum number of seconds for which a link that changes a password or an address is valid.
pub const MAX_RESET_SECONDS: i64 = 86_400;

/// The purpose of a link.
#[derive(Clone, Copy, Debug, PartialEq, Eq, strum::IntoStaticStr)]
#[strum(serialize_all = "snake_case")]
pub enum Purpose {
    /// Activates a new account.
    #[strum(serialize = "activation")]
    ActivateUser,
    /// Changes the password.
    PasswordReset,
    /// Changes the email address.
    EmailReset,
}

impl Purpose {
    /// Returns the seconds for which a link is valid if those that change a password or an address are valid for `reset_seconds`.
    pub fn lifetime_seconds(self, reset_seconds: i64) -> i64 {
        match self {
            Self::ActivateUser => ACTIVATION_SECONDS,
            Self::PasswordReset | Self::EmailReset => reset_seconds,
        }
    }

    /// Text in `mailed_links.purpose`.
    pub fn as_str(self) -> &'static str {
        self.into()
    }
}

/// Returns the `uid` of an account: its id in decimal, in base64url without padding.
pub fn uid(user: UserId) -> String {
    BASE64_URL_SAFE_NO_PAD.encode(user.to_string())
}

/// Returns the account that a `uid` names; `None` if it is not valid.
pub fn user_of_uid(uid: &str) -> Option<UserId> {
    let decimal = String::from_utf8(BASE64_URL_SAFE_NO_PAD.decode(uid.trim_end_matches('=')).ok()?).ok()?;
    decimal.parse().ok().filter(|id: &UserId| id.0 > 0)
}

/// Returns a new token: the time in base 36, and 32 random hex digits.
pub fn token(random: [u8; 16], now: Timestamp) -> String {
    let secret = random.iter().fold(String::new(), |text, byte| text + &format!("{byte:02x}"));
    format!("{}-{secret}", base36(now.seconds().unsigned_abs()))
}

/// Returns the digest that is stored of a token.
pub fn sha256(token: &str) -> Vec<u8> {
    digest(&SHA256, token.as_bytes()).as_ref().to_vec()
}

fn base36(mut number: u64) -> String {
    let mut digits = Vec::new();
    loop {
        digits.push(char::from_digit(u32::try_from(number % 36).unwrap_or_default(), 36).unwrap_or_default());
        number /= 36;
        if number == 0 {
            return digits.into_iter().rev().collect();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_uid_is_encoded_as_in_django() {
        assert_eq!(uid(UserId(2)), "Mg");
        assert_eq!(user_of_uid("Mg"), Some(UserId(2)));
        for bad in ["", "M", "Mg!", "LTE", "MA", "eA", "////"] {
            assert_eq!(user_of_uid(bad), None, "{bad}");
        }
    }

    #[test]
    fn a_token_is_a_time_in_base_36_and_32_hex_digits() {
        assert_eq!(token([0xab; 16], Timestamp::from_seconds(36)), format!("10-{}", "ab".repeat(16)));
    }
}
