//! `GET /auth/totp/`: whether one has a second factor.

use axum::Json;
use axum::extract::State;
use serde::Serialize;
use shared::app::App;
use shared::http::{ApiError, CurrentUser, Problem, Problems};
use shared::users::store::totp as store;
use utoipa::ToSchema;

use super::staff_or_who_was;

/// One's second factor.
#[derive(Serialize, ToSchema)]
pub(crate) struct TotpState {
    /// Whether logging in takes a code.
    pub is_enabled: bool,
    /// How many recovery codes were not used yet.
    pub recovery_codes_left: i64,
}

/// Read whether one has a second factor
///
/// For the staff; 403 `staff_only` for others.
#[utoipa::path(
    get,
    path = "/auth/totp/",
    tag = "auth",
    operation_id = "get_totp",
    security(("bearer" = [])),
    responses(
        (status = 200, body = TotpState, description = "One's second factor."),
        (status = 403, body = Problem, description = "One does not work here."),
        Problems,
    )
)]
pub(crate) async fn get_totp(
    State(app): State<App>,
    CurrentUser(account): CurrentUser,
) -> Result<Json<TotpState>, ApiError> {
    staff_or_who_was(&app, &account).await?;
    let is_enabled = store::is_needed(&app.db, account.id).await?;
    let mut tx = app.db.read().await?;
    let recovery_codes_left = store::recovery_codes_left(&mut tx, account.id).await?;
    tx.commit().await?;
    Ok(Json(TotpState { is_enabled, recovery_codes_left }))
}
