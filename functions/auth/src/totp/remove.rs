//! `DELETE /auth/totp/`: no second factor any more.

use axum::extract::State;
use http::StatusCode;
use shared::app::App;
use shared::audit::{self, AuditRecord, Kind};
use shared::http::{ApiError, Body, CurrentUser, Problem, Problems};
use shared::users::ClientInfo;
use shared::users::store::totp as store;

use super::second_factor::{Judged, judge, note_wrong_code};
use super::{TotpProof, not_enabled, staff_or_who_was, wrong_code};
use crate::password_check::check_password;

/// Remove one's second factor
///
/// A recovery code will do, for who has lost the device.
#[utoipa::path(
    delete,
    path = "/auth/totp/",
    tag = "auth",
    operation_id = "delete_totp",
    security(("bearer" = [])),
    request_body = TotpProof,
    responses(
        (status = 204, description = "Logging in takes no code."),
        (status = 403, body = Problem, description = "One does not work here."),
        (status = 409, body = Problem, description = "One has no second factor."),
        Problems,
    )
)]
pub(crate) async fn delete_totp(
    State(app): State<App>,
    CurrentUser(account): CurrentUser,
    client_info: ClientInfo,
    Body(proof): Body<TotpProof>,
) -> Result<StatusCode, ApiError> {
    staff_or_who_was(&app, &account).await?;
    check_password(&app, &account, proof.current_password, &client_info).await?;
    let mut tx = app.db.begin().await?;
    let answer = match judge(&mut tx, &app, account.id, &proof.code, &client_info).await? {
        Judged::Good => {
            store::remove(&mut tx, account.id).await?;
            let entry = AuditRecord::by_owner(Kind::TotpDisabled, account.id);
            audit::store::record(&mut tx, entry, &client_info, app.clock.now()).await?;
            Ok(StatusCode::NO_CONTENT)
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
