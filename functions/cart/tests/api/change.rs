//! Changing and deleting lines and carts.

use serde_json::json;
use shared::testing::TestApp;
use sqlx::PgPool;

use crate::{app, item, items, path};

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn the_quantity_of_a_line_is_changed(db: PgPool) {
    let app = app(db);
    let shoes = app.a_product().cents(1_000).stock(2).create().await;
    let cart = app.a_cart().with(shoes.variant, 1).create().await;
    let line = item(cart, &app.anonymous().get(&items(cart)).await.body["results"][0]["id"]);

    for (quantity, sub_total, available) in [(999, "9990.00", false), (2, "20.00", true)] {
        let changed = app.anonymous().patch(&line, json!({"quantity": quantity})).await.expect(200);
        assert_eq!(changed.body["quantity"], quantity);
        assert_eq!((&changed.body["sub_total"], &changed.body["is_available"]), (&json!(sub_total), &json!(available)));
        assert_eq!(app.anonymous().get(&path(cart)).await.body["grand_total"], sub_total);
    }
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn a_line_is_sent_back_as_it_was_read_with_another_quantity(db: PgPool) {
    let app = app(db);
    let (shoes, socks) = (app.a_product().stock(2).create().await, app.a_product().create().await);
    let cart = app.a_cart().with(shoes.variant, 1).create().await;
    let line = item(cart, &app.anonymous().get(&items(cart)).await.body["results"][0]["id"]);
    let mut read = app.anonymous().get(&line).await.expect(200).body;
    // Stock and price move between the two requests.
    sqlx::query("select change_stock($1, 7, 'received', now())").bind(shoes.variant).execute(&app.db).await.unwrap();
    sqlx::query("update products set base_price = base_price + 1").execute(&app.db).await.unwrap();

    read["quantity"] = json!(5);
    assert_eq!(app.anonymous().patch(&line, read.clone()).await.expect(200).body["quantity"], 5);

    for (field, other) in [("id", json!(999)), ("product_variant", json!({"id": socks.variant}))] {
        let mut changed = read.clone();
        changed[field] = other;
        let refused = app.anonymous().patch(&line, changed).await.expect(400);
        assert!(
            refused.body[field][0].as_str().unwrap().starts_with("This field cannot be set here."),
            "{}",
            refused.text
        );
    }
    app.anonymous().patch(&line, json!({"quantity": 1, "note": "x"})).await.expect(400);
    assert_eq!(app.count("select quantity::bigint from cart_lines").await, 5);
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn a_line_keeps_its_place_when_its_quantity_changes(db: PgPool) {
    let app = app(db);
    let (shoes, socks) = (app.a_product().create().await, app.a_product().create().await);
    let cart = app.a_cart().with(socks.variant, 1).with(shoes.variant, 1).create().await;
    let line = item(cart, &app.anonymous().get(&items(cart)).await.body["results"][0]["id"]);

    app.anonymous().patch(&line, json!({"quantity": 9})).await.expect(200);
    let more = json!({"product_variant_id": socks.variant, "quantity": 1});
    app.anonymous().post(&items(cart), more).await.expect(200);

    let found = app.anonymous().get(&path(cart)).await.expect(200).body;
    let order = [0, 1].map(|at| found["items"][at]["product_variant"]["id"].clone());
    assert_eq!(order, [json!(socks.variant), json!(shoes.variant)]);
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn a_quantity_of_zero_is_refused(db: PgPool) {
    let app = app(db);
    let shoes = app.a_product().create().await;
    let cart = app.a_cart().with(shoes.variant, 5).create().await;
    let line = item(cart, &app.anonymous().get(&items(cart)).await.body["results"][0]["id"]);

    for quantity in [0, -1] {
        let refused = app.anonymous().patch(&line, json!({"quantity": quantity})).await.expect(400);
        let message = "Ensure this value is greater than or equal to 1; delete the line to have none.";
        assert_eq!(refused.body, json!({"quantity": [message]}));
    }
    assert_eq!(app.count("select quantity::bigint from cart_lines").await, 5);
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn a_line_is_removed_once(db: PgPool) {
    let app = app(db);
    let (shoes, socks) = (app.a_product().create().await, app.a_product().create().await);
    let cart = app.a_cart().with(shoes.variant, 1).with(socks.variant, 1).create().await;
    let line = item(cart, &app.anonymous().get(&items(cart)).await.body["results"][0]["id"]);

    let gone = app.anonymous().delete(&line).await.expect(204);
    assert_eq!(gone.text, "");
    app.anonymous().delete(&line).await.expect(404);
    app.anonymous().get(&line).await.expect(404);
    app.anonymous().patch(&line, json!({"quantity": 1})).await.expect(404);

    let left = app.anonymous().get(&path(cart)).await.expect(200);
    assert_eq!(left.body["items"].as_array().unwrap().len(), 1);
    assert_eq!(left.body["items"][0]["product_variant"]["id"], json!(socks.variant));
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn a_line_is_found_only_in_its_cart(db: PgPool) {
    let app = app(db);
    let shoes = app.a_product().create().await;
    let (mine, other) = (app.a_cart().create().await, app.a_cart().with(shoes.variant, 1).create().await);
    let line = item(mine, &app.anonymous().get(&items(other)).await.body["results"][0]["id"]);

    app.anonymous().get(&line).await.expect(404);
    app.anonymous().patch(&line, json!({"quantity": 7})).await.expect(404);
    app.anonymous().delete(&line).await.expect(404);

    assert_eq!(app.count("select quantity::bigint from cart_lines").await, 1);
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn a_cart_is_deleted_with_its_lines(db: PgPool) {
    let app = app(db);
    let shoes = app.a_product().create().await;
    let cart = app.a_cart().with(shoes.variant, 1).create().await;

    app.anonymous().delete(&path(cart)).await.expect(204);
    app.anonymous().delete(&path(cart)).await.expect(404);
    app.anonymous().get(&path(cart)).await.expect(404);

    assert_eq!(app.count("select (select count(*) from carts) + (select count(*) from cart_lines)").await, 0);
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn a_change_updates_the_time_of_the_cart(db: PgPool) {
    let app = app(db);
    let shoes = app.a_product().create().await;
    let cart = app.a_cart().create().await;

    app.clock.advance(60);
    app.anonymous().post(&items(cart), json!({"product_variant_id": shoes.variant, "quantity": 1})).await.expect(201);

    assert!(touched_at_the_time_of(&app).await);
}

async fn touched_at_the_time_of(app: &TestApp) -> bool {
    use shared::app::Clock as _;
    sqlx::query_scalar("select updated_at = $1 from carts").bind(app.clock.now()).fetch_one(&app.db).await.unwrap()
}
