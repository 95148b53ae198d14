//! Changes a password or an email address, and ends the sign-ins and links that depend on it. The owner is notified by mail.

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

use crate::{AuthState, events};

/// A change of credentials: by whom and how.
pub(super) struct Change<'a> {
    pub(super) user: UserId,
    /// The sign-in that makes the change and continues, if there is one.
    pub(super) sign_in: Option<SignInId>,
    /// Kind of the record in the audit log.
    pub(super) kind: Kind,
    pub(super) client_info: &'a ClientInfo,
}

/// Sets the password of an active account. Returns the event to publish after the commit, or `None` if there is no such account.
pub(super) async fn change_password(
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
        && let Some(owner) = addressees::account(tx, user).await?
    {
        // The caller has just proved to be the owner, so failed log-ins of other people must not make them wait, and the networks of others who knew
        // the old password are not known any more.
        let network = change.client_info.network();
        throttles::store::reset(tx, Limit::LogInAs, &Subject::email(&owner.email)).await?;
        if let Some(network) = &network {
            throttles::store::reset(tx, Limit::LogInAs, &Subject::email_at(&owner.email, network)).await?;
        }
        sign_ins::forget_networks(tx, user, network.as_deref()).await?;
    }
    end_access(tx, app, change, EndReason::PasswordChanged, &[Purpose::PasswordReset, Purpose::EmailReset]).await?;
    events::record(tx, app, EventKind::PasswordChanged { user_id: user }).await.map(Some)
}

/// Sets the email address of an active account. Returns the events to publish after the commit, or `None` if there is no such account. If the
/// shop confirms email addresses, the account is inactive until its owner opens the link that is sent to the new address.
pub(super) async fn change_email(
    tx: &mut Tx,
    auth: &AuthState,
    change: Change<'_>,
    email: &str,
) -> sqlx::Result<Option<Vec<Event>>> {
    let (app, user_id) = (&auth.app, change.user);
    let Some(old) = accounts::set_email(tx, user_id, email).await? else { return Ok(None) };
    let revoked = [Purpose::ActivateUser, Purpose::PasswordReset, Purpose::EmailReset];
    end_access(tx, app, change, EndReason::EmailChanged, &revoked).await?;
    let mut events = Vec::new();
    for email in [old, email.to_owned()] {
        events.push(events::record(tx, app, EventKind::EmailChanged { user_id, email }).await?);
    }
    if auth.app.auth_options.send_activation_email {
        accounts::await_activation(tx, user_id).await?;
        events.push(events::record(tx, app, EventKind::ActivationRequested { email: email.to_owned() }).await?);
    }
    Ok(Some(events))
}

async fn end_access(
    tx: &mut Tx,
    app: &App,
    Change { user, sign_in, kind, client_info }: Change<'_>,
    reason: EndReason,
    revoked: &[Purpose],
) -> sqlx::Result<()> {
    let now = app.clock.now();
    sign_ins::end_all(tx, user, sign_in, reason, now).await?;
    for purpose in revoked {
        links::revoke(tx, user, *purpose).await?;
    }
    audit::store::record(tx, AuditRecord::by_owner(kind, user), client_info, now).await
}

/// Fails with 400 for this field if the password has problems.
pub(super) fn fail_on_problems(field: &str, problems: Vec<String>) -> Result<(), ApiError> {
    if problems.is_empty() {
        return Ok(());
    }
    let mut errors = FieldErrors::default();
    problems.into_iter().for_each(|problem| errors.add(field, problem));
    Err(errors.into())
}

/// Returns the hash of a new password. Must not be called inside a transaction, because hashing is slow.
pub(super) async fn hash_password(app: &App, password: String) -> Result<String, ApiError> {
    let salt = app.rng.random_uuid().into_bytes();
    Ok(passwords::hash(password, salt).await?)
}
