//! `POST /auth/users/reset_email_confirm/`: another address, by the link in a mail to the one until now.

use axum::extract::State;
use http::StatusCode;
use shared::audit::Kind;
use shared::http::{ApiError, Body, Fields, MaybeBearer, PublicProblems};
use shared::users::links::Purpose;
use shared::users::store::links;
use shared::users::{ClientInfo, Taken, kept_address};
use utoipa::ToSchema;

use super::confirm::Typed;
use super::credentials::{Change, put_email};
use super::limits;
use super::link::{Link, not_good};
use super::set_email::taken_or_other;
use crate::{AuthState, news};

/// Another address, and the link that allows it.
#[derive(ToSchema)]
#[expect(dead_code, reason = "it only tells the document what is read")]
pub(crate) struct ConfirmEmailReset {
    /// Whose account.
    #[schema(example = "Mg")]
    pub uid: String,
    /// That one reads its mailbox.
    #[schema(write_only)]
    pub token: String,
    /// Where mail is to go, and what one logs in with from now on.
    #[schema(format = "email", max_length = 254, example = "ana@example.com")]
    pub new_email: String,
    /// The same again, where the shop wants it (`USERNAME_RESET_CONFIRM_RETYPE`).
    #[schema(value_type = String, required = false, format = "email")]
    pub re_new_email: Option<String>,
}

/// Choose another address by a link
///
/// The link is good once. Every sign-in of the account ends, and both addresses are told. Where the shop wants addresses to be
/// proven (`SEND_ACTIVATION_EMAIL`), the account is off until its owner has opened the link that goes to the new one.
#[utoipa::path(
    post,
    path = "/auth/users/reset_email_confirm/",
    tag = "auth",
    operation_id = "reset_email_confirm",
    request_body = ConfirmEmailReset,
    responses((status = 204, description = "The new address holds."), PublicProblems)
)]
pub(crate) async fn reset_email_confirm(
    State(auth): State<AuthState>,
    MaybeBearer(_): MaybeBearer,
    client_info: ClientInfo,
    Body(fields): Body<Fields>,
) -> Result<StatusCode, ApiError> {
    let app = &auth.app;
    let is_twice = auth.options.username_reset_confirm_retype;
    let (link, new) = fields.read_as(|fields| {
        let link = Link::read_leniently(fields);
        let new = Typed::email(fields, "new_email", is_twice);
        Some((link?, new?))
    })?;
    let email = kept_address(&new.agreed("email")?);
    // Whether an address has an owner is said only to who has a good link; in Djoser anybody hears it.
    let account = link.owner(app, Purpose::EmailReset).await?;
    limits::count(app, &limits::of_another_address(account.id, &email, &client_info)).await?;
    if email == account.email {
        return Err(ApiError::field("new_email", Taken::Email.message()));
    }
    let mut tx = app.db.begin().await?;
    if !links::redeem(&mut tx, account.id, Purpose::EmailReset, &link.token, app.clock.now()).await? {
        return Err(not_good());
    }
    let change = Change { user: account.id, sign_in: None, kind: Kind::EmailReset, client_info: &client_info };
    let events = put_email(&mut tx, &auth, change, &email).await.map_err(taken_or_other)?.ok_or_else(not_good)?;
    tx.commit().await?;
    for event in &events {
        news::send(&auth, event, &client_info).await;
    }
    Ok(StatusCode::NO_CONTENT)
}
