//! Imports and exports of products, which staff start and a worker processes in the background, chunk by chunk.

pub mod parts;
pub mod store;

use async_trait::async_trait;
use serde::{Deserialize, Serialize};
use strum::EnumString;
use utoipa::ToSchema;

use crate::catalogue::product_file::{Delimiter, Encoding, FileKind};
use crate::ids::{ApiKeyId, ExportId, ImportId, ProductId, UserId};
use crate::time::Timestamp;

/// Maximum size of an import's file in bytes: about 300,000 products with three variants each.
pub const MAX_IMPORT_BYTES: u64 = 256 * 1024 * 1024;
/// Maximum number of errors that are stored for an import, and of skipped products for an export; the rest is only counted.
pub const MAX_REASONS: i64 = 10_000;
/// Maximum number of SKUs that an import keeps of the variants whose stock stayed because it had moved; the rest is only counted.
pub const MAX_MOVED_SKUS: u8 = 100;
/// Time for which `UploadBucket` keeps a file. The row of the import or export is kept longer.
pub const FILES_KEPT_SECONDS: i64 = 7 * 24 * 60 * 60;
/// Time for which an import or an export is kept after its end, and an import that was never started after its creation.
pub const REMEMBERED_SECONDS: i64 = 30 * 24 * 60 * 60;
/// Time for which a worker leases a transfer; longer than any chunk takes. If the worker dies, another may lease the transfer after that.
pub const LEASE_SECONDS: i64 = 120;
/// Number of times that a transfer is started without progress before it fails.
pub const MAX_ATTEMPTS: i32 = 5;

/// A message of the queue: `{"v":1,"kind":"import","id":…}`. It names only the transfer to continue; the position in the file is in the database,
/// so a message that comes twice does no harm.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Job {
    /// Version of the message's format.
    pub v: u8,
    /// The transfer to continue.
    #[serde(flatten)]
    pub work: Work,
}

/// A transfer to continue.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", content = "id", rename_all = "snake_case")]
pub enum Work {
    /// An import with this id.
    Import(ImportId),
    /// An export with this id.
    Export(ExportId),
}

impl From<Work> for Job {
    fn from(work: Work) -> Self {
        Self { v: 1, work }
    }
}

/// The queue of `transfer-worker`.
#[async_trait]
pub trait JobQueue: Send + Sync {
    /// Sends a message; `Ok` means that the queue has accepted it.
    async fn send(&self, job: Job) -> anyhow::Result<()>;
}

/// Status of an import or an export. `waiting`: the file of an import is to be uploaded, and the import to be started. `running`: it is processed in
/// the background. `done`: the whole file was processed. `failed`: it could not be processed to the end; `error` says why. `cancelled`: it was
/// cancelled.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, EnumString, ToSchema)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum TransferStatus {
    /// Only for imports: the file is to be uploaded, and the import to be started.
    Waiting,
    /// It is processed in the background, or will be shortly.
    Running,
    /// The whole file was processed.
    Done,
    /// It could not be processed to the end; `error` says why. Products that were imported before stay.
    Failed,
    /// It was cancelled. Products that were imported before stay.
    Cancelled,
}

impl TransferStatus {
    /// Returns true if the import or export has ended, in whatever way.
    pub const fn has_ended(self) -> bool {
        matches!(self, Self::Done | Self::Failed | Self::Cancelled)
    }
}

/// Numbers of products, or of variants, that an import has processed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, ToSchema)]
pub struct TransferCounts {
    /// Number that were created.
    pub created: i64,
    /// Number that existed and were changed.
    pub updated: i64,
    /// Number that existed and were already as in the file.
    pub unchanged: i64,
}

