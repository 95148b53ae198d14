//! Plans that PostgreSQL makes while a stock row is locked.

use std::sync::Arc;

use shared::testing::RecordingQueue;

use super::Server;
use crate::check_out;

const ORDERS: usize = 40;

#[tokio::test]
async fn checkout_keeps_its_plans() {
    let server = Server::start("plans").await;
    let app = server.app(1, Arc::new(RecordingQueue::default()));
    let ana = app.a_user().await;
    let shoes = app.a_product().stock(1_000).create().await;
    let mut carts = Vec::new();
    for _ in 0..ORDERS {
        carts.push(app.a_cart().of(ana.id).with(shoes.variant, 1).create().await);
    }
    for statement in [
        "create extension pg_stat_statements",
        "alter system set pg_stat_statements.track = 'all'",
        "alter system set pg_stat_statements.track_planning = on",
        "select pg_reload_conf()",
    ] {
        sqlx::query(statement).execute(&app.db).await.unwrap();
    }
    for cart in carts {
        check_out(&app, &ana, cart).await.expect(201);
    }

    let statements: Vec<(String, i64, i64)> = sqlx::query_as(
        "select query, plans, calls from pg_stat_statements
          where userid <> 'shop_orders'::regrole and not toplevel and calls >= $1",
    )
    .bind(i64::try_from(ORDERS / 2).unwrap())
    .fetch_all(&app.db)
    .await
    .unwrap();

    assert!(statements.len() >= 10, "place_order has many statements: {statements:?}");
    for (query, plans, calls) in statements {
        // A foreign key's check is planned a few times before its plan is kept.
        assert!(plans * 4 < calls, "planned {plans} times in {calls} calls: {query}");
    }
}
