//! `POST /auth/totp/confirm/`: the second factor comes into force.

use axum::Json;
use axum::extract::State;
use shared::app::App;
use shared::app::db::Tx;
use shared::audit::{self, AuditRecord, Kind};
use shared::http::{ApiError, Body, CurrentUser, Problem, Problems, Request};
use shared::ids::UserId;
use shared::users::store::totp as store;
use shared::users::{ClientInfo, totp};

use super::second_factor::{count, forget};
use super::{CreatedRecoveryCodes, MAX_CODE, enabled, new_recovery_codes, not_enabled, staff_only, wrong_code};

/// Proof that the app has the secret.
#[derive(Request)]
pub(crate) struct ConfirmTotp {
    /// Code that the app shows.
    #[field(max = MAX_CODE)]
    #[schema(write_only, example = "123456")]
    pub code: String,
}

/// Why it does not come into force.
enum ConfirmError {
    /// None was offered.
    NotOffered,
    /// It is in force.
    Confirmed,
    /// The app has another secret, or the clock of one of us is wrong.
    WrongCode,
}

/// Put one's second factor in force
///
/// From now on logging in takes a code. The answer's recovery codes are shown this once.
#[utoipa::path(
    post,
    path = "/auth/totp/confirm/",
    tag = "auth",
    operation_id = "confirm_totp",
    security(("bearer" = [])),
    request_body = ConfirmTotp,
    responses(
        (status = 200, body = CreatedRecoveryCodes, description = "Codes for when the device is lost."),
        (status = 403, body = Problem, description = "One does not work here."),
        (status = 409, body = Problem, description = "None was offered, or it is in force."),
        Problems,
    )
)]
pub(crate) async fn confirm_totp(
    State(app): State<App>,
    CurrentUser(account): CurrentUser,
    client_info: ClientInfo,
    Body(ConfirmTotp { code }): Body<ConfirmTotp>,
) -> Result<Json<CreatedRecoveryCodes>, ApiError> {
    staff_only(&account)?;
    let mut tx = app.db.begin().await?;
    count(&mut tx, account.id, app.clock.now()).await?;
    let confirmed = confirm(&mut tx, &app, account.id, &code, &client_info).await?;
    // The try counts, whatever came out.
    tx.commit().await?;
    match confirmed {
        Ok(codes) => Ok(Json(codes)),
        Err(ConfirmError::NotOffered) => Err(not_enabled()),
        Err(ConfirmError::Confirmed) => Err(enabled()),
        Err(ConfirmError::WrongCode) => Err(wrong_code()),
    }
}

async fn confirm(
    tx: &mut Tx,
    app: &App,
    user: UserId,
    code: &str,
    client_info: &ClientInfo,
) -> sqlx::Result<Result<CreatedRecoveryCodes, ConfirmError>> {
    let now = app.clock.now();
    let Some(device) = store::lock_device(tx, user).await? else { return Ok(Err(ConfirmError::NotOffered)) };
    if device.is_confirmed {
        return Ok(Err(ConfirmError::Confirmed));
    }
    let Some(step) = totp::step_of(&device.secret, code, now, device.last_step) else {
        return Ok(Err(ConfirmError::WrongCode));
    };
    store::take_step(tx, user, step).await?;
    store::confirm(tx, user, now).await?;
    forget(tx, user).await?;
    audit::store::record(tx, AuditRecord::by_owner(Kind::TotpEnabled, user), client_info, now).await?;
    new_recovery_codes(tx, app, user).await.map(Ok)
}
