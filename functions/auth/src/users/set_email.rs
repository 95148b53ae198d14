//! Changes the caller's email address: `POST /auth/users/set_email/`.

use axum::extract::State;
use http::StatusCode;
use shared::app::App;
use shared::audit::Kind;
use shared::fields::MAX_EMAIL;
use shared::http::{ApiError, Body, CurrentUser, Fields, Problems, Request, Unauthorized};
use shared::users::store::{Account, accounts};
use shared::users::tokens::TokenError;
use shared::users::{AuthOptions, ClientInfo, Taken, normalize_email, passwords};

use super::confirm::check_confirmation;
use super::credentials::{Change, change_email};
use super::{current_password, limits};
use crate::{AuthState, events};

/// A new email address.
#[derive(Request)]
#[request(options = AuthOptions, ignore_unknown)]
pub(crate) struct SetEmail {
    /// New email address, with which you log in from now on.
    #[field(email)]
    #[schema(example = "ana.berg@example.com")]
    pub new_email: String,
    /// New email address again. Required if the shop has `SET_USERNAME_RETYPE`, otherwise ignored.
    #[field(max = MAX_EMAIL, required_if = set_username_retype)]
    #[schema(format = "email")]
    pub re_new_email: Option<String>,
    /// Your current password.
    #[field(secret, max = passwords::MAX_COMPARED)]
    pub current_password: String,
}

/// Change your email address
///
/// All your other sign-ins end, and both email addresses get a mail. If the shop confirms email addresses
/// (`SEND_ACTIVATION_EMAIL`), the account is inactive until you open the link that is sent to the new address.
#[utoipa::path(
    post,
    path = "/auth/users/set_email/",
    tag = "auth",
    operation_id = "set_email",
    security(("bearer" = [])),
    request_body = SetEmail,
    responses((status = 204, description = "The email address is changed."), Problems)
)]
pub(crate) async fn set_email(
    State(auth): State<AuthState>,
    CurrentUser(account): CurrentUser,
    client_info: ClientInfo,
    Body(fields): Body<Fields>,
) -> Result<StatusCode, ApiError> {
    let app = &auth.app;
    let email = checked_email(&auth, &account, fields, &client_info).await?;
    let mut tx = app.db.begin().await?;
    if !accounts::lock_signed_in(&mut tx, account.id, account.sign_in).await? {
        return Err(Unauthorized::BadToken(TokenError::Revoked).into());
    }
    let change = Change {
        user: account.id,
        sign_in: Some(account.sign_in),
        kind: Kind::EmailChanged,
        client_info: &client_info,
    };
    let events = change_email(&mut tx, &auth, change, &email).await.map_err(taken_or_other)?;
    let events = events.ok_or(Unauthorized::UserNotFound)?;
    tx.commit().await?;
    for event in &events {
        events::publish(&auth, event, &client_info).await;
    }
    Ok(StatusCode::NO_CONTENT)
}

/// Returns the new email address if the body is valid and the password correct. Only a caller who knows the password learns whether the address is
/// taken, and the attempt is counted before, so that nobody can try a thousand addresses.
async fn checked_email(
    auth: &AuthState,
    account: &Account,
    mut fields: Fields,
    client_info: &ClientInfo,
) -> Result<String, ApiError> {
    let app = &auth.app;
    let read = SetEmail::read(&mut fields, &auth.app.auth_options);
    let is_correct = current_password::check(app, account, &mut fields, client_info).await?;
    if let Some(read) = read.as_ref().filter(|_| is_correct) {
        let email = normalize_email(&read.new_email);
        limits::count(app, &limits::for_email_change(account.id, &email, client_info)).await?;
        if is_taken(app, account, &email).await? {
            fields.error("new_email", Taken::Email.message());
        }
    }
    let SetEmail { new_email, re_new_email, current_password: _checked } = fields.finish(read)?;
    check_confirmation("email", &new_email, re_new_email.as_deref())?;
    Ok(normalize_email(&new_email))
}

/// Returns true if the address is taken, so that this error is returned together with others; the database has the last word. The current
/// address of the account counts as taken.
async fn is_taken(app: &App, account: &Account, email: &str) -> Result<bool, ApiError> {
    let mut tx = app.db.read().await?;
    let is_taken_by_another = accounts::is_taken_by_another(&mut tx, email, account.id).await?;
    tx.commit().await?;
    Ok(is_taken_by_another || email == account.email)
}

/// Returns the 400 for a taken address, and other errors as they are.
pub(super) fn taken_or_other(error: sqlx::Error) -> ApiError {
    match Taken::from_error(&error) {
        Some(taken) => ApiError::field("new_email", taken.message()),
        None => error.into(),
    }
}
