//! SQL of log-ins.

use data_encoding::HEXLOWER;
use ring::digest::{SHA256, digest};
use serde::Deserialize;
use sqlx::types::Json;

use super::sign_ins::{self, NewRefreshToken};
use crate::app::db::{Call, Db};
use crate::ids::{EventId, UserId};
use crate::throttles::{Limit, Rule, Subject};
use crate::time::Timestamp;
use crate::users::ClientInfo;

/// An attempt to log in that was counted.
#[derive(Debug)]
pub struct Attempt {
    /// Subject under which the address was counted.
    pub address: Subject,
    /// Client under which the attempt was counted.
    pub client: Subject,
    /// Seconds to answer if the attempt fails, because the address has to wait; `None` if it has not.
    pub wait: Option<u32>,
    /// Account with the address, to check the attempt against; `None` if there is none, or if the attempt has to wait.
    pub account: Option<Credentials>,
}

/// The data that a log-in is checked against.
#[derive(Debug, Deserialize)]
pub struct Credentials {
    /// Id of the account.
    pub id: UserId,
    /// Hash of the password as a PHC string, or a text that no password matches.
    pub password_hash: String,
    /// True if the owner can log in.
    pub is_active: bool,
    /// True if a log-in needs a code as well.
    pub has_second_factor: bool,
}

/// The object that `begin_log_in` returns.
#[derive(Deserialize)]
#[serde(tag = "outcome", rename_all = "snake_case")]
enum Answer {
    Wait { wait_seconds: u32 },
    Counted { wait_seconds: Option<u32>, is_counted_in_network: bool, account: Option<Credentials> },
}

/// Counts an attempt to log in with an address, and reads what it is checked against: one round trip, one transaction. Returns the seconds to wait if the
/// client may not try; the attempt is then not counted. If the connection breaks, the call is repeated, and the attempt may count twice.
///
/// While the address has to wait, an attempt from a network in which the account was used before is checked all the same, a few times, so that others
/// cannot lock the owner out. If it fails, it must be answered as if it had not been checked.
pub async fn begin(
    db: &Db,
    email: &str,
    client_info: &ClientInfo,
    now: Timestamp,
) -> sqlx::Result<Result<Attempt, u32>> {
    let network = client_info.network();
    let (anywhere, client) = (Subject::email(email), Subject::client(client_info));
    let here = network.as_deref().map(|network| Subject::email_at(email, network));
    let call = Call::new("begin_log_in")
        .text(email)
        .text(network.as_deref())
        .text(anywhere.hex().as_str())
        .text(here.as_ref().map(Subject::hex).as_deref())
        .text(client.hex().as_str())
        .text(client.network_hex().as_deref());
    let call = with_rule(with_rule(call, Limit::LogInAs.rule()), Limit::LogInFrom.rule()).bigint(now.micros());
    let Json(answer): Json<Answer> = db.call_value(call).await?;
    Ok(match answer {
        Answer::Wait { wait_seconds } => Err(wait_seconds),
        Answer::Counted { wait_seconds, is_counted_in_network, account } => {
            let address = here.filter(|_| is_counted_in_network).unwrap_or(anywhere);
            Ok(Attempt { address, client, wait: wait_seconds, account })
        }
    })
}

/// A log-in whose password, and code where one is needed, were right.
#[derive(Debug)]
pub struct LogIn {
    /// First refresh token of the new sign-in.
    pub token: NewRefreshToken,
    /// Hash that the password was checked against.
    pub password_hash: String,
    /// True if a code of the second factor was right.
    pub has_second_factor: bool,
    /// Subject under which [`begin`] counted the address.
    pub address: Subject,
    /// Client under which it counted the attempt.
    pub client: Subject,
    /// Id for the event that a new network was used.
    pub event: EventId,
}

/// Result of [`finish`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(tag = "outcome", rename_all = "snake_case")]
pub enum Finished {
    /// The sign-in was started.
    SignedIn {
        /// True if the event that a new network was used is recorded.
        is_reported: bool,
    },
    /// The account logs in too often; the next log-in is allowed after this number of seconds.
    Wait {
        /// Number of seconds.
        wait_seconds: u32,
    },
    /// The account was deleted or deactivated, or its password hash has changed since it was checked.
    Refused,
}

/// Starts a sign-in with its first refresh token, and records the log-in: one round trip, one transaction. Failed attempts with the address are forgotten,
/// and this attempt does not count against the client. The first use of a new network is recorded as an event.
pub async fn finish(db: &Db, log_in: &LogIn, client_info: &ClientInfo) -> sqlx::Result<Finished> {
    let LogIn { token, password_hash, has_second_factor, address, client, event } = log_in;
    let (sign_in, mail_to) = (Limit::SignIn.rule(), Limit::MailTo.rule());
    let mail = Subject::mail("signed_in_from_new_network", &token.user.to_string());
    let call = Call::new("finish_log_in")
        .bigint(token.user.0)
        .text(sha256(password_hash).as_str())
        .boolean(*has_second_factor)
        .uuid(token.sign_in.0)
        .uuid(token.id)
        .text(HEXLOWER.encode(&token.sha256).as_str())
        .bigint(token.expires_at.micros())
        .text(client_info.address_text().as_deref())
        .text(client_info.network().as_deref())
        .text(client_info.user_agent.as_deref())
        .text(client_info.request_id.as_deref())
        .text(address.hex().as_str())
        .text(client.hex().as_str())
        .text(client.network_hex().as_deref())
        .text(Subject::user(token.user).hex().as_str())
        .integer(sign_in.free)
        .bigint(sign_in.window_seconds)
        .text(mail.hex().as_str())
        .integer(mail_to.free)
        .bigint(mail_to.window_seconds)
        .uuid(event.0)
        .integer(sign_ins::MAX_OPEN)
        .integer(sign_ins::REMEMBERED_DAYS)
        .bigint(token.issued_at.micros());
    db.call_value(call).await.map(|Json(finished)| finished)
}

fn sha256(text: &str) -> String {
    HEXLOWER.encode(digest(&SHA256, text.as_bytes()).as_ref())
}

fn with_rule(call: Call, rule: Rule) -> Call {
    call.integer(rule.free).bigint(rule.window_seconds).bigint(rule.longest_seconds)
}
