//! How often somebody may try. Counted in the database, because a sandbox has no memory; counted before the try is made, because
//! a thousand tries at once would otherwise be a thousand tries.

pub mod store;

use ring::digest::{SHA256, digest};

use crate::ids::UserId;
use crate::users::ClientInfo;

/// What is limited.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Limit {
    /// Log-ins with one address. Each failure after the fifth waits twice as long, up to a quarter of an hour: long for who
    /// guesses, and bearable for the owner whom somebody wants to lock out.
    LogInAs,
    /// Log-ins from one client address, whatever the account. Many people may sit behind one, so it is later than the other.
    LogInFrom,
    /// A password that is asked for again of who is signed in.
    PasswordCheck,
    /// Codes of one account's second factor. Counted apart: a right password is no reason to forget wrong codes.
    SecondFactor,
    /// Mails to one address.
    MailTo,
    /// Mails asked for by one client address.
    MailFrom,
    /// Exports of all that is kept of one account.
    Export,
    /// Requests for a mail to one address when something is in stock again: each becomes a mail some day, and all of them perhaps on one.
    NoticeTo,
    /// The same from one client address.
    NoticeFrom,
}

/// How a limit counts.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Rule {
    pub(crate) scope: &'static str,
    /// How many tries are free.
    pub(crate) free: i32,
    /// What is counted together; with `longest`, how long after the last try all is forgotten.
    pub(crate) window_seconds: i64,
    /// How long a try waits at most, where the wait grows.
    pub(crate) longest_seconds: Option<i64>,
}

const HOUR: i64 = 3600;

impl Limit {
    pub(crate) const fn rule(self) -> Rule {
        match self {
            Self::LogInAs => {
                Rule { scope: "log_in_as", free: 5, window_seconds: 24 * HOUR, longest_seconds: Some(900) }
            }
            Self::LogInFrom => {
                Rule { scope: "log_in_from", free: 50, window_seconds: HOUR, longest_seconds: Some(900) }
            }
            Self::PasswordCheck => {
                Rule { scope: "password_check", free: 5, window_seconds: 24 * HOUR, longest_seconds: Some(900) }
            }
            Self::SecondFactor => {
                Rule { scope: "second_factor", free: 5, window_seconds: 24 * HOUR, longest_seconds: Some(900) }
            }
            Self::MailTo => Rule { scope: "mail_to", free: 5, window_seconds: HOUR, longest_seconds: None },
            Self::MailFrom => Rule { scope: "mail_from", free: 50, window_seconds: HOUR, longest_seconds: None },
            Self::Export => Rule { scope: "export", free: 5, window_seconds: HOUR, longest_seconds: None },
            Self::NoticeTo => Rule { scope: "notice_to", free: 20, window_seconds: 24 * HOUR, longest_seconds: None },
            Self::NoticeFrom => Rule { scope: "notice_from", free: 50, window_seconds: HOUR, longest_seconds: None },
        }
    }
}

/// Who is counted: a digest, so that the table names nobody.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Subject(pub(crate) Vec<u8>);

impl Subject {
    /// An address of an account, or of none; its capitals do not matter.
    pub fn email(email: &str) -> Self {
        Self::of("email", &lowered(email))
    }

    /// The same from a place where the account was at home before: whoever guesses elsewhere does not keep its owner out there.
    pub fn email_at(email: &str, network: &str) -> Self {
        Self::of("email_at", &format!("{network} {}", lowered(email)))
    }

    /// Mails of this kind to an address: who asks for some of one kind does not use up those of another.
    pub fn mail(kind: &str, email: &str) -> Self {
        Self::of("mail", &format!("{kind} {}", lowered(email)))
    }

    /// An account.
    pub fn user(user: UserId) -> Self {
        Self::of("user", &user.to_string())
    }

    /// Where a request came from.
    pub fn client_info(client_info: &ClientInfo) -> Self {
        Self::of("origin", &client_info.counted_as())
    }

    fn of(what: &str, who: &str) -> Self {
        Self(digest(&SHA256, format!("{what}:{who}").as_bytes()).as_ref().to_vec())
    }
}

/// In small letters, letter by letter, as PostgreSQL's `lower` does it, by which accounts are found: what is one address there is one
/// here. Rust's own makes two of `İ`, and an address with it would have a count of its own.
fn lowered(email: &str) -> String {
    email.trim().chars().map(|c| c.to_lowercase().next().unwrap_or(c)).collect()
}
