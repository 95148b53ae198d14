//! Gets an export and the request that downloads its file: `GET /api/v1/catalogue/exports/{id}/`.

use axum::Json;
use axum::extract::State;
use axum::response::IntoResponse;
use serde::Serialize;
use shared::app::App;
use shared::http::{ApiError, BaseUrl, PathId, Problem, Requires, StaffProblems};
use shared::ids::ExportId;
use shared::storage::PresignedRequest;
use shared::transfers::store::exports::find;
use shared::transfers::{Export, FILES_KEPT_SECONDS, TransferStatus};
use shared::users::permissions;
use utoipa::ToSchema;

use crate::TransfersState;

/// An export with the request that downloads its file.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ExportProgress {
    /// The export with its progress.
    #[serde(flatten)]
    pub export: Export,
    /// Request that downloads the file, valid for fifteen minutes; null until the export is done, and from a week after its end. Anyone who has it
    /// can download, so keep it secret.
    pub download: Option<PresignedRequest>,
}

/// Get an export
///
/// Returns the progress of the export and, once it is done, a request that downloads its file. Each response has a new one.
#[utoipa::path(
    get,
    path = "/api/v1/catalogue/exports/{id}/",
    tag = "transfers",
    operation_id = "get_export",
    security(("bearer" = ["catalogue"]), ("api_key" = ["catalogue"])),
    params(("id" = ExportId, Path, description = "Id of the export.")),
    responses(
        (status = 200, body = ExportProgress, description = "The export with its progress."),
        (status = 404, body = Problem, description = "There is no such export."),
        StaffProblems,
    )
)]
pub(crate) async fn get_export(
    State(app): State<App>,
    State(transfers): State<TransfersState>,
    _: Requires<permissions::Catalogue>,
    PathId(id): PathId<ExportId>,
    base: BaseUrl,
) -> Result<impl IntoResponse, ApiError> {
    let mut tx = app.db.read().await?;
    let export = find(&mut tx, id).await?.ok_or(ApiError::NotFound)?;
    tx.commit().await?;
    let now = app.clock.now();
    let is_kept = export.finished_at.is_some_and(|at| now < at.plus_seconds(FILES_KEPT_SECONDS));
    let download = if export.status == TransferStatus::Done && is_kept {
        let request = transfers.storage.presign_download(&export.storage_key, "products.csv", now).await?;
        Some(request.with_base_url(&base.0))
    } else {
        None
    };
    Ok(Json(ExportProgress { export, download }))
}
