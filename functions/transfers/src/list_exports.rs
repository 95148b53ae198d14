//! Lists exports: `GET /api/v1/catalogue/exports/`.

use axum::Json;
use axum::extract::State;
use shared::app::App;
use shared::http::{ApiError, Page, PageQuery, PageRequest, Requires, StaffProblems};
use shared::transfers::Export;
use shared::transfers::store::exports::{count, list};
use shared::users::permissions;

/// List exports
///
/// Returns the newest exports first. An export is deleted thirty days after its end.
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
    request: PageRequest,
) -> Result<Json<Page<Export>>, ApiError> {
    let mut tx = app.db.read().await?;
    let page = request.read(&mut tx, list, count, |export| export.id).await?;
    tx.commit().await?;
    Ok(Json(page))
}
