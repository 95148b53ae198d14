//! Returns an API key without its secret: `GET /auth/api_keys/{id}/`.

use axum::Json;
use axum::extract::State;
use shared::app::App;
use shared::http::{ApiError, PathId, Problem, RequiresUser, StaffProblems};
use shared::ids::ApiKeyId;
use shared::staff::ApiKey;
use shared::staff::store::api_keys;
use shared::users::permissions::Settings;

/// Get an API key
///
/// Returns the key without its secret, which is only in the response to its creation.
#[utoipa::path(
    get,
    path = "/auth/api_keys/{id}/",
    tag = "auth",
    operation_id = "get_api_key",
    security(("bearer" = ["settings"])),
    params(("id" = ApiKeyId, Path, description = "Id of the API key.")),
    responses(
        (status = 200, body = ApiKey, description = "The API key without its secret."),
        (status = 404, body = Problem, description = "There is no such API key."),
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
