//! Limits on repeated attempts. They are counted in the database, because an execution environment has no memory of the others, and before
//! the attempt is made, because a thousand attempts at once would otherwise all pass.

pub mod store;

use data_encoding::HEXLOWER;
use ring::digest::{SHA256, digest};

use crate::app::db::Tx;
use crate::http::{ApiError, RetryAfter};
use crate::ids::{SignInId, UserId};
use crate::time::Timestamp;
use crate::users::ClientInfo;

/// The limited actions. Checkouts are counted by `place_order`, in the round trip of the checkout.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Limit {
    /// Log-ins with one email address. After the fifth failure each wait is twice as long, up to 15 minutes: long for someone who
    /// guesses, and bearable for an owner whom someone else tries to lock out.
    LogInAs,
    /// Log-ins from one client address, for any account. Many people may share an address, so this limit is higher.
    LogInFrom,
    /// Checks of the current password of a signed-in user.
    PasswordCheck,
    /// Codes of the second factor of one account. They have their own limit, so that a right password does not reset the count of wrong codes.
    SecondFactor,
    /// Requests of mails to one address.
    MailTo,
    /// Mails that are sent to one address that its account has not proven to read.
    MailToUnproven,
    /// Mails requested from one client address.
    MailFrom,
    /// Registrations from one client address that fail in a shop without activation, because their answers tell which addresses have accounts.
    FailedRegistration,
    /// Log-ins of one account with the right password. Each leaves a sign-in, a token and a line in the audit log.
    SignIn,
    /// Log-ins of one account with the right password and without the code of its second factor. Each leaves a line in the audit log. Counted
    /// apart from log-ins, so that a thief of the password does not lock the owner out.
    CodeMissing,
    /// Refreshes in one sign-in of a shop that replaces refresh tokens. Each leaves a token.
    Refresh,
    /// Changes of the username of one account. Each leaves a line in the audit log, and those that fail tell which names are taken.
    Rename,
    /// New carts of one account, or of the guests at one client address; this many an hour.
    NewCart(i32),
    /// New carts of all accounts at one client address; this many an hour.
    NewCartOfAccounts(i32),
    /// Exports of the personal data of one account.
    Export,
    /// Back-in-stock subscriptions of one account with its proven address. Each becomes a mail, and all of them may become due on the same day.
    /// Other subscriptions are not counted by address: a stranger could use up the count, and their mails have a limit themselves.
    SubscriptionOf,
    /// Back-in-stock subscriptions from one client address.
    SubscriptionFrom,
}

/// The numbers of a limit.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Rule {
    pub(crate) scope: &'static str,
    /// Number of attempts before the first wait.
    pub(crate) free: i32,
    /// Seconds in which attempts are counted together; with `longest_seconds`, seconds after the last attempt until all are forgotten.
    pub(crate) window_seconds: i64,
    /// Longest wait in seconds, if the wait grows.
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
            Self::MailToUnproven => {
                Rule { scope: "mail_to_unproven", free: 5, window_seconds: HOUR, longest_seconds: None }
            }
            Self::MailFrom => Rule { scope: "mail_from", free: 50, window_seconds: HOUR, longest_seconds: None },
            Self::FailedRegistration => {
                Rule { scope: "failed_registration", free: 10, window_seconds: HOUR, longest_seconds: None }
            }
            Self::SignIn => Rule { scope: "sign_in", free: 60, window_seconds: HOUR, longest_seconds: None },
            Self::CodeMissing => Rule { scope: "code_missing", free: 60, window_seconds: HOUR, longest_seconds: None },
            Self::Refresh => Rule { scope: "refresh", free: 120, window_seconds: HOUR, longest_seconds: None },
            Self::Rename => Rule { scope: "rename", free: 5, window_seconds: HOUR, longest_seconds: None },
            Self::NewCart(free) => Rule { scope: "new_cart", free, window_seconds: HOUR, longest_seconds: None },
            Self::NewCartOfAccounts(free) => {
                Rule { scope: "new_cart_of_accounts", free, window_seconds: HOUR, longest_seconds: None }
            }
            Self::Export => Rule { scope: "export", free: 5, window_seconds: HOUR, longest_seconds: None },
            Self::SubscriptionOf => {
                Rule { scope: "subscription_of", free: 20, window_seconds: 24 * HOUR, longest_seconds: None }
            }
            Self::SubscriptionFrom => {
                Rule { scope: "subscription_from", free: 50, window_seconds: HOUR, longest_seconds: None }
            }
        }
    }
}

/// Counts an attempt, as [`store::count`] does; fails with 429 after too many.
pub async fn count_or_refuse(tx: &mut Tx, limit: Limit, subject: &Subject, now: Timestamp) -> Result<(), ApiError> {
    let wait = store::count(tx, limit, subject, now).await?;
    wait.map_or(Ok(()), |wait| Err(ApiError::Throttled(RetryAfter(wait))))
}

