//! Orders in currencies without decimals, with two and with three.

use std::sync::Arc;

use orders::OrdersState;
use serde_json::{Value, json};
use shared::money::Currency;
use shared::testing::{RecordingQueue, TestApp, sell_in};
use sqlx::PgPool;

const ORDERS: &str = "/api/v1/orders/";

fn app(db: PgPool, currency: Currency) -> TestApp {
    let queue = Arc::new(RecordingQueue::default());
    TestApp::with_state_in(currency, db, orders::router(), |app, _| OrdersState { app, queue })
}

/// Checks out two units, 14,990 minor units each: with totals that are wrong, then with the right one.
async fn an_order_costs(db: PgPool, code: &str, price: &str, total: &str, too_fine: (&str, u8)) {
    let app = app(db.clone(), sell_in(&db, code).await);
    let ana = app.a_user().await;
    let shoes = app.a_product().cents(14_990).stock(5).create().await;
    let cart = app.a_cart().of(ana.id).with(shoes.variant, 2).create().await;
    let client = app.client_of(&ana);
    let body = |expected: &str| json!({"cart_id": cart, "expected_total": expected});

    let (amount, decimals) = too_fine;
    let message = format!("Ensure that there are no more than {decimals} decimal places.");
    assert_eq!(client.post(ORDERS, body(amount)).await.expect(400).body, json!({"expected_total": [message]}));
    let changed = client.post(ORDERS, body(price)).await.expect(409).body;
    assert_eq!((&changed["code"], &changed["grand_total"]), (&json!("cart_changed"), &json!(total)));
    assert!(changed["detail"].as_str().unwrap().starts_with(&format!("The cart costs {total} now.")), "{changed}");

    let order = client.post(ORDERS, body(total)).await.expect(201).body;
    let shown = |order: &Value| (order["grand_total"].clone(), order["currency"].clone());
    assert_eq!(shown(&order), (json!(total), json!(code)));
    let line = &order["items"][0];
    assert_eq!((&line["unit_price"], &line["sub_total"]), (&json!(price), &json!(total)));
    let path = format!("{ORDERS}{}/", order["id"].as_str().unwrap());
    assert_eq!(client.get(&path).await.expect(200).body, order);
    assert_eq!(shown(&client.get(ORDERS).await.expect(200).body["results"][0]), shown(&order));
    assert_eq!(app.count("select total from orders").await, 29_980);
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn an_order_in_yen(db: PgPool) {
    an_order_costs(db, "JPY", "14990", "29980", ("29980.50", 0)).await;
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn an_order_in_euros(db: PgPool) {
    an_order_costs(db, "EUR", "149.90", "299.80", ("299.805", 2)).await;
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn an_order_in_dinars(db: PgPool) {
    an_order_costs(db, "KWD", "14.990", "29.980", ("29.9805", 3)).await;
}

/// An execution environment that was started before the shop got another currency, or a function that is configured wrongly.
#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn a_function_with_another_currency_does_not_mistake_its_total_for_the_right_one(db: PgPool) {
    sell_in(&db, "JPY").await;
    let app = app(db, Currency::DEFAULT);
    let ana = app.a_user().await;
    let shoes = app.a_product().cents(2_900).stock(5).create().await;
    let cart = app.a_cart().of(ana.id).with(shoes.variant, 1).create().await;
    let client = app.client_of(&ana);

    // As many cents as the cart costs yen.
    client.post(ORDERS, json!({"cart_id": cart, "expected_total": "29.00"})).await.expect(500);
    assert_eq!(app.count("select count(*) from orders").await, 0);

    // Without a total there is nothing to misread.
    let order = client.post(ORDERS, json!({ "cart_id": cart })).await.expect(201).body;
    assert_eq!((&order["grand_total"], &order["currency"]), (&json!("2900"), &json!("JPY")));
}
