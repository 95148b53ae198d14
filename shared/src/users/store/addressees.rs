//! SQL of the recipients of account mails: whether the account exists now, and its email address.
//!
//! The address is always the one of the account and never the one that was typed: two addresses that differ in case may be two mailboxes.

use crate::app::db::Tx;
use crate::ids::{SignInId, UserId};
use crate::locale::Locale;
use crate::time::Timestamp;

/// An account that gets a mail.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Addressee {
    /// Id of the account.
    pub id: UserId,
    /// Email address of the account.
    pub email: String,
    /// Language of its mails.
    pub locale: Locale,
}

/// A sign-in, as the mail to its owner describes it.
#[derive(Clone, Debug)]
pub struct SignInDetails {
    /// Id of the account.
    pub user: UserId,
    /// Email address of the account.
    pub email: String,
    /// Language of its mails.
    pub locale: Locale,
    /// Time of the log-in.
    pub at: Timestamp,
    /// Network address of the client.
    pub address: Option<String>,
    /// `User-Agent` header of the client.
    pub user_agent: Option<String>,
}

/// Returns the account with this email address if it waits for activation, because it is new or its address has changed; `None` if it is inactive
/// for another reason.
pub async fn waiting_for_activation(tx: &mut Tx, email: &str) -> sqlx::Result<Option<Addressee>> {
    // The last relevant entry of the audit log tells why the account is inactive. Accounts older than the log wait if nobody ever logged in.
    sqlx::query_as!(
        Addressee,
        "select u.id, u.email, u.locale
           from users u
           left join lateral (
               select a.kind from audit_log a
                where a.user_id = u.id
                  and a.kind in ('registered', 'imported', 'activated', 'email_changed', 'email_reset', 'deactivated',
                                 'reactivated')
                order by a.id desc
                limit 1) last on true
          where lower(u.email) = lower($1)
            and not u.is_active
            and coalesce(
                last.kind in ('registered', 'email_changed', 'email_reset'),
                u.last_login_at is null and not exists (
                    select from mailed_links l
                     where l.user_id = u.id and l.purpose = 'activation' and l.used_at is not null))",
        email
    )
    .fetch_optional(&mut *tx)
    .await
}

/// Returns the active account with this email address.
pub async fn active_with_address(tx: &mut Tx, email: &str) -> sqlx::Result<Option<Addressee>> {
    sqlx::query_as!(
        Addressee,
        "select id, email, locale from users where lower(email) = lower($1) and is_active",
        email
    )
    .fetch_optional(&mut *tx)
    .await
}

/// Returns the account with this id, active or not.
pub async fn account(tx: &mut Tx, user: UserId) -> sqlx::Result<Option<Addressee>> {
    sqlx::query_as!(Addressee, "select id, email, locale from users where id = $1", user as _)
        .fetch_optional(&mut *tx)
        .await
}

/// Returns the sign-in with this id, and the email address of its owner.
pub async fn sign_in(tx: &mut Tx, sign_in: SignInId) -> sqlx::Result<Option<SignInDetails>> {
    sqlx::query_as!(
        SignInDetails,
        "select s.user_id as user, u.email, u.locale, s.created_at as at, s.address, s.user_agent
           from sign_ins s join users u on u.id = s.user_id
          where s.id = $1",
        sign_in as _
    )
    .fetch_optional(&mut *tx)
    .await
}
