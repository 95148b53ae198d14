//! Disables the second factor: `DELETE /auth/totp/`.

use axum::extract::State;
use http::StatusCode;
use shared::audit::{self, AuditRecord, Kind};
use shared::http::{ApiError, Body, CurrentUser, Problem, Problems};
use shared::users::ClientInfo;
use shared::users::store::{sign_ins, totp as store};

use super::confirm_identity::{ConfirmIdentity, confirm_identity};
use crate::AuthState;

/// Disable your second factor
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
    State(auth): State<AuthState>,
    CurrentUser(account): CurrentUser,
    client_info: ClientInfo,
    Body(proof): Body<ConfirmIdentity>,
) -> Result<StatusCode, ApiError> {
    let mut tx = confirm_identity(&auth, &account, proof, &client_info).await?;
    store::remove(&mut tx, account.id).await?;
    sign_ins::restrict_second_factor(&mut tx, account.id, None).await?;
    let entry = AuditRecord::by_owner(Kind::TotpDisabled, account.id);
    audit::store::record(&mut tx, entry, &client_info, auth.app.clock.now()).await?;
    tx.commit().await?;
    Ok(StatusCode::NO_CONTENT)
}
