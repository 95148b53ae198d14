//! Imports and exports that no worker holds are sent to the worker again.

use std::sync::Arc;
use std::time::Duration;

use scheduler::{Limits, Scheduler, TimedJob};
use shared::app::Clock as _;
use shared::catalogue::write::ImportOptions;
use shared::ids::{ExportId, ImportId};
use shared::testing::{BrokenQueue, RecordingJobs, SilentQueue, TestApp};
use shared::transfers::store::exports;
use shared::transfers::store::imports::{NewImport, claim, insert, start};
use shared::transfers::store::{JobEnd, Lease};
use shared::transfers::{LEASE_SECONDS, Work};
use shared::users::{ActorId, Stamp};
use sqlx::PgPool;

use crate::{run, scheduler};

/// An import and an export that were just sent to the worker.
async fn started(app: &TestApp) -> (ImportId, ExportId) {
    let (import, export) = (ImportId(app.ordered_uuid()), ExportId(app.ordered_uuid()));
    let now = app.clock.now();
    let mut tx = app.owner.begin().await.unwrap();
    let new = NewImport {
        id: import,
        kind: None,
        options: ImportOptions::default(),
        by: ActorId::System,
        storage_key: "a",
        bytes: 1,
    };
    insert(&mut tx, &new, now).await.unwrap();
    start(&mut tx, import, now).await.unwrap();
    exports::insert(&mut tx, export, "b", Stamp::of_system(now)).await.unwrap();
    tx.commit().await.unwrap();
    (import, export)
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn a_transfer_that_no_worker_has_held_for_a_minute_is_sent_again(db: PgPool) {
    let app = TestApp::without_routes(db);
    let jobs = Arc::new(RecordingJobs::default());
    let scheduler = Scheduler { transfers: jobs.clone(), ..scheduler(&app) };
    let (import, export) = started(&app).await;
    app.clock.advance(60);
    run(&scheduler).await;
    assert!(jobs.take().is_empty(), "its message may be on its way");

    app.clock.advance(1);
    run(&scheduler).await;
    assert_eq!(jobs.take(), [Work::Import(import).into(), Work::Export(export).into()]);
    app.clock.advance(60);
    run(&scheduler).await;
    assert!(jobs.take().is_empty(), "its message may be on its way once more");

    // A worker has taken the import, and has died when the lease is over.
    let mut tx = app.owner.begin().await.unwrap();
    let held = Lease { id: import, lease: app.random_uuid() };
    assert!(claim(&mut tx, held, app.clock.now()).await.unwrap().is_some());
    exports::end(&mut tx, export, JobEnd::DONE, app.clock.now()).await.unwrap();
    tx.commit().await.unwrap();
    app.clock.advance(LEASE_SECONDS);
    run(&scheduler).await;
    assert!(jobs.take().is_empty());
    app.clock.advance(61);
    run(&scheduler).await;
    assert_eq!(jobs.take(), [Work::Import(import).into()]);
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn one_run_resumes_twenty_transfers(db: PgPool) {
    let app = TestApp::without_routes(db);
    let jobs = Arc::new(RecordingJobs::default());
    for _ in 0..13 {
        started(&app).await;
    }
    app.clock.advance(61);
    let scheduler = Scheduler { transfers: jobs.clone(), ..scheduler(&app) };
    run(&scheduler).await;
    assert_eq!(jobs.take().len(), 20);
    run(&scheduler).await;
    assert_eq!(jobs.take().len(), 6);
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn a_transfer_whose_message_could_not_be_sent_is_tried_again_a_minute_later(db: PgPool) {
    let app = TestApp::without_routes(db);
    let (import, _) = started(&app).await;
    app.clock.advance(61);
    let silent = Scheduler {
        transfers: Arc::new(SilentQueue),
        limits: Limits { with_queue: Duration::from_millis(10), ..Limits::default() },
        ..scheduler(&app)
    };
    let failed = scheduler::run(&silent).await.failed;
    let error = format!("{:#}", failed[&TimedJob::ResumeTransfers]);
    assert!(error.starts_with("the queue did not answer in time"), "{error}");
    // The export; each failure ends the run's job.
    let broken = Scheduler { transfers: Arc::new(BrokenQueue), ..scheduler(&app) };
    assert!(scheduler::run(&broken).await.failed.contains_key(&TimedJob::ResumeTransfers));

    let jobs = Arc::new(RecordingJobs::default());
    let scheduler = Scheduler { transfers: jobs.clone(), ..scheduler(&app) };
    run(&scheduler).await;
    assert!(jobs.take().is_empty());
    app.clock.advance(61);
    run(&scheduler).await;
    let sent = jobs.take();
    assert_eq!((sent.len(), sent[0]), (2, Work::Import(import).into()));
}
