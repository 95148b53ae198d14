//! Tests of the `transfer-worker` function: imports and exports of products.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod broken_files;
mod damaged_rows;
mod dialects;
mod exports;
mod handles;
mod imports;
mod interrupted;
mod names_of_files;
mod options;
mod permissions;
mod product_limits;
mod skus;
mod stock;
mod variants_in_carts;
mod woocommerce;

use std::fmt::Write as _;
use std::ops::Range;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use shared::app::db::Tx;
use shared::app::{Clock as _, SystemRng};
use shared::catalogue::write::{ImportOptions, Stock};
use shared::ids::ImportId;
use shared::storage::{PresignedRequest, Storage, Upload};
use shared::testing::{MemoryStorage, RecordingJobs, TestApp};
use shared::time::Timestamp;
use shared::transfers::parts::PartsAsFiles;
use shared::transfers::store::imports::{self as store, NewImport};
use shared::transfers::{Import, Work};
use shared::users::ActorId;
use sqlx::PgPool;
use transfer_worker::{Limits, Worker, work};

/// The header line of every file in these tests.
const HEADER: &str =
    "Handle,Title,Vendor,Type,Option1 Name,Option1 Value,Variant SKU,Variant Inventory Qty,Variant Price\r\n";

/// Returns the reason for a row with a SKU that the product `owner` has.
fn taken(sku: &str, owner: &str, handle: &str) -> String {
    format!(
        "the SKU \"{sku}\" belongs to the product \"{owner}\", but the handle here is \"{handle}\": correct the handle; to move the variant, first \
         import \"{owner}\" without it, in a separate file"
    )
}

/// A shop with a file storage and the queue of the worker.
struct Shop {
    app: TestApp,
    files: Arc<MemoryStorage>,
    jobs: Arc<RecordingJobs>,
}

/// Returns the options of an import whose stock has this meaning.
fn with_stock(stock: Stock) -> ImportOptions {
    ImportOptions { stock, ..ImportOptions::default() }
}

impl Shop {
    fn open(db: PgPool) -> Self {
        Self { app: TestApp::without_routes(db), files: Arc::default(), jobs: Arc::default() }
    }

    fn worker(&self, limits: Limits) -> Worker {
        self.worker_with(self.files.clone(), limits)
    }

    fn worker_with(&self, storage: Arc<dyn Storage>, limits: Limits) -> Worker {
        Worker {
            db: self.app.app.db.clone(),
            clock: self.app.clock.clone(),
            rng: Arc::new(SystemRng),
            parts: Arc::new(PartsAsFiles(storage.clone())),
            storage,
            jobs: self.jobs.clone(),
            limits,
        }
    }

    /// Returns a storage that answers this number of reads and then hangs.
    fn hanging(&self, reads: usize) -> Arc<Hanging> {
        Arc::new(Hanging {
            files: self.files.clone(),
            reads_left: AtomicUsize::new(reads),
            hangs: tokio::sync::Notify::new(),
        })
    }

    /// Inserts an import of this file and starts it. It leaves the stock of existing variants alone.
    async fn an_import(&self, file: &[u8]) -> ImportId {
        self.an_import_with(file, ImportOptions::default()).await
    }

    /// Inserts an import of this file with these options and starts it. Its author is a member of staff with all permissions.
    async fn an_import_with(&self, file: &[u8], options: ImportOptions) -> ImportId {
        let author = self.app.a_staff_user().await;
        self.an_import_of(ActorId::Account(author.id), file, options).await
    }

    /// Inserts an import by this author and starts it.
    async fn an_import_of(&self, by: ActorId, file: &[u8], options: ImportOptions) -> ImportId {
        let (id, now) = (ImportId(self.app.ordered_uuid()), self.app.clock.now());
        let key = format!("imports/{id}.csv");
        self.files.put(&key, "text/csv", file);
        let bytes = i64::try_from(file.len()).unwrap();
        let mut tx = self.app.owner.begin().await.unwrap();
        let new = NewImport { id, kind: None, options, by, storage_key: &key, bytes };
        store::insert(&mut tx, &new, now).await.unwrap();
        store::start(&mut tx, id, now).await.unwrap();
        tx.commit().await.unwrap();
        id
    }

