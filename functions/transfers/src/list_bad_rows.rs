//! Lists the bad rows of an import: `GET /api/v1/catalogue/imports/{id}/bad_rows/`.

use axum::Json;
use axum::extract::State;
use shared::app::App;
use shared::app::db::Tx;
use shared::http::{ApiError, Page, PageQuery, PageRequest, PathId, Problem, Requires, StaffProblems};
use shared::ids::ImportId;
use shared::transfers::ImportError;
use shared::transfers::store::imports::{bad_rows, count_bad_rows, find};
use shared::users::permissions;

/// List the bad rows of an import
///
/// Returns the first 10,000 bad rows in the order of the file, each with the reason. A product with a bad row is not imported at all, not even its
/// other rows.
#[utoipa::path(
    get,
    path = "/api/v1/catalogue/imports/{id}/bad_rows/",
    tag = "transfers",
    operation_id = "list_bad_rows",
    security(("bearer" = ["catalogue"]), ("api_key" = ["catalogue"])),
    params(("id" = ImportId, Path, description = "Id of the import."), PageQuery),
    responses(
        (status = 200, body = Page<ImportError>, description = "A page of bad rows."),
        (status = 404, body = Problem, description = "There is no such import."),
        StaffProblems,
    )
)]
pub(crate) async fn list_bad_rows(
    State(app): State<App>,
    _: Requires<permissions::Catalogue>,
    PathId(id): PathId<ImportId>,
    request: PageRequest,
) -> Result<Json<Page<ImportError>>, ApiError> {
    let mut tx = app.db.read().await?;
    find(&mut tx, id).await?.ok_or(ApiError::NotFound)?;
    let list = async |tx: &mut Tx, bounds| bad_rows(tx, id, bounds).await;
    let count = async |tx: &mut Tx| count_bad_rows(tx, id).await;
    let page = request.read(&mut tx, list, count, |row| row.position).await?;
    tx.commit().await?;
    Ok(Json(page))
}
