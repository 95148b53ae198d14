//! Adds an address to the caller's profile: `POST /auth/addresses/`.

use axum::Json;
use axum::extract::State;
use axum::response::{IntoResponse as _, Response};
use http::StatusCode;
use shared::addresses::{Address, CreateAddress, MAX_ADDRESSES, store};
use shared::app::App;
use shared::http::{ApiError, CurrentUser, IdempotencyKey, Problem, Problems, RepeatableBody, Unauthorized};
use shared::idempotency_keys::KeyOwner;

/// Add an address to your profile
///
/// The first address becomes the default for shipping and for billing. A profile has at most 50 addresses.
///
/// With an `Idempotency-Key` the request can be repeated for a day: one address is added, and a request with the same key and body gets 200 with the
/// first answer and `Idempotent-Replayed: true`.
#[utoipa::path(
    post,
    path = "/auth/addresses/",
    tag = "auth",
    operation_id = "create_address",
    security(("bearer" = [])),
    params(IdempotencyKey),
    request_body = CreateAddress,
    responses(
        (status = 201, body = Address, description = "The new address."),
        (status = 200, body = Address, description = "The address had been added before.",
            headers(("Idempotent-Replayed" = String, description = "`true`"))),
        (status = 422, body = Problem, description = "The key was used for another request: `idempotency_key_reused`."),
        Problems,
    )
)]
pub(crate) async fn create_address(
    State(app): State<App>,
    CurrentUser(account): CurrentUser,
    RepeatableBody(new, repeatable): RepeatableBody<CreateAddress>,
) -> Result<Response, ApiError> {
    let (repeatable, now) = (repeatable.of_user(account.id), app.clock.now());
    let mut tx = app.db.begin().await?;
    if !store::lock(&mut tx, account.id).await? {
        return Err(Unauthorized::UserNotFound.into());
    }
    if let Some(first) = repeatable.replay(&mut tx, now).await? {
        return Ok(first);
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
    let address = store::insert(&mut tx, account.id, new, now).await?;
    let created = (StatusCode::CREATED, Json(address)).into_response();
    let created = repeatable.store(&mut tx, KeyOwner::User(account.id), created).await?;
    tx.commit().await?;
    Ok(created)
}
