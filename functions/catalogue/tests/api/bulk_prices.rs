//! Change prices in bulk: `POST /api/v1/catalogue/bulk/prices/`.

use serde_json::json;
use sqlx::PgPool;

use crate::app;
use crate::write_categories::editor;

const PRICES: &str = "/api/v1/catalogue/bulk/prices/";

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn valid_items_change_prices_and_invalid_ones_are_refused_one_by_one(db: PgPool) {
    let app = app(db);
    let editor = editor(&app).await;
    let (shoes, boots, socks) = (
        app.a_product().cents(1000).create().await,
        app.a_product().cents(2000).create().await,
        app.a_product().cents(500).create().await,
    );
    let body = json!({"items": [
        {"sku": shoes.sku, "price": "8.50", "compare_at_price": "10.00"},
        {"variant_id": boots.variant, "price_adjustment": "-5"},
        {"variant_id": socks.variant, "price_adjustment": "0.00"},
        {"sku": "UNKNOWN", "price": "1"},
        {"variant_id": shoes.variant, "price": "9"},
        {"variant_id": socks.variant, "price_adjustment": "-5.01"},
    ]});

    let tried = editor.post(PRICES, json!({"items": body["items"], "dry_run": true})).await.expect(200);
    assert_eq!(app.count("select count(*) from product_variants where own_price is not null").await, 0);
    let answer = editor.post(PRICES, body).await.expect(200);

    assert_eq!(tried.body["results"], answer.body["results"]);
    assert_eq!(
        (&answer.body["changed"], &answer.body["unchanged"], &answer.body["refused"]),
        (&json!(2), &json!(1), &json!(3))
    );
    let outcomes: Vec<_> =
        answer.body["results"].as_array().unwrap().iter().map(|one| one["outcome"].clone()).collect();
    assert_eq!(outcomes, ["changed", "changed", "unchanged", "refused", "refused", "refused"]);
    assert_eq!(answer.body["results"][3]["errors"], json!({"sku": ["There is no such variant."]}));
    assert_eq!(
        answer.body["results"][4]["errors"],
        json!({"variant_id": ["An earlier item has the same variant. Send one item for each variant."]})
    );
    let cards: Vec<(i64, i64)> =
        sqlx::query_as("select price_min, version from products order by id").fetch_all(&app.db).await.unwrap();
    assert_eq!(cards, [(850, 2), (1500, 2), (500, 1)]);
    let own: Vec<(Option<i64>, Option<i64>)> =
        sqlx::query_as("select own_price, compare_at_price from product_variants order by id")
            .fetch_all(&app.db)
            .await
            .unwrap();
    assert_eq!(own, [(Some(850), Some(1000)), (None, None), (None, None)]);
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn a_negative_or_too_large_price_is_refused(db: PgPool) {
    let app = app(db);
    let editor = editor(&app).await;
    let shoes = app.a_product().cents(1000).create().await;
    for (adjustment, why) in [
        ("-10.01", "The price would be -0.01. It must not be negative."),
        ("999999999.99", "The price would be 1000000009.99. It must be at most 999999999.99."),
    ] {
        let items = json!([{"sku": shoes.sku, "price_adjustment": adjustment}]);
        let answer = editor.post(PRICES, json!({"items": items})).await.expect(200);
        assert_eq!(answer.body["results"][0]["errors"], json!({"price_adjustment": [why]}));
    }
    assert_eq!(app.count("select price_min from products").await, 1000);
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn an_invalid_body_changes_nothing(db: PgPool) {
    let app = app(db);
    let editor = editor(&app).await;
    let shoes = app.a_product().cents(1000).create().await;
    let good = json!({"sku": shoes.sku, "price": "1"});
    for (bad, expected) in [
        (json!({"price": "1"}), json!({"items.1.non_field_errors": ["Send either variant_id or sku."]})),
        (
            json!({"sku": "x", "price": "1", "price_adjustment": "1"}),
            json!({"items.1.non_field_errors": ["Send price or price_adjustment, not both."]}),
        ),
        (
            json!({"sku": "x"}),
            json!({"items.1.non_field_errors": ["Send price, price_adjustment or compare_at_price."]}),
        ),
        (json!({"sku": "x", "price": "a"}), json!({"items.1.price": ["A valid number is required."]})),
    ] {
        assert_eq!(editor.post(PRICES, json!({"items": [good, bad]})).await.expect(400).body, expected, "{bad}");
    }
    let many = vec![good; 1001];
    let refused = editor.post(PRICES, json!({"items": many})).await.expect(400);
    assert_eq!(refused.body, json!({"items": ["Ensure this field has no more than 1000 elements."]}));
    assert_eq!(app.count("select price_min from products").await, 1000);
}
