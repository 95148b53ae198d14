//! Only products that are for sale are sold: by status, publication times and archived variants.

use serde_json::json;
use sqlx::PgPool;

use super::{an_app, check_out};

/// The clock of the tests stands at 2026-11-22T06:38:51Z.
#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn unpublished_and_archived_variants_are_refused_as_sold_out(db: PgPool) {
    let (app, queue) = an_app(db);
    let ana = app.a_user().await;
    let shoes = app.a_product().stock(5).create().await;
    let cart = app.a_cart().of(ana.id).with(shoes.variant, 1).create().await;
    let back = "update products set status = 'active', publish_at = null, unpublish_at = null";
    for (withdraw, restore) in [
        ("update products set status = 'draft'", back),
        ("update products set publish_at = '2026-11-22T06:38:52Z'", back),
        ("update products set unpublish_at = '2026-11-22T06:38:51Z'", back),
        ("update product_variants set archived_at = now()", "update product_variants set archived_at = null"),
    ] {
        sqlx::query(withdraw).execute(&app.db).await.unwrap();
        let refusal = check_out(&app, &ana, cart).await.expect(409).body;
        assert_eq!(refusal["code"], "sold_out", "{withdraw}");
        assert_eq!(
            refusal["items"],
            json!([{"product_variant_id": shoes.variant, "product_name": "Shoes", "variant_name": "One size", "sku": shoes.sku,
                    "unavailable_reason": "not_for_sale", "requested": 1, "available": 0}])
        );
        assert!(!refusal["detail"].as_str().unwrap().contains("stock"), "{refusal}");
        sqlx::query(restore).execute(&app.db).await.unwrap();
    }
    assert_eq!(app.count("select count(*) from orders").await, 0);
    assert!(queue.sent().is_empty());
    check_out(&app, &ana, cart).await.expect(201);
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn a_product_is_sold_between_publish_at_and_unpublish_at(db: PgPool) {
    let (app, _) = an_app(db);
    let ana = app.a_user().await;
    let shoes = app.a_product().stock(5).create().await;
    let times = "update products set publish_at = '2026-11-22T06:39:00Z', unpublish_at = '2026-11-22T06:40:00Z'";
    sqlx::query(times).execute(&app.db).await.unwrap();
    for (seconds, status) in [(0, 409), (10, 201), (60, 409)] {
        app.clock.advance(seconds);
        let cart = app.a_cart().of(ana.id).with(shoes.variant, 1).create().await;
        check_out(&app, &ana, cart).await.expect(status);
    }
    assert_eq!(app.count("select sum(on_hand)::bigint from stock_levels").await, 4);
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn a_variant_with_its_own_price_is_sold_at_that_price(db: PgPool) {
    let (app, _) = an_app(db);
    let ana = app.a_user().await;
    let shoes = app.a_product().cents(5_000).stock(1).create().await;
    sqlx::query("update product_variants set own_price = 4200").execute(&app.db).await.unwrap();
    sqlx::query("update products set base_price = 9000").execute(&app.db).await.unwrap();
    let cart = app.a_cart().of(ana.id).with(shoes.variant, 1).create().await;
    assert_eq!(check_out(&app, &ana, cart).await.expect(201).body["grand_total"], "42.00");
}
