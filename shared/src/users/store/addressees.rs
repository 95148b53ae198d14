//! Whom the mail of an account goes to, in SQL: whether there is such an account now, and where its mailbox is.
//!
//! The address is always the account's own and never the one that was typed: two that the database takes for one may still be
//! two mailboxes.

use crate::app::db::Tx;
use crate::ids::{SignInId, UserId};
use crate::time::Timestamp;

/// An account with a mailbox.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Addressee {
    /// Which.
    pub id: UserId,
    /// Where its mail goes.
    pub email: String,
}

/// A sign-in, as its owner is told of it.
#[derive(Clone, Debug)]
pub struct SeenSignIn {
    /// Whose.
    pub user: UserId,
    /// Where their mail goes.
    pub email: String,
    /// When.
    pub at: Timestamp,
    /// From which address of the network.
    pub address: Option<String>,
    /// By what program, in its own words.
    pub user_agent: Option<String>,
}

/// The account with this address that waits for its owner to open a link: it is new, or its address is. One that was switched off
/// otherwise stays off.
pub async fn waiting_for_activation(tx: &mut Tx, email: &str) -> sqlx::Result<Option<Addressee>> {
    // The log's last word on it tells why it is off. Of accounts that are older than the log, nobody who ever was at home here waits.
    sqlx::query_as!(
        Addressee,
        "select u.id, u.email
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

/// The account with this address whose owner may log in.
pub async fn active_with_address(tx: &mut Tx, email: &str) -> sqlx::Result<Option<Addressee>> {
    sqlx::query_as!(Addressee, "select id, email from users where lower(email) = lower($1) and is_active", email)
        .fetch_optional(&mut *tx)
        .await
}

/// This account, whether its owner may log in or not.
pub async fn of_account(tx: &mut Tx, user: UserId) -> sqlx::Result<Option<Addressee>> {
    sqlx::query_as!(Addressee, "select id, email from users where id = $1", user as _).fetch_optional(&mut *tx).await
}

/// This sign-in and its owner.
pub async fn of_sign_in(tx: &mut Tx, sign_in: SignInId) -> sqlx::Result<Option<SeenSignIn>> {
    sqlx::query_as!(
        SeenSignIn,
        "select s.user_id as user, u.email, s.created_at as at, s.address, s.user_agent
           from sign_ins s join users u on u.id = s.user_id
          where s.id = $1",
        sign_in as _
    )
    .fetch_optional(&mut *tx)
    .await
}
