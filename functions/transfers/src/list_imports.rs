//! `GET /api/v1/catalogue/imports/`: the newest first.

use axum::Json;
use axum::extract::{OriginalUri, State};
use shared::app::App;
use shared::http::{ApiError, BaseUrl, Page, PageQuery, Query, Requires, StaffProblems};
use shared::transfers::Import;
use shared::transfers::store::imports::{count, list};
use shared::users::permissions;

use crate::page::{Asked, page};

/// List imports, the newest first
#[utoipa::path(
    get,
    path = "/api/v1/catalogue/imports/",
    tag = "transfers",
    operation_id = "list_imports",
    security(("bearer" = ["catalogue"]), ("api_key" = ["catalogue"])),
    params(PageQuery),
    responses((status = 200, body = Page<Import>, description = "A page of imports."), StaffProblems)
)]
pub(crate) async fn list_imports(
    State(app): State<App>,
    _: Requires<permissions::Catalogue>,
    base: BaseUrl,
    OriginalUri(uri): OriginalUri,
    Query(query): Query<PageQuery>,
) -> Result<Json<Page<Import>>, ApiError> {
    let mut tx = app.db.read().await?;
    let asked = Asked { base: &base, uri: &uri, query: &query };
    let page = page(&mut tx, asked, list, count, |import| import.id).await?;
    tx.commit().await?;
    Ok(page)
}
