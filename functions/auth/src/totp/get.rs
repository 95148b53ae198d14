//! Returns whether the caller has a second factor: `GET /auth/totp/`.

use axum::Json;
use axum::extract::State;
use serde::Serialize;
use shared::app::App;
use shared::http::{ApiError, CurrentUser, Problem, Problems};
use shared::users::store::totp as store;
use utoipa::ToSchema;

use super::staff_or_enrolled;

/// State of your second factor.
#[derive(Serialize, ToSchema)]
pub(crate) struct TotpState {
    /// True if logging in requires a code.
    pub is_enabled: bool,
    /// Number of recovery codes that were not used yet.
    pub recovery_codes_left: i64,
}

/// Get the state of your second factor
///
/// Only staff can have a second factor. A former staff member who still has one can use this, too.
#[utoipa::path(
    get,
    path = "/auth/totp/",
    tag = "auth",
    operation_id = "get_totp",
    security(("bearer" = [])),
    responses(
        (status = 200, body = TotpState, description = "The state of your second factor."),
        (status = 403, body = Problem, description = "You are not staff (`staff_only`)."),
        Problems,
    )
)]
pub(crate) async fn get_totp(
    State(app): State<App>,
    CurrentUser(account): CurrentUser,
) -> Result<Json<TotpState>, ApiError> {
    staff_or_enrolled(&app, &account).await?;
    let is_enabled = store::is_enabled(&app.db, account.id).await?;
    let mut tx = app.db.read().await?;
    let recovery_codes_left = store::recovery_codes_left(&mut tx, account.id).await?;
    tx.commit().await?;
    Ok(Json(TotpState { is_enabled, recovery_codes_left }))
}
