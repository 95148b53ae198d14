//! `GET /auth/staff/`: who works here.

use axum::Json;
use axum::extract::{OriginalUri, State};
use shared::app::App;
use shared::http::{ApiError, BaseUrl, Cursor, Links, Page, PageQuery, Query, RequiresUser, StaffProblems};
use shared::ids::UserId;
use shared::staff::StaffMember;
use shared::staff::store::members;
use shared::users::permissions::Settings;

use super::between;

/// List the staff
#[utoipa::path(
    get,
    path = "/auth/staff/",
    tag = "auth",
    operation_id = "list_staff",
    security(("bearer" = ["settings"])),
    params(PageQuery),
    responses((status = 200, body = Page<StaffMember>, description = "A page of the staff."), StaffProblems)
)]
pub(crate) async fn list_staff(
    State(app): State<App>,
    _: RequiresUser<Settings>,
    base: BaseUrl,
    OriginalUri(uri): OriginalUri,
    Query(query): Query<PageQuery>,
) -> Result<Json<Page<StaffMember>>, ApiError> {
    let cursor: Option<Cursor<UserId>> = query.cursor()?;
    let mut tx = app.db.read().await?;
    let rows = members::list(&mut tx, between(cursor.as_ref()), query.limit()).await?;
    let count = if query.count { Some(members::count(&mut tx).await?) } else { None };
    tx.commit().await?;
    let page = Page::from_rows(rows, query.page_size, cursor.as_ref(), |member| member.id, &Links::new(&base, &uri));
    Ok(Json(Page { count, ..page }))
}
