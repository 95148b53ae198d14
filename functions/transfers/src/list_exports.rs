//! `GET /api/v1/catalogue/exports/`: the newest first.

use axum::Json;
use axum::extract::{OriginalUri, State};
use shared::app::App;
use shared::http::{ApiError, BaseUrl, Cursor, Links, Page, PageQuery, Permitted, Query, StaffProblems};
use shared::ids::ExportId;
use shared::transfers::Export;
use shared::transfers::store::exports::{count, list};
use shared::users::permissions;

use crate::beside;

/// List exports, the newest first
#[utoipa::path(
    get,
    path = "/api/v1/catalogue/exports/",
    tag = "transfers",
    operation_id = "list_exports",
    security(("bearer" = ["catalogue"]), ("api_key" = ["catalogue"])),
    params(PageQuery),
    responses((status = 200, body = Page<Export>, description = "A page of exports."), StaffProblems)
)]
pub(crate) async fn list_exports(
    State(app): State<App>,
    _: Permitted<permissions::Catalogue>,
    base: BaseUrl,
    OriginalUri(uri): OriginalUri,
    Query(query): Query<PageQuery>,
) -> Result<Json<Page<Export>>, ApiError> {
    let cursor: Option<Cursor<ExportId>> = query.cursor()?;
    let mut tx = app.db.read().await?;
    let rows = list(&mut tx, beside(cursor.as_ref()), query.limit()).await?;
    let count = if query.count { Some(count(&mut tx).await?) } else { None };
    tx.commit().await?;
    let links = Links::new(&base, &uri);
    let page = Page::from_rows(rows, query.page_size, cursor.as_ref(), |row| row.id, &links);
    Ok(Json(Page { count, ..page }))
}
