//! Lists API keys: `GET /auth/api_keys/`.

use axum::Json;
use axum::extract::State;
use shared::app::App;
use shared::http::{ApiError, Page, PageQuery, PageRequest, RequiresUser, StaffProblems};
use shared::staff::ApiKey;
use shared::staff::store::api_keys;
use shared::users::permissions::Settings;

/// List API keys, newest first
///
/// Includes revoked keys. Their secrets are not returned.
#[utoipa::path(
    get,
    path = "/auth/api_keys/",
    tag = "auth",
    operation_id = "list_api_keys",
    security(("bearer" = ["settings"])),
    params(PageQuery),
    responses((status = 200, body = Page<ApiKey>, description = "A page of API keys."), StaffProblems)
)]
pub(crate) async fn list_api_keys(
    State(app): State<App>,
    _: RequiresUser<Settings>,
    request: PageRequest,
) -> Result<Json<Page<ApiKey>>, ApiError> {
    let mut tx = app.db.read().await?;
    let page = request.read(&mut tx, api_keys::list, api_keys::count, |key| key.id).await?;
    tx.commit().await?;
    Ok(Json(page))
}
