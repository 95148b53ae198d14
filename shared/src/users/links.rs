//! The two halves of a link in a mail, in the shapes that Djoser's clients know: `uid` names the account, `token` proves that
//! one reads its mailbox.
//!
//! Django works a token out of the account and a secret; ours is random and kept as a digest, so a link can be called back and
//! `auth`'s key may change while one is under way.

use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use ring::digest::{SHA256, digest};

use crate::ids::UserId;
use crate::time::Timestamp;

/// How long a link is good: three days, as Django's.
pub const LIFETIME_SECONDS: i64 = 259_200;

/// What a link is good for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, strum::IntoStaticStr)]
#[strum(serialize_all = "snake_case")]
pub enum Purpose {
    /// To switch a new account on.
    #[strum(serialize = "activation")]
    ActivateUser,
    /// To choose another password.
    PasswordReset,
    /// To choose another address to log in with.
    EmailReset,
}

impl Purpose {
    /// `mailed_links.purpose`.
    pub fn as_str(self) -> &'static str {
        self.into()
    }
}

/// The `uid` of an account: its id in decimal, in base64url without padding.
pub fn uid(user: UserId) -> String {
    BASE64_URL_SAFE_NO_PAD.encode(user.to_string())
}

/// The account that a `uid` names; `None` where it is none.
pub fn user_of_uid(uid: &str) -> Option<UserId> {
    let decimal = String::from_utf8(BASE64_URL_SAFE_NO_PAD.decode(uid.trim_end_matches('=')).ok()?).ok()?;
    decimal.parse().ok().filter(|id: &UserId| id.0 > 0)
}

/// A new token: the time in base 36, and 32 hex digits that nobody can guess.
pub fn token(random: [u8; 16], now: Timestamp) -> String {
    let secret = random.iter().fold(String::new(), |text, byte| text + &format!("{byte:02x}"));
    format!("{}-{secret}", base36(now.seconds().unsigned_abs()))
}

/// What is kept of a token.
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
    fn a_uid_is_what_django_makes_of_an_id() {
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
