//! `PUT` and `PATCH /auth/addresses/{id}/`: an address as it is now.

use axum::Json;
use axum::extract::State;
use shared::addresses::{Address, CreateAddress, UpdateAddress, store};
use shared::app::App;
use shared::http::{ApiError, Body, CurrentUser, PathId, Problem, Problems, Unauthorized};
use shared::ids::{AddressId, UserId};

/// Replace one of one's addresses
#[utoipa::path(
    put,
    path = "/auth/addresses/{id}/",
    tag = "auth",
    operation_id = "replace_address",
    security(("bearer" = [])),
    params(("id" = AddressId, Path, description = "The address's id.")),
    request_body = CreateAddress,
    responses(
        (status = 200, body = Address, description = "The address as it is now."),
        (status = 404, body = Problem, description = "There is no such address, or it is somebody else's."),
        Problems,
    )
)]
pub(crate) async fn replace_address(
    State(app): State<App>,
    CurrentUser(account): CurrentUser,
    PathId(id): PathId<AddressId>,
    Body(new): Body<CreateAddress>,
) -> Result<Json<Address>, ApiError> {
    change(&app, account.id, id, new.into()).await
}

/// Change one of one's addresses
#[utoipa::path(
    patch,
    path = "/auth/addresses/{id}/",
    tag = "auth",
    operation_id = "update_address",
    security(("bearer" = [])),
    params(("id" = AddressId, Path, description = "The address's id.")),
    request_body = UpdateAddress,
    responses(
        (status = 200, body = Address, description = "The address as it is now."),
        (status = 404, body = Problem, description = "There is no such address, or it is somebody else's."),
        Problems,
    )
)]
pub(crate) async fn update_address(
    State(app): State<App>,
    CurrentUser(account): CurrentUser,
    PathId(id): PathId<AddressId>,
    Body(wanted): Body<UpdateAddress>,
) -> Result<Json<Address>, ApiError> {
    change(&app, account.id, id, wanted).await
}

async fn change(app: &App, user: UserId, id: AddressId, wanted: UpdateAddress) -> Result<Json<Address>, ApiError> {
    let mut tx = app.db.begin().await?;
    if !store::lock(&mut tx, user).await? {
        return Err(Unauthorized::UserNotFound.into());
    }
    let address = store::update(&mut tx, user, id, wanted, app.clock.now()).await?.ok_or(ApiError::NotFound)?;
    tx.commit().await?;
    Ok(Json(address))
}
