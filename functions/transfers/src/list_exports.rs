//! `GET /api/v1/catalogue/exports/`: the newest first.

use axum::Json;
use axum::extract::{OriginalUri, State};
use shared::app::App;
use shared::http::{ApiError, BaseUrl, Page, PageQuery, Query, Requires, StaffProblems};
use shared::transfers::Export;
use shared::transfers::store::exports::{count, list};
use shared::users::permissions;

use crate::page::{Asked, page};

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
    _: Requires<permissions::Catalogue>,
    base: BaseUrl,
    OriginalUri(uri): OriginalUri,
    Query(query): Query<PageQuery>,
) -> Result<Json<Page<Export>>, ApiError> {
    let mut tx = app.db.read().await?;
    let asked = Asked { base: &base, uri: &uri, query: &query };
    let page = page(&mut tx, asked, list, count, |export| export.id).await?;
    tx.commit().await?;
    Ok(page)
}
