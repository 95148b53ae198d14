//! Cancels an export: `POST /api/v1/catalogue/exports/{id}/cancel/`.

use axum::Json;
use axum::extract::State;
use serde_json::json;
use shared::app::App;
use shared::audit::Kind;
use shared::http::{ApiError, Editor, PathId, Problem, StaffProblems};
use shared::ids::ExportId;
use shared::transfers::store::exports::{cancel, find};
use shared::transfers::{Export, TransferStatus, Work};

use crate::TransfersState;

/// Cancel an export
///
/// The export stops after the part that is being written. What was written so far is deleted, and there is no file to download. You may repeat the
/// request.
#[utoipa::path(
    post,
    path = "/api/v1/catalogue/exports/{id}/cancel/",
    tag = "transfers",
    operation_id = "cancel_export",
    security(("bearer" = ["catalogue"]), ("api_key" = ["catalogue"])),
    params(("id" = ExportId, Path, description = "Id of the export.")),
    responses(
        (status = 200, body = Export, description = "The export is cancelled."),
        (status = 404, body = Problem, description = "There is no such export."),
        (status = 409, body = Problem, description = "The export has already ended, done or failed: `export_ended`."),
        StaffProblems,
    )
)]
pub(crate) async fn cancel_export(
    State(app): State<App>,
    State(transfers): State<TransfersState>,
    editor: Editor,
    PathId(id): PathId<ExportId>,
) -> Result<Json<Export>, ApiError> {
    let mut tx = app.db.begin().await?;
    let now = app.clock.now();
    if cancel(&mut tx, id, now).await? {
        editor.record(&mut tx, Kind::ExportCancelled, json!({"export_id": id}), now).await?;
    }
    let export = find(&mut tx, id).await?.ok_or(ApiError::NotFound)?;
    tx.commit().await?;
    if export.status != TransferStatus::Cancelled {
        return Err(ApiError::conflict("export_ended", "The export has already ended."));
    }
    // The worker deletes what was written. If no worker holds the export at the moment, this message starts one.
    transfers.send_job(Work::Export(id).into()).await;
    Ok(Json(export))
}
