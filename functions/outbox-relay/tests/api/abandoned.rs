//! Files that nobody goes on with.

use std::sync::Arc;

use outbox_relay::{Relay, drain};
use shared::app::Clock as _;
use shared::catalogue::store::imports::Stock;
use shared::ids::{ExportId, ImportId};
use shared::testing::{RecordingJobs, RecordingQueue, TestApp};
use shared::transfers::store::exports;
use shared::transfers::store::imports::{NewImport, claim, insert, start};
use shared::transfers::store::{JobEnd, Lease};
use shared::transfers::{FileKind, LEASE_SECONDS, Work};
use sqlx::PgPool;

use crate::relay;

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn the_worker_is_told_again_of_a_file_that_nobody_has_held_for_a_minute(db: PgPool) {
    let app = TestApp::of_a_job(db);
    let jobs = Arc::new(RecordingJobs::default());
    let relay = Relay { jobs: jobs.clone(), ..relay(&app, Arc::new(RecordingQueue::default())) };
    let (import, export) = (ImportId(app.ordered_uuid()), ExportId(app.ordered_uuid()));
    let now = app.clock.now();
    let mut tx = app.app.db.begin().await.unwrap();
    let new = NewImport { id: import, kind: FileKind::ShopifyCsv, stock: Stock::Counted, storage_key: "a", bytes: 1 };
    insert(&mut tx, &new, now).await.unwrap();
    start(&mut tx, import, now).await.unwrap();
    exports::insert(&mut tx, export, "b", now).await.unwrap();
    tx.commit().await.unwrap();
    app.clock.advance(60);
    drain(&relay).await.unwrap();
    assert!(jobs.take().is_empty(), "its message may be on its way");

    app.clock.advance(1);
    drain(&relay).await.unwrap();
    assert_eq!(jobs.take(), [Work::Import(import).into(), Work::Export(export).into()]);

    // Somebody has it, and has died when the lease is over.
    let mut tx = app.app.db.begin().await.unwrap();
    let held = Lease { id: import, lease: app.random_uuid() };
    assert!(claim(&mut tx, held, app.clock.now()).await.unwrap().is_some());
    exports::end(&mut tx, export, JobEnd::DONE, app.clock.now()).await.unwrap();
    tx.commit().await.unwrap();
    app.clock.advance(LEASE_SECONDS);
    drain(&relay).await.unwrap();
    assert!(jobs.take().is_empty());
    app.clock.advance(61);
    drain(&relay).await.unwrap();
    assert_eq!(jobs.take(), [Work::Import(import).into()]);
}
