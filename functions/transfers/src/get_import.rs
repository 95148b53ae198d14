//! Gets an import with its progress: `GET /api/v1/catalogue/imports/{id}/`.

use axum::Json;
use axum::extract::State;
use shared::app::App;
use shared::http::{ApiError, PathId, Problem, Requires, StaffProblems};
use shared::ids::ImportId;
use shared::transfers::Import;
use shared::transfers::store::imports::find;
use shared::users::permissions;

/// Get an import
///
/// Returns the progress of the import: the number of bytes processed, and how many products
/// and variants were created, updated and unchanged.
#[utoipa::path(
    get,
    path = "/api/v1/catalogue/imports/{id}/",
    tag = "transfers",
    operation_id = "get_import",
    security(("bearer" = ["catalogue"]), ("api_key" = ["catalogue"])),
    params(("id" = ImportId, Path, description = "Id of the import.")),
    responses(
        (status = 200, body = Import, description = "The import with its progress."),
        (status = 404, body = Problem, description = "There is no such import."),
        StaffProblems,
    )
)]
pub(crate) async fn get_import(
    State(app): State<App>,
    _: Requires<permissions::Catalogue>,
    PathId(id): PathId<ImportId>,
) -> Result<Json<Import>, ApiError> {
    let mut tx = app.db.read().await?;
    let import = find(&mut tx, id).await?.ok_or(ApiError::NotFound)?;
    tx.commit().await?;
    Ok(Json(import))
}
