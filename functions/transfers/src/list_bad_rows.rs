//! `GET /api/v1/catalogue/imports/{id}/bad_rows/`: what was not taken, and why.

use axum::Json;
use axum::extract::{OriginalUri, State};
use shared::app::App;
use shared::http::{
    ApiError, BaseUrl, Cursor, Links, Page, PageQuery, PathId, Permitted, Problem, Query, StaffProblems,
};
use shared::ids::ImportId;
use shared::transfers::ImportBadRow;
use shared::transfers::store::imports::{bad_rows, count_bad_rows, find};
use shared::users::permissions;

use crate::beside;

/// List the bad rows of an import
///
/// In the order of the file, the first 10,000 of them. A product that has a bad row is left out, all of it.
#[utoipa::path(
    get,
    path = "/api/v1/catalogue/imports/{id}/bad_rows/",
    tag = "transfers",
    operation_id = "list_bad_rows",
    security(("bearer" = ["catalogue"]), ("api_key" = ["catalogue"])),
    params(("id" = ImportId, Path), PageQuery),
    responses(
        (status = 200, body = Page<ImportBadRow>, description = "A page of bad rows."),
        (status = 404, body = Problem, description = "There is no such import."),
        StaffProblems,
    )
)]
pub(crate) async fn list_bad_rows(
    State(app): State<App>,
    _: Permitted<permissions::Catalogue>,
    PathId(id): PathId<ImportId>,
    base: BaseUrl,
    OriginalUri(uri): OriginalUri,
    Query(query): Query<PageQuery>,
) -> Result<Json<Page<ImportBadRow>>, ApiError> {
    let cursor: Option<Cursor<i64>> = query.cursor()?;
    let mut tx = app.db.read().await?;
    find(&mut tx, id).await?.ok_or(ApiError::NotFound)?;
    let rows = bad_rows(&mut tx, id, beside(cursor.as_ref()), query.limit()).await?;
    let count = if query.count { Some(count_bad_rows(&mut tx, id).await?) } else { None };
    tx.commit().await?;
    let links = Links::new(&base, &uri);
    let page = Page::from_rows(rows, query.page_size, cursor.as_ref(), |row| row.position, &links);
    Ok(Json(Page { count, ..page }))
}
