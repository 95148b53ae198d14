//! Changes the caller's password: `POST /auth/users/set_password/`.

use axum::extract::State;
use http::StatusCode;
use shared::audit::Kind;
use shared::http::{ApiError, Body, CurrentUser, Fields, Problems, Request, Unauthorized};
use shared::throttles::{Limit, Subject};
use shared::users::store::accounts;
use shared::users::tokens::TokenError;
use shared::users::{AuthOptions, ClientInfo, passwords};

use super::confirm::check_confirmation;
use super::credentials::{Change, change_password, fail_on_problems, hash_password};
use super::{current_password, limits};
use crate::{AuthState, events};

/// A new password.
#[derive(Request)]
#[request(options = AuthOptions, ignore_unknown)]
pub(crate) struct SetPassword {
    /// New password. It must not be common, consist of digits only, or resemble the username or the email address.
    #[field(secret, max = passwords::MAX)]
    #[schema(min_length = 8, example = "a quiet harbour")]
    pub new_password: String,
    /// New password again. Required if the shop has `SET_PASSWORD_RETYPE`, otherwise ignored.
    #[field(secret, max = passwords::MAX_COMPARED, required_if = set_password_retype)]
    pub re_new_password: Option<String>,
    /// Your current password.
    #[field(secret, max = passwords::MAX_COMPARED)]
    pub current_password: String,
}

/// Change your password
///
/// All your other sign-ins end, and you are notified by mail.
#[utoipa::path(
    post,
    path = "/auth/users/set_password/",
    tag = "auth",
    operation_id = "set_password",
    security(("bearer" = [])),
    request_body = SetPassword,
    responses((status = 204, description = "The password is changed."), Problems)
)]
pub(crate) async fn set_password(
    State(auth): State<AuthState>,
    CurrentUser(account): CurrentUser,
    client_info: ClientInfo,
    Body(mut fields): Body<Fields>,
) -> Result<StatusCode, ApiError> {
    let app = &auth.app;
    let read = SetPassword::read(&mut fields, &auth.app.auth_options);
    current_password::check(app, &account, &mut fields, &client_info).await?;
    let SetPassword { new_password, re_new_password, current_password: _checked } = fields.finish(read)?;
    fail_on_problems("new_password", passwords::problems(&new_password, &account.username, &account.email))?;
    check_confirmation("password", &new_password, re_new_password.as_deref())?;
    limits::count(app, &[(Limit::MailTo, Subject::user(account.id))]).await?;
    let password_hash = hash_password(app, new_password).await?;
    let mut tx = app.db.begin().await?;
    if !accounts::lock_signed_in(&mut tx, account.id, account.sign_in).await? {
        return Err(Unauthorized::BadToken(TokenError::Revoked).into());
    }
    let change = Change {
        user: account.id,
        sign_in: Some(account.sign_in),
        kind: Kind::PasswordChanged,
        client_info: &client_info,
    };
    let event = change_password(&mut tx, app, change, &password_hash).await?.ok_or(Unauthorized::UserNotFound)?;
    tx.commit().await?;
    events::publish(&auth, &event, &client_info).await;
    Ok(StatusCode::NO_CONTENT)
}
