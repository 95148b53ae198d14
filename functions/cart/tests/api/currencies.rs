//! Carts in currencies without decimals, with two and with three.

use serde_json::json;
use shared::testing::{TestApp, sell_in};
use sqlx::PgPool;

use crate::{cart_id, path};

/// Creates a cart of two units, 14,990 minor units each, and reads it again.
async fn a_cart_costs(db: PgPool, code: &str, price: &str, total: &str) {
    let currency = sell_in(&db, code).await;
    let app = TestApp::with_state_in(currency, db, cart::router(), |app, _| app);
    let shoes = app.a_product().cents(14_990).stock(5).create().await;
    let user = app.a_user().await;
    let client = app.client_of(&user);

    let items = json!({"items": [{"product_variant_id": shoes.variant, "quantity": 2}]});
    let created = client.post("/api/v1/cart/", items).await.expect(201);
    let cart = client.get(&path(cart_id(&created))).await.expect(200).body;
    let listed = client.get("/api/v1/cart/").await.expect(200).body["results"][0].clone();

    assert_eq!(created.body, cart);
    assert_eq!((&cart["grand_total"], &cart["currency"]), (&json!(total), &json!(code)));
    assert_eq!((&listed["grand_total"], &listed["currency"]), (&json!(total), &json!(code)));
    let line = &cart["items"][0];
    assert_eq!((&line["unit_price"], &line["sub_total"]), (&json!(price), &json!(total)));
    let variant = &line["product_variant"];
    assert_eq!((&variant["price"], &variant["currency"]), (&json!(price), &json!(code)));
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn a_cart_in_yen(db: PgPool) {
    a_cart_costs(db, "JPY", "14990", "29980").await;
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn a_cart_in_euros(db: PgPool) {
    a_cart_costs(db, "EUR", "149.90", "299.80").await;
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn a_cart_in_dinars(db: PgPool) {
    a_cart_costs(db, "KWD", "14.990", "29.980").await;
}
