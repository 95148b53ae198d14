//! `GET /auth/api_keys/`: every key for a program.

use axum::Json;
use axum::extract::{OriginalUri, State};
use shared::app::App;
use shared::http::{ApiError, BaseUrl, Cursor, Links, Page, PageQuery, Query, RequiresUser, StaffProblems};
use shared::ids::ApiKeyId;
use shared::staff::ApiKey;
use shared::staff::store::api_keys;
use shared::users::permissions::Settings;

use super::between;

/// List API keys, newest first
///
/// Those that were called back too. The keys themselves are not told again.
#[utoipa::path(
    get,
    path = "/auth/api_keys/",
    tag = "auth",
    operation_id = "list_api_keys",
    security(("bearer" = ["settings"])),
    params(PageQuery),
    responses((status = 200, body = Page<ApiKey>, description = "A page of keys."), StaffProblems)
)]
pub(crate) async fn list_api_keys(
    State(app): State<App>,
    _: RequiresUser<Settings>,
    base: BaseUrl,
    OriginalUri(uri): OriginalUri,
    Query(query): Query<PageQuery>,
) -> Result<Json<Page<ApiKey>>, ApiError> {
    let cursor: Option<Cursor<ApiKeyId>> = query.cursor()?;
    let mut tx = app.db.read().await?;
    let rows = api_keys::list(&mut tx, between(cursor.as_ref()), query.limit()).await?;
    let count = if query.count { Some(api_keys::count(&mut tx).await?) } else { None };
    tx.commit().await?;
    let page = Page::from_rows(rows, query.page_size, cursor.as_ref(), |key| key.id, &Links::new(&base, &uri));
    Ok(Json(Page { count, ..page }))
}
