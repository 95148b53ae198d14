//! `POST /api/v1/catalogue/imports/`: a file of products is to come.

use axum::Json;
use axum::extract::State;
use axum::response::IntoResponse;
use http::StatusCode;
use http::header::{CACHE_CONTROL, LOCATION};
use serde::Serialize;
use shared::app::App;
use shared::catalogue::store::imports::Stock;
use shared::http::{ApiError, BaseUrl, Body, Fields, FromFields, Requires, StaffProblems};
use shared::ids::ImportId;
use shared::storage::{PresignedRequest, Upload};
use shared::transfers::store::imports::{NewImport, find, insert};
use shared::transfers::{FileKind, Import, LARGEST_IMPORT};
use shared::users::permissions;
use utoipa::ToSchema;

use crate::Transfers;

/// A file to be sent.
#[derive(Debug, ToSchema)]
pub(crate) struct CreateImport {
    /// What it is.
    pub kind: FileKind,
    /// How many bytes it has: neither more nor fewer are taken.
    #[schema(minimum = 1, maximum = 268_435_456, example = 48213)]
    pub bytes: i64,
    /// What its number on hand means. `counted`: so many are on the shelf now. `begins`: a variant that is new begins with it, and that of
    /// others stays. `counted`, if not said.
    #[schema(value_type = String, required = false, default = "counted", pattern = "^(counted|begins)$")]
    pub stock: Stock,
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

impl FromFields for CreateImport {
    fn read(fields: &mut Fields) -> Option<Self> {
        let kind = choice(fields, "kind", FileKind::named);
        let bytes = fields.integer("bytes", 1..=i64::try_from(LARGEST_IMPORT).unwrap_or(i64::MAX));
        let stock = fields.maybe("stock", |fields, name| {
            choice(fields, name, |text| match text {
                "counted" => Some(Stock::Counted),
                "begins" => Some(Stock::Begins),
                _ => None,
            })
        });
        Some(Self { kind: kind?, bytes: bytes?, stock: stock?.unwrap_or(Stock::Counted) })
    }
}

fn choice<T>(fields: &mut Fields, name: &str, named: impl Fn(&str) -> Option<T>) -> Option<T> {
    let text = fields.text(name, 100)?;
    let found = named(&text);
    if found.is_none() {
        fields.error(name, format!("\"{text}\" is not a valid choice."));
    }
    found
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
    State(transfers): State<Transfers>,
    _: Requires<permissions::Catalogue>,
    base: BaseUrl,
    Body(new): Body<CreateImport>,
) -> Result<impl IntoResponse, ApiError> {
    let (id, now) = (ImportId(app.rng.ordered_uuid(app.clock.now())), app.clock.now());
    // Nobody can guess where it lies: an id that sorts by time tells half of itself.
    let key = format!("imports/{}.csv", app.rng.random_uuid());
    let bytes = u64::try_from(new.bytes).unwrap_or_default();
    let upload = transfers.storage.presign_upload(Upload { key: &key, content_type: "text/csv", bytes }, now).await?;
    let mut tx = app.db.begin().await?;
    let row = NewImport { id, kind: new.kind, stock: new.stock, storage_key: &key, bytes: new.bytes };
    insert(&mut tx, &row, now).await?;
    let import =
        find(&mut tx, id).await?.ok_or_else(|| anyhow::anyhow!("an import that was just made is not there"))?;
    tx.commit().await?;
    let location = format!("{}/api/v1/catalogue/imports/{id}/", base.0);
    let begun = CreatedImport { import, upload: upload.with_base_url(&base.0) };
    Ok((StatusCode::CREATED, [(LOCATION, location), (CACHE_CONTROL, "no-store".to_owned())], Json(begun)))
}
