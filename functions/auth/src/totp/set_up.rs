//! Sets up a second factor, which takes effect when it is confirmed: `POST /auth/totp/`.

use axum::Json;
use axum::extract::State;
use http::StatusCode;
use serde::Serialize;
use shared::http::{ApiError, BaseUrl, Body, CurrentUser, Problem, Problems, Request};
use shared::users::store::totp as store;
use shared::users::{ClientInfo, passwords, totp};
use utoipa::ToSchema;

use super::{enabled, staff_only};
use crate::AuthState;
use crate::password_check::check_password;

/// Proof that the owner of the account asks.
#[derive(Request)]
pub(crate) struct SetUpTotp {
    /// Current password of your account.
    #[field(secret, max = passwords::MAX_COMPARED)]
    pub current_password: String,
}

/// The secret for an authenticator app. It is never returned again.
#[derive(Serialize, ToSchema)]
pub(crate) struct TotpSetup {
    /// Secret in base32, for typing into the app.
    #[schema(example = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ")]
    pub secret: String,
    /// `otpauth:` URI with the secret, to show as a QR code.
    #[schema(format = "uri")]
    pub uri: String,
}

/// Set up a second factor
///
/// Logging in requires no code until you confirm the second factor with `POST /auth/totp/confirm/`. Until then, setting up again replaces
/// the secret. Only staff can have a second factor.
#[utoipa::path(
    post,
    path = "/auth/totp/",
    tag = "auth",
    operation_id = "create_totp",
    security(("bearer" = [])),
    request_body = SetUpTotp,
    responses(
        (status = 201, body = TotpSetup, description = "The secret for the authenticator app."),
        (status = 403, body = Problem, description = "You are not staff (`staff_only`)."),
        (status = 409, body = Problem, description = "You have a second factor already (`totp_enabled`)."),
        Problems,
    )
)]
pub(crate) async fn create_totp(
    State(auth): State<AuthState>,
    CurrentUser(account): CurrentUser,
    client_info: ClientInfo,
    BaseUrl(base): BaseUrl,
    Body(SetUpTotp { current_password }): Body<SetUpTotp>,
) -> Result<(StatusCode, Json<TotpSetup>), ApiError> {
    staff_only(&account)?;
    let (app, keys) = (&auth.app, auth.keys.get().await?);
    check_password(app, &account, current_password, &client_info).await?;
    let mut secret = [0; totp::SECRET_BYTES];
    app.rng.fill_random(&mut secret);
    let encrypted = keys.totp.encrypt(&*app.rng, account.id, &secret)?;
    let mut tx = app.db.begin().await?;
    let is_set_up = store::replace_unconfirmed(&mut tx, account.id, &encrypted, app.clock.now()).await?;
    tx.commit().await?;
    if !is_set_up {
        return Err(enabled());
    }
    // The app shows the host under which the shop is reached, next to the email address.
    let shop = base.split_once("://").map_or(&*base, |(_, host)| host);
    let uri = totp::uri(&secret, shop, &account.email);
    Ok((StatusCode::CREATED, Json(TotpSetup { secret: totp::base32(&secret), uri })))
}
