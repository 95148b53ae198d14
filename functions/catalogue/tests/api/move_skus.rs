//! Move SKUs between the variants of a product.

use serde_json::{Value, json};
use sqlx::PgPool;

use crate::create_product::{path, shirt};
use crate::update_product::skus;
use crate::write_categories::editor;
use crate::{PRODUCTS, app};

/// Returns the variants by id, each with its new SKU.
fn with_skus(variants: &[&Value], skus: &[&str]) -> Value {
    variants.iter().zip(skus).map(|(variant, sku)| json!({"id": variant["id"], "sku": sku})).collect()
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn one_request_moves_skus_between_variants(db: PgPool) {
    let app = app(db);
    let editor = editor(&app).await;
    let mut shirt = shirt();
    let large = json!({"sku": "OCEAN-L", "options": [{"attribute": "Size", "value": "L"}]});
    shirt["variants"].as_array_mut().unwrap().push(large);
    let before = editor.post(PRODUCTS, shirt).await.expect(201).body;
    let at = path("ocean-blue-shirt");
    let variants: Vec<&Value> = before["variants"].as_array().unwrap().iter().collect();
    for wanted in [
        ["OCEAN-M", "OCEAN-S", "OCEAN-L"],
        ["OCEAN-L", "OCEAN-M", "OCEAN-S"],
        // Each variant gets the SKU of the next, and the last a new one.
        ["OCEAN-M", "OCEAN-S", "OCEAN-XL"],
        ["OCEAN-S", "OCEAN-XL", "OCEAN-M"],
    ] {
        let after = editor.patch(&at, json!({"variants": with_skus(&variants, &wanted)})).await.expect(200).body;
        assert_eq!(skus(&after), wanted);
        for (was, is) in variants.iter().zip(after["variants"].as_array().unwrap()) {
            assert_eq!((&is["id"], &is["inventory_count"]), (&was["id"], &was["inventory_count"]));
        }
    }
    // A new variant gets the SKU of an existing one, which gets another.
    let mut list = with_skus(&variants, &["OCEAN-XXL", "OCEAN-XL", "OCEAN-M"]);
    let small = json!({"sku": "OCEAN-S", "options": [{"attribute": "Size", "value": "XS"}]});
    list.as_array_mut().unwrap().push(small);
    let all = json!({"name": "x", "base_price": "49.90", "variants": list, "images": []});
    let after = editor.put(&at, all).await.expect(200).body;
    assert_eq!(skus(&after), ["OCEAN-XXL", "OCEAN-XL", "OCEAN-M", "OCEAN-S"]);
    assert_eq!(after["variants"][0]["id"], variants[0]["id"]);
    assert!(variants.iter().all(|variant| variant["id"] != after["variants"][3]["id"]));

    // Two variants cannot have the same SKU.
    let both = json!({"variants": with_skus(&variants, &["OCEAN-M", "OCEAN-M"])});
    editor.patch(&at, both).await.expect(400);
    assert_eq!(skus(&editor.get(&at).await.expect(200).body), skus(&after));
}
