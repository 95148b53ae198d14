//! Changes the caller's password: `POST /auth/users/set_password/`.

use axum::extract::State;
use http::StatusCode;
use shared::audit::Kind;
use shared::http::{ApiError, Body, CurrentUser, Fields, Problems, Unauthorized};
use shared::throttles::{Limit, Subject};
use shared::users::store::accounts;
use shared::users::tokens::TokenError;
use shared::users::{ClientInfo, passwords};
use utoipa::ToSchema;

use super::confirm::Typed;
use super::credentials::{Change, change_password, fail_on_problems, hash_password};
use super::{current_password, limits};
use crate::{AuthState, events};

/// A new password.
#[derive(ToSchema)]
#[expect(dead_code, reason = "it only tells the document what is read")]
pub(crate) struct SetPassword {
    /// New password. It must not be common, consist of digits only, or resemble the username or the email address.
    #[schema(format = "password", write_only, min_length = 8, max_length = 128, example = "a quiet harbour")]
    pub new_password: String,
    /// New password again. Required if the shop has `SET_PASSWORD_RETYPE`, otherwise ignored.
    #[schema(value_type = String, required = false, format = "password", write_only)]
    pub re_new_password: Option<String>,
    /// Your current password.
    #[schema(format = "password", write_only)]
    pub current_password: String,
}

/// Change your password
///
/// All other sign-ins of the account end, and its owner is notified by mail.
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
    current_password::check(app, &account, &mut fields, &client_info).await?;
    let new = Typed::password(&mut fields, "new_password", auth.options.set_password_retype);
    let new = fields.finish(new)?;
    fail_on_problems("new_password", passwords::problems(&new.value, &account.username, &account.email))?;
    let password = new.confirmed("password")?;
    limits::count(app, &[(Limit::MailTo, Subject::user(account.id))]).await?;
    let password_hash = hash_password(app, password).await?;
    let mut tx = app.db.begin().await?;
    if !accounts::lock_signed_in(&mut tx, account.id, account.sign_in).await? {
        return Err(Unauthorized::BadToken(TokenError::Revoked).into());
    }
    let change =
        Change { user: account.id, sign_in: account.sign_in, kind: Kind::PasswordChanged, client_info: &client_info };
    let event = change_password(&mut tx, app, change, &password_hash).await?.ok_or(Unauthorized::UserNotFound)?;
    tx.commit().await?;
    events::publish(&auth, &event, &client_info).await;
    Ok(StatusCode::NO_CONTENT)
}
