//! `DELETE /auth/addresses/{id}/`: one address less.

use axum::extract::State;
use http::StatusCode;
use shared::addresses::store;
use shared::app::App;
use shared::http::{ApiError, CurrentUser, PathId, Problem, Problems};
use shared::ids::AddressId;

/// Delete one of one's addresses
///
/// If it was a default, there is none until another becomes it.
#[utoipa::path(
    delete,
    path = "/auth/addresses/{id}/",
    tag = "auth",
    operation_id = "delete_address",
    security(("bearer" = [])),
    params(("id" = AddressId, Path, description = "The address's id.")),
    responses(
        (status = 204, description = "The address is gone."),
        (status = 404, body = Problem, description = "There is no such address, or it is somebody else's."),
        Problems,
    )
)]
pub(crate) async fn delete_address(
    State(app): State<App>,
    CurrentUser(account): CurrentUser,
    PathId(id): PathId<AddressId>,
) -> Result<StatusCode, ApiError> {
    let mut tx = app.db.begin().await?;
    let was_there = store::delete(&mut tx, account.id, id).await?;
    tx.commit().await?;
    if was_there { Ok(StatusCode::NO_CONTENT) } else { Err(ApiError::NotFound) }
}
