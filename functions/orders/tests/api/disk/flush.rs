//! An order is answered and mailed only once it is on disk.

use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use shared::outbox::{Event, Queue};
use shared::testing::BrokenQueue;
use shared::trace::Trace;
use sqlx::PgPool;

use super::server::is_all_on_disk;
use super::{Server, placed_without_flush};
use crate::{an_app, check_out};

/// A queue that records whether all that was committed was on disk when it received an event.
struct Watching {
    db: PgPool,
    was_on_disk: Mutex<Vec<bool>>,
}

#[async_trait]
impl Queue for Watching {
    async fn send(&self, _: &Event, _: Option<Trace<'_>>) -> anyhow::Result<()> {
        let on_disk = is_all_on_disk(&self.db).await;
        self.was_on_disk.lock().unwrap().push(on_disk);
        Ok(())
    }
}

#[tokio::test]
async fn an_order_is_on_disk_before_its_event_is_sent_and_before_it_is_answered_or_repeated() {
    let server = Server::start("flush").await;
    let queue = Arc::new(Watching { db: server.db.clone(), was_on_disk: Mutex::default() });
    let app = server.app(1, queue.clone());
    let ana = app.a_user().await;
    let shoes = app.a_product().stock(9).create().await;
    let first = app.a_cart().of(ana.id).with(shoes.variant, 1).create().await;
    let second = app.a_cart().of(ana.id).with(shoes.variant, 1).create().await;

    check_out(&app, &ana, first).await.expect(201);
    assert_eq!(*queue.was_on_disk.lock().unwrap(), [true]);

    // The first answer was lost before its flush.
    placed_without_flush(&server.db, second, ana.id).await.unwrap();
    assert!(!server.is_all_on_disk().await, "the order itself waits for nothing");
    check_out(&app, &ana, second).await.expect(200);
    assert!(server.is_all_on_disk().await);

    // The flush does not depend on the queue.
    let app = server.app(1, Arc::new(BrokenQueue));
    let ben = app.a_user().await;
    let third = app.a_cart().of(ben.id).with(shoes.variant, 1).create().await;
    check_out(&app, &ben, third).await.expect(201);
    assert!(server.is_all_on_disk().await);
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn an_order_of_which_nobody_knows_whether_it_is_on_disk_is_503_until_it_is(db: PgPool) {
    let (app, queue) = an_app(db);
    let ana = app.a_user().await;
    let shoes = app.a_product().stock(1).create().await;
    let cart = app.a_cart().of(ana.id).with(shoes.variant, 1).create().await;
    let flush: String =
        sqlx::query_scalar("select pg_get_functiondef('flush_order'::regproc)").fetch_one(&app.db).await.unwrap();
    for broken in ["return false", "raise exception 'no'", "raise exception using errcode = 'admin_shutdown'"] {
        let sql = format!(
            "create or replace function flush_order(p_order_id uuid) returns boolean language plpgsql as 'begin {}; end'",
            broken.replace('\'', "''")
        );
        sqlx::raw_sql(sqlx::AssertSqlSafe(sql)).execute(&app.db).await.unwrap();

        let answer = check_out(&app, &ana, cart).await;

        assert_eq!((answer.status, answer.header("retry-after")), (503, "1"), "{broken}");
        assert_eq!(queue.sent(), [], "{broken}");
    }
    sqlx::raw_sql(sqlx::AssertSqlSafe(flush)).execute(&app.db).await.unwrap();

    check_out(&app, &ana, cart).await.expect(200);

    assert_eq!(app.count("select count(*) from orders").await, 1);
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn an_order_that_is_not_there_is_not_on_disk(db: PgPool) {
    let found: bool = sqlx::query_scalar("select flush_order(gen_random_uuid())").fetch_one(&db).await.unwrap();
    assert!(!found);
}
