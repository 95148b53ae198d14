//! Replaces the recovery codes: `POST /auth/totp/recovery_codes/`.

use axum::Json;
use axum::extract::State;
use shared::app::App;
use shared::audit::{self, AuditRecord, Kind};
use shared::http::{ApiError, Body, CurrentUser, Problem, Problems};
use shared::users::ClientInfo;

use super::second_factor::{CodeCheck, check_code, record_wrong_code};
use super::{ConfirmIdentity, CreatedRecoveryCodes, new_recovery_codes, not_enabled, staff_or_enrolled, wrong_code};
use crate::password_check::check_password;

/// Renew your recovery codes
///
/// Requires your password and a code. The previous recovery codes become invalid. The new ones are in this response only.
#[utoipa::path(
    post,
    path = "/auth/totp/recovery_codes/",
    tag = "auth",
    operation_id = "renew_recovery_codes",
    security(("bearer" = [])),
    request_body = ConfirmIdentity,
    responses(
        (status = 200, body = CreatedRecoveryCodes, description = "The new recovery codes."),
        (status = 403, body = Problem, description = "You are not staff (`staff_only`)."),
        (status = 409, body = Problem, description = "You have no second factor (`totp_not_enabled`)."),
        Problems,
    )
)]
pub(crate) async fn renew_recovery_codes(
    State(app): State<App>,
    CurrentUser(account): CurrentUser,
    client_info: ClientInfo,
    Body(proof): Body<ConfirmIdentity>,
) -> Result<Json<CreatedRecoveryCodes>, ApiError> {
    staff_or_enrolled(&app, &account).await?;
    check_password(&app, &account, proof.current_password, &client_info).await?;
    let mut tx = app.db.begin().await?;
    let answer = match check_code(&mut tx, &app, account.id, &proof.code, &client_info).await? {
        CodeCheck::Valid => {
            let entry = AuditRecord::by_owner(Kind::RecoveryCodesRenewed, account.id);
            audit::store::record(&mut tx, entry, &client_info, app.clock.now()).await?;
            Ok(Json(new_recovery_codes(&mut tx, &app, account.id).await?))
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
