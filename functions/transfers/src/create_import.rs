//! Creates an import for a file that is uploaded next: `POST /api/v1/catalogue/imports/`.

use axum::Json;
use axum::extract::State;
use axum::response::IntoResponse;
use http::StatusCode;
use http::header::LOCATION;
use serde::Serialize;
use serde_json::json;
use shared::app::App;
use shared::audit::Kind;
use shared::catalogue::product_file::FileKind;
use shared::catalogue::write::{DuplicateSkus, ImportOptions, Stock};
use shared::http::{ApiError, BaseUrl, Body, Editor, Fields, Request, StaffProblems};
use shared::ids::ImportId;
use shared::storage::{PresignedRequest, Upload};
use shared::transfers::store::imports::{NewImport, find, insert};
use shared::transfers::{Import, MAX_IMPORT_BYTES};
use utoipa::ToSchema;

use crate::TransfersState;
use crate::import_permissions::check_permissions;

/// A file of products to import.
#[derive(Debug, Request)]
pub(crate) struct CreateImport {
    /// Format of the file. By default it is recognised.
    pub kind: Option<FileKind>,
    /// Size of the file in bytes.
    #[field(min = 1, max = MAX_IMPORT_BYTES)]
    #[schema(example = 48213)]
    pub bytes: u64,
    /// Meaning of the stock in the file. `keep`: the file changes no stock: new variants begin with nothing on hand, and rules such as
    /// `track_inventory` stay. Every other value needs the permission `stock` too. `initial`: only new variants get it; existing variants keep their stock. `compare`: it also replaces the
    /// stock of each variant whose stock still is the one in the column `Variant Inventory Qty Seen`, which exports have; the file needs that column.
    /// `set`: it replaces the stock of every variant, and what was sold since the file was written is for sale again.
    #[field(default = Stock::default(), with = stock, schema = String)]
    #[schema(default = "initial", pattern = "^(keep|initial|compare|set)$")]
    pub stock: Stock,
    /// True to keep variants that the file does not have. By default a file that has all variants of a product removes the others.
    #[field(default = false)]
    pub keep_missing_variants: bool,
    /// Treatment of a SKU that an earlier row or another product has already. `refuse`: the product is not imported. `suffix`: the variant gets the
    /// SKU with a number, such as `RING-2`.
    #[field(default = DuplicateSkus::Refuse, with = duplicate_skus, schema = String)]
    #[schema(default = "refuse", pattern = "^(refuse|suffix)$")]
    pub duplicate_skus: DuplicateSkus,
    /// True to write nothing: the counts and errors say what the import would do. Products are tried a hundred at a time, so a conflict between two
    /// products that are further apart is not found.
    #[field(default = false)]
    pub dry_run: bool,
}

fn duplicate_skus(fields: &mut Fields, name: &str) -> Option<DuplicateSkus> {
    fields.choice(name, |text| text.parse().ok())
}

fn stock(fields: &mut Fields, name: &str) -> Option<Stock> {
    fields.choice(name, |text| text.parse().ok())
}

/// An import with the request that uploads its file.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct CreatedImport {
    /// The import that was created.
    #[serde(flatten)]
    pub import: Import,
    /// Request that uploads the file. Anyone who has it can upload, so keep it secret.
    pub upload: PresignedRequest,
}

/// Create an import
///
/// The response has `upload`, the request that sends the file straight to the storage. Send it within fifteen minutes, with a file of exactly the
/// declared size. Then start the import.
///
/// The stock of a file is stock: without the permission `stock` you get 403, `stock_not_permitted`, unless you send `"stock": "keep"`. The import runs
/// with the permissions of its author, and fails when they lose one.
#[utoipa::path(
    post,
    path = "/api/v1/catalogue/imports/",
    tag = "transfers",
    operation_id = "create_import",
    security(("bearer" = ["catalogue"]), ("api_key" = ["catalogue"])),
    request_body = CreateImport,
    responses(
        (status = 201, body = CreatedImport, description = "The import with the request that uploads its file.", headers(
            ("Location" = String, description = "URL of the import."),
        )),
        StaffProblems,
    )
)]
pub(crate) async fn create_import(
    State(app): State<App>,
    State(transfers): State<TransfersState>,
    editor: Editor,
    base: BaseUrl,
    Body(new): Body<CreateImport>,
) -> Result<impl IntoResponse, ApiError> {
    let options = ImportOptions {
        stock: new.stock,
        keep_missing_variants: new.keep_missing_variants,
        duplicate_skus: new.duplicate_skus,
        dry_run: new.dry_run,
    };
    check_permissions(&editor.actor, new.stock)?;
    let (id, now) = (ImportId(app.rng.ordered_uuid(app.clock.now())), app.clock.now());
    // A random key, because the id of the import begins with the time and is easier to guess.
    let key = format!("imports/{}.csv", app.rng.random_uuid());
    let bytes = new.bytes;
    let upload = transfers.storage.presign_upload(Upload { key: &key, content_type: "text/csv", bytes }, now).await?;
    let mut tx = app.db.begin().await?;
    let row = NewImport {
        id,
        kind: new.kind,
        options,
        by: editor.actor.id(),
        storage_key: &key,
        bytes: i64::try_from(bytes).unwrap_or(i64::MAX),
    };
    insert(&mut tx, &row, now).await?;
    let details = json!({"import_id": id, "stock": options.stock.as_str(), "dry_run": options.dry_run});
    editor.record(&mut tx, Kind::ImportCreated, details, now).await?;
    let import =
        find(&mut tx, id).await?.ok_or_else(|| anyhow::anyhow!("the import that was just inserted does not exist"))?;
    tx.commit().await?;
    let location = format!("{}/api/v1/catalogue/imports/{id}/", base.0);
    let created = CreatedImport { import, upload: upload.with_base_url(&base.0) };
    Ok((StatusCode::CREATED, [(LOCATION, location)], Json(created)))
}
