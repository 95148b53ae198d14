//! Requests that create no product, and their errors.

use axum::body::Body;
use http::Method;
use serde_json::{Value, json};
use sqlx::PgPool;

use crate::write_categories::editor;
use crate::{PRODUCTS, Shop, app};

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn an_invalid_product_is_refused_with_an_error_for_each_field(db: PgPool) {
    let shop = Shop::open(db).await;
    let editor = editor(&shop.app).await;
    let required = json!(["This field is required."]);
    let variants = |variants: Value| json!({"name": "x", "base_price": "1", "variants": variants});
    let images = |images: Value| json!({"name": "x", "base_price": "1", "images": images});
    let with = |field: &str, value: Value| {
        let mut body = json!({"name": "x", "base_price": "1"});
        body[field] = value;
        body
    };
    let size = |value: &str| json!({"attribute": "Size", "value": value});
    for (body, field, message) in [
        (json!({}), "name", &required[0]),
        (json!({}), "base_price", &required[0]),
        (with("base_price", json!("-1")), "base_price", &json!("Ensure this value is greater than or equal to 0.")),
        (with("base_price", json!(1e300)), "base_price", &json!("A valid number is required.")),
        (
            with("base_price", json!("1000000000")),
            "base_price",
            &json!("Ensure this value is less than or equal to 999999999.99."),
        ),
        (with("slug", json!("blouse")), "slug", &json!("product with this slug already exists.")),
        (with("sku", json!("BLOUSE")), "sku", &json!("product with this sku already exists.")),
        (with("brand_id", json!(999)), "brand_id", &json!("Invalid pk \"999\" - object does not exist.")),
        (with("category_ids", json!([999])), "category_ids", &json!("Invalid pk \"999\" - object does not exist.")),
        (with("category_ids", json!(["x"])), "category_ids.0", &json!("A valid integer is required.")),
        (with("status", json!("gone")), "status", &json!("\"gone\" is not a valid choice.")),
        (
            with("description", json!("é".repeat(65_537))),
            "description",
            &json!("Ensure this field has no more than 65536 characters."),
        ),
        (with("tags", json!([["x"]])), "tags.0", &json!("Not a valid string.")),
        (
            with("default_variant_id", json!(1)),
            "default_variant_id",
            &json!("Invalid pk \"1\" - object does not exist."),
        ),
        (variants(json!({})), "variants", &json!("Expected a list of items but got type \"dict\".")),
        (variants(json!([[]])), "variants.0", &json!("Invalid data. Expected a dictionary, but got list.")),
        (variants(json!([{}])), "variants.0.sku", &required[0]),
        (
            variants(json!([{"sku": "a"}, {"sku": "a", "options": [size("S")]}])),
            "variants.1.sku",
            &json!("variant with this sku already exists."),
        ),
        (variants(json!([{"sku": "BLOUSE-M"}])), "variants.0.sku", &json!("variant with this sku already exists.")),
        (
            variants(json!([{"sku": "a"}, {"sku": "b"}])),
            "variants.1.non_field_errors",
            &json!("Another variant of the product has the same values. Send other values."),
        ),
        (
            variants(json!([{"sku": "a", "options": [size("S"), {"attribute": "SIZE", "value": "M"}]}])),
            "variants.0.options",
            &json!("A variant has at most one value of \"Size\". Send only one."),
        ),
        (
            variants(json!([{"sku": "a", "attribute_value_ids": [999]}])),
            "variants.0.attribute_value_ids",
            &json!("Invalid pk \"999\" - object does not exist."),
        ),
        (
            variants(json!([{"sku": "a", "options": [{"attribute": "Size", "value": 999}]}])),
            "variants.0.options.0",
            &json!("There is no such attribute, or it has no such value."),
        ),
        (variants(json!([{"sku": "a", "options": [{"attribute": 1}]}])), "variants.0.options.0.value", &required[0]),
        (
            variants(json!([{"sku": "a", "price_adjustment": "-1.01"}])),
            "variants.0.price_adjustment",
            &json!("The price of a variant would be negative. Send a higher price."),
        ),
        (
            variants(json!([{"sku": "a", "id": 1}])),
            "variants.0.id",
            &json!("Invalid pk \"1\" - object does not exist."),
        ),
        (
            variants(json!([{"sku": "a", "weight_grams": "heavy"}])),
            "variants.0.weight_grams",
            &json!("A valid integer is required."),
        ),
        (
            variants(json!([{"sku": "a", "inventory_count": -1}])),
            "variants.0.inventory_count",
            &json!("Ensure this value is greater than or equal to 0."),
        ),
        (
            images(json!([{"url": "javascript:alert(1)"}])),
            "images.0.url",
            &json!("Enter a valid URL that begins with http://, https:// or one slash."),
        ),
        (
            images(json!([{"url": "/a.jpg", "variant_sku": "BLOUSE-M"}])),
            "images.0.variant_sku",
            &json!("The product has no variant \"BLOUSE-M\"."),
        ),
        (
            images(json!([{"url": "/a.jpg", "product_variant_id": 1}])),
            "images.0.product_variant_id",
            &json!("Invalid pk \"1\" - object does not exist."),
        ),
        (
            images(json!([{"url": "/a.jpg", "id": 1}])),
            "images.0.id",
            &json!("Invalid pk \"1\" - object does not exist."),
        ),
    ] {
        let refused = editor.post(PRODUCTS, body.clone()).await.expect(400).body;
        assert_eq!(&refused[field][0], message, "{body} {refused}");
    }
    assert_eq!(shop.app.count("select count(*) from products").await, 4);
    assert_eq!(shop.app.count("select count(*) from product_variants").await, 5);
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn deep_large_and_contradictory_bodies_are_refused(db: PgPool) {
    let app = app(db);
    let editor = editor(&app).await.header("content-type", "application/json");
    let nested = format!("{{\"name\": {}{}}}", "[".repeat(10_000), "]".repeat(10_000));
    let refused = editor.send(Method::POST, PRODUCTS, Body::from(nested)).await.expect(400);
    assert_eq!(refused.body["code"], "parse_error");
    let large = json!({"name": "x", "base_price": "1", "description": "x".repeat(3_000_000)}).to_string();
    editor.send(Method::POST, PRODUCTS, Body::from(large)).await.expect(413);
    let many: Vec<Value> = (0..501).map(|at| json!({"sku": at.to_string()})).collect();
    let many = editor.post(PRODUCTS, json!({"name": "x", "base_price": "1", "variants": many})).await.expect(400);
    assert_eq!(many.body, json!({"variants": ["Ensure this field has no more than 500 elements."]}));
    let reversed_times = json!({"name": "x", "base_price": "1", "publish_at": "2027-01-01T00:00:00Z", "unpublish_at": "2026-01-01T00:00:00Z"});
    assert_eq!(
        editor.post(PRODUCTS, reversed_times).await.expect(400).body,
        json!({"unpublish_at": ["unpublish_at must be later than publish_at."]})
    );
    for bad in ["yesterday", "2026-01-01", "99999-01-01T00:00:00Z"] {
        editor.post(PRODUCTS, json!({"name": "x", "base_price": "1", "publish_at": bad})).await.expect(400);
    }
    assert_eq!(app.count("select count(*) from products").await, 0);
}
