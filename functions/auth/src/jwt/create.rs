//! `POST /auth/jwt/create/`: log in.
//!
//! Tries are counted before the password is looked at, in a transaction that is over before the work on it begins. What a try
//! costs and what is written does not depend on whether there is such an account.

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
use shared::users::{ClientInfo, passwords};

use super::TokenRefusal;
use super::pair::{TokenPair, access_token, refresh_token};
use crate::totp::{MAX_CODE, second_factor};
use crate::{AuthState, news};

/// The credentials of an account.
#[derive(Request)]
pub(crate) struct CreateToken {
    /// E-mail address of the account.
    #[field(max = MAX_EMAIL)]
    #[schema(format = "email", example = "ana@example.com")]
    pub email: String,
    /// Password of the account.
    #[field(secret, max = passwords::MAX_COMPARED)]
    #[schema(example = "a quiet harbour")]
    pub password: String,
    /// Code of the second factor, or a recovery code; only where the answer without one was `otp_required`.
    #[field(max = MAX_CODE, blank_as_null)]
    #[schema(write_only, example = "123456")]
    pub otp: Option<String>,
}

/// Why nobody is logged in.
enum LogInError {
    /// It was tried too often; after so many seconds it may be tried again.
    TooOften(u32),
    /// It is nobody's address, the password is another, or the account is switched off. Whose account it was about, if any.
    Refused(Option<UserId>),
    /// Something else.
    Other(ApiError),
}

/// Somebody who has shown that they know the password, and how it is kept.
struct Shown {
    user: UserId,
    password_hash: String,
    counted: Counted,
}

/// What a try is counted by.
struct Counted {
    email: Subject,
    client_info: Subject,
}

/// Log in
///
/// After five wrong passwords each try waits twice as long as the one before, up to a quarter of an hour: 429 says how long. The
/// right password waits too.
#[utoipa::path(
    post,
    path = "/auth/jwt/create/",
    tag = "auth",
    operation_id = "create_token",
    request_body = CreateToken,
    responses(
        (status = 200, body = TokenPair, description = "The account's tokens."),
        PublicProblems,
        (status = 401, body = TokenRefusal, description = "No active account has this address and this password, or a code is wanted."),
    )
)]
pub(crate) async fn create_token(
    State(auth): State<AuthState>,
    client_info: ClientInfo,
    Body(login): Body<CreateToken>,
) -> Result<Json<TokenPair>, ApiError> {
    match log_in(&auth, login, &client_info).await {
        Ok(pair) => Ok(Json(pair)),
        Err(LogInError::TooOften(wait)) => Err(ApiError::Throttled(RetryAfter(wait))),
        Err(LogInError::Refused(account)) => {
            note_failure(&auth.app, account, &client_info).await?;
            let detail = "No active account found with the given credentials".to_owned();
            Err(Unauthorized::Other { detail, code: None }.into())
        }
        Err(LogInError::Other(error)) => Err(error),
    }
}

async fn log_in(auth: &AuthState, login: CreateToken, client_info: &ClientInfo) -> Result<TokenPair, LogInError> {
    let CreateToken { email, password, otp } = login;
    let shown = authenticate(&auth.app, email, password, client_info).await?;
    if let Err(refused) = second_factor(&auth.app, shown.user, otp.as_deref(), client_info).await {
        // Codes are counted by themselves. Who only hears that one is wanted knew the password.
        if otp.is_none() {
            forget_tries(&auth.app, &shown.counted).await?;
        }
        return Err(refused.into());
    }
    sign_in(auth, shown, client_info).await
}

