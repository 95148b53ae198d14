//! Changes the email address by the link in a mail to the current one: `POST /auth/users/reset_email_confirm/`.

use axum::extract::State;
use http::StatusCode;
use shared::audit::Kind;
use shared::fields::MAX_EMAIL;
use shared::http::{ApiError, Body, Fields, MaybeBearer, PublicProblems, Request};
use shared::users::links::Purpose;
use shared::users::store::{accounts, links};
use shared::users::{AuthOptions, ClientInfo, Taken, normalize_email};

use super::confirm::check_confirmation;
use super::credentials::{Change, change_email};
use super::limits;
use super::link::{MAX_PART, account_of_link, invalid_token, lenient_part};
use super::set_email::taken_or_other;
use crate::{AuthState, events};

/// A new email address, and the link that allows the change.
#[derive(Request)]
#[request(options = AuthOptions, ignore_unknown)]
pub(crate) struct ConfirmEmailReset {
    /// First part of the link, which names the account.
    #[field(max = MAX_PART, with = lenient_part)]
    #[schema(example = "Mg")]
    pub uid: String,
    /// Second part of the link, the secret token.
    #[field(max = MAX_PART, with = lenient_part)]
    #[schema(write_only)]
    pub token: String,
    /// New email address, with which you log in from now on.
    #[field(email)]
    #[schema(example = "ana.berg@example.com")]
    pub new_email: String,
    /// New email address again. Required if the shop has `USERNAME_RESET_CONFIRM_RETYPE`, otherwise ignored.
    #[field(max = MAX_EMAIL, required_if = username_reset_confirm_retype)]
    #[schema(format = "email")]
    pub re_new_email: Option<String>,
}

/// Change your email address by a link
///
/// The link works once. All sign-ins of the account end, and both email addresses get a mail. If it is the first link that is used at the present
/// email address of the account, the profile and the addresses are deleted, because another person may have entered the email address. If the
/// shop confirms email addresses (`SEND_ACTIVATION_EMAIL`), the account is inactive until its owner opens the link that is sent to the new address.
#[utoipa::path(
    post,
    path = "/auth/users/reset_email_confirm/",
    tag = "auth",
    operation_id = "reset_email_confirm",
    request_body = ConfirmEmailReset,
    responses((status = 204, description = "The email address is changed."), PublicProblems)
)]
pub(crate) async fn reset_email_confirm(
    State(auth): State<AuthState>,
    MaybeBearer(_): MaybeBearer,
    client_info: ClientInfo,
    Body(fields): Body<Fields>,
) -> Result<StatusCode, ApiError> {
    let app = &auth.app;
    let ConfirmEmailReset { uid, token, new_email, re_new_email } =
        fields.read_as(|fields| ConfirmEmailReset::read(fields, &auth.app.auth_options))?;
    check_confirmation("email", &new_email, re_new_email.as_deref())?;
    let email = normalize_email(&new_email);
    // Only a caller with a valid link learns whether an address is taken; in Djoser everyone does.
    let account = account_of_link(app, Purpose::EmailReset, &uid, &token).await?;
    limits::count(app, &limits::for_email_change(account.id, &email, &client_info)).await?;
    if email == account.email {
        return Err(ApiError::field("new_email", Taken::Email.message()));
    }
    let mut tx = app.db.begin().await?;
    let redeemed = links::redeem(&mut tx, account.id, Purpose::EmailReset, &token, app.clock.now()).await?;
    if !redeemed.ok_or_else(invalid_token)?.was_proven {
        // As for a new password: what a stranger entered must not outlive the stranger's address in the account.
        accounts::delete_addresses_and_profile(&mut tx, account.id).await?;
    }
    let change = Change { user: account.id, sign_in: None, kind: Kind::EmailReset, client_info: &client_info };
    let events =
        change_email(&mut tx, &auth, change, &email).await.map_err(taken_or_other)?.ok_or_else(invalid_token)?;
    tx.commit().await?;
    for event in &events {
        events::publish(&auth, event, &client_info).await;
    }
    Ok(StatusCode::NO_CONTENT)
}
