//! Deletes an address of the caller's profile: `DELETE /auth/addresses/{id}/`.

use axum::extract::State;
use http::StatusCode;
use shared::addresses::store;
use shared::app::App;
use shared::http::{ApiError, CurrentUser, PathId, Problem, Problems};
use shared::ids::AddressId;

/// Delete one of your addresses
///
/// If it was a default, there is no default until you choose another one. Placed orders do not change.
#[utoipa::path(
    delete,
    path = "/auth/addresses/{id}/",
    tag = "auth",
    operation_id = "delete_address",
    security(("bearer" = [])),
    params(("id" = AddressId, Path, description = "Id of the address.")),
    responses(
        (status = 204, description = "The address is deleted."),
        (status = 404, body = Problem, description = "You have no such address."),
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
