//! Starts an import whose file was uploaded: `POST /api/v1/catalogue/imports/{id}/start/`.

use axum::Json;
use axum::extract::State;
use http::StatusCode;
use serde_json::json;
use shared::app::App;
use shared::audit::Kind;
use shared::http::{ApiError, Editor, PathId, Problem, StaffProblems};
use shared::ids::ImportId;
use shared::transfers::store::imports::{find, start, storage_key};
use shared::transfers::{Import, TransferStatus, Work};

use crate::TransfersState;
use crate::import_permissions::check_permissions;

/// Start an import
///
/// Processes the uploaded file in the background, a hundred products at a time. Each product is imported whole or not at all. Products that are
/// already as in the file stay unchanged, so you may import the same file again. You may repeat the request. Like creating the import, it needs the
/// permission `stock` unless the `stock` of the import is `keep`.
#[utoipa::path(
    post,
    path = "/api/v1/catalogue/imports/{id}/start/",
    tag = "transfers",
    operation_id = "start_import",
    security(("bearer" = ["catalogue"]), ("api_key" = ["catalogue"])),
    params(("id" = ImportId, Path, description = "Id of the import.")),
    responses(
        (status = 202, body = Import, description = "The import runs, or has already ended, done or failed."),
        (status = 404, body = Problem, description = "There is no such import."),
        (status = 409, body = Problem, description = "The file was not uploaded yet: `not_uploaded_yet`; the file does not have the declared size: `size_mismatch`; or the import was cancelled: `import_cancelled`."),
        StaffProblems,
    )
)]
pub(crate) async fn start_import(
    State(app): State<App>,
    State(transfers): State<TransfersState>,
    editor: Editor,
    PathId(id): PathId<ImportId>,
) -> Result<(StatusCode, Json<Import>), ApiError> {
    let mut tx = app.db.read().await?;
    let import = find(&mut tx, id).await?.ok_or(ApiError::NotFound)?;
    let key = storage_key(&mut tx, id).await?.ok_or(ApiError::NotFound)?;
    tx.commit().await?;
    check_permissions(&editor.actor, import.stock.parse().unwrap_or_default())?;
    match import.status {
        TransferStatus::Cancelled => {
            return Err(ApiError::conflict("import_cancelled", "The import was cancelled. Create a new import."));
        }
        TransferStatus::Done | TransferStatus::Failed => return Ok((StatusCode::ACCEPTED, Json(import))),
        TransferStatus::Waiting => check_upload(&transfers, &key, import.bytes).await?,
        // The message is sent again below, in case the first one was lost.
        TransferStatus::Running => {}
    }
    let now = app.clock.now();
    let mut tx = app.db.begin().await?;
    if start(&mut tx, id, now).await? {
        editor.record(&mut tx, Kind::ImportStarted, json!({"import_id": id}), now).await?;
    }
    let import = find(&mut tx, id).await?.ok_or(ApiError::NotFound)?;
    tx.commit().await?;
    if import.status == TransferStatus::Running {
        transfers.send_job(Work::Import(id).into()).await;
    }
    Ok((StatusCode::ACCEPTED, Json(import)))
}

/// Checks that the file was uploaded. A storage should accept only the declared size; the check covers one that does not.
async fn check_upload(transfers: &TransfersState, key: &str, bytes: i64) -> Result<(), ApiError> {
    match transfers.storage.size(key).await? {
        None => Err(ApiError::conflict("not_uploaded_yet", "The file was not uploaded. Upload it first.")),
        Some(size) if i64::try_from(size) != Ok(bytes) => Err(ApiError::conflict(
            "size_mismatch",
            format!("The file has {size} bytes, but {bytes} were declared. Create a new import."),
        )),
        Some(_) => Ok(()),
    }
}
