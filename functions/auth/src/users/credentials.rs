//! Another password or another address, with all that ends by it: sign-ins, links that are under way. Its owner hears of it.

use shared::app::App;
use shared::app::db::Tx;
use shared::audit::{self, AuditRecord, Kind};
use shared::http::{ApiError, FieldErrors};
use shared::ids::{SignInId, UserId};
use shared::outbox::{Event, EventKind};
use shared::throttles::{self, Limit, Subject};
use shared::users::links::Purpose;
use shared::users::store::sign_ins::{self, EndReason};
use shared::users::store::{accounts, addressees, links};
use shared::users::{ClientInfo, passwords};

use crate::{AuthState, news};

/// Who changes it, and how.
pub(super) struct Change<'a> {
    pub(super) user: UserId,
    /// The sign-in that goes on, where it is one that changes it.
    pub(super) sign_in: Option<SignInId>,
    /// What the log says.
    pub(super) kind: Kind,
    pub(super) client_info: &'a ClientInfo,
}

/// Gives an active account another password; what is to be sent then, or `None` where there is no such account.
pub(super) async fn put_password(
    tx: &mut Tx,
    app: &App,
    change: Change<'_>,
    password_hash: &str,
) -> sqlx::Result<Option<Event>> {
    let user = change.user;
    if !accounts::set_password(tx, user, password_hash).await? {
        return Ok(None);
    }
    if change.kind == Kind::PasswordReset
        && let Some(owner) = addressees::of_account(tx, user).await?
    {
        // Whoever reads the mailbox is the owner, and need not wait for what others have tried.
        throttles::store::forget(tx, Limit::LogInAs, &Subject::email(&owner.email)).await?;
    }
    end(tx, app, change, EndReason::PasswordChanged, &[Purpose::PasswordReset, Purpose::EmailReset]).await?;
    news::write(tx, app, EventKind::PasswordChanged { user_id: user }).await.map(Some)
}

/// Gives an active account another address; what is to be sent then, or `None` where there is no such account. Where the shop
/// wants addresses to be proven, the account is off until its owner has opened the link that goes to the new one.
pub(super) async fn put_email(
    tx: &mut Tx,
    auth: &AuthState,
    change: Change<'_>,
    email: &str,
) -> sqlx::Result<Option<Vec<Event>>> {
    let (app, user_id) = (&auth.app, change.user);
    let Some(old) = accounts::set_email(tx, user_id, email).await? else { return Ok(None) };
    let void = [Purpose::ActivateUser, Purpose::PasswordReset, Purpose::EmailReset];
    end(tx, app, change, EndReason::EmailChanged, &void).await?;
    let mut events = Vec::new();
    for email in [old, email.to_owned()] {
        events.push(news::write(tx, app, EventKind::EmailChanged { user_id, email }).await?);
    }
    if auth.options.send_activation_email {
        accounts::await_activation(tx, user_id).await?;
        events.push(news::write(tx, app, EventKind::ActivationAsked { email: email.to_owned() }).await?);
    }
    Ok(Some(events))
}

async fn end(
    tx: &mut Tx,
    app: &App,
    Change { user, sign_in, kind, client_info }: Change<'_>,
    reason: EndReason,
    void: &[Purpose],
) -> sqlx::Result<()> {
    let now = app.clock.now();
    sign_ins::end_all(tx, user, sign_in, reason, now).await?;
    for purpose in void {
        links::call_back(tx, user, *purpose).await?;
    }
    audit::store::record(tx, AuditRecord::by_owner(kind, user), client_info, now).await
}

/// 400 where a password will not do, under the name of its field.
pub(super) fn accepted(field: &str, problems: Vec<String>) -> Result<(), ApiError> {
    if problems.is_empty() {
        return Ok(());
    }
    let mut errors = FieldErrors::default();
    problems.into_iter().for_each(|problem| errors.add(field, problem));
    Err(errors.into())
}

/// A new password as it is kept. Never inside a transaction: it takes its time.
pub(super) async fn hashed(app: &App, password: String) -> Result<String, ApiError> {
    let salt = app.rng.random_uuid().into_bytes();
    Ok(passwords::hash(password, salt).await?)
}
