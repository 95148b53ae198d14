//! Bodies and paths that are not valid.

use axum::body::Body;
use http::Method;
use serde_json::{Value, json};
use sqlx::PgPool;

use crate::{app, item, items};

/// Returns values that are not a `quantity`.
fn bad_quantities() -> [Value; 12] {
    [
        json!(0),
        json!(-1),
        json!(1000),
        json!(i64::MAX),
        json!(1e300),
        json!("abc"),
        json!("1\u{0}"),
        json!(1.5),
        json!(true),
        json!([1]),
        json!({"a": 1}),
        Value::Null,
    ]
}

/// Returns values that are not an id of a variant.
fn bad_ids() -> [Value; 8] {
    [
        json!(0),
        json!(-1),
        json!("9223372036854775808"),
        json!("abc"),
        json!("1\u{0}"),
        json!(1.5),
        json!([1]),
        Value::Null,
    ]
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn an_invalid_quantity_is_named(db: PgPool) {
    let app = app(db);
    let shoes = app.a_product().create().await;
    let cart = app.a_cart().with(shoes.variant, 1).create().await;
    let line = item(cart, &json!(app.count("select id from cart_lines").await));
    let client = app.anonymous();

    for quantity in bad_quantities() {
        let new = json!({"product_variant_id": shoes.variant, "quantity": quantity});
        let added = client.post(&items(cart), new.clone()).await.expect(400);
        assert!(added.body["quantity"][0].is_string(), "{quantity}: {}", added.text);
        let changed = client.patch(&line, json!({"quantity": quantity})).await.expect(400);
        assert!(changed.body["quantity"][0].is_string(), "{quantity}: {}", changed.text);
        let made = client.post("/api/v1/cart/", json!({"items": [new]})).await.expect(400);
        assert!(made.body["items.0.quantity"][0].is_string(), "{quantity}: {}", made.text);
    }
    assert_eq!(app.count("select sum(quantity)::bigint from cart_lines").await, 1);
    assert_eq!(app.count("select count(*) from carts").await, 1);
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn an_invalid_id_is_named(db: PgPool) {
    let app = app(db);
    let cart = app.a_cart().create().await;

    for id in bad_ids() {
        let new = json!({"product_variant_id": id, "quantity": 1});
        let added = app.anonymous().post(&items(cart), new.clone()).await.expect(400);
        assert!(added.body["product_variant_id"][0].is_string(), "{id}: {}", added.text);
        let made = app.anonymous().post("/api/v1/cart/", json!({"items": [new]})).await.expect(400);
        assert!(made.body["items.0.product_variant_id"][0].is_string(), "{id}: {}", made.text);
    }
    assert_eq!(app.count("select count(*) from cart_lines").await, 0);
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn all_missing_fields_are_named_at_once(db: PgPool) {
    let app = app(db);
    let cart = app.a_cart().create().await;
    let required = json!(["This field is required."]);

    let added = app.anonymous().post(&items(cart), json!({})).await.expect(400);
    assert_eq!(added.body, json!({"product_variant_id": required, "quantity": required}));

    let made = app.anonymous().post("/api/v1/cart/", json!({"items": [{}, 7]})).await.expect(400);
    assert_eq!(
        made.body,
        json!({
            "items.0.product_variant_id": required,
            "items.0.quantity": required,
            "items.1": ["Invalid data. Expected a dictionary, but got int."],
        })
    );
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn an_unknown_field_is_named(db: PgPool) {
    let app = app(db);
    let shoes = app.a_product().create().await;
    let cart = app.a_cart().create().await;
    let meant = |name: &str| json!([format!("Unknown field. Did you mean \"{name}\"?")]);
    let new = json!({"product_variant_id": shoes.variant, "quantity": 1, "Quantity": 2});

    let made = app.anonymous().post("/api/v1/cart/", json!({"itmes": [new]})).await.expect(400);
    assert_eq!(made.body, json!({"itmes": meant("items")}));
    let made = app.anonymous().post("/api/v1/cart/", json!({"items": [new]})).await.expect(400);
    assert_eq!(made.body, json!({"items.0.Quantity": meant("quantity")}));
    let added = app.anonymous().post(&items(cart), new).await.expect(400);
    assert_eq!(added.body, json!({"Quantity": meant("quantity")}));
    assert_eq!(app.count("select count(*) from carts").await, 1);
    assert_eq!(app.count("select count(*) from cart_lines").await, 0);
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn items_must_be_a_list_or_null(db: PgPool) {
    let app = app(db);
    for items in [json!("x"), json!(1), json!({"0": {}}), json!(true)] {
        let refused = app.anonymous().post("/api/v1/cart/", json!({"items": items})).await.expect(400);
        assert!(refused.body["items"][0].as_str().unwrap().starts_with("Expected a list of items"), "{}", refused.text);
    }
    assert_eq!(app.count("select count(*) from carts").await, 0);
    app.anonymous().post("/api/v1/cart/", json!({"items": null})).await.expect(201);
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn unreadable_and_invalid_bodies_get_different_errors(db: PgPool) {
    let app = app(db);
    let cart = app.a_cart().create().await;
    let json = app.anonymous().header("content-type", "application/json");
    let text = app.anonymous().header("content-type", "text/plain");

    for path in ["/api/v1/cart/".to_owned(), items(cart)] {
        let send = async |client: &shared::testing::Client, body: Body| client.send(Method::POST, &path, body).await;
        assert_eq!(send(&json, Body::from("{\"items\": [")).await.expect(400).body["code"], "parse_error");
        assert_eq!(
            send(&json, Body::from(&b"{\"items\": \"\xff\"}"[..])).await.expect(400).body["code"],
            "parse_error"
        );
        let list = send(&json, Body::from("[]")).await.expect(400);
        assert_eq!(list.body, json!({"non_field_errors": ["Invalid data. Expected a dictionary, but got list."]}));
        assert_eq!(send(&text, Body::from("{}")).await.expect(415).body["code"], "unsupported_media_type");
        let huge = format!("{{\"items\": \"{}\"}}", "x".repeat(10_000_000));
        assert_eq!(send(&json, Body::from(huge)).await.expect(413).body["code"], "too_large");
    }
    assert_eq!(app.count("select count(*) from carts").await, 1);
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn an_unknown_cart_is_not_found(db: PgPool) {
    let app = app(db);
    let cart = app.a_cart().create().await;
    let unknown = "00000000-0000-4000-8000-000000000000";

    for path in [
        "/api/v1/cart/1/".to_owned(),
        "/api/v1/cart/%00/".to_owned(),
        "/api/v1/cart/%ff/".to_owned(),
        format!("/api/v1/cart/{unknown}/"),
        format!("/api/v1/cart/{unknown}/items/"),
        format!("/api/v1/cart/{unknown}/items/1/"),
        format!("/api/v1/cart/{cart}/items/abc/"),
        format!("/api/v1/cart/{cart}/items/9223372036854775808/"),
        format!("/api/v1/cart/{cart}/items/-1/"),
    ] {
        let answer = app.anonymous().get(&path).await.expect(404);
        assert_eq!(answer.body["code"], "not_found", "{path}");
    }
}
