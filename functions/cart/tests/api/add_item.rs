//! Adding items: `POST /api/v1/cart/{id}/items/`.

use futures_util::future::join_all;
use serde_json::json;
use sqlx::PgPool;

use crate::{app, item, items, path};

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn a_new_line_returns_201_and_more_units_return_200(db: PgPool) {
    let app = app(db);
    let shoes = app.a_product().cents(1_000).stock(4).create().await;
    let cart = app.a_cart().create().await;
    let two = json!({"product_variant_id": shoes.variant, "quantity": 2});

    let first = app.anonymous().post(&items(cart), two.clone()).await.expect(201);
    assert_eq!((&first.body["quantity"], &first.body["sub_total"]), (&json!(2), &json!("20.00")));
    assert_eq!(first.header("location"), format!("http://shop.test{}", item(cart, &first.body["id"])));

    let second = app.anonymous().post(&items(cart), two.clone()).await.expect(200);
    assert_eq!((&second.body["id"], &second.body["quantity"]), (&first.body["id"], &json!(4)));
    assert_eq!(second.body["is_available"], true);

    let third = app.anonymous().post(&items(cart), two).await.expect(200);
    assert_eq!((&third.body["is_available"], &third.body["available"]), (&json!(false), &json!(4)));
    assert_eq!(app.count("select quantity::bigint from cart_lines").await, 6);
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn concurrent_additions_of_a_variant_add_up(db: PgPool) {
    let app = app(db);
    let shoes = app.a_product().create().await;
    let cart = app.a_cart().create().await;
    let client = app.anonymous();
    let path = items(cart);

    let answers =
        join_all((0..8).map(|_| client.post(&path, json!({"product_variant_id": shoes.variant, "quantity": 3})))).await;

    let mut statuses: Vec<u16> = answers.iter().map(|answer| answer.status).collect();
    statuses.sort_unstable();
    assert_eq!(statuses, [200, 200, 200, 200, 200, 200, 200, 201]);
    assert_eq!(app.count("select quantity::bigint from cart_lines").await, 24);
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn a_line_has_at_most_999_units(db: PgPool) {
    let app = app(db);
    let shoes = app.a_product().create().await;
    let cart = app.a_cart().with(shoes.variant, 998).create().await;
    let one = json!({"product_variant_id": shoes.variant, "quantity": 1});

    app.anonymous().post(&items(cart), one.clone()).await.expect(200);
    let refused = app.anonymous().post(&items(cart), one).await.expect(400);

    assert_eq!(refused.body, json!({"quantity": ["A line has at most 999 units, with those already in the cart."]}));
    assert_eq!(app.count("select quantity::bigint from cart_lines").await, 999);
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn a_cart_has_at_most_500_lines_also_when_added_concurrently(db: PgPool) {
    let app = app(db);
    let shoes = app.a_product().create().await;
    let variants = app.variants_of(&shoes, 502).await;
    let (some, more) = variants.split_at(498);
    let cart = some.iter().fold(app.a_cart(), |cart, variant| cart.with(*variant, 1)).create().await;
    let more: Vec<_> = more.iter().map(|variant| json!({"product_variant_id": variant, "quantity": 1})).collect();
    let (client, path) = (app.anonymous(), items(cart));

    let answers = join_all(more.into_iter().map(|item| client.post(&path, item))).await;

    assert_eq!(answers.iter().filter(|answer| answer.status == 201).count(), 2);
    let refused = answers.iter().find(|answer| answer.status == 400).unwrap();
    assert_eq!(refused.body, json!({"non_field_errors": ["A cart has at most 500 lines."]}));
    assert_eq!(app.count("select count(*) from cart_lines").await, 500);
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn a_variant_that_is_not_for_sale_is_refused(db: PgPool) {
    let app = app(db);
    let draft = app.a_product().stock(1).status("draft").create().await;
    let cart = app.a_cart().create().await;

    for variant in [draft.variant.0, i64::MAX] {
        let refused =
            app.anonymous().post(&items(cart), json!({"product_variant_id": variant, "quantity": 1})).await.expect(400);
        let message = format!("Invalid pk \"{variant}\" - object does not exist.");
        assert_eq!(refused.body, json!({"product_variant_id": [message]}));
    }
    assert_eq!(app.anonymous().get(&path(cart)).await.expect(200).body["items"], json!([]));
}
