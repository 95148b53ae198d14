//! Interrupted imports: killed workers, cancelled imports, and files that kill every worker.

use shared::app::Clock as _;
use shared::transfers::store::imports::cancel;
use shared::transfers::{LEASE_SECONDS, MAX_ATTEMPTS, TransferStatus, Work};
use sqlx::PgPool;
use transfer_worker::{Limits, work};

use crate::{Shop, file_of};

/// Returns limits with a small window and enough time for the whole file.
fn small_window() -> Limits {
    Limits { window: 300, ..Limits::default() }
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn an_import_whose_worker_was_killed_is_continued_without_loss_or_repetition(db: PgPool) {
    let shop = Shop::open(db);
    let id = shop.an_import(file_of(40).as_bytes()).await;
    let storage = shop.hanging(6);
    let killed = shop.worker_with(storage.clone(), small_window());
    tokio::select! {
        done = work(&killed, Work::Import(id).into()) => panic!("the worker should hang: {done:?}"),
        () = storage.hangs.notified() => {}
    }
    let halfway = shop.import(id).await;
    assert!(halfway.products.created > 0 && halfway.products.created < 40, "{halfway:?}");

    // No other worker takes the import over before the lease has ended.
    work(&shop.worker(small_window()), Work::Import(id).into()).await.unwrap();
    assert_eq!(shop.import(id).await, halfway);
    shop.app.clock.advance(LEASE_SECONDS);
    work(&shop.worker(small_window()), Work::Import(id).into()).await.unwrap();

    let done = shop.import(id).await;
    assert_eq!((done.status, done.products.created, done.variants.created), (TransferStatus::Done, 40, 120));
    assert_eq!(shop.app.count("select count(*) from product_variants").await, 120);
    assert!(shop.app.stock_adds_up().await);
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn a_worker_that_is_killed_while_writing_leaves_nothing_of_the_chunk(db: PgPool) {
    let shop = Shop::open(db);
    shop.imported(file_of(1).as_bytes(), Limits::default()).await;
    let id = shop.an_import(file_of(40).replace(",1,10\r", ",1,20\r").as_bytes()).await;
    // The chunk waits for this row in the middle of its transaction.
    let mut sale = shop.app.owner.begin().await.unwrap();
    sqlx::query("select from stock_levels for update").execute(&mut sale).await.unwrap();
    let killed = shop.worker(Limits::default());
    let waits = async {
        while shop
            .app
            .count(
                "select count(*) from pg_stat_activity where wait_event_type = 'Lock' and datname = current_database()",
            )
            .await
            == 0
        {
            tokio::task::yield_now().await;
        }
    };
    tokio::select! {
        done = work(&killed, Work::Import(id).into()) => panic!("the worker should wait: {done:?}"),
        () = waits => {}
    }
    drop(sale);
    shop.app.owner.rollback_abandoned().await;
    killed.db.rollback_abandoned().await;
    assert_eq!(shop.app.count("select count(*) from products").await, 1);
    assert_eq!(shop.import(id).await.bytes_done, crate::HEADER.len() as i64);

    shop.app.clock.advance(LEASE_SECONDS);
    work(&shop.worker(Limits::default()), Work::Import(id).into()).await.unwrap();

    let done = shop.import(id).await;
    assert_eq!((done.products.created, done.products.updated), (39, 1));
    assert!(shop.app.stock_adds_up().await);
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn a_cancelled_import_stops_and_its_products_stay(db: PgPool) {
    let shop = Shop::open(db);
    let id = shop.an_import(file_of(40).as_bytes()).await;
    let storage = shop.hanging(6);
    let worker = shop.worker_with(storage.clone(), small_window());
    let cancellation = async {
        storage.hangs.notified().await;
        let mut tx = shop.app.owner.begin().await.unwrap();
        cancel(&mut tx, id, shop.app.clock.now()).await.unwrap();
        tx.commit().await.unwrap();
    };
    tokio::select! {
        done = work(&worker, Work::Import(id).into()) => panic!("the worker should hang: {done:?}"),
        () = cancellation => {}
    }
    let cancelled = shop.import(id).await;

    work(&shop.worker(small_window()), Work::Import(id).into()).await.unwrap();

    assert_eq!(cancelled.status, TransferStatus::Cancelled);
    assert_eq!(shop.import(id).await, cancelled);
    assert_eq!(shop.app.count("select count(*) from products").await, cancelled.products.created);
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn an_import_that_kills_every_worker_fails(db: PgPool) {
    let shop = Shop::open(db);
    let id = shop.an_import(file_of(3).as_bytes()).await;
    for _ in 0..MAX_ATTEMPTS {
        let storage = shop.hanging(0);
        let killed = shop.worker_with(storage.clone(), small_window());
        tokio::select! {
            done = work(&killed, Work::Import(id).into()) => panic!("the worker should hang: {done:?}"),
            () = storage.hangs.notified() => {}
        }
        shop.app.clock.advance(LEASE_SECONDS);
    }

    work(&shop.worker(small_window()), Work::Import(id).into()).await.unwrap();

    let failed = shop.import(id).await;
    assert_eq!(failed.status, TransferStatus::Failed);
    assert_eq!(failed.error.as_deref(), Some("it was started 5 times and made no progress at line 1"));
}
