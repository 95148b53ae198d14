//! Orders have their lines in the order of the cart, whatever the ids of the variants.

use serde_json::{Value, json};
use shared::ids::VariantId;
use shared::testing::TestApp;
use sqlx::PgPool;

use super::{an_app, check_out};

/// Returns the variants of an order's lines.
fn variants(order: &Value) -> Vec<VariantId> {
    let lines = order["items"].as_array().unwrap().iter();
    lines.map(|line| serde_json::from_value(line["product_variant_id"].clone()).unwrap()).collect()
}

/// Returns ids of new variants, neither ascending nor descending.
async fn mixed(app: &TestApp, count: i32) -> Vec<VariantId> {
    let shoes = app.a_product().create().await;
    let mut variants = app.variants_of(&shoes, count).await;
    variants.sort_by_key(|variant| (variant.0 % 7, std::cmp::Reverse(variant.0)));
    variants
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn an_order_and_its_repetition_keep_the_order_of_the_cart(db: PgPool) {
    let (app, _) = an_app(db);
    let ana = app.a_user().await;
    let wanted = mixed(&app, 20).await;
    let cart = wanted.iter().fold(app.a_cart().of(ana.id), |cart, variant| cart.with(*variant, 1)).create().await;
    sqlx::query("update cart_lines set quantity = 1 where variant_id = $1")
        .bind(wanted[0])
        .execute(&app.db)
        .await
        .unwrap();

    let placed = check_out(&app, &ana, cart).await.expect(201).body;

    assert_eq!(variants(&placed), wanted);
    assert_eq!(check_out(&app, &ana, cart).await.expect(200).body, placed);
    let path = format!("/api/v1/orders/{}/", placed["id"].as_str().unwrap());
    assert_eq!(app.client_of(&ana).get(&path).await.expect(200).body, placed);
    assert_eq!(
        app.count("select count(distinct position) filter (where position between 1 and 20) from order_lines").await,
        20
    );
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn what_cannot_be_ordered_is_named_in_the_order_of_the_cart(db: PgPool) {
    let (app, _) = an_app(db);
    let ana = app.a_user().await;
    let wanted = mixed(&app, 20).await;
    let cart = wanted.iter().fold(app.a_cart().of(ana.id), |cart, variant| cart.with(*variant, 2)).create().await;

    assert_eq!(variants(&check_out(&app, &ana, cart).await.expect(409).body), wanted);
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn a_cart_of_500_lines_becomes_an_order(db: PgPool) {
    let (app, _) = an_app(db);
    let ana = app.a_user().await;
    let wanted = mixed(&app, 500).await;
    let cart = wanted.iter().fold(app.a_cart().of(ana.id), |cart, variant| cart.with(*variant, 1)).create().await;

    let placed = check_out(&app, &ana, cart).await.expect(201).body;

    assert_eq!((variants(&placed), &placed["grand_total"]), (wanted, &json!("5000.00")));
    assert!(app.stock_adds_up().await);
}

/// The replay needs nothing of the cart but its id, so a cart may be deleted after its order.
#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn an_order_whose_cart_was_deleted_is_returned_again(db: PgPool) {
    let (app, _) = an_app(db);
    let (ana, ben) = (app.a_user().await, app.a_user().await);
    let shoes = app.a_product().stock(1).create().await;
    let cart = app.a_cart().of(ana.id).with(shoes.variant, 1).create().await;
    let placed = check_out(&app, &ana, cart).await.expect(201).body;
    sqlx::query("delete from carts").execute(&app.db).await.unwrap();

    assert_eq!(check_out(&app, &ana, cart).await.expect(200).body, placed);
    check_out(&app, &ben, cart).await.expect(404);
}
