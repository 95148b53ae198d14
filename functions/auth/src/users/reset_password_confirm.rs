//! Changes the password by the link in a mail: `POST /auth/users/reset_password_confirm/`.

use axum::extract::State;
use http::StatusCode;
use shared::audit::Kind;
use shared::http::{ApiError, Body, Fields, MaybeBearer, PublicProblems, Request};
use shared::users::links::Purpose;
use shared::users::store::{accounts, links};
use shared::users::{AuthOptions, ClientInfo, passwords};

use super::confirm::check_confirmation;
use super::credentials::{Change, change_password, fail_on_problems, hash_password};
use super::link::{MAX_PART, account_of_link, invalid_token};
use crate::{AuthState, events};

/// A new password, and the link that allows the change.
#[derive(Request)]
#[request(options = AuthOptions, ignore_unknown)]
pub(crate) struct ConfirmPasswordReset {
    /// First part of the link, which names the account.
    #[field(max = MAX_PART)]
    #[schema(example = "Mg")]
    pub uid: String,
    /// Second part of the link, the secret token.
    #[field(max = MAX_PART)]
    #[schema(write_only)]
    pub token: String,
    /// New password. It must not be common, consist of digits only, or resemble the username or the email address.
    #[field(secret, max = passwords::MAX)]
    #[schema(min_length = 8, example = "a quiet harbour")]
    pub new_password: String,
    /// New password again. Required if the shop has `PASSWORD_RESET_CONFIRM_RETYPE`, otherwise ignored.
    #[field(secret, max = passwords::MAX_COMPARED, required_if = password_reset_confirm_retype)]
    pub re_new_password: Option<String>,
}

/// Change your password by a link
///
/// The link works once. All sign-ins of the account end, and its owner is notified by mail. If it is the first link that is used at the present
/// email address of the account, the profile and the addresses are deleted, because another person may have entered the email address.
#[utoipa::path(
    post,
    path = "/auth/users/reset_password_confirm/",
    tag = "auth",
    operation_id = "reset_password_confirm",
    request_body = ConfirmPasswordReset,
    responses((status = 204, description = "The password is changed."), PublicProblems)
)]
pub(crate) async fn reset_password_confirm(
    State(auth): State<AuthState>,
    MaybeBearer(_): MaybeBearer,
    client_info: ClientInfo,
    Body(fields): Body<Fields>,
) -> Result<StatusCode, ApiError> {
    let app = &auth.app;
    let ConfirmPasswordReset { uid, token, new_password, re_new_password } =
        fields.read_as(|fields| ConfirmPasswordReset::read(fields, &auth.app.auth_options))?;
    // In Djoser's order: the password alone, then the link, and only then the password compared with its owner's names.
    fail_on_problems("new_password", passwords::problems(&new_password, "", ""))?;
    check_confirmation("password", &new_password, re_new_password.as_deref())?;
    let account = account_of_link(app, Purpose::PasswordReset, &uid, &token).await?;
    fail_on_problems("new_password", passwords::problems(&new_password, &account.username, &account.email))?;
    let password_hash = hash_password(app, new_password).await?;
    let mut tx = app.db.begin().await?;
    let redeemed = links::redeem(&mut tx, account.id, Purpose::PasswordReset, &token, app.clock.now()).await?;
    if !redeemed.ok_or_else(invalid_token)?.was_proven {
        // A stranger may have registered with the address or changed to it, and parcels would go where the stranger wants.
        accounts::delete_addresses_and_profile(&mut tx, account.id).await?;
    }
    let change = Change { user: account.id, sign_in: None, kind: Kind::PasswordReset, client_info: &client_info };
    let event = change_password(&mut tx, app, change, &password_hash).await?.ok_or_else(invalid_token)?;
    tx.commit().await?;
    events::publish(&auth, &event, &client_info).await;
    Ok(StatusCode::NO_CONTENT)
}
