//! Replaces the recovery codes: `POST /auth/totp/recovery_codes/`.

use axum::Json;
use axum::extract::State;
use shared::audit::{self, AuditRecord, Kind};
use shared::http::{ApiError, Body, CurrentUser, Problem, Problems};
use shared::users::ClientInfo;

use super::confirm_identity::{ConfirmIdentity, confirm_identity};
use super::{CreatedRecoveryCodes, new_recovery_codes};
use crate::AuthState;

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
    State(auth): State<AuthState>,
    CurrentUser(account): CurrentUser,
    client_info: ClientInfo,
    Body(proof): Body<ConfirmIdentity>,
) -> Result<Json<CreatedRecoveryCodes>, ApiError> {
    let mut tx = confirm_identity(&auth, &account, proof, &client_info).await?;
    let entry = AuditRecord::by_owner(Kind::RecoveryCodesRenewed, account.id);
    audit::store::record(&mut tx, entry, &client_info, auth.app.clock.now()).await?;
    let codes = new_recovery_codes(&mut tx, &auth.app, account.id).await?;
    tx.commit().await?;
    Ok(Json(codes))
}
