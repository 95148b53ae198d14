//! Lists the errors of an import: `GET /api/v1/catalogue/imports/{id}/errors/`.

use axum::Json;
use axum::extract::State;
use shared::app::App;
use shared::app::db::Tx;
use shared::http::{ApiError, Page, PageQuery, PageRequest, PathId, Problem, Requires, StaffProblems};
use shared::ids::ImportId;
use shared::transfers::ImportError;
use shared::transfers::store::imports::{count_errors, find, list_errors};
use shared::users::permissions;

/// List the errors of an import
///
/// Returns the first 10,000 rows that were not imported, in the order of the file, each with the reason. If one row of a product has an error, none
/// of its rows is imported.
#[utoipa::path(
    get,
    path = "/api/v1/catalogue/imports/{id}/errors/",
    tag = "transfers",
    operation_id = "list_import_errors",
    security(("bearer" = ["catalogue"]), ("api_key" = ["catalogue"])),
    params(("id" = ImportId, Path, description = "Id of the import."), PageQuery),
    responses(
        (status = 200, body = Page<ImportError>, description = "A page of errors."),
        (status = 404, body = Problem, description = "There is no such import."),
        StaffProblems,
    )
)]
pub(crate) async fn list_import_errors(
    State(app): State<App>,
    _: Requires<permissions::Catalogue>,
    PathId(id): PathId<ImportId>,
    request: PageRequest,
) -> Result<Json<Page<ImportError>>, ApiError> {
    let mut tx = app.db.read().await?;
    find(&mut tx, id).await?.ok_or(ApiError::NotFound)?;
    let list = async |tx: &mut Tx, bounds| list_errors(tx, id, bounds).await;
    let count = async |tx: &mut Tx| count_errors(tx, id).await;
    let page = request.read(&mut tx, list, count, |row| row.position).await?;
    tx.commit().await?;
    Ok(Json(page))
}
