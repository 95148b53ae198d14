//! `POST /auth/users/set_email/`: another address.

use axum::extract::State;
use http::StatusCode;
use shared::app::App;
use shared::audit::Kind;
use shared::http::{ApiError, Body, CurrentUser, Fields, Problems, Unauthorized};
use shared::users::store::{Account, accounts};
use shared::users::tokens::TokenError;
use shared::users::{ClientInfo, Taken, kept_address};
use utoipa::ToSchema;

use super::confirm::Typed;
use super::credentials::{Change, put_email};
use super::{current_password, limits};
use crate::{AuthState, news};

/// Another address.
#[derive(ToSchema)]
#[expect(dead_code, reason = "it only tells the document what is read")]
pub(crate) struct SetEmail {
    /// Where mail is to go, and what one logs in with from now on.
    #[schema(format = "email", max_length = 254, example = "ana@example.com")]
    pub new_email: String,
    /// The same again, where the shop wants it (`SET_USERNAME_RETYPE`).
    #[schema(value_type = String, required = false, format = "email")]
    pub re_new_email: Option<String>,
    /// One's password.
    #[schema(format = "password", write_only)]
    pub current_password: String,
}

/// Change one's address
///
/// Every other sign-in of the account ends, and both addresses are told. Where the shop wants addresses to be proven
/// (`SEND_ACTIVATION_EMAIL`), the account is off until its owner has opened the link that goes to the new one.
#[utoipa::path(
    post,
    path = "/auth/users/set_email/",
    tag = "auth",
    operation_id = "set_email",
    security(("bearer" = [])),
    request_body = SetEmail,
    responses((status = 204, description = "The new address holds."), Problems)
)]
pub(crate) async fn set_email(
    State(auth): State<AuthState>,
    CurrentUser(account): CurrentUser,
    client_info: ClientInfo,
    Body(fields): Body<Fields>,
) -> Result<StatusCode, ApiError> {
    let app = &auth.app;
    let email = judged(&auth, &account, fields, &client_info).await?;
    let mut tx = app.db.begin().await?;
    if !accounts::lock_signed_in(&mut tx, account.id, account.sign_in).await? {
        return Err(Unauthorized::BadToken(TokenError::Revoked).into());
    }
    let change =
        Change { user: account.id, sign_in: account.sign_in, kind: Kind::EmailChanged, client_info: &client_info };
    let events = put_email(&mut tx, &auth, change, &email).await.map_err(taken_or_other)?;
    let events = events.ok_or(Unauthorized::UserNotFound)?;
    tx.commit().await?;
    for event in &events {
        news::send(&auth, event, &client_info).await;
    }
    Ok(StatusCode::NO_CONTENT)
}

/// The new address, once everything about it and the password is as it should be. Whether the address has an owner is said only to who
/// knows the password, and counted before: nobody tries a thousand.
async fn judged(
    auth: &AuthState,
    account: &Account,
    mut fields: Fields,
    client_info: &ClientInfo,
) -> Result<String, ApiError> {
    let app = &auth.app;
    let fits = current_password::judge(app, account, &mut fields, client_info).await?;
    let new = Typed::email(&mut fields, "new_email", auth.options.set_username_retype);
    if let Some(new) = new.as_ref().filter(|_| fits) {
        let email = kept_address(&new.once);
        limits::count(app, &limits::of_another_address(account.id, &email, client_info)).await?;
        if has_an_owner(app, account, &email).await? {
            fields.error("new_email", Taken::Email.message());
        }
    }
    let email = fields.finish(new)?.agreed("email")?;
    Ok(kept_address(&email))
}

/// Only to tell it beside what else is wrong; in the end the database judges. One's own address has an owner too.
async fn has_an_owner(app: &App, account: &Account, email: &str) -> Result<bool, ApiError> {
    let mut tx = app.db.read().await?;
    let is_somebody_elses = accounts::is_somebody_elses(&mut tx, email, account.id).await?;
    tx.commit().await?;
    Ok(is_somebody_elses || email == account.email)
}

/// 400 where the address has an owner.
pub(super) fn taken_or_other(error: sqlx::Error) -> ApiError {
    match Taken::of(&error) {
        Some(taken) => ApiError::field("new_email", taken.message()),
        None => error.into(),
    }
}