/// An import of products from a file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = ProductImport)] // `import` is reserved in Python and TypeScript.
pub struct Import {
    /// Id of the import.
    pub id: ImportId,
    /// Id of the account that created the import; null if a program did.
    pub actor_id: Option<UserId>,
    /// Id of the API key that created the import; null if a person did.
    pub actor_api_key_id: Option<ApiKeyId>,
    /// Format of the file, as the request says or as it was recognised; null until then.
    pub kind: Option<FileKind>,
    /// Encoding of the file; null until it was recognised.
    pub encoding: Option<Encoding>,
    /// Character that separates the cells of the file; null until it was recognised. With any but `comma`, numbers may have a decimal comma.
    pub delimiter: Option<Delimiter>,
    /// Meaning of the stock in the file. `keep`: the file changes no stock, and new variants begin with nothing on hand. `initial`: only new variants get it; existing variants keep their stock. `compare`: it also replaces the
    /// stock of each variant whose stock still is the one in the column `Variant Inventory Qty Seen`. `set`: it replaces the stock of every variant,
    /// and what was sold since the file was written is for sale again.
    #[schema(example = "initial")]
    pub stock: String,
    /// True if variants that the file does not have are kept.
    #[schema(example = false)]
    pub keep_missing_variants: bool,
    /// Treatment of a SKU that another variant has already. `refuse`: its product is not imported. `suffix`: the variant gets the SKU with a number.
    #[schema(example = "refuse")]
    pub duplicate_skus: String,
    /// True if the import writes nothing: its counts and errors say what it would do.
    #[schema(example = false)]
    pub dry_run: bool,
    /// Status of the import.
    pub status: TransferStatus,
    /// Declared size of the file in bytes.
    pub bytes: i64,
    /// Number of bytes that were processed.
    pub bytes_done: i64,
    /// Numbers of products that were created, updated and unchanged.
    pub products: TransferCounts,
    /// Number of products that were skipped because one of their rows has an error.
    pub products_skipped: i64,
    /// Numbers of variants that were created, updated and unchanged.
    pub variants: TransferCounts,
    /// Number of variants that were removed because the file has all variants of their product, but not these.
    pub variants_removed: i64,
    /// Number of images that were removed because the file does not have them.
    pub images_removed: i64,
    /// Number of variants that the file says can be bought whatever is on hand, because they are untracked.
    pub variants_untracked: i64,
    /// Number of other variants that the file says can be bought with nothing on hand.
    pub variants_backorderable: i64,
    /// Number of new variants that cannot be bought, because the file has no stock of them or the import does not take it.
    pub variants_sold_out: i64,
    /// Number of existing variants whose stock was set to that of the file. With `set`, units of them that were sold after the file was written are
    /// for sale again.
    pub stock_changed: i64,
    /// Number of existing variants whose stock stayed: with `compare`, because it is not the one that the file saw, and with `compare` and `set`,
    /// because units of the variant are backordered. Book what came in for these as received.
    pub stock_moved: i64,
    /// SKUs of the first 100 variants that `stock_moved` counts.
    pub stock_moved_skus: Vec<String>,
    /// Number of rows with an error; `errors/` lists them. The other rows of their products are not counted.
    pub rows_failed: i64,
    /// Reason of the failure, for people; null if the import did not fail.
    pub error: Option<String>,
    /// Time at which the import was created.
    pub created_at: Timestamp,
    /// Time at which the import was started; null if it was not.
    pub started_at: Option<Timestamp>,
    /// Time at which the import was done, failed or was cancelled; null until then.
    pub finished_at: Option<Timestamp>,
}

/// A row of a file that was not imported, with the reason.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct ImportError {
    /// Number of the error among those of the import.
    #[serde(skip)]
    pub position: i64,
    /// Line of the file on which the row begins, counted from 1.
    pub line: i64,
    /// Reason why the row was not imported, for people.
    #[schema(example = "\"Variant Price\" is empty")]
    pub reason: String,
}

/// A product that an export skipped.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct SkippedProduct {
    /// Number of the product among the skipped ones.
    #[serde(skip)]
    pub position: i64,
    /// Id of the product.
    pub product_id: ProductId,
    /// Name of the product in URLs at the time of the export.
    #[schema(example = "oxford-shirt")]
    pub slug: String,
    /// Reason why the product was skipped, for people.
    #[schema(example = "it has no variant")]
    pub reason: String,
}

/// An export of all products to a file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = ProductExport)]
pub struct Export {
    /// Id of the export.
    pub id: ExportId,
    /// Id of the account that created the export; null if a program did.
    pub actor_id: Option<UserId>,
    /// Id of the API key that created the export; null if a person did.
    pub actor_api_key_id: Option<ApiKeyId>,
    /// Format of the file.
    pub kind: FileKind,
    /// Status of the export.
    pub status: TransferStatus,
    /// Number of products in the shop at the time at which the export was created.
    pub products: i64,
    /// Number of products that were written to the file.
    pub products_done: i64,
    /// Number of products that were skipped because the format cannot represent them: they have no variants, or their variants differ by more than
    /// three attributes or do not all have the same attributes. `skipped/` lists them.
    pub products_skipped: i64,
    /// Size in bytes of the part of the file that was written.
    pub bytes: i64,
    /// Reason of the failure, for people; null if the export did not fail.
    pub error: Option<String>,
    /// Time at which the export was created.
    pub created_at: Timestamp,
    /// Time at which the export was done, failed or was cancelled; null until then.
    pub finished_at: Option<Timestamp>,
    /// Key of the file in the storage.
    #[serde(skip)]
    pub storage_key: String,
}
