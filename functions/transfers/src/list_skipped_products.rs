//! Lists the products that an export skipped: `GET /api/v1/catalogue/exports/{id}/skipped/`.

use axum::Json;
use axum::extract::State;
use shared::app::App;
use shared::app::db::Tx;
use shared::http::{ApiError, Page, PageQuery, PageRequest, PathId, Problem, Requires, StaffProblems};
use shared::ids::ExportId;
use shared::transfers::SkippedProduct;
use shared::transfers::store::exports::{count_skipped, find, list_skipped};
use shared::users::permissions;

/// List the products that an export skipped
///
/// Returns the first 10,000 products that the file format cannot represent, in the order in which the export reached them, each with the reason.
#[utoipa::path(
    get,
    path = "/api/v1/catalogue/exports/{id}/skipped/",
    tag = "transfers",
    operation_id = "list_skipped_products",
    security(("bearer" = ["catalogue"]), ("api_key" = ["catalogue"])),
    params(("id" = ExportId, Path, description = "Id of the export."), PageQuery),
    responses(
        (status = 200, body = Page<SkippedProduct>, description = "A page of skipped products."),
        (status = 404, body = Problem, description = "There is no such export."),
        StaffProblems,
    )
)]
pub(crate) async fn list_skipped_products(
    State(app): State<App>,
    _: Requires<permissions::Catalogue>,
    PathId(id): PathId<ExportId>,
    request: PageRequest,
) -> Result<Json<Page<SkippedProduct>>, ApiError> {
    let mut tx = app.db.read().await?;
    find(&mut tx, id).await?.ok_or(ApiError::NotFound)?;
    let list = async |tx: &mut Tx, bounds| list_skipped(tx, id, bounds).await;
    let count = async |tx: &mut Tx| count_skipped(tx, id).await;
    let page = request.read(&mut tx, list, count, |row| row.position).await?;
    tx.commit().await?;
    Ok(Json(page))
}
