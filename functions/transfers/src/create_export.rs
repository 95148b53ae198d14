//! Exports all products to a file: `POST /api/v1/catalogue/exports/`.

use axum::Json;
use axum::extract::State;
use axum::response::IntoResponse;
use http::StatusCode;
use http::header::LOCATION;
use serde_json::json;
use shared::app::App;
use shared::audit::Kind;
use shared::http::{ApiError, BaseUrl, Editor, StaffProblems};
use shared::ids::ExportId;
use shared::transfers::store::exports::{find, insert};
use shared::transfers::{Export, Work};
use shared::users::Stamp;

use crate::TransfersState;

/// Export all products
///
/// Writes a Shopify product export (CSV) with all products, drafts included, in the background. Get the export until its `status` is `done`; it then
/// has a `download`. An import of the unchanged file changes nothing. A cell that a spreadsheet would read as a formula begins with an apostrophe.
#[utoipa::path(
    post,
    path = "/api/v1/catalogue/exports/",
    tag = "transfers",
    operation_id = "create_export",
    security(("bearer" = ["catalogue"]), ("api_key" = ["catalogue"])),
    responses(
        (status = 202, body = Export, description = "The export was created and runs in the background.", headers(
            ("Location" = String, description = "URL of the export."),
        )),
        StaffProblems,
    )
)]
pub(crate) async fn create_export(
    State(app): State<App>,
    State(transfers): State<TransfersState>,
    editor: Editor,
    base: BaseUrl,
) -> Result<impl IntoResponse, ApiError> {
    let (id, now) = (ExportId(app.rng.ordered_uuid(app.clock.now())), app.clock.now());
    let key = format!("exports/{}.csv", app.rng.random_uuid());
    let mut tx = app.db.begin().await?;
    insert(&mut tx, id, &key, Stamp { by: editor.actor.id(), at: now }).await?;
    editor.record(&mut tx, Kind::ExportCreated, json!({"export_id": id}), now).await?;
    let export =
        find(&mut tx, id).await?.ok_or_else(|| anyhow::anyhow!("the export that was just inserted does not exist"))?;
    tx.commit().await?;
    transfers.send_job(Work::Export(id).into()).await;
    let location = format!("{}/api/v1/catalogue/exports/{id}/", base.0);
    Ok((StatusCode::ACCEPTED, [(LOCATION, location)], Json(export)))
}