/// The person or client whose attempts are counted, as a digest, so that the table holds no names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Subject {
    pub(crate) digest: Vec<u8>,
    /// Digest of the larger network that a client belongs to, if that is counted too.
    pub(crate) network: Option<Vec<u8>>,
}

impl Subject {
    /// An email address, with or without an account, in any case.
    pub fn email(email: &str) -> Self {
        Self::digest_of("email", &lowered(email))
    }

    /// An email address from a network where its account has signed in before, so that someone who guesses elsewhere does not lock the
    /// owner out.
    pub fn email_at(email: &str, network: &str) -> Self {
        Self::digest_of("email_at", &format!("{network} {}", lowered(email)))
    }

    /// Mails of one kind to a mailbox, so that requests of one kind do not use up those of another. Addresses that differ in their tags only
    /// are one mailbox.
    pub fn mail(kind: &str, email: &str) -> Self {
        Self::digest_of("mail", &format!("{kind} {}", mailbox(email)))
    }

    /// The id of an account, from a network where it has signed in before, so that wrong codes from elsewhere do not lock the owner out.
    pub fn user_at(user: UserId, network: &str) -> Self {
        Self::digest_of("user_at", &format!("{network} {user}"))
    }

    /// The id of an account.
    pub fn user(user: UserId) -> Self {
        Self::digest_of("user", &user.to_string())
    }

    /// A sign-in of an account.
    pub fn sign_in(sign_in: SignInId) -> Self {
        Self::digest_of("sign_in", &sign_in.to_string())
    }

    /// The client that sends a request. The /48 of an IPv6 address is counted too, with ten times the limit: it is as easily had as a /64.
    pub fn client(client_info: &ClientInfo) -> Self {
        let network = client_info.wider_throttle_key().map(|key| sha256("client", &key));
        Self { network, ..Self::digest_of("client", &client_info.throttle_key()) }
    }

    /// Returns the digest in hexadecimal digits.
    pub fn hex(&self) -> String {
        HEXLOWER.encode(&self.digest)
    }

    /// Returns the digest of the larger network in hexadecimal digits, if it is counted.
    pub fn network_hex(&self) -> Option<String> {
        self.network.as_deref().map(|digest| HEXLOWER.encode(digest))
    }

    fn digest_of(kind: &str, name: &str) -> Self {
        Self { digest: sha256(kind, name), network: None }
    }
}

fn sha256(kind: &str, name: &str) -> Vec<u8> {
    digest(&SHA256, format!("{kind}:{name}").as_bytes()).as_ref().to_vec()
}

/// Returns the mailbox of an address, by which mails are counted and nothing else: without the tag after a `+`, and at Gmail without the dots. A
/// person has any number of such addresses, and a stranger would fill the mailbox by all of them. A provider that gives them to several people
/// has them share the count.
fn mailbox(email: &str) -> String {
    let email = lowered(email);
    let Some((local, domain)) = email.rsplit_once('@') else { return email };
    // A name that begins with a + has no other part.
    let name = local.split('+').next().filter(|name| !name.is_empty()).unwrap_or(local);
    match domain {
        "gmail.com" | "googlemail.com" => format!("{}@gmail.com", name.replace('.', "")),
        _ => format!("{name}@{domain}"),
    }
}

/// Returns the address in lower case, letter by letter, like PostgreSQL's `lower`, by which accounts are found. Rust's own `to_lowercase`
/// makes two characters of `İ`, so an address with it would have a separate count.
fn lowered(email: &str) -> String {
    email.trim().chars().map(|c| c.to_lowercase().next().unwrap_or(c)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_with_tags_are_one_mailbox() {
        for (address, expected) in [
            ("Bomb+17@Victim.example", "bomb@victim.example"),
            ("bomb+a+b@victim.example", "bomb@victim.example"),
            ("b.omb@victim.example", "b.omb@victim.example"),
            ("B.o.m.b+17@GoogleMail.com", "bomb@gmail.com"),
            ("bomb@gmail.com", "bomb@gmail.com"),
            ("+17@victim.example", "+17@victim.example"),
            ("\"a@b\"+1@victim.example", "\"a@b\"@victim.example"),
            ("17", "17"),
        ] {
            assert_eq!(mailbox(address), expected, "{address}");
        }
        assert_eq!(
            Subject::mail("order_placed", "bomb+1@v.example"),
            Subject::mail("order_placed", "bomb+2@v.example")
        );
        assert_ne!(Subject::email("bomb+1@v.example"), Subject::email("bomb+2@v.example"), "accounts are by address");
    }
}
