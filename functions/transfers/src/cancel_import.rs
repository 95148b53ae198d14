//! `POST /api/v1/catalogue/imports/{id}/cancel/`: no further.

use axum::Json;
use axum::extract::State;
use shared::app::App;
use shared::http::{ApiError, PathId, Problem, Requires, StaffProblems};
use shared::ids::ImportId;
use shared::transfers::store::imports::{cancel, find};
use shared::transfers::{Import, TransferStatus};
use shared::users::permissions;

/// Cancel an import
///
/// It stops after the products that are just being written. What was imported until then stays; to go on, import the file anew. Safe to
/// repeat.
#[utoipa::path(
    post,
    path = "/api/v1/catalogue/imports/{id}/cancel/",
    tag = "transfers",
    operation_id = "cancel_import",
    security(("bearer" = ["catalogue"]), ("api_key" = ["catalogue"])),
    params(("id" = ImportId, Path)),
    responses(
        (status = 200, body = Import, description = "It has stopped."),
        (status = 404, body = Problem, description = "There is no such import."),
        (status = 409, body = Problem, description = "It has come to its end by itself: `import_ended`."),
        StaffProblems,
    )
)]
pub(crate) async fn cancel_import(
    State(app): State<App>,
    _: Requires<permissions::Catalogue>,
    PathId(id): PathId<ImportId>,
) -> Result<Json<Import>, ApiError> {
    let mut tx = app.db.begin().await?;
    cancel(&mut tx, id, app.clock.now()).await?;
    let import = find(&mut tx, id).await?.ok_or(ApiError::NotFound)?;
    tx.commit().await?;
    if import.status == TransferStatus::Cancelled {
        return Ok(Json(import));
    }
    Err(ApiError::conflict("import_ended", "It has come to its end already."))
}
