//! `POST /api/v1/catalogue/imports/`: a file of products is to come.

use axum::Json;
use axum::extract::State;
use axum::response::IntoResponse;
use http::StatusCode;
use http::header::{CACHE_CONTROL, LOCATION};
use serde::Serialize;
use shared::app::App;
use shared::catalogue::write::Stock;
use shared::http::{ApiError, BaseUrl, Body, Fields, Request, Requires, StaffProblems};
use shared::ids::ImportId;
use shared::storage::{PresignedRequest, Upload};
use shared::transfers::store::imports::{NewImport, find, insert};
use shared::transfers::{FileKind, Import, LARGEST_IMPORT};
use shared::users::permissions;
use utoipa::ToSchema;

use crate::TransfersState;

/// A file of products to import.
#[derive(Debug, Request)]
pub(crate) struct CreateImport {
    /// Kind of the file.
    pub kind: FileKind,
    /// Size of the file in bytes.
    #[field(min = 1, max = LARGEST_IMPORT)]
    #[schema(example = 48213)]
    pub bytes: u64,
    /// Meaning of the stock in the file. `counted`: the units on the shelf. `begins`: the units of new variants; other variants keep
    /// their stock.
    #[field(default = Stock::Counted, with = stock, schema = String)]
    #[schema(default = "counted", pattern = "^(counted|begins)$")]
    pub stock: Stock,
}

fn stock(fields: &mut Fields, name: &str) -> Option<Stock> {
    fields.choice(name, |text| text.parse().ok())
}

/// An import, and how to send its file.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct CreatedImport {
    /// The import.
    #[serde(flatten)]
    pub import: Import,
    /// How to send the file. Whoever has it may.
    pub upload: PresignedRequest,
}

/// Begin an import
///
/// `upload` says how to send the file: within fifteen minutes, of just this size, straight to the storage. Then call `start`.
#[utoipa::path(
    post,
    path = "/api/v1/catalogue/imports/",
    tag = "transfers",
    operation_id = "create_import",
    security(("bearer" = ["catalogue"]), ("api_key" = ["catalogue"])),
    request_body = CreateImport,
    responses(
        (status = 201, body = CreatedImport, description = "The import, and how to send its file.", headers(
            ("Location" = String, description = "Where it is."),
        )),
        StaffProblems,
    )
)]
pub(crate) async fn create_import(
    State(app): State<App>,
    State(transfers): State<TransfersState>,
    _: Requires<permissions::Catalogue>,
    base: BaseUrl,
    Body(new): Body<CreateImport>,
) -> Result<impl IntoResponse, ApiError> {
    let (id, now) = (ImportId(app.rng.ordered_uuid(app.clock.now())), app.clock.now());
    // Nobody can guess where it lies: an id that sorts by time tells half of itself.
    let key = format!("imports/{}.csv", app.rng.random_uuid());
    let bytes = new.bytes;
    let upload = transfers.storage.presign_upload(Upload { key: &key, content_type: "text/csv", bytes }, now).await?;
    let mut tx = app.db.begin().await?;
    let row = NewImport {
        id,
        kind: new.kind,
        stock: new.stock,
        storage_key: &key,
        bytes: i64::try_from(bytes).unwrap_or(i64::MAX),
    };
    insert(&mut tx, &row, now).await?;
    let import =
        find(&mut tx, id).await?.ok_or_else(|| anyhow::anyhow!("an import that was just made is not there"))?;
    tx.commit().await?;
    let location = format!("{}/api/v1/catalogue/imports/{id}/", base.0);
    let begun = CreatedImport { import, upload: upload.with_base_url(&base.0) };
    Ok((StatusCode::CREATED, [(LOCATION, location), (CACHE_CONTROL, "no-store".to_owned())], Json(begun)))
}
