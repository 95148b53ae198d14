//! Only variants that are for sale can be added; existing lines of others stay and are not available.

use serde_json::json;
use sqlx::PgPool;

use crate::{app, items, path};

/// The clock of the tests stands at 2026-11-22T06:38:51Z.
#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn unpublished_and_archived_variants_cannot_be_added(db: PgPool) {
    let app = app(db);
    let shoes = app.a_product().stock(5).create().await;
    let (full, empty) = (app.a_cart().with(shoes.variant, 1).create().await, app.a_cart().create().await);
    let one = json!({"product_variant_id": shoes.variant, "quantity": 1});
    let back = "update products set status = 'active', publish_at = null, unpublish_at = null";
    for (withdraw, restore) in [
        ("update products set status = 'draft'", back),
        ("update products set publish_at = '2026-11-22T06:38:52Z'", back),
        ("update products set unpublish_at = '2026-11-22T06:38:51Z'", back),
        ("update product_variants set archived_at = now()", "update product_variants set archived_at = null"),
    ] {
        sqlx::query(withdraw).execute(&app.db).await.unwrap();
        let refused = app.anonymous().post(&items(empty), one.clone()).await.expect(400).body;
        let message = format!("Invalid pk \"{}\" - object does not exist.", shoes.variant);
        assert_eq!(refused, json!({"product_variant_id": [message]}), "{withdraw}");
        app.anonymous().post("/api/v1/cart/", json!({"items": [one]})).await.expect(400);
        let line = &app.anonymous().get(&path(full)).await.expect(200).body["items"][0];
        assert_eq!((&line["available"], &line["is_available"]), (&json!(0), &json!(false)), "{withdraw}");
        sqlx::query(restore).execute(&app.db).await.unwrap();
    }
    app.anonymous().post(&items(empty), one).await.expect(201);
    assert_eq!(app.count("select count(*) from cart_lines").await, 2);
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn a_product_can_be_added_between_publish_at_and_unpublish_at(db: PgPool) {
    let app = app(db);
    let shoes = app.a_product().stock(5).create().await;
    let cart = app.a_cart().create().await;
    let times = "update products set publish_at = '2026-11-22T06:39:00Z', unpublish_at = '2026-11-22T06:40:00Z'";
    sqlx::query(times).execute(&app.db).await.unwrap();
    for (seconds, status) in [(0, 400), (10, 201), (60, 400)] {
        app.clock.advance(seconds);
        let one = json!({"product_variant_id": shoes.variant, "quantity": 1});
        app.anonymous().post(&items(cart), one).await.expect(status);
    }
}
