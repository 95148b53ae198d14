//! Who waits for something hears when it is there again.

use std::sync::Arc;

use outbox_relay::drain;
use shared::outbox::EventKind;
use shared::testing::{RecordingQueue, START, TestApp, TestProduct};
use sqlx::PgPool;

use crate::relay;

const DAY: i64 = 24 * 60 * 60;
const WAITING: &str = "select count(*) from stock_notices where told_at is null";

/// So many people ask for it.
async fn ask(app: &TestApp, product: &TestProduct, people: i32) {
    sqlx::query(
        "insert into stock_notices (variant_id, email, created_at)
         select $1, 'user-' || n || '@example.com', $3 from generate_series(1, $2) n",
    )
    .bind(product.variant)
    .bind(people)
    .bind(START)
    .execute(&app.db)
    .await
    .unwrap();
}

async fn restock(app: &TestApp, product: &TestProduct, units: i32) {
    sqlx::query("select change_stock($1, $2, 'received', now())")
        .bind(product.variant)
        .bind(units)
        .execute(&app.db)
        .await
        .unwrap();
}

/// The requests that one run tells of and the next one sends.
async fn told(app: &TestApp, queue: &Arc<RecordingQueue>) -> usize {
    let before = queue.sent().len();
    for _ in 0..2 {
        drain(&relay(app, queue.clone())).await.unwrap();
    }
    queue.sent().len() - before
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn each_request_for_what_is_there_again_is_an_event_and_only_once(db: PgPool) {
    let app = TestApp::of_a_job(db);
    let (shoes, shirt) = (app.a_product().create().await, app.a_product().create().await);
    ask(&app, &shoes, 2).await;
    ask(&app, &shirt, 1).await;
    let queue = Arc::new(RecordingQueue::default());
    assert_eq!(told(&app, &queue).await, 0, "there is none of either");

    restock(&app, &shoes, 5).await;
    assert_eq!(told(&app, &queue).await, 2);

    let ids: Vec<i64> = sqlx::query_scalar("select id from stock_notices where variant_id = $1 order by id")
        .bind(shoes.variant)
        .fetch_all(&app.db)
        .await
        .unwrap();
    let mut sent: Vec<i64> = queue
        .sent()
        .into_iter()
        .map(|event| {
            let EventKind::BackInStock { notice_id } = event.kind else { panic!("{event:?}") };
            notice_id.0
        })
        .collect();
    sent.sort_unstable();
    assert_eq!(sent, ids);
    restock(&app, &shoes, -5).await;
    restock(&app, &shoes, 5).await;
    assert_eq!(told(&app, &queue).await, 0);
    assert_eq!(app.count(WAITING).await, 1);
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn nobody_hears_of_what_is_not_for_sale(db: PgPool) {
    let app = TestApp::of_a_job(db);
    let (draft, to_come, archived) =
        (app.a_product().create().await, app.a_product().create().await, app.a_product().create().await);
    for product in [&draft, &to_come, &archived] {
        ask(&app, product, 1).await;
        restock(&app, product, 1).await;
    }
    sqlx::query("update products set status = 'draft' where id = $1").bind(draft.id).execute(&app.db).await.unwrap();
    sqlx::query("update products set publish_at = $2 where id = $1")
        .bind(to_come.id)
        .bind(START.plus_seconds(60))
        .execute(&app.db)
        .await
        .unwrap();
    sqlx::query("update product_variants set archived_at = now() where id = $1")
        .bind(archived.variant)
        .execute(&app.db)
        .await
        .unwrap();
    let queue = Arc::new(RecordingQueue::default());
    assert_eq!(told(&app, &queue).await, 0);

    app.clock.advance(60);

    assert_eq!(told(&app, &queue).await, 1);
    assert_eq!(app.count(WAITING).await, 2);
}

/// Ten thousand at once would hold up what else waits in the outbox.
#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn a_crowd_hears_of_it_a_thousand_a_run_those_who_asked_first_before_the_others(db: PgPool) {
    let app = TestApp::of_a_job(db);
    let shoes = app.a_product().create().await;
    ask(&app, &shoes, 10_000).await;
    restock(&app, &shoes, 5).await;
    // Only what is written counts here; sending a thousand would take the test's time.
    let relay = relay(&app, Arc::new(shared::testing::BrokenQueue));
    for run in 1..=2 {
        drain(&relay).await.unwrap();
        assert_eq!(app.count("select count(*) from outbox where kind = 'back_in_stock'").await, run * 1000);
        let told_is_first = "select count(*) from stock_notices n where told_at is null and exists (
            select from stock_notices later where later.told_at is not null and later.id > n.id)";
        assert_eq!(app.count(told_is_first).await, 0);
    }
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn two_relays_tell_nobody_twice(db: PgPool) {
    let app = TestApp::of_a_job(db);
    let shoes = app.a_product().create().await;
    ask(&app, &shoes, 300).await;
    restock(&app, &shoes, 5).await;
    let (one, other) =
        (relay(&app, Arc::new(shared::testing::BrokenQueue)), relay(&app, Arc::new(shared::testing::BrokenQueue)));

    let (first, second) = tokio::join!(drain(&one), drain(&other));

    first.unwrap();
    second.unwrap();
    assert_eq!(app.count("select count(*) from outbox").await, 300);
    assert_eq!(app.count(WAITING).await, 0);
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn a_request_is_kept_for_a_week_after_it_was_answered_and_for_a_year_without(db: PgPool) {
    let app = TestApp::of_a_job(db);
    let (shoes, shirt) = (app.a_product().create().await, app.a_product().create().await);
    ask(&app, &shoes, 1).await;
    ask(&app, &shirt, 1).await;
    restock(&app, &shoes, 1).await;
    let queue = Arc::new(RecordingQueue::default());
    for (days, kept) in [(0, 2), (7, 2), (1, 1), (357, 1), (1, 0)] {
        app.clock.advance(days * DAY);
        told(&app, &queue).await;
        assert_eq!(app.count("select count(*) from stock_notices").await, kept, "{days} days later");
    }
}
