//! `POST /auth/totp/`: a second factor is offered.

use axum::Json;
use axum::extract::State;
use http::StatusCode;
use serde::Serialize;
use shared::app::App;
use shared::http::{ApiError, BaseUrl, Body, CurrentUser, Problem, Problems, Request};
use shared::users::store::totp as store;
use shared::users::{ClientInfo, passwords, totp};
use utoipa::ToSchema;

use super::{enabled, staff_only};
use crate::password_check::check_password;

/// Proof that the owner of the account asks.
#[derive(Request)]
pub(crate) struct SetUpTotp {
    /// Password of the account.
    #[field(secret, max = passwords::MAX_COMPARED)]
    pub current_password: String,
}

/// What an authenticator app wants to know. Shown this once.
#[derive(Serialize, ToSchema)]
pub(crate) struct TotpSetup {
    /// In base32, to be typed.
    #[schema(example = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ")]
    pub secret: String,
    /// The same with all the rest, to be shown as a QR code.
    #[schema(format = "uri")]
    pub uri: String,
}

/// Offer a second factor
///
/// Logging in takes no code before `/auth/totp/confirm/` has seen one. Until then another offer takes its place.
#[utoipa::path(
    post,
    path = "/auth/totp/",
    tag = "auth",
    operation_id = "create_totp",
    security(("bearer" = [])),
    request_body = SetUpTotp,
    responses(
        (status = 201, body = TotpSetup, description = "What the app wants to know."),
        (status = 403, body = Problem, description = "One does not work here."),
        (status = 409, body = Problem, description = "One has a second factor already."),
        Problems,
    )
)]
pub(crate) async fn create_totp(
    State(app): State<App>,
    CurrentUser(account): CurrentUser,
    client_info: ClientInfo,
    BaseUrl(base): BaseUrl,
    Body(SetUpTotp { current_password }): Body<SetUpTotp>,
) -> Result<(StatusCode, Json<TotpSetup>), ApiError> {
    staff_only(&account)?;
    check_password(&app, &account, current_password, &client_info).await?;
    let mut secret = [0; totp::SECRET_BYTES];
    app.rng.fill_random(&mut secret);
    let mut tx = app.db.begin().await?;
    let offered = store::offer(&mut tx, account.id, &secret, app.clock.now()).await?;
    tx.commit().await?;
    if !offered {
        return Err(enabled());
    }
    // The shop's own name is on its mails; here is where it is reached, which an app shows as well.
    let shop = base.split_once("://").map_or(&*base, |(_, host)| host);
    let uri = totp::uri(&secret, shop, &account.email);
    Ok((StatusCode::CREATED, Json(TotpSetup { secret: totp::base32(&secret), uri })))
}
