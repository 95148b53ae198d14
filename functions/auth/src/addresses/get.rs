//! Returns an address of the caller's profile: `GET /auth/addresses/{id}/`.

use axum::Json;
use axum::extract::State;
use shared::addresses::{Address, store};
use shared::app::App;
use shared::http::{ApiError, CurrentUser, PathId, Problem, Problems};
use shared::ids::AddressId;

/// Get one of your addresses
///
/// Returns an address of your own profile. The addresses of other people give 404.
#[utoipa::path(
    get,
    path = "/auth/addresses/{id}/",
    tag = "auth",
    operation_id = "get_address",
    security(("bearer" = [])),
    params(("id" = AddressId, Path, description = "Id of the address.")),
    responses(
        (status = 200, body = Address, description = "The address."),
        (status = 404, body = Problem, description = "You have no such address."),
        Problems,
    )
)]
pub(crate) async fn get_address(
    State(app): State<App>,
    CurrentUser(account): CurrentUser,
    PathId(id): PathId<AddressId>,
) -> Result<Json<Address>, ApiError> {
    let mut tx = app.db.read().await?;
    let address = store::find(&mut tx, account.id, id).await?;
    tx.commit().await?;
    address.map(Json).ok_or(ApiError::NotFound)
}
