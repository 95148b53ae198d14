//! Exports: products are written to a file.

use std::sync::Arc;

use async_trait::async_trait;
use shared::app::Clock as _;
use shared::app::db::{Db, KeysetBounds};
use shared::ids::ExportId;
use shared::transfers::parts::{FileInParts, Parts, PartsAsFiles};
use shared::transfers::store::exports;
use shared::transfers::{Export, LEASE_SECONDS, TransferStatus, Work};
use shared::users::Stamp;
use sqlx::PgPool;
use transfer_worker::{Limits, Worker, work};

use crate::{HEADER, Hanging, SHORT, Shop, file_of};

/// Creates products so long that a hundred of them fill one part of a file.
async fn long_products(shop: &Shop, count: usize) {
    let body = "x".repeat(60_000);
    let header = HEADER.replace("Title,Vendor", "Title,Body (HTML),Vendor");
    let rows: String = (0..count).map(|n| format!("p{n},P,{body},,,Title,Default Title,S{n},1,10\r\n")).collect();
    shop.imported(format!("{header}{rows}").as_bytes(), Limits::default()).await;
}

pub(crate) async fn an_export(shop: &Shop) -> ExportId {
    let id = ExportId(shop.app.ordered_uuid());
    let mut tx = shop.app.owner.begin().await.unwrap();
    exports::insert(&mut tx, id, "exports/all.csv", Stamp::of_system(shop.app.clock.now())).await.unwrap();
    tx.commit().await.unwrap();
    id
}

