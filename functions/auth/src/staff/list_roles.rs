//! `GET /auth/roles/`: every role.

use axum::Json;
use axum::extract::{OriginalUri, State};
use shared::app::App;
use shared::http::{ApiError, BaseUrl, Cursor, Links, Page, PageQuery, Query, RequiresUser, StaffProblems};
use shared::ids::RoleId;
use shared::staff::Role;
use shared::staff::store::roles;
use shared::users::permissions::Settings;

use super::between;

/// List roles
#[utoipa::path(
    get,
    path = "/auth/roles/",
    tag = "auth",
    operation_id = "list_roles",
    security(("bearer" = ["settings"])),
    params(PageQuery),
    responses((status = 200, body = Page<Role>, description = "A page of roles."), StaffProblems)
)]
pub(crate) async fn list_roles(
    State(app): State<App>,
    _: RequiresUser<Settings>,
    base: BaseUrl,
    OriginalUri(uri): OriginalUri,
    Query(query): Query<PageQuery>,
) -> Result<Json<Page<Role>>, ApiError> {
    let cursor: Option<Cursor<RoleId>> = query.cursor()?;
    let mut tx = app.db.read().await?;
    let rows = roles::list(&mut tx, between(cursor.as_ref()), query.limit()).await?;
    let count = if query.count { Some(roles::count(&mut tx).await?) } else { None };
    tx.commit().await?;
    let page = Page::from_rows(rows, query.page_size, cursor.as_ref(), |role| role.id, &Links::new(&base, &uri));
    Ok(Json(Page { count, ..page }))
}
