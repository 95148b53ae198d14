//! `GET /auth/api_keys/{id}/`: what is known of a key.

use axum::Json;
use axum::extract::State;
use shared::app::App;
use shared::http::{ApiError, PathId, Problem, RequiresUser, StaffProblems};
use shared::ids::ApiKeyId;
use shared::staff::ApiKey;
use shared::staff::store::api_keys;
use shared::users::permissions::Settings;

/// Read an API key
///
/// The key itself is not told again.
#[utoipa::path(
    get,
    path = "/auth/api_keys/{id}/",
    tag = "auth",
    operation_id = "get_api_key",
    security(("bearer" = ["settings"])),
    params(("id" = ApiKeyId, Path)),
    responses(
        (status = 200, body = ApiKey, description = "What is known of it."),
        (status = 404, body = Problem, description = "There is no such key."),
        StaffProblems
    )
)]
pub(crate) async fn get_api_key(
    State(app): State<App>,
    _: RequiresUser<Settings>,
    PathId(id): PathId<ApiKeyId>,
) -> Result<Json<ApiKey>, ApiError> {
    let mut tx = app.db.read().await?;
    let key = api_keys::find(&mut tx, id).await?;
    tx.commit().await?;
    key.map(Json).ok_or(ApiError::NotFound)
}
