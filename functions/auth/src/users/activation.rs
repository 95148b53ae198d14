//! Activates a new account, or one with a new address, by the link in its mail: `POST /auth/users/activation/`.
//!
//! The link proves who reads the mail, and not who chose the password: a stranger may have registered with the address. So the password stays
//! only if the person with the link knows it, or opens the link in the network from which the password was chosen. docs/decisions.md says why.
//! With the password go the profile and the addresses of an account that changed to the address: its former owner may be a stranger too.

use axum::extract::State;
use http::StatusCode;
use shared::app::App;
use shared::app::db::Tx;
use shared::audit::{self, AuditRecord, Kind};
use shared::http::{ApiError, Body, Fields, MaybeBearer, Problem, PublicProblems, Request};
use shared::ids::UserId;
use shared::outbox::{Event, EventKind};
use shared::users::links::{Purpose, user_of_uid};
use shared::users::store::registrations::{self, Registration};
use shared::users::store::{self, accounts, links};
use shared::users::{ClientInfo, passwords};

use super::confirm::check_confirmation;
use super::credentials::{Change, change_password, fail_on_problems, hash_password};
use super::link::{MAX_PART, invalid_token, no_such_user};
use crate::{AuthState, events};

/// Password hash that no password matches.
const NO_PASSWORD: &str = "!";

/// The two parts of the link in the mail, and the password.
#[derive(Request)]
#[request(ignore_unknown)]
pub(crate) struct ActivateUser {
    /// First part of the link, which names the account.
    #[field(max = MAX_PART)]
    #[schema(example = "Mg")]
    pub uid: String,
    /// Second part of the link, the secret token.
    #[field(max = MAX_PART)]
    #[schema(write_only)]
    pub token: String,
    /// Password of the account from now on: the one that was chosen before, or another one. Without it, the password that was chosen before is
    /// kept only if the link is opened in the same network (the /24 of an IPv4 or the /48 of an IPv6 address); otherwise the account has no
    /// password, and its owner gets a mail with a link to choose one.
    #[field(secret, max = passwords::MAX)]
    #[schema(min_length = 8, example = "a quiet harbour")]
    pub password: Option<String>,
    /// Password again. If it is there, it must be the same.
    #[field(secret, max = passwords::MAX_COMPARED)]
    pub re_password: Option<String>,
}

/// Reasons why an account is not activated.
enum ActivationError {
    /// The account does not exist.
    NoSuchUser,
    /// The link is not valid, or staff have deactivated the account.
    InvalidToken,
    /// The account was active already. Only a caller with a real link learns this.
    Stale,
    /// Any other error.
    Other(ApiError),
}

/// Activate an account
///
/// Send the two parts of the link in the mail. A link works once, expires after three days, and is replaced by a newer one. Send the password
/// too: the account then has this password, even if another person registered with the address.
#[utoipa::path(
    post,
    path = "/auth/users/activation/",
    tag = "auth",
    operation_id = "activate_user",
    request_body = ActivateUser,
    responses(
        (status = 204, description = "The account is active and can log in."),
        (status = 403, body = Problem, description = "The account was active already (`stale_token`)."),
        PublicProblems,
    )
)]
pub(crate) async fn activate_user(
    State(auth): State<AuthState>,
    MaybeBearer(_): MaybeBearer,
    client_info: ClientInfo,
    Body(fields): Body<Fields>,
) -> Result<StatusCode, ApiError> {
    match activate(&auth.app, fields.into()?, &client_info).await {
        Ok(written) => {
            for event in &written {
                events::publish(&auth, event, &client_info).await;
            }
            Ok(StatusCode::NO_CONTENT)
        }
        Err(ActivationError::NoSuchUser) => Err(no_such_user()),
        Err(ActivationError::InvalidToken) => Err(invalid_token()),
        Err(ActivationError::Stale) => Err(ApiError::ForbiddenBecause("Stale token for given user.", "stale_token")),
        Err(ActivationError::Other(error)) => Err(error),
    }
}

/// Activates the account, and returns the events to publish.
async fn activate(
    app: &App,
    ActivateUser { uid, token, password, re_password }: ActivateUser,
    client_info: &ClientInfo,
) -> Result<Vec<Event>, ActivationError> {
    let user = user_of_uid(&uid).ok_or(ActivationError::NoSuchUser)?;
    if let Some(password) = &password {
        check_confirmation("password", password, re_password.as_deref())?;
    }
    let found = find(app, user, &token).await?;
    let is_valid = found.as_ref().is_some_and(|found| found.is_valid_link);
    let password = match found.as_ref().filter(|_| is_valid) {
        Some(found) => choose(app, found, password, client_info).await?,
        None => Choice::Keep,
    };
    match found.and_then(|found| found.registration) {
        Some(registration) => complete(app, &registration, password, &token, client_info).await,
        None => activate_account(app, user, password, &token, client_info).await,
    }
}

/// A registration or an account whose link was opened.
struct Found {
    username: String,
    email: String,
    password_hash: String,
    /// Network from which the password was chosen or the address was set.
    network: Option<String>,
    is_valid_link: bool,
    /// The registration, if it is not an account yet.
    registration: Option<Registration>,
}

/// The password of the account from now on.
enum Choice {
    /// The present one.
    Keep,
    /// The one with this hash.
    Set(String),
    /// None: its owner chooses one by another link.
    Remove,
}

