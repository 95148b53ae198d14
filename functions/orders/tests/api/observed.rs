//! The metrics of a checkout and the trace of its message.

use std::sync::Arc;

use serde_json::json;
use shared::app::metrics::Metric;
use shared::testing::{BrokenQueue, TestApp};
use sqlx::PgPool;

use super::{an_app, an_app_with, body, check_out};

const TRACE: &str = "Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=1";

/// Returns the counts of orders and of refusals for lack of stock.
fn counted(app: &TestApp) -> (Vec<i64>, Vec<i64>) {
    (app.metrics.values_of(Metric::Orders), app.metrics.values_of(Metric::SoldOut))
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn an_order_counts_once_however_often_it_is_requested(db: PgPool) {
    let (app, _) = an_app(db);
    let ana = app.a_user().await;
    let shoes = app.a_product().stock(5).create().await;
    let cart = app.a_cart().of(ana.id).with(shoes.variant, 1).create().await;

    check_out(&app, &ana, cart).await.expect(201);
    check_out(&app, &ana, cart).await.expect(200);

    assert_eq!(counted(&app), (vec![1], vec![]));
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn sold_out_refusals_are_counted_and_no_others(db: PgPool) {
    let (app, _) = an_app(db);
    let ana = app.a_user().await;
    let shoes = app.a_product().stock(1).create().await;
    let too_many = app.a_cart().of(ana.id).with(shoes.variant, 2).create().await;
    let empty = app.a_cart().of(ana.id).create().await;

    check_out(&app, &ana, too_many).await.expect(409);
    check_out(&app, &ana, too_many).await.expect(409);
    check_out(&app, &ana, empty).await.expect(409);

    assert_eq!(counted(&app), (vec![], vec![1, 1]));
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn a_message_has_the_trace_of_its_request(db: PgPool) {
    let (app, queue) = an_app(db);
    let ana = app.a_user().await;
    let shoes = app.a_product().stock(5).create().await;

    // An invalid trace does not prevent the order.
    for trace in [TRACE, "Root=forged", ""] {
        let cart = app.a_cart().of(ana.id).with(shoes.variant, 1).create().await;
        app.client_of(&ana).header("x-amzn-trace-id", trace).post("/api/v1/orders/", body(cart)).await.expect(201);
    }

    assert_eq!(queue.traces(), [Some(TRACE.to_owned()), None, None]);
    assert_eq!(app.count("select count(*) from outbox where trace_header is not null").await, 0, "it is not needed");
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn an_event_left_to_the_relay_keeps_its_trace(db: PgPool) {
    let app = an_app_with(db, Arc::new(BrokenQueue));
    let ana = app.a_user().await;
    let shoes = app.a_product().stock(1).create().await;
    let cart = app.a_cart().of(ana.id).with(shoes.variant, 1).create().await;

    app.client_of(&ana).header("x-amzn-trace-id", TRACE).post("/api/v1/orders/", body(cart)).await.expect(201);

    let header: Option<String> =
        sqlx::query_scalar("select trace_header from outbox").fetch_one(&app.db).await.unwrap();
    assert_eq!(json!(header), json!(TRACE));
}
