//! Each subscription to a product that is in stock again becomes an event, once.

use shared::testing::{START, TestApp, TestProduct};
use sqlx::PgPool;

use crate::{run, scheduler};

const DAY: i64 = 24 * 60 * 60;
const EVENTS: &str = "select count(*) from outbox where kind = 'back_in_stock'";
const WAITING: &str = "select count(*) from back_in_stock_subscriptions where notified_at is null";

/// Subscribes this many people to a product.
async fn subscribe(app: &TestApp, product: &TestProduct, people: i32) {
    sqlx::query(
        "insert into back_in_stock_subscriptions (variant_id, email, created_at, confirmed_at)
         select $1, 'user-' || n || '@example.com', $3, $3 from generate_series(1, $2) n",
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

/// Returns the number of events that one run writes.
async fn written(app: &TestApp) -> i64 {
    let before = app.count(EVENTS).await;
    run(&scheduler(app)).await;
    app.count(EVENTS).await - before
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn each_subscription_to_a_product_that_is_in_stock_again_becomes_one_event(db: PgPool) {
    let app = TestApp::without_routes(db);
    let (shoes, shirt) = (app.a_product().create().await, app.a_product().create().await);
    subscribe(&app, &shoes, 2).await;
    subscribe(&app, &shirt, 1).await;
    assert_eq!(written(&app).await, 0, "both are out of stock");

    restock(&app, &shoes, 5).await;
    assert_eq!(written(&app).await, 2);

    let ids: Vec<i64> =
        sqlx::query_scalar("select id from back_in_stock_subscriptions where variant_id = $1 order by id")
            .bind(shoes.variant)
            .fetch_all(&app.db)
            .await
            .unwrap();
    let sent: Vec<i64> = sqlx::query_scalar(
        "select (payload->>'subscription_id')::bigint from outbox where kind = 'back_in_stock' and next_attempt_at <= $1 order by 1",
    )
    .bind(START)
    .fetch_all(&app.db)
    .await
    .unwrap();
    assert_eq!(sent, ids);
    restock(&app, &shoes, -5).await;
    restock(&app, &shoes, 5).await;
    assert_eq!(written(&app).await, 0);
    assert_eq!(app.count(WAITING).await, 1);
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn a_product_that_is_not_for_sale_notifies_nobody(db: PgPool) {
    let app = TestApp::without_routes(db);
    let (draft, to_come, archived) =
        (app.a_product().create().await, app.a_product().create().await, app.a_product().create().await);
    for product in [&draft, &to_come, &archived] {
        subscribe(&app, product, 1).await;
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
    assert_eq!(written(&app).await, 0);

    app.clock.advance(60);

    assert_eq!(written(&app).await, 1);
    assert_eq!(app.count(WAITING).await, 2);
}

/// Ten thousand at once would delay the other events in the outbox.
#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn one_run_notifies_a_thousand_subscribers_the_oldest_first(db: PgPool) {
    let app = TestApp::without_routes(db);
    let shoes = app.a_product().create().await;
    subscribe(&app, &shoes, 10_000).await;
    restock(&app, &shoes, 5).await;
    for _ in 1..=2 {
        assert_eq!(written(&app).await, 1000);
        let skipped = "select count(*) from back_in_stock_subscriptions b where notified_at is null and exists (
            select from back_in_stock_subscriptions later where later.notified_at is not null and later.id > b.id)";
        assert_eq!(app.count(skipped).await, 0);
    }
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn a_subscription_is_kept_for_a_week_after_its_event_and_for_a_year_without_one(db: PgPool) {
    let app = TestApp::without_routes(db);
    let (shoes, shirt) = (app.a_product().create().await, app.a_product().create().await);
    subscribe(&app, &shoes, 1).await;
    subscribe(&app, &shirt, 1).await;
    restock(&app, &shoes, 1).await;
    for (days, left) in [(0, 2), (7, 2), (1, 1), (357, 1), (1, 0)] {
        app.clock.advance(days * DAY);
        run(&scheduler(&app)).await;
        assert_eq!(app.count("select count(*) from back_in_stock_subscriptions").await, left, "{days} days later");
    }
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn a_subscription_that_is_not_confirmed_is_not_notified_and_ends_after_a_week(db: PgPool) {
    let app = TestApp::without_routes(db);
    let shoes = app.a_product().create().await;
    subscribe(&app, &shoes, 2).await;
    sqlx::query("update back_in_stock_subscriptions set confirmed_at = null where email = 'user-1@example.com'")
        .execute(&app.db)
        .await
        .unwrap();
    restock(&app, &shoes, 1).await;
    assert_eq!(written(&app).await, 1);
    assert_eq!(app.count(WAITING).await, 1);
    app.clock.advance(7 * DAY);
    assert_eq!(written(&app).await, 0);
    assert_eq!(app.count(WAITING).await, 1);
    app.clock.advance(1);
    assert_eq!(written(&app).await, 0);
    assert_eq!(app.count(WAITING).await, 0);
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn a_variant_that_can_be_ordered_without_stock_is_back(db: PgPool) {
    let app = TestApp::without_routes(db);
    let shoes = app.a_product().create().await;
    for (rules, events) in [
        ("allow_backorder = true, backorder_limit = 0", 0),
        ("backorder_limit = null", 1),
        ("allow_backorder = false", 0),
        ("track_inventory = false", 1),
    ] {
        subscribe(&app, &shoes, 1).await;
        sqlx::query(sqlx::AssertSqlSafe(format!("update stock_levels set {rules}"))).execute(&app.db).await.unwrap();
        assert_eq!(written(&app).await, events, "{rules}");
        sqlx::query("delete from back_in_stock_subscriptions").execute(&app.db).await.unwrap();
    }
}