async fn find(app: &App, user: UserId, token: &str) -> Result<Option<Found>, ApiError> {
    let now = app.clock.now();
    let mut tx = app.db.read().await?;
    let found = match registrations::find(&mut tx, user).await? {
        Some(registration) => Some(Found {
            username: registration.username.clone(),
            email: registration.email.clone(),
            password_hash: registration.password_hash.clone(),
            network: registration.network.clone(),
            is_valid_link: registrations::is_valid_link(&mut tx, user, token, now).await?,
            registration: Some(registration),
        }),
        None => {
            let is_valid_link = links::is_valid(&mut tx, user, Purpose::ActivateUser, token, now).await?;
            find_account(&mut tx, user, is_valid_link).await?
        }
    };
    tx.commit().await?;
    Ok(found)
}

async fn find_account(tx: &mut Tx, user: UserId, is_valid_link: bool) -> sqlx::Result<Option<Found>> {
    let account = accounts::find(tx, user).await?;
    let password_hash = store::password_hash(tx, user).await?;
    let Some((account, password_hash)) = account.zip(password_hash) else { return Ok(None) };
    let address = accounts::client_of_email_change(tx, user).await?.and_then(|address| address.parse().ok());
    Ok(Some(Found {
        username: account.username,
        email: account.email,
        password_hash,
        network: ClientInfo { address, ..ClientInfo::default() }.network(),
        // An active account keeps its password, however often its link is opened.
        is_valid_link: is_valid_link && !account.is_active,
        registration: None,
    }))
}

/// Decides about the password. Hashing is slow, so it is done before the transaction.
async fn choose(
    app: &App,
    found: &Found,
    password: Option<String>,
    client_info: &ClientInfo,
) -> Result<Choice, ApiError> {
    let Some(password) = password else {
        let network = client_info.network();
        return Ok(if network.is_some() && network == found.network { Choice::Keep } else { Choice::Remove });
    };
    // Before the hash: a link that is not used up can be sent any number of times.
    fail_on_problems("password", passwords::problems(&password, &found.username, &found.email))?;
    if passwords::verify(password.clone(), Some(found.password_hash.clone())).await? {
        return Ok(Choice::Keep);
    }
    Ok(Choice::Set(hash_password(app, password).await?))
}

/// Makes an active account of a registration.
async fn complete(
    app: &App,
    registration: &Registration,
    password: Choice,
    token: &str,
    client_info: &ClientInfo,
) -> Result<Vec<Event>, ActivationError> {
    let (user, now) = (registration.id, app.clock.now());
    let is_removed = matches!(password, Choice::Remove);
    let password_hash = match password {
        Choice::Keep => registration.password_hash.clone(),
        Choice::Set(hash) => hash,
        Choice::Remove => NO_PASSWORD.to_owned(),
    };
    let mut tx = app.db.begin().await?;
    if !registrations::complete(&mut tx, registration, &password_hash, token, now).await? {
        drop(tx);
        // Another click on the same link may have been first.
        return activate_account(app, user, Choice::Keep, token, client_info).await;
    }
    audit::store::record(&mut tx, AuditRecord::by_owner(Kind::Activated, user), client_info, now).await?;
    let mut written = Vec::new();
    if is_removed {
        written.push(ask_for_password(&mut tx, app, &registration.email).await?);
    }
    tx.commit().await?;
    Ok(written)
}

/// Activates an account whose address has changed.
async fn activate_account(
    app: &App,
    user: UserId,
    password: Choice,
    token: &str,
    client_info: &ClientInfo,
) -> Result<Vec<Event>, ActivationError> {
    let (now, purpose) = (app.clock.now(), Purpose::ActivateUser);
    let mut tx = app.db.begin().await?;
    // Locks the account if it exists, so that the state read next is current.
    let redeemed = links::redeem(&mut tx, user, purpose, token, now).await?;
    let account = match accounts::find(&mut tx, user).await? {
        Some(account) => account,
        None if registrations::find(&mut tx, user).await?.is_some() => return Err(ActivationError::InvalidToken),
        None => return Err(ActivationError::NoSuchUser),
    };
    if account.is_active {
        // Nothing is committed: a link that does nothing proves no address either.
        let is_real_link = redeemed.is_some() || links::was_used(&mut tx, user, purpose, token).await?;
        return Err(if is_real_link { ActivationError::Stale } else { ActivationError::InvalidToken });
    }
    let redeemed = redeemed.ok_or(ActivationError::InvalidToken)?;
    if !accounts::activate(&mut tx, user).await? {
        return Err(ActivationError::InvalidToken);
    }
    audit::store::record(&mut tx, AuditRecord::by_owner(Kind::Activated, user), client_info, now).await?;
    let mut written = Vec::new();
    let is_removed = matches!(password, Choice::Remove);
    let new_hash = match password {
        Choice::Keep => None,
        Choice::Set(hash) => Some(hash),
        Choice::Remove => Some(NO_PASSWORD.to_owned()),
    };
    if let Some(hash) = new_hash {
        if !redeemed.was_proven {
            accounts::delete_addresses_and_profile(&mut tx, user).await?;
        }
        let change = Change { user, sign_in: None, kind: Kind::PasswordReset, client_info };
        written.extend(change_password(&mut tx, app, change, &hash).await?);
    }
    if is_removed {
        written.push(ask_for_password(&mut tx, app, &account.email).await?);
    }
    tx.commit().await?;
    Ok(written)
}

/// Causes the mail with a link to choose a password.
async fn ask_for_password(tx: &mut Tx, app: &App, email: &str) -> sqlx::Result<Event> {
    events::record(tx, app, EventKind::PasswordResetRequested { email: email.to_owned() }).await
}

impl<E: Into<ApiError>> From<E> for ActivationError {
    fn from(error: E) -> Self {
        Self::Other(error.into())
    }
}
