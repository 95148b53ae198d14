//! Cancels an import: `POST /api/v1/catalogue/imports/{id}/cancel/`.

use axum::Json;
use axum::extract::State;
use serde_json::json;
use shared::app::App;
use shared::audit::Kind;
use shared::http::{ApiError, Editor, PathId, Problem, StaffProblems};
use shared::ids::ImportId;
use shared::transfers::store::imports::{cancel, find};
use shared::transfers::{Import, TransferStatus};

/// Cancel an import
///
/// The import stops after the products that are being written. What was imported before stays. To continue, create a new import of the same
/// file. You may repeat the request.
#[utoipa::path(
    post,
    path = "/api/v1/catalogue/imports/{id}/cancel/",
    tag = "transfers",
    operation_id = "cancel_import",
    security(("bearer" = ["catalogue"]), ("api_key" = ["catalogue"])),
    params(("id" = ImportId, Path, description = "Id of the import.")),
    responses(
        (status = 200, body = Import, description = "The import is cancelled."),
        (status = 404, body = Problem, description = "There is no such import."),
        (status = 409, body = Problem, description = "The import has already ended, done or failed: `import_ended`."),
        StaffProblems,
    )
)]
pub(crate) async fn cancel_import(
    State(app): State<App>,
    editor: Editor,
    PathId(id): PathId<ImportId>,
) -> Result<Json<Import>, ApiError> {
    let mut tx = app.db.begin().await?;
    let now = app.clock.now();
    if cancel(&mut tx, id, now).await? {
        editor.record(&mut tx, Kind::ImportCancelled, json!({"import_id": id}), now).await?;
    }
    let import = find(&mut tx, id).await?.ok_or(ApiError::NotFound)?;
    tx.commit().await?;
    if import.status == TransferStatus::Cancelled {
        return Ok(Json(import));
    }
    Err(ApiError::conflict("import_ended", "The import has already ended."))
}
