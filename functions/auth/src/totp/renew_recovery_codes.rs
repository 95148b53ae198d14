//! `POST /auth/totp/recovery_codes/`: other recovery codes.

use axum::Json;
use axum::extract::State;
use shared::app::App;
use shared::audit::{self, AuditRecord, Kind};
use shared::http::{ApiError, Body, CurrentUser, Problem, Problems};
use shared::users::ClientInfo;

use super::second_factor::{Judged, judge, note_wrong_code};
use super::{CreatedRecoveryCodes, TotpProof, new_recovery_codes, not_enabled, staff_or_who_was, wrong_code};
use crate::password_check::check_password;

/// Renew one's recovery codes
///
/// Those from before are good no longer. The new ones are shown this once.
#[utoipa::path(
    post,
    path = "/auth/totp/recovery_codes/",
    tag = "auth",
    operation_id = "renew_recovery_codes",
    security(("bearer" = [])),
    request_body = TotpProof,
    responses(
        (status = 200, body = CreatedRecoveryCodes, description = "The new codes."),
        (status = 403, body = Problem, description = "One does not work here."),
        (status = 409, body = Problem, description = "One has no second factor."),
        Problems,
    )
)]
pub(crate) async fn renew_recovery_codes(
    State(app): State<App>,
    CurrentUser(account): CurrentUser,
    client_info: ClientInfo,
    Body(proof): Body<TotpProof>,
) -> Result<Json<CreatedRecoveryCodes>, ApiError> {
    staff_or_who_was(&app, &account).await?;
    check_password(&app, &account, proof.current_password, &client_info).await?;
    let mut tx = app.db.begin().await?;
    let answer = match judge(&mut tx, &app, account.id, &proof.code, &client_info).await? {
        Judged::Good => {
            let entry = AuditRecord::by_owner(Kind::RecoveryCodesRenewed, account.id);
            audit::store::record(&mut tx, entry, &client_info, app.clock.now()).await?;
            Ok(Json(new_recovery_codes(&mut tx, &app, account.id).await?))
        }
        Judged::Wrong => {
            note_wrong_code(&mut tx, &app, account.id, &client_info).await?;
            Err(wrong_code())
        }
        Judged::NoDevice => Err(not_enabled()),
    };
    tx.commit().await?;
    answer
}
