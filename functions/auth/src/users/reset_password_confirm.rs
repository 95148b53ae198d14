//! `POST /auth/users/reset_password_confirm/`: another password, by the link in a mail.

use axum::extract::State;
use http::StatusCode;
use shared::audit::Kind;
use shared::http::{ApiError, Body, Fields, MaybeBearer, PublicProblems};
use shared::users::links::Purpose;
use shared::users::store::links;
use shared::users::{ClientInfo, passwords};
use utoipa::ToSchema;

use super::confirm::Typed;
use super::credentials::{Change, accepted, hashed, put_password};
use super::link::{Link, not_good};
use crate::{AuthState, news};

/// Another password, and the link that allows it.
#[derive(ToSchema)]
#[expect(dead_code, reason = "it only tells the document what is read")]
pub(crate) struct ConfirmPasswordReset {
    /// Whose account.
    #[schema(example = "Mg")]
    pub uid: String,
    /// That one reads its mailbox.
    #[schema(write_only)]
    pub token: String,
    /// Not common, not only digits, and not like the name or the address.
    #[schema(format = "password", write_only, min_length = 8, max_length = 128, example = "a quiet harbour")]
    pub new_password: String,
    /// The same again, where the shop wants it (`PASSWORD_RESET_CONFIRM_RETYPE`).
    #[schema(value_type = String, required = false, format = "password", write_only)]
    pub re_new_password: Option<String>,
}

/// Choose another password by a link
///
/// The link is good once. Every sign-in of the account ends, and its owner is told by mail.
#[utoipa::path(
    post,
    path = "/auth/users/reset_password_confirm/",
    tag = "auth",
    operation_id = "reset_password_confirm",
    request_body = ConfirmPasswordReset,
    responses((status = 204, description = "The new password holds."), PublicProblems)
)]
pub(crate) async fn reset_password_confirm(
    State(auth): State<AuthState>,
    MaybeBearer(_): MaybeBearer,
    client_info: ClientInfo,
    Body(fields): Body<Fields>,
) -> Result<StatusCode, ApiError> {
    let app = &auth.app;
    let is_twice = auth.options.password_reset_confirm_retype;
    let (link, new) = fields.read_as(|fields| {
        let link = Link::read(fields);
        let new = Typed::password(fields, "new_password", is_twice);
        Some((link?, new?))
    })?;
    // In Djoser's order: the password for itself, then the link, and only then the password beside its owner's name.
    accepted("new_password", passwords::problems(&new.once, "", ""))?;
    let password = new.agreed("password")?;
    let account = link.owner(app, Purpose::PasswordReset).await?;
    accepted("new_password", passwords::problems(&password, &account.username, &account.email))?;
    let password_hash = hashed(app, password).await?;
    let mut tx = app.db.begin().await?;
    if !links::redeem(&mut tx, account.id, Purpose::PasswordReset, &link.token, app.clock.now()).await? {
        return Err(not_good());
    }
    let change = Change { user: account.id, sign_in: None, kind: Kind::PasswordReset, client_info: &client_info };
    let event = put_password(&mut tx, app, change, &password_hash).await?.ok_or_else(not_good)?;
    tx.commit().await?;
    news::send(&auth, &event, &client_info).await;
    Ok(StatusCode::NO_CONTENT)
}
