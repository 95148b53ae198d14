//! Logs in: `POST /auth/jwt/create/`.
//!
//! An attempt is counted before the password is checked, in a transaction that ends before the hashing begins. The cost of an attempt and
//! what is recorded do not depend on whether the account exists.

use axum::Json;
use axum::extract::State;
use serde_json::json;
use shared::app::App;
use shared::app::db::Tx;
use shared::audit::{self, AuditRecord, Kind};
use shared::fields::MAX_EMAIL;
use shared::http::{ApiError, Body, PublicProblems, Request, RetryAfter, Unauthorized};
use shared::ids::{SignInId, UserId};
use shared::outbox::EventKind;
use shared::throttles::{self, Limit, Subject};
use shared::users::store::sign_ins;
use shared::users::store::{self, Credentials};
use shared::users::{ClientInfo, normalize_email, passwords};

use super::TokenRefusal;
use super::pair::{TokenOwner, TokenPair, access_token, refresh_token};
use crate::totp::{MAX_CODE, second_factor};
use crate::{AuthState, events};

/// The credentials of an account.
#[derive(Request)]
#[request(ignore_unknown)]
pub(crate) struct CreateToken {
    /// Email address of the account.
    #[field(max = MAX_EMAIL)]
    #[schema(format = "email", example = "ana@example.com")]
    pub email: String,
    /// Password of the account.
    #[field(secret, max = passwords::MAX_COMPARED)]
    #[schema(example = "a quiet harbour")]
    pub password: String,
    /// Code of the second factor, or a recovery code. Send it only after a response with the code `otp_required`.
    #[field(max = MAX_CODE, blank_as_null)]
    #[schema(write_only)]
    pub otp: Option<String>,
}

/// Reasons why a log-in fails.
enum LogInError {
    /// There were too many attempts; the next one is allowed after this number of seconds.
    Throttled(u32),
    /// No account has the address, the password is wrong, or the account is inactive. Holds the account, if there is one.
    BadCredentials(Option<UserId>),
    /// Any other error.
    Other(ApiError),
}

/// A user whose password was correct, and the stored hash of the password.
struct VerifiedUser {
    user: UserId,
    password_hash: String,
    subjects: AttemptSubjects,
}

/// The subjects under which an attempt is counted.
struct AttemptSubjects {
    email: Subject,
    client: Subject,
}

/// Log in
///
/// After the fifth wrong password you must wait before the next attempt, and after each further one twice as long, up to 15 minutes. During
/// the wait the response is 429, also for the right password; `Retry-After` says how many seconds to wait. An account can log in 60 times an
/// hour and have 100 open sign-ins; the next log-in ends the oldest one.
#[utoipa::path(
    post,
    path = "/auth/jwt/create/",
    tag = "auth",
    operation_id = "create_token",
    request_body = CreateToken,
    responses(
        (status = 200, body = TokenPair, description = "The tokens of the new sign-in."),
        PublicProblems,
        (status = 401, body = TokenRefusal, description = "No active account has this email address and password, or the second factor requires a code (`otp_required`, `otp_not_valid`)."),
    )
)]
pub(crate) async fn create_token(
    State(auth): State<AuthState>,
    client_info: ClientInfo,
    Body(login): Body<CreateToken>,
) -> Result<Json<TokenPair>, ApiError> {
    // Before the attempt is counted: without the keys no log-in succeeds.
    auth.keys.get().await?;
    match log_in(&auth, login, &client_info).await {
        Ok(pair) => Ok(Json(pair)),
        Err(LogInError::Throttled(wait)) => Err(ApiError::Throttled(RetryAfter(wait))),
        Err(LogInError::BadCredentials(account)) => {
            record_failure(&auth.app, account, &client_info).await?;
            let detail = "No active account found with the given credentials".to_owned();
            Err(Unauthorized::Other { detail, code: None }.into())
        }
        Err(LogInError::Other(error)) => Err(error),
    }
}

async fn log_in(auth: &AuthState, login: CreateToken, client_info: &ClientInfo) -> Result<TokenPair, LogInError> {
    let CreateToken { email, password, otp } = login;
    let verified = authenticate(&auth.app, email, password, client_info).await?;
    match second_factor(auth, verified.user, otp.as_deref(), client_info).await {
        Ok(has_second_factor) => sign_in(auth, verified, has_second_factor, client_info).await,
        Err(refused) => {
            // Codes have their own limit. A caller who gets `otp_required` knew the password.
            if otp.is_none() {
                reset_attempts(&auth.app, &verified.subjects).await?;
            }
            Err(refused.into())
        }
    }
}

/// Checks the email address and the password. An unknown address and a wrong password give the same error after the same time.
async fn authenticate(
    app: &App,
    email: String,
    password: String,
    client_info: &ClientInfo,
) -> Result<VerifiedUser, LogInError> {
    // Addresses are stored in one spelling, and browsers write domains in another.
    let email = normalize_email(&email);
    let mut tx = app.db.begin().await?;
    let subjects = attempt_subjects(&mut tx, &email, client_info).await?;
    if let Some(wait) =
        throttles::store::count_log_in(&mut tx, &subjects.email, &subjects.client, app.clock.now()).await?
    {
        // Rolled back: a refused attempt is counted by neither limit.
        return Err(LogInError::Throttled(wait));
    }
    let found = store::credentials(&mut tx, &email).await?;
    tx.commit().await?;
    let stored = found.as_ref().map(|found| found.password_hash.clone());
    let is_correct = passwords::verify(password.clone(), stored).await?;
    match found {
        Some(Credentials { id, password_hash, is_active: true }) if is_correct => {
            let password_hash = renew_hash(app, id, password, password_hash).await?;
            Ok(VerifiedUser { user: id, password_hash, subjects })
        }
        found => Err(LogInError::BadCredentials(found.map(|found| found.id))),
    }
}