async fn export(shop: &Shop, id: ExportId) -> Export {
    let mut tx = shop.app.owner.read().await.unwrap();
    let export = exports::find(&mut tx, id).await.unwrap().unwrap();
    tx.commit().await.unwrap();
    export
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn an_exported_catalogue_imported_again_changes_nothing(db: PgPool) {
    let shop = Shop::open(db);
    let risky = "risky,=1+1,@home,+,Title,-7,'007,2,5\r\n";
    shop.imported(format!("{}{risky}", file_of(120)).as_bytes(), Limits::default()).await;
    let id = an_export(&shop).await;

    work(&shop.worker(Limits::default()), Work::Export(id).into()).await.unwrap();

    let done = export(&shop, id).await;
    assert_eq!((done.status, done.products, done.products_done), (TransferStatus::Done, 121, 121));
    assert_eq!(shop.files.keys(), ["exports/all.csv"]);
    let (content_type, file) = shop.files.file("exports/all.csv").unwrap();
    assert_eq!((content_type.as_str(), file.len() as i64), ("text/csv", done.bytes));
    let text = String::from_utf8(file).unwrap();
    assert!(text.contains("risky,'=1+1,") && text.contains(",'@home,'+,") && text.contains(",'-7,"), "{text}");
    let again = shop.imported(text.as_bytes(), Limits::default()).await;
    assert_eq!((again.products.unchanged, again.rows_failed), (121, 0));
    assert_eq!(shop.app.count("select sum(version)::bigint from products").await, 121);
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn workers_continue_an_export_part_by_part(db: PgPool) {
    let shop = Shop::open(db);
    long_products(&shop, 200).await;
    let id = an_export(&shop).await;

    work(&shop.worker(SHORT), Work::Export(id).into()).await.unwrap();
    let running = export(&shop, id).await;
    assert_eq!((running.status, running.products_done), (TransferStatus::Running, 100));
    assert!(shop.run_queued_jobs(SHORT).await >= 2);

    let done = export(&shop, id).await;
    assert_eq!((done.status, done.products_done), (TransferStatus::Done, 200));
    let (_, file) = shop.files.file("exports/all.csv").unwrap();
    assert_eq!((file.len() as i64, String::from_utf8(file).unwrap().lines().count()), (done.bytes, 201));
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn an_export_whose_worker_was_killed_at_the_end_is_finished_by_another(db: PgPool) {
    let shop = Shop::open(db);
    shop.imported(file_of(5).as_bytes(), Limits::default()).await;
    let id = an_export(&shop).await;
    // The worker reads the parts when it joins them into the file.
    let storage = shop.hanging(0);
    let worker = shop.worker_with(storage.clone(), Limits::default());
    tokio::select! {
        done = work(&worker, Work::Export(id).into()) => panic!("the worker should hang: {done:?}"),
        () = storage.hangs.notified() => {}
    }
    assert_eq!(export(&shop, id).await.status, TransferStatus::Running);

    shop.app.clock.advance(LEASE_SECONDS);
    work(&shop.worker(Limits::default()), Work::Export(id).into()).await.unwrap();

    let done = export(&shop, id).await;
    assert_eq!((done.status, done.products_done), (TransferStatus::Done, 5));
    let (_, file) = shop.files.file("exports/all.csv").unwrap();
    assert_eq!(String::from_utf8(file).unwrap().lines().count(), 16);
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn products_that_cannot_be_exported_are_listed_even_at_the_end(db: PgPool) {
    let shop = Shop::open(db);
    long_products(&shop, 100).await;
    let without_variants = "insert into products (slug, handle, name, base_price, created_at, updated_at)
                            select 'bare-' || n, 'bare-' || n, 'Bare', 0, now(), now() from generate_series(1, 150) n";
    sqlx::query(without_variants).execute(&shop.app.db).await.unwrap();
    let id = an_export(&shop).await;

    work(&shop.worker(SHORT), Work::Export(id).into()).await.unwrap();
    shop.run_queued_jobs(SHORT).await;

    let done = export(&shop, id).await;
    assert_eq!((done.status, done.products_done, done.products_skipped), (TransferStatus::Done, 100, 150));
    let mut tx = shop.app.owner.read().await.unwrap();
    let skipped = exports::list_skipped(&mut tx, id, KeysetBounds::first(1000)).await.unwrap();
    tx.commit().await.unwrap();
    assert_eq!(skipped.len(), 150);
    assert_eq!((skipped[0].slug.as_str(), skipped[0].reason.as_str()), ("bare-1", "it has no variant"));
}

/// Cancels the export as soon as the worker waits for its storage.
async fn cancel_when_worker_hangs(shop: &Shop, storage: &Hanging, id: ExportId) {
    storage.hangs.notified().await;
    let mut tx = shop.app.owner.begin().await.unwrap();
    exports::cancel(&mut tx, id, shop.app.clock.now()).await.unwrap();
    tx.commit().await.unwrap();
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn a_cancelled_export_leaves_no_file(db: PgPool) {
    let shop = Shop::open(db);
    shop.imported(file_of(5).as_bytes(), Limits::default()).await;
    let id = an_export(&shop).await;
    let storage = shop.hanging(0);
    let worker = shop.worker_with(storage.clone(), Limits::default());
    tokio::select! {
        done = work(&worker, Work::Export(id).into()) => panic!("the worker should hang: {done:?}"),
        () = cancel_when_worker_hangs(&shop, &storage, id) => {}
    }
    assert_eq!(shop.files.keys(), ["exports/all.csv.part-1"]);

    work(&shop.worker(Limits::default()), Work::Export(id).into()).await.unwrap();

    assert_eq!(export(&shop, id).await.status, TransferStatus::Cancelled);
    assert!(shop.files.keys().is_empty(), "{:?}", shop.files.keys());
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn an_export_that_is_cancelled_while_writing_stops_at_the_next_part(db: PgPool) {
    let shop = Shop::open(db);
    shop.imported(file_of(5).as_bytes(), Limits::default()).await;
    let id = an_export(&shop).await;
    let worker = Worker {
        parts: Arc::new(CancellingParts { parts: PartsAsFiles(shop.files.clone()), shop: shop.app.owner.clone(), id }),
        ..shop.worker(Limits::default())
    };

    work(&worker, Work::Export(id).into()).await.unwrap();

    assert_eq!(export(&shop, id).await.status, TransferStatus::Cancelled);
    assert!(shop.files.keys().is_empty(), "{:?}", shop.files.keys());
}

/// Parts that cancel the export just after a part was written.
struct CancellingParts {
    parts: PartsAsFiles,
    shop: Db,
    id: ExportId,
}

#[async_trait]
impl Parts for CancellingParts {
    async fn begin(&self, key: &str, content_type: &str) -> anyhow::Result<String> {
        self.parts.begin(key, content_type).await
    }

    async fn write(&self, file: FileInParts<'_>, number: i32, bytes: Vec<u8>) -> anyhow::Result<String> {
        let name = self.parts.write(file, number, bytes).await?;
        let mut tx = self.shop.begin().await?;
        exports::cancel(&mut tx, self.id, shared::testing::START).await?;
        tx.commit().await?;
        Ok(name)
    }

    async fn finish(&self, file: FileInParts<'_>, parts: &[String]) -> anyhow::Result<()> {
        self.parts.finish(file, parts).await
    }

    async fn discard(&self, file: FileInParts<'_>, last: i32) -> anyhow::Result<()> {
        self.parts.discard(file, last).await
    }
}
