//! Files of products that staff import and export in the background: a worker goes through them piece by piece.

pub mod parts;
pub mod store;

use async_trait::async_trait;
use serde::{Deserialize, Serialize};
use strum::{EnumString, IntoStaticStr};
use utoipa::ToSchema;

use crate::fields::{Fields, FromField};
use crate::ids::{ExportId, ImportId, ProductId};
use crate::time::Timestamp;

/// What a file may weigh: some 300,000 products with three variants each.
pub const LARGEST_IMPORT: u64 = 256 * 1024 * 1024;
/// How many bad rows are kept of an import, and how many products that it leaves out of an export; the rest are counted.
pub const MAX_REASONS: i64 = 10_000;
/// How long `UploadBucket` keeps a file. What is kept longer is how it ended.
pub const FILES_KEPT_SECONDS: i64 = 7 * 24 * 60 * 60;
/// How long an import or an export is remembered after it has ended, and an import whose file never came after it was announced.
pub const REMEMBERED_SECONDS: i64 = 30 * 24 * 60 * 60;
/// For how long a worker has a file to itself. Longer than any piece takes; one that died is followed by another after that.
pub const LEASE_SECONDS: i64 = 120;
/// How often a file is begun anew without getting on, before it is given up.
pub const MAX_ATTEMPTS: i32 = 5;

/// What goes over the queue: `{"v":1,"kind":"import","id":…}`. It says no more than which file to go on with: how far that is stands in
/// the database, so a message that comes twice does no harm.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Job {
    /// The version of this shape.
    pub v: u8,
    /// What to go on with.
    #[serde(flatten)]
    pub work: Work,
}

/// What to go on with.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", content = "id", rename_all = "snake_case")]
pub enum Work {
    /// A file that is read.
    Import(ImportId),
    /// A file that is written.
    Export(ExportId),
}

impl From<Work> for Job {
    fn from(work: Work) -> Self {
        Self { v: 1, work }
    }
}

/// Where jobs go.
#[async_trait]
pub trait JobQueue: Send + Sync {
    /// Hands one over; on `Ok` the queue keeps it.
    async fn send(&self, job: Job) -> anyhow::Result<()>;
}

/// What a file is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, EnumString, IntoStaticStr, ToSchema)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum FileKind {
    /// Shopify's product export.
    ShopifyCsv,
}

impl FileKind {
    /// As it is kept.
    pub fn as_str(self) -> &'static str {
        self.into()
    }
}

impl FromField for FileKind {
    fn read(fields: &mut Fields, name: &str) -> Option<Self> {
        fields.choice(name, |text| text.parse().ok())
    }
}

/// How far a file is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, EnumString, ToSchema)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum TransferStatus {
    /// It is to be uploaded and started.
    Waiting,
    /// It is being gone through, or will be shortly.
    Running,
    /// It was gone through to its end.
    Done,
    /// It cannot be gone through; `error` says why. What was done until then stays.
    Failed,
    /// Somebody has stopped it. What was done until then stays.
    Cancelled,
}

impl TransferStatus {
    /// Whether nothing more will come of it.
    pub const fn has_ended(self) -> bool {
        matches!(self, Self::Done | Self::Failed | Self::Cancelled)
    }
}

/// What became of things of one kind.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, ToSchema)]
pub struct TransferCounts {
    /// New ones.
    pub created: i64,
    /// Ones that were different.
    pub updated: i64,
    /// Ones that were so already.
    pub unchanged: i64,
}

/// A file of products that is imported.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = ProductImport)] // `import` is reserved in Python and TypeScript.
pub struct Import {
    /// Which.
    pub id: ImportId,
    /// What it is.
    pub kind: FileKind,
    /// What its number on hand means: `counted`, or `begins`, which is for new variants alone.
    #[schema(example = "counted")]
    pub stock: String,
    /// How far it is.
    pub status: TransferStatus,
    /// How large the file is.
    pub bytes: i64,
    /// How much of it was gone through.
    pub bytes_done: i64,
    /// What became of products.
    pub products: TransferCounts,
    /// Products that were left out because of bad rows.
    pub products_left_out: i64,
    /// What became of variants.
    pub variants: TransferCounts,
    /// Variants that products had and that the file does not have.
    pub variants_removed: i64,
    /// Rows that were not taken; see its `bad_rows/`.
    pub bad_rows: i64,
    /// Why it failed.
    pub error: Option<String>,
    /// When it was asked for.
    pub created_at: Timestamp,
    /// When it was started.
    pub started_at: Option<Timestamp>,
    /// When it ended.
    pub finished_at: Option<Timestamp>,
}

/// A row of an import that was not taken.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct ImportError {
    /// Its number among the bad rows.
    #[serde(skip)]
    pub position: i64,
    /// On which line of the file it begins, from 1.
    pub line: i64,
    /// Why, for people.
    #[schema(example = "\"Variant Price\" is empty")]
    pub reason: String,
}

/// A product that is not in an export's file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct SkippedProduct {
    /// Its number among them.
    #[serde(skip)]
    pub position: i64,
    /// Which.
    pub product_id: ProductId,
    /// Its name in URLs, as it was.
    #[schema(example = "oxford-shirt")]
    pub slug: String,
    /// Why, for people.
    #[schema(example = "it has no variant")]
    pub reason: String,
}

/// A file of products that is exported.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = ProductExport)]
pub struct Export {
    /// Which.
    pub id: ExportId,
    /// What it is.
    pub kind: FileKind,
    /// How far it is.
    pub status: TransferStatus,
    /// How many products there were when it was asked for.
    pub products: i64,
    /// How many are written.
    pub products_done: i64,
    /// How many the format cannot say: those without variants, or whose variants differ by more than three attributes or do not all have the
    /// same. See its `left_out/`.
    pub products_left_out: i64,
    /// How large the file is by now.
    pub bytes: i64,
    /// Why it failed.
    pub error: Option<String>,
    /// When it was asked for.
    pub created_at: Timestamp,
    /// When it ended.
    pub finished_at: Option<Timestamp>,
    /// Where the file lies.
    #[serde(skip)]
    pub storage_key: String,
}