/// Who that is. Nobody and a wrong password are the same, also in the time they take.
async fn authenticate(
    app: &App,
    email: String,
    password: String,
    client_info: &ClientInfo,
) -> Result<Shown, LogInError> {
    let mut tx = app.db.begin().await?;
    let counted = counted(&mut tx, &email, client_info).await?;
    if let Some(wait) =
        throttles::store::count_log_in(&mut tx, &counted.email, &counted.client_info, app.clock.now()).await?
    {
        // Rolled back: a try that is not made is not counted, by neither limit.
        return Err(LogInError::TooOften(wait));
    }
    let found = store::credentials(&mut tx, &email).await?;
    tx.commit().await?;
    let kept = found.as_ref().map(|found| found.password_hash.clone());
    let fits = passwords::verify(password.clone(), kept).await?;
    match found {
        Some(Credentials { id, password_hash, is_active: true }) if fits => {
            let password_hash = renewed(app, id, password, password_hash).await?;
            Ok(Shown { user: id, password_hash, counted })
        }
        found => Err(LogInError::Refused(found.map(|found| found.id))),
    }
}

/// What a try is counted by. Where the account is at home, apart from what the rest of the world tries.
async fn counted(tx: &mut Tx, email: &str, client_info: &ClientInfo) -> sqlx::Result<Counted> {
    let network = client_info.network();
    let is_at_home = sign_ins::is_known_place(tx, email, network.as_deref()).await?;
    let email = match network.filter(|_| is_at_home) {
        Some(network) => Subject::email_at(email, &network),
        None => Subject::email(email),
    };
    Ok(Counted { email, client_info: Subject::client_info(client_info) })
}

/// Has a password that is kept as in former times kept as today's are. Only now is it at hand. How it is kept then.
async fn renewed(app: &App, user: UserId, password: String, kept: String) -> Result<String, LogInError> {
    if passwords::is_current(&kept) {
        return Ok(kept);
    }
    let renewed = passwords::hash(password.clone(), app.rng.random_uuid().into_bytes()).await?;
    let mut tx = app.db.begin().await?;
    let is_ours = store::renew_password_hash(&mut tx, user, &kept, &renewed).await?;
    let now_kept = if is_ours { Some(renewed) } else { store::password_hash(&mut tx, user).await? };
    tx.commit().await?;
    // Somebody was quicker: who logs in there has renewed it, or the password is another now.
    let fits = is_ours || passwords::verify(password, now_kept.clone()).await?;
    now_kept.filter(|_| fits).ok_or(LogInError::Refused(Some(user)))
}

/// Begins a sign-in of somebody who has shown who they are.
async fn sign_in(auth: &AuthState, shown: Shown, client_info: &ClientInfo) -> Result<TokenPair, LogInError> {
    let Shown { user, password_hash, counted } = shown;
    let (app, now) = (&auth.app, auth.app.clock.now());
    let sign_in = SignInId(app.rng.random_uuid());
    let (token, refresh) = refresh_token(auth, user, sign_in)?;
    let access = access_token(auth, user, sign_in)?;
    let mut tx = app.db.begin().await?;
    throttles::store::log_in_succeeded(&mut tx, &counted.email, &counted.client_info, now).await?;
    // Between the look at the password and now the account may have been switched off or deleted, or have got another password.
    let opened =
        sign_ins::open(&mut tx, token, &password_hash, client_info).await?.ok_or(LogInError::Refused(Some(user)))?;
    audit::store::record(&mut tx, AuditRecord::by_owner(Kind::LoggedIn, user), client_info, now).await?;
    // Not without end: an attacker with many addresses would fill the mailbox.
    let to = Subject::mail("signed_in_from_new_place", &user.to_string());
    let event = if opened.is_new_place && throttles::store::count(&mut tx, Limit::MailTo, &to, now).await?.is_none() {
        Some(news::write(&mut tx, app, EventKind::SignedInFromNewPlace { sign_in_id: sign_in }).await?)
    } else {
        None
    };
    tx.commit().await?;
    if let Some(event) = event {
        news::send(auth, &event, client_info).await;
    }
    Ok(TokenPair { refresh, access })
}

async fn forget_tries(app: &App, counted: &Counted) -> Result<(), ApiError> {
    let mut tx = app.db.begin().await?;
    throttles::store::log_in_succeeded(&mut tx, &counted.email, &counted.client_info, app.clock.now()).await?;
    Ok(tx.commit().await?)
}

/// Never with the address that was typed: people type passwords there.
async fn note_failure(app: &App, account: Option<UserId>, client_info: &ClientInfo) -> Result<(), ApiError> {
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
