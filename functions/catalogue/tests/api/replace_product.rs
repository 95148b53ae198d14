//! Replace a product: `PUT /api/v1/catalogue/products/{id_or_slug}/`.

use serde_json::{Value, json};
use sqlx::PgPool;

use crate::create_product::{create_shirt, path, shirt};
use crate::update_product::skus;
use crate::write_categories::editor;
use crate::{PRODUCTS, Shop, app};

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn replacing_a_product_with_itself_changes_nothing(db: PgPool) {
    let shop = Shop::open(db).await;
    let app = &shop.app;
    let editor = editor(app).await;
    let mut shirt = shirt();
    shirt["images"][1]["url"] = json!("/dev/images/m.svg");
    shirt["variants"][0]["own_price"] = json!("12.00");
    shirt["brand_id"] = json!(shop.ana);
    shirt["category_ids"] = json!([shop.shirts]);
    let before = editor.post(PRODUCTS, shirt).await.expect(201).body;
    assert_eq!(before["images"][1]["url"], "http://shop.test/dev/images/m.svg");
    assert_eq!((&before["brand"]["id"], &before["categories"][0]["id"]), (&json!(shop.ana), &json!(shop.shirts)));

    let after = editor.put(&path("ocean-blue-shirt"), before.clone()).await.expect(200).body;

    assert_eq!(after, before);
    assert_eq!(app.count("select count(*) from product_images where url = '/dev/images/m.svg'").await, 1);
    assert!(app.stock_adds_up().await);
}

/// The names of the attributes and values have the maximum length, and the name of the variant is made of them.
#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn texts_of_the_maximum_length_can_be_sent_back(db: PgPool) {
    let app = app(db);
    let editor = editor(&app).await;
    let word = |at: usize| format!("{at:02}{}", "é".repeat(253));
    let options: Vec<Value> = (0..20).map(|at| json!({"attribute": word(at), "value": word(at)})).collect();
    let product = json!({"name": "x", "base_price": "1", "variants": [{"sku": "x", "options": options}]});
    let before = editor.post(PRODUCTS, product).await.expect(201).body;
    assert_eq!(before["variants"][0]["name"].as_str().unwrap().chars().count(), 5157);

    assert_eq!(editor.put(&path("x"), before.clone()).await.expect(200).body, before);

    let attributes = editor.get("/api/v1/catalogue/attributes/").await.expect(200).body["results"].clone();
    for attribute in attributes.as_array().unwrap() {
        let at = format!("/api/v1/catalogue/attributes/{}/", attribute["id"]);
        assert_eq!(&editor.put(&at, attribute.clone()).await.expect(200).body, attribute);
        let value = &attribute["values"][0];
        assert_eq!(&editor.put(&format!("{at}values/{}/", value["id"]), value.clone()).await.expect(200).body, value);
    }
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn a_replacement_keeps_the_named_variants_and_images_and_removes_the_others(db: PgPool) {
    let app = app(db);
    let editor = editor(&app).await;
    let before = create_shirt(&editor).await;
    let (small, medium) = (&before["variants"][0], &before["variants"][1]);
    let size = |value: &str| json!([{"attribute": "size", "value": value}]);
    let replacement = json!({
        "name": "Shirt", "base_price": "40.00",
        "variants": [
            {"sku": "OCEAN-L", "options": size("L"), "inventory_count": 7},
            // The id names an existing variant, which gets another SKU.
            {"id": small["id"], "sku": "OCEAN-XS", "options": size("XS")},
        ],
        "images": [{"url": "https://cdn.test/new.jpg"}, {"id": before["images"][0]["id"], "url": "https://cdn.test/s.jpg"}],
    });

    let after = editor.put(&path("ocean-blue-shirt"), replacement).await.expect(200).body;

    assert_eq!(skus(&after), ["OCEAN-L", "OCEAN-XS"]);
    assert_eq!(after["variants"][1]["id"], small["id"]);
    assert_eq!(after["variants"][1]["name"], "XS");
    // A replacement does not change the stock of an existing variant.
    assert_eq!(
        (&after["variants"][0]["inventory_count"], &after["variants"][1]["inventory_count"]),
        (&json!(7), &json!(3))
    );
    assert_eq!(after["images"][1]["id"], before["images"][0]["id"]);
    assert_eq!(
        (&after["slug"], &after["default_variant_id"]),
        (&json!("ocean-blue-shirt"), &after["variants"][0]["id"])
    );
    editor.get(&path(&format!("ocean-blue-shirt/variants/{}", medium["id"]))).await.expect(404);
    assert!(app.stock_adds_up().await);
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn a_replacement_requires_variants_and_images(db: PgPool) {
    let app = app(db);
    let editor = editor(&app).await;
    create_shirt(&editor).await;
    let required = json!(["This field is required."]);
    for replacement in [
        json!({"name": "x", "base_price": "1"}),
        json!({"name": "x", "base_price": "1", "variants": null, "images": null}),
    ] {
        let refused = editor.put(&path("ocean-blue-shirt"), replacement).await.expect(400);
        assert_eq!(refused.body, json!({"variants": required, "images": required}));
    }
    let refused = editor.put(&path("ocean-blue-shirt"), json!({"base_price": "1", "variants": []})).await.expect(400);
    assert_eq!(refused.body, json!({"name": required, "images": required}));
    assert_eq!(app.count("select count(*) from product_variants").await, 2);
}
