//! Logs in: `POST /auth/jwt/create/`.
//!
//! An attempt is counted before the password is checked, in a transaction that ends before the hashing begins. The cost of an attempt and
//! what is recorded do not depend on whether the account exists.

use axum::Json;
use axum::extract::State;
use serde_json::json;
use shared::app::App;
use shared::audit::{self, AuditRecord, Kind};
use shared::fields::MAX_EMAIL;
use shared::http::{ApiError, Body, PublicProblems, Request, RetryAfter, Unauthorized};
use shared::ids::{EventId, SignInId, UserId};
use shared::outbox::{Event, EventKind};
use shared::throttles::{self, Subject};
use shared::users::store;
use shared::users::store::log_in::{self, Attempt, Credentials, Finished, LogIn};
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
    /// No account has the address, the password is wrong, or the account is inactive.
    BadCredentials {
        /// The account, if there is one and the attempt was checked.
        account: Option<UserId>,
        /// Seconds to answer instead, because there were too many attempts with the address.
        wait: Option<u32>,
    },
    /// Any other error.
    Other(ApiError),
}

/// A user whose password was correct, the stored hash of the password, and how the attempt was counted.
struct VerifiedUser {
    credentials: Credentials,
    address: Subject,
    client: Subject,
}

/// Log in
///
/// After the fifth wrong password you must wait before the next attempt, and after each further one twice as long, up to 15 minutes. During
/// the wait the response is 429, also for the right password unless you have used the account in your network before; `Retry-After` says how many
/// seconds to wait. An account can log in 60 times an hour and have 100 open sign-ins; the next log-in ends the oldest one.
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
        Err(LogInError::BadCredentials { account, wait }) => {
            record_failure(&auth.app, account, &client_info).await?;
            if let Some(wait) = wait {
                return Err(ApiError::Throttled(RetryAfter(wait)));
            }
            let detail = "No active account found with the given credentials".to_owned();
            Err(Unauthorized::Other { detail, code: None }.into())
        }
        Err(LogInError::Other(error)) => Err(error),
    }
}

async fn log_in(auth: &AuthState, login: CreateToken, client_info: &ClientInfo) -> Result<TokenPair, LogInError> {
    let CreateToken { email, password, otp } = login;
    let verified = authenticate(&auth.app, email, password, client_info).await?;
    let VerifiedUser { credentials, address, client } = &verified;
    if !credentials.has_second_factor {
        return sign_in(auth, verified, false, client_info).await;
    }
    match second_factor(auth, credentials.id, otp.as_deref(), client_info).await {
        Ok(has_second_factor) => sign_in(auth, verified, has_second_factor, client_info).await,
        Err(refused) => {
            // Codes have their own limit. A caller who gets `otp_required` knew the password.
            if otp.is_none() {
                reset_attempts(&auth.app, address, client).await?;
            }
            Err(refused.into())
        }
    }
}

/// Checks the email address and the password. An unknown address, a wrong password and an attempt that was not checked give the same error after the
/// same time.
async fn authenticate(
    app: &App,
    email: String,
    password: String,
    client_info: &ClientInfo,
) -> Result<VerifiedUser, LogInError> {
    // Addresses are stored in one spelling, and browsers write domains in another.
    let email = normalize_email(&email);
    let Attempt { address, client, wait, account } =
        log_in::begin(&app.db, &email, client_info, app.clock.now()).await?.map_err(LogInError::Throttled)?;
    let stored = account.as_ref().map(|found| found.password_hash.clone());
    let is_correct = passwords::verify(password.clone(), stored).await?;
    match account {
        Some(found) if found.is_active && is_correct => {
            let Some(password_hash) = renew_hash(app, found.id, password, found.password_hash).await? else {
                return Err(LogInError::BadCredentials { account: Some(found.id), wait });
            };
            Ok(VerifiedUser { credentials: Credentials { password_hash, ..found }, address, client })
        }
        found => Err(LogInError::BadCredentials { account: found.map(|found| found.id), wait }),
    }
}

/// Hashes the password again if its hash has an old format; only a log-in has the plain password. Returns the hash that is stored now, or `None` if
/// the password was changed.
async fn renew_hash(app: &App, user: UserId, password: String, old_hash: String) -> Result<Option<String>, LogInError> {
    if passwords::is_current(&old_hash) {
        return Ok(Some(old_hash));
    }
    let renewed = passwords::hash(password.clone(), app.rng.random_uuid().into_bytes()).await?;
    let mut tx = app.db.begin().await?;
    let is_renewed = store::renew_password_hash(&mut tx, user, &old_hash, &renewed).await?;
    let stored = if is_renewed { Some(renewed) } else { store::password_hash(&mut tx, user).await? };
    tx.commit().await?;
    // Another request has replaced the hash: it was a log-in that renewed it, or the password was changed.
    let is_correct = is_renewed || passwords::verify(password, stored.clone()).await?;
    Ok(stored.filter(|_| is_correct))
}

/// Starts a sign-in for a user who has passed all checks.
async fn sign_in(
    auth: &AuthState,
    verified: VerifiedUser,
    has_second_factor: bool,
    client_info: &ClientInfo,
) -> Result<TokenPair, LogInError> {
    let VerifiedUser { credentials: Credentials { id: user, password_hash, .. }, address, client } = verified;
    let (app, now) = (&auth.app, auth.app.clock.now());
    let sign_in = SignInId(app.rng.random_uuid());
    let owner = TokenOwner { user, sign_in, ends_at: now.plus_seconds(auth.lifetimes.sign_in) };
    let keys = auth.keys.get().await?;
    let (token, refresh) = refresh_token(auth, keys, owner)?;
    let access = access_token(auth, keys, owner)?;
    let event = EventId(app.rng.ordered_uuid(now));
    let log_in = LogIn { token, password_hash, has_second_factor, address, client, event };
    match log_in::finish(&app.db, &log_in, client_info).await? {
        Finished::SignedIn { is_reported } => {
            if is_reported {
                let event = Event::new(event, EventKind::SignedInFromNewNetwork { sign_in_id: sign_in });
                events::publish(auth, &event, client_info).await;
            }
            Ok(TokenPair { refresh, access })
        }
        Finished::Wait { wait_seconds } => Err(LogInError::Throttled(wait_seconds)),
        Finished::Refused => Err(LogInError::BadCredentials { account: Some(user), wait: None }),
    }
}

async fn reset_attempts(app: &App, address: &Subject, client: &Subject) -> Result<(), ApiError> {
    let mut tx = app.db.begin().await?;
    throttles::store::log_in_succeeded(&mut tx, address, client, app.clock.now()).await?;
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