    /// Imports this file and returns the import when no job is left.
    async fn imported(&self, file: &[u8], limits: Limits) -> Import {
        self.imported_with(file, ImportOptions::default(), limits).await
    }

    async fn imported_with(&self, file: &[u8], options: ImportOptions, limits: Limits) -> Import {
        let id = self.an_import_with(file, options).await;
        work(&self.worker(limits), Work::Import(id).into()).await.unwrap();
        self.run_queued_jobs(limits).await;
        self.import(id).await
    }

    /// Runs this import, and commits the transaction as soon as the import waits for it.
    async fn import_behind(&self, tx: Tx, id: ImportId) -> Import {
        let worker = self.worker(Limits::default());
        let (done, ()) = tokio::join!(work(&worker, Work::Import(id).into()), async {
            self.app.wait_until_blocked().await;
            tx.commit().await.unwrap();
        });
        done.unwrap();
        self.import(id).await
    }

    /// Runs jobs until the queue is empty and returns their number.
    async fn run_queued_jobs(&self, limits: Limits) -> usize {
        let mut runs = 0;
        loop {
            let jobs = self.jobs.take();
            if jobs.is_empty() {
                return runs;
            }
            for job in jobs {
                runs += 1;
                work(&self.worker(limits), job).await.unwrap();
            }
        }
    }

    async fn import(&self, id: ImportId) -> Import {
        let mut tx = self.app.owner.read().await.unwrap();
        let import = store::find(&mut tx, id).await.unwrap().unwrap();
        tx.commit().await.unwrap();
        import
    }

    async fn errors(&self, id: ImportId) -> Vec<(i64, String)> {
        let mut tx = self.app.owner.read().await.unwrap();
        let rows = store::list_errors(&mut tx, id, shared::app::db::KeysetBounds::first(100)).await.unwrap();
        tx.commit().await.unwrap();
        rows.into_iter().map(|row| (row.line, row.reason)).collect()
    }
}

/// Limits of one chunk per run and a small window.
const SHORT: Limits = Limits { run_time: Duration::ZERO, window: 300 };

/// Returns a file of this number of products, each with three sizes.
fn file_of(products: usize) -> String {
    let mut file = HEADER.to_owned();
    for number in 0..products {
        let brand = number % 7;
        let _ = write!(file, "p{number},Product {number},Brand {brand},Things,Size,S,SKU-{number}-S,1,10\r\n");
        for size in ["M", "L"] {
            let _ = write!(file, "p{number},,,,,{size},SKU-{number}-{size},2,11.50\r\n");
        }
    }
    file
}

/// A storage that hangs after a number of reads and notifies the test, which can then kill the worker.
struct Hanging {
    files: Arc<MemoryStorage>,
    reads_left: AtomicUsize,
    hangs: tokio::sync::Notify,
}

#[async_trait]
impl Storage for Hanging {
    async fn presign_upload(&self, upload: Upload<'_>, now: Timestamp) -> anyhow::Result<PresignedRequest> {
        self.files.presign_upload(upload, now).await
    }

    async fn presign_download(&self, key: &str, file_name: &str, now: Timestamp) -> anyhow::Result<PresignedRequest> {
        self.files.presign_download(key, file_name, now).await
    }

    async fn size(&self, key: &str) -> anyhow::Result<Option<u64>> {
        self.files.size(key).await
    }

    async fn read(&self, key: &str, range: Range<u64>) -> anyhow::Result<Option<Vec<u8>>> {
        if self.reads_left.fetch_sub(1, Ordering::SeqCst) == 0 {
            self.hangs.notify_one();
            std::future::pending::<()>().await;
        }
        self.files.read(key, range).await
    }

    async fn write(&self, key: &str, content_type: &str, bytes: Vec<u8>) -> anyhow::Result<()> {
        self.files.write(key, content_type, bytes).await
    }

    async fn delete(&self, key: &str) -> anyhow::Result<()> {
        self.files.delete(key).await
    }
}