/// Returns the subjects under which an attempt is counted. Attempts from a network in which the account was used before have their own
/// count, so that attempts from other networks cannot lock the owner out.
async fn attempt_subjects(tx: &mut Tx, email: &str, client_info: &ClientInfo) -> sqlx::Result<AttemptSubjects> {
    let network = client_info.network();
    let is_known_network = sign_ins::is_known_network(tx, email, network.as_deref()).await?;
    let email = match network.filter(|_| is_known_network) {
        Some(network) => Subject::email_at(email, &network),
        None => Subject::email(email),
    };
    Ok(AttemptSubjects { email, client: Subject::client(client_info) })
}

/// Hashes the password again if its hash has an old format; only a log-in has the plain password. Returns the hash that is stored now.
async fn renew_hash(app: &App, user: UserId, password: String, old_hash: String) -> Result<String, LogInError> {
    if passwords::is_current(&old_hash) {
        return Ok(old_hash);
    }
    let renewed = passwords::hash(password.clone(), app.rng.random_uuid().into_bytes()).await?;
    let mut tx = app.db.begin().await?;
    let is_renewed = store::renew_password_hash(&mut tx, user, &old_hash, &renewed).await?;
    let stored = if is_renewed { Some(renewed) } else { store::password_hash(&mut tx, user).await? };
    tx.commit().await?;
    // Another request has replaced the hash: it was a log-in that renewed it, or the password was changed.
    let is_correct = is_renewed || passwords::verify(password, stored.clone()).await?;
    stored.filter(|_| is_correct).ok_or(LogInError::BadCredentials(Some(user)))
}

/// Starts a sign-in for a user who has passed all checks.
async fn sign_in(
    auth: &AuthState,
    verified: VerifiedUser,
    has_second_factor: bool,
    client_info: &ClientInfo,
) -> Result<TokenPair, LogInError> {
    let VerifiedUser { user, password_hash, subjects } = verified;
    let (app, now) = (&auth.app, auth.app.clock.now());
    let sign_in = SignInId(app.rng.random_uuid());
    let owner = TokenOwner { user, sign_in, ends_at: now.plus_seconds(auth.lifetimes.sign_in) };
    let keys = auth.keys.get().await?;
    let (token, refresh) = refresh_token(auth, keys, owner)?;
    let access = access_token(auth, keys, owner)?;
    let mut tx = app.db.begin().await?;
    throttles::store::log_in_succeeded(&mut tx, &subjects.email, &subjects.client, now).await?;
    if let Some(wait) = throttles::store::count(&mut tx, Limit::SignIn, &Subject::user(user), now).await? {
        // The password was right, so the failures that came before it are forgotten all the same.
        tx.commit().await?;
        return Err(LogInError::Throttled(wait));
    }
    // The account may have been deactivated, deleted or given another password since the password was checked.
    let opened = sign_ins::open(&mut tx, token, &password_hash, client_info)
        .await?
        .ok_or(LogInError::BadCredentials(Some(user)))?;
    if has_second_factor {
        sign_ins::record_second_factor(&mut tx, sign_in).await?;
    }
    audit::store::record(&mut tx, AuditRecord::by_owner(Kind::LoggedIn, user), client_info, now).await?;
    // Limited, because an attacker with many network addresses could otherwise fill the mailbox.
    let to = Subject::mail("signed_in_from_new_network", &user.to_string());
    let event = if opened.is_new_network && throttles::store::count(&mut tx, Limit::MailTo, &to, now).await?.is_none() {
        Some(events::record(&mut tx, app, EventKind::SignedInFromNewNetwork { sign_in_id: sign_in }).await?)
    } else {
        None
    };
    tx.commit().await?;
    if let Some(event) = event {
        events::publish(auth, &event, client_info).await;
    }
    Ok(TokenPair { refresh, access })
}

async fn reset_attempts(app: &App, subjects: &AttemptSubjects) -> Result<(), ApiError> {
    let mut tx = app.db.begin().await?;
    throttles::store::log_in_succeeded(&mut tx, &subjects.email, &subjects.client, app.clock.now()).await?;
    Ok(tx.commit().await?)
}

/// Records a failed log-in, but not the email address that was typed: some people type their password into that field.
async fn record_failure(app: &App, account: Option<UserId>, client_info: &ClientInfo) -> Result<(), ApiError> {
    let mut tx = app.db.begin().await?;
    audit::store::record(
        &mut tx,
        AuditRecord::by_nobody(Kind::LogInFailed, account).with(json!({"reason": "password"})),
        client_info,
        app.clock.now(),
    )
    .await?;
    Ok(tx.commit().await?)
}

impl<E: Into<ApiError>> From<E> for LogInError {
    fn from(error: E) -> Self {
        Self::Other(error.into())
    }
}
