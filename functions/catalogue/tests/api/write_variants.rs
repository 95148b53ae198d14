//! Write variants one by one: `/api/v1/catalogue/products/{id_or_slug}/variants/`.

use futures_util::future::join_all;
use serde_json::{Value, json};
use shared::testing::Client;
use sqlx::PgPool;

use crate::app;
use crate::create_product::{create_shirt, path};
use crate::write_categories::editor;

const VARIANTS: &str = "ocean-blue-shirt/variants";

async fn skus(client: &Client) -> Vec<String> {
    let listed = client.get(&path(VARIANTS)).await.expect(200).body;
    listed["results"].as_array().unwrap().iter().map(|variant| variant["sku"].as_str().unwrap().to_owned()).collect()
}

fn sized(sku: &str, size: &str) -> Value {
    json!({"sku": sku, "options": [{"attribute": "Size", "value": size}]})
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn a_variant_is_added_with_a_price_and_a_stock(db: PgPool) {
    let app = app(db);
    let editor = editor(&app).await;
    create_shirt(&editor).await;
    let mut large = sized("OCEAN-L", "L");
    for (field, value) in [
        ("own_price", json!("60")),
        ("compare_at_price", json!("70.00")),
        ("barcode", json!("4006381333931")),
        ("weight_grams", json!(250)),
        ("inventory_count", json!(4)),
    ] {
        large[field] = value;
    }

    let created = editor.post(&path(VARIANTS), large).await.expect(201);

    let at = path(&format!("{VARIANTS}/{}", created.body["id"]));
    assert!(created.header("location").ends_with(&format!("/variants/{}/", created.body["id"])));
    assert_eq!(created.body["name"], "L");
    assert_eq!((&created.body["price"], &created.body["price_adjustment"]), (&json!("60.00"), &json!("10.10")));
    assert_eq!((&created.body["compare_at_price"], &created.body["weight_grams"]), (&json!("70.00"), &json!(250)));
    assert_eq!((&created.body["inventory_count"], &created.body["is_available"]), (&json!(4), &json!(true)));
    let read = editor.get(&at).await.expect(200);
    assert_eq!((&read.body, read.header("etag")), (&created.body, created.header("etag")));
    editor.clone().header("if-none-match", read.header("etag")).get(&at).await.expect(304);
    assert_eq!(skus(&app.anonymous()).await, ["OCEAN-S", "OCEAN-M", "OCEAN-L"]);
    let product = app.anonymous().get(&path("ocean-blue-shirt")).await.expect(200).body;
    assert_eq!(product["price_range"], json!({"min": "49.90", "max": "60.00"}));
    assert!(app.stock_adds_up().await);
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn an_update_changes_only_the_given_fields(db: PgPool) {
    let app = app(db);
    let editor = editor(&app).await;
    let shirt = create_shirt(&editor).await;
    let at = path(&format!("{VARIANTS}/{}", shirt["variants"][0]["id"]));
    for (field, value) in [
        ("sku", json!("OCEAN-SMALL")),
        ("barcode", json!("123")),
        ("barcode", json!(null)),
        ("weight_grams", json!(1)),
        ("compare_at_price", json!("99.00")),
        ("compare_at_price", json!(null)),
        ("name", json!("Small one")),
    ] {
        let mut expected = editor.get(&at).await.expect(200).body;
        let changed = editor.patch(&at, json!({field: value})).await.expect(200).body;
        expected[field] = value;
        // A reduced variant shows the lowest price before the reduction.
        let is_reduced = expected["compare_at_price"].is_string();
        expected["lowest_price_30_days"] = if is_reduced { json!("49.90") } else { Value::Null };
        assert_eq!(changed, expected, "{field}");
    }
    let own = editor.patch(&at, json!({"own_price": "1.00"})).await.expect(200).body;
    assert_eq!((&own["price"], &own["price_adjustment"]), (&json!("1.00"), &json!("-48.90")));
    let base = editor.patch(&at, json!({"own_price": null, "price_adjustment": "0"})).await.expect(200).body;
    assert_eq!((&base["price"], &base["own_price"]), (&json!("49.90"), &Value::Null));
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn a_generated_name_follows_the_values_and_a_given_name_does_not(db: PgPool) {
    let app = app(db);
    let editor = editor(&app).await;
    let shirt = create_shirt(&editor).await;
    let at = path(&format!("{VARIANTS}/{}", shirt["variants"][0]["id"]));
    let size = |value: &str| json!({"options": [{"attribute": "Size", "value": value}]});
    assert_eq!(editor.patch(&at, size("XS")).await.expect(200).body["name"], "XS");
    editor.patch(&at, json!({"name": "The smallest"})).await.expect(200);
    assert_eq!(editor.patch(&at, size("XXS")).await.expect(200).body["name"], "The smallest");
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn an_invalid_variant_is_refused_with_an_error_for_each_field(db: PgPool) {
    let app = app(db);
    let editor = editor(&app).await;
    create_shirt(&editor).await;
    let cotton = json!([{"attribute": "Material", "value": "Cotton"}]);
    let alike = json!([{"attribute": "Size", "value": "S"}, {"attribute": "Colour", "value": "Blue"}]);
    for (body, expected) in [
        (json!({}), json!({"sku": ["This field is required."]})),
        (json!({"sku": "OCEAN-S", "options": cotton}), json!({"sku": ["variant with this sku already exists."]})),
        (
            json!({"sku": "x", "options": alike}),
            json!({"non_field_errors": ["Another variant of the product has the same values. Send other values."]}),
        ),
        (
            json!({"sku": "x", "price_adjustment": "-49.91"}),
            json!({"price_adjustment": ["The price of a variant would be negative. Send a higher price."]}),
        ),
        (
            json!({"sku": "x", "own_price": "-1"}),
            json!({"own_price": ["Ensure this value is greater than or equal to 0."]}),
        ),
        (
            json!({"sku": "x", "options": cotton, "attribute_value_ids": []}),
            json!({"options": ["Send options or attribute_value_ids, not both."]}),
        ),
        (json!({"sku": "x".repeat(256)}), json!({"sku": ["Ensure this field has no more than 255 characters."]})),
    ] {
        assert_eq!(editor.post(&path(VARIANTS), body.clone()).await.expect(400).body, expected, "{body}");
    }
    editor.post(&path("nothing/variants"), json!({"sku": "x"})).await.expect(404);
    for name in ["0", "-1", "x", "9223372036854775808", "999", "%00"] {
        editor.get(&path(&format!("{VARIANTS}/{name}"))).await.expect(404);
        editor.patch(&path(&format!("{VARIANTS}/{name}")), json!({})).await.expect(404);
    }
    app.anonymous().get(&path("%00/variants/1")).await.expect(404);
    assert_eq!(app.count("select count(*) from product_variants").await, 2);
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn replacing_a_variant_with_another_keeps_its_id_and_its_stock(db: PgPool) {
    let app = app(db);
    let editor = editor(&app).await;
    let shirt = create_shirt(&editor).await;
    let (small, medium) = (&shirt["variants"][0], &shirt["variants"][1]);
    editor.delete(&path(&format!("{VARIANTS}/{}", medium["id"]))).await.expect(204);
    assert_ne!(small["inventory_count"], medium["inventory_count"]);

    let at = path(&format!("{VARIANTS}/{}", small["id"]));
    let mut replacement = medium.clone();
    replacement["id"] = small["id"].clone();
    for name in ["attribute_values", "inventory_count", "is_available", "price"] {
        replacement.as_object_mut().unwrap().remove(name);
    }
    let replaced = editor.put(&at, replacement).await.expect(200).body;

    assert_eq!((&replaced["id"], &replaced["sku"]), (&small["id"], &medium["sku"]));
    assert_eq!(replaced["inventory_count"], small["inventory_count"]);
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn a_variant_moves_to_its_position(db: PgPool) {
    let app = app(db);
    let editor = editor(&app).await;
    create_shirt(&editor).await;
    let mut large = sized("OCEAN-L", "L");
    large["position"] = json!(0);
    let large = editor.post(&path(VARIANTS), large).await.expect(201).body["id"].clone();
    assert_eq!(skus(&editor).await, ["OCEAN-L", "OCEAN-S", "OCEAN-M"]);
    let at = path(&format!("{VARIANTS}/{large}"));
    for (position, expected) in [(1, ["OCEAN-S", "OCEAN-L", "OCEAN-M"]), (99, ["OCEAN-S", "OCEAN-M", "OCEAN-L"])] {
        editor.patch(&at, json!({"position": position})).await.expect(200);
        assert_eq!(skus(&app.anonymous()).await, expected);
    }
    // A replacement without a position keeps the position.
    editor.put(&at, json!({"sku": "OCEAN-XL"})).await.expect(200);
    assert_eq!(skus(&editor).await, ["OCEAN-S", "OCEAN-M", "OCEAN-XL"]);
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn concurrent_requests_create_a_variant_with_the_same_values_once(db: PgPool) {
    let app = app(db);
    let editor = editor(&app).await;
    create_shirt(&editor).await;
    let at = path(VARIANTS);
    let answers = join_all(["A", "B", "C", "D"].map(|sku| editor.post(&at, sized(sku, "XXL")))).await;
    let mut statuses: Vec<u16> = answers.iter().map(|answer| answer.status).collect();
    statuses.sort_unstable();
    assert_eq!(statuses, [201, 400, 400, 400]);
    assert_eq!(app.count("select count(*) from product_variants").await, 3);
}
