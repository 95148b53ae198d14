//! Changes an address of the caller's profile: `PUT` and `PATCH /auth/addresses/{id}/`.

use axum::Json;
use axum::extract::State;
use shared::addresses::{Address, ReplaceAddress, UpdateAddress, store};
use shared::app::App;
use shared::http::{ApiError, ChangeBody, CurrentUser, PathId, Problem, Problems, Unauthorized};
use shared::ids::{AddressId, UserId};

/// Replace one of your addresses
///
/// Optional texts that you leave out become blank. The defaults stay as they are if you leave out `is_default_shipping` and
/// `is_default_billing`.
#[utoipa::path(
    put,
    path = "/auth/addresses/{id}/",
    tag = "auth",
    operation_id = "replace_address",
    security(("bearer" = [])),
    params(("id" = AddressId, Path, description = "Id of the address.")),
    request_body = ReplaceAddress,
    responses(
        (status = 200, body = Address, description = "The address after the change."),
        (status = 404, body = Problem, description = "You have no such address."),
        Problems,
    )
)]
pub(crate) async fn replace_address(
    State(app): State<App>,
    CurrentUser(account): CurrentUser,
    PathId(id): PathId<AddressId>,
    body: ChangeBody<ReplaceAddress>,
) -> Result<Json<Address>, ApiError> {
    change(&app, account.id, id, body.into_update()).await
}

/// Update one of your addresses
///
/// Fields that you leave out stay as they are.
#[utoipa::path(
    patch,
    path = "/auth/addresses/{id}/",
    tag = "auth",
    operation_id = "update_address",
    security(("bearer" = [])),
    params(("id" = AddressId, Path, description = "Id of the address.")),
    request_body = UpdateAddress,
    responses(
        (status = 200, body = Address, description = "The address after the change."),
        (status = 404, body = Problem, description = "You have no such address."),
        Problems,
    )
)]
pub(crate) async fn update_address(
    State(app): State<App>,
    CurrentUser(account): CurrentUser,
    PathId(id): PathId<AddressId>,
    body: ChangeBody<UpdateAddress>,
) -> Result<Json<Address>, ApiError> {
    change(&app, account.id, id, body).await
}

async fn change(
    app: &App,
    user: UserId,
    id: AddressId,
    ChangeBody(update, read_only): ChangeBody<UpdateAddress>,
) -> Result<Json<Address>, ApiError> {
    let mut tx = app.db.begin().await?;
    if !store::lock(&mut tx, user).await? {
        return Err(Unauthorized::UserNotFound.into());
    }
    let before = store::find(&mut tx, user, id).await?.ok_or(ApiError::NotFound)?;
    read_only.check(&before)?;
    let address = store::update(&mut tx, user, id, update, app.clock.now()).await?.ok_or(ApiError::NotFound)?;
    tx.commit().await?;
    Ok(Json(address))
}
