//! Removes the second factor: `DELETE /auth/totp/`.

use axum::extract::State;
use http::StatusCode;
use shared::app::App;
use shared::audit::{self, AuditRecord, Kind};
use shared::http::{ApiError, Body, CurrentUser, Problem, Problems};
use shared::users::ClientInfo;
use shared::users::store::totp as store;

use super::second_factor::{CodeCheck, check_code, record_wrong_code};
use super::{ConfirmIdentity, not_enabled, staff_or_enrolled, wrong_code};
use crate::password_check::check_password;

/// Remove your second factor
///
/// Requires your password and a code. If you have lost the device, use a recovery code.
#[utoipa::path(
    delete,
    path = "/auth/totp/",
    tag = "auth",
    operation_id = "delete_totp",
    security(("bearer" = [])),
    request_body = ConfirmIdentity,
    responses(
        (status = 204, description = "Logging in requires no code any more."),
        (status = 403, body = Problem, description = "You are not staff (`staff_only`)."),
        (status = 409, body = Problem, description = "You have no second factor (`totp_not_enabled`)."),
        Problems,
    )
)]
pub(crate) async fn delete_totp(
    State(app): State<App>,
    CurrentUser(account): CurrentUser,
    client_info: ClientInfo,
    Body(proof): Body<ConfirmIdentity>,
) -> Result<StatusCode, ApiError> {
    staff_or_enrolled(&app, &account).await?;
    check_password(&app, &account, proof.current_password, &client_info).await?;
    let mut tx = app.db.begin().await?;
    let answer = match check_code(&mut tx, &app, account.id, &proof.code, &client_info).await? {
        CodeCheck::Valid => {
            store::remove(&mut tx, account.id).await?;
            let entry = AuditRecord::by_owner(Kind::TotpDisabled, account.id);
            audit::store::record(&mut tx, entry, &client_info, app.clock.now()).await?;
            Ok(StatusCode::NO_CONTENT)
        }
        CodeCheck::Wrong => {
            record_wrong_code(&mut tx, &app, account.id, &client_info).await?;
            Err(wrong_code())
        }
        CodeCheck::NoDevice => Err(not_enabled()),
    };
    tx.commit().await?;
    answer
}
