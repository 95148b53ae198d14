//! Adds an address to the caller's profile: `POST /auth/addresses/`.

use axum::Json;
use axum::extract::State;
use http::StatusCode;
use shared::addresses::{Address, CreateAddress, MAX_ADDRESSES, store};
use shared::app::App;
use shared::http::{ApiError, Body, CurrentUser, Problems, Unauthorized};

/// Add an address to your profile
///
/// The first address becomes the default for shipping and for billing. A profile has at most 50 addresses.
#[utoipa::path(
    post,
    path = "/auth/addresses/",
    tag = "auth",
    operation_id = "create_address",
    security(("bearer" = [])),
    request_body = CreateAddress,
    responses((status = 201, body = Address, description = "The new address."), Problems)
)]
pub(crate) async fn create_address(
    State(app): State<App>,
    CurrentUser(account): CurrentUser,
    Body(new): Body<CreateAddress>,
) -> Result<(StatusCode, Json<Address>), ApiError> {
    let mut tx = app.db.begin().await?;
    if !store::lock(&mut tx, account.id).await? {
        return Err(Unauthorized::UserNotFound.into());
    }
    let new = match store::count(&mut tx, account.id).await? {
        0 => CreateAddress { is_default_shipping: Some(true), is_default_billing: Some(true), ..new },
        MAX_ADDRESSES.. => {
            return Err(ApiError::field(
                "non_field_errors",
                format!("A profile has at most {MAX_ADDRESSES} addresses. Delete one first."),
            ));
        }
        _ => new,
    };
    let address = store::insert(&mut tx, account.id, new, app.clock.now()).await?;
    tx.commit().await?;
    Ok((StatusCode::CREATED, Json(address)))
}
