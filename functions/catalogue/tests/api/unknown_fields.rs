//! Fields that an operation does not take: unknown ones, and those that only responses have.

use axum::body::Body;
use http::Method;
use serde_json::{Value, json};
use sqlx::PgPool;

use crate::create_product::{create_shirt, path, shirt};
use crate::write_categories::{create, editor};
use crate::{PRODUCTS, Shop, app};

const CHANGE_STOCK: &str = "Change the stock with POST /api/v1/catalogue/bulk/stock/.";

fn cannot_be_set(instead: &str) -> Value {
    json!([format!("This field cannot be set here. Leave it out. {instead}").trim_end()])
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn a_variant_does_not_take_a_stock(db: PgPool) {
    let app = app(db);
    let editor = editor(&app).await;
    let small = create_shirt(&editor).await["variants"][0].clone();
    let at = path(&format!("ocean-blue-shirt/variants/{}", small["id"]));
    for name in ["inventory_count", "stock", "quantity", "inventory_quantity"] {
        let value = json!(99);
        let mut whole = small.clone();
        whole[name] = value.clone();
        let expected = json!({name: cannot_be_set(CHANGE_STOCK)});
        assert_eq!(editor.patch(&at, json!({"barcode": "1", name: value})).await.expect(400).body, expected);
        assert_eq!(editor.put(&at, whole).await.expect(400).body, expected);
    }
    for same in [json!(3), json!(3.0)] {
        let kept = editor.patch(&at, json!({"inventory_count": same, "is_available": true})).await.expect(200).body;
        assert_eq!(kept, small);
    }
    assert!(app.stock_adds_up().await);
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn a_product_does_not_take_a_stock_for_a_variant_that_exists(db: PgPool) {
    let app = app(db);
    let editor = editor(&app).await;
    let before = create_shirt(&editor).await;
    let (small, medium) = (&before["variants"][0], &before["variants"][1]);
    let expected = json!({
        "variants.0.inventory_count":
            [format!("The stock of an existing variant cannot be set here. Leave it out. {CHANGE_STOCK}")],
    });
    for named in [json!({"id": small["id"], "sku": "OCEAN-XS"}), json!({"sku": "OCEAN-S"})] {
        for count in [0, 99] {
            let mut wrong = named.clone();
            wrong["inventory_count"] = json!(count);
            let variants = json!([wrong, medium]);
            let refused = editor.patch(&path("ocean-blue-shirt"), json!({"variants": variants})).await.expect(400);
            assert_eq!(refused.body, expected);
            let whole = json!({"name": "x", "base_price": "1", "images": [], "variants": variants});
            assert_eq!(editor.put(&path("ocean-blue-shirt"), whole).await.expect(400).body, expected);
        }
    }
    // The SKU of the first is free, because the second is the variant that had it.
    let swapped = json!([
        {"sku": "OCEAN-S", "options": [{"attribute": "Size", "value": "L"}], "inventory_count": 7},
        {"id": small["id"], "sku": "OCEAN-XS", "inventory_count": 3},
    ]);
    let after = editor.patch(&path("ocean-blue-shirt"), json!({"variants": swapped})).await.expect(200).body;
    assert_eq!((&after["variants"][0]["inventory_count"], &after["variants"][1]["id"]), (&json!(7), &small["id"]));
    assert!(app.stock_adds_up().await);
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn fields_of_the_response_that_cannot_be_set_are_refused_with_another_value(db: PgPool) {
    let shop = Shop::open(db).await;
    let editor = editor(&shop.app).await;
    let before = create_shirt(&editor).await;
    let prices = "Send base_price, or own_price of a variant.";
    for (name, value, instead) in [
        ("price", json!("1.00"), prices),
        ("price_range", json!({"min": "1.00", "max": "1.00"}), prices),
        ("currency", json!("USD"), "All prices are in the currency of the shop."),
        ("inventory_count", json!(3), CHANGE_STOCK),
        ("brand", json!({"id": shop.ana}), "Send brand_id."),
        ("categories", json!([{"id": shop.shirts}]), "Send category_ids."),
        ("main_image", json!(null), "Send images."),
        ("attributes", json!([]), "Send options or attribute_value_ids of the variants."),
        ("created_at", json!("2020-01-01T00:00:00.000000Z"), ""),
        ("id", json!(999_999), ""),
    ] {
        let refused = editor.patch(&path("ocean-blue-shirt"), json!({"name": "x", name: value})).await.expect(400);
        assert_eq!(refused.body, json!({name: cannot_be_set(instead)}));
        let mut new = shirt();
        new[name] = value;
        assert_eq!(editor.post(PRODUCTS, new).await.expect(400).body, json!({name: cannot_be_set(instead)}));
    }
    let same = json!({"currency": "EUR", "is_available": true, "id": before["id"]});
    assert_eq!(editor.patch(&path("ocean-blue-shirt"), same).await.expect(200).body["name"], before["name"]);
    let mut dearer = before.clone();
    dearer["variants"][1]["price"] = json!("99.00");
    dearer["variants"][0]["colour"] = json!("red");
    assert_eq!(
        editor
            .put(&path("ocean-blue-shirt"), dearer.clone())
            .await
            .expect(400)
            .body
            .as_object()
            .unwrap()
            .keys()
            .collect::<Vec<_>>(),
        ["variants.0.colour"]
    );
    dearer["variants"][0].as_object_mut().unwrap().remove("colour");
    assert_eq!(
        editor.put(&path("ocean-blue-shirt"), dearer).await.expect(400).body,
        json!({"variants.1.price": cannot_be_set("Send own_price, or price_adjustment.")})
    );
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn a_misspelt_field_is_named_at_every_depth(db: PgPool) {
    let app = app(db);
    let editor = editor(&app).await;
    let mut new = shirt();
    new["basePrice"] = json!("1.00");
    new["variants"][1]["own_pirce"] = json!("1.00");
    new["variants"][0]["options"][1]["colour"] = json!("Red");
    new["images"][0]["alt"] = json!("Small");
    let meant = |name: &str| json!([format!("Unknown field. Did you mean \"{name}\"?")]);

    let refused = editor.post(PRODUCTS, new).await.expect(400).body;

    assert_eq!(
        refused,
        json!({
            "basePrice": meant("base_price"),
            "variants.1.own_pirce": meant("own_price"),
            "variants.0.options.1.colour": ["Unknown field. The known fields are: attribute, value."],
            "images.0.alt": [
                "Unknown field. The known fields are: id, url, alt_text, display_order, product_variant_id, variant_sku."
            ],
        })
    );
    let prices = json!({"items": [{"sku": "OCEAN-S", "price": "1", "compareAtPrice": "3"}], "dryRun": true});
    let refused = editor.post("/api/v1/catalogue/bulk/prices/", prices).await.expect(400).body;
    assert_eq!(refused, json!({"items.0.compareAtPrice": meant("compare_at_price"), "dryRun": meant("dry_run")}));
    assert_eq!(app.count("select count(*) from products").await, 0);
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn a_category_and_a_brand_can_be_sent_back_as_they_were_read(db: PgPool) {
    let app = app(db);
    let editor = editor(&app).await;
    let parent = create(&editor, "Clothes", None).await;
    let child = create(&editor, "Shirts", Some(&parent)).await;
    let brand = editor.post("/api/v1/catalogue/brands/", json!({"name": "Ana"})).await.expect(201).body;
    for (kind, thing) in [("categories", &parent), ("categories", &child), ("brands", &brand["id"])] {
        let at = format!("/api/v1/catalogue/{kind}/{thing}/");
        let read = editor.get(&at).await.expect(200).body;
        assert_eq!(editor.put(&at, read.clone()).await.expect(200).body, read);
        let refused = editor.patch(&at, json!({"id": 999_999})).await.expect(400);
        assert_eq!(refused.body, json!({"id": cannot_be_set("")}));
    }
    let at = format!("/api/v1/catalogue/categories/{parent}/");
    let refused = editor.patch(&at, json!({"product_count": 5, "children": []})).await.expect(400);
    assert_eq!(refused.body, json!({"children": cannot_be_set("Send parent_id of each child.")}));
    // A number that changes by itself is ignored, because what was read a moment ago may be outdated.
    editor.patch(&at, json!({"product_count": 5})).await.expect(200);
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn a_new_variant_and_a_new_image_get_their_ids_from_the_shop(db: PgPool) {
    let app = app(db);
    let editor = editor(&app).await;
    let before = create_shirt(&editor).await;
    let variant = json!({"id": before["variants"][0]["id"], "sku": "NEW"});
    let refused = editor.post(&path("ocean-blue-shirt/variants"), variant).await.expect(400).body;
    assert_eq!(refused, json!({"id": ["A new variant gets its id from the shop. Leave it out."]}));
    let image = json!({"id": before["images"][0]["id"], "url": "/a.jpg"});
    let refused = editor.post(&path("ocean-blue-shirt/images"), image).await.expect(400).body;
    assert_eq!(refused, json!({"id": ["A new image gets its id from the shop. Leave it out."]}));
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn a_price_in_a_number_is_never_rounded(db: PgPool) {
    let app = app(db);
    let editor = editor(&app).await.header("content-type", "application/json");
    let product = |price: &str| Body::from(format!("{{\"name\": \"Mug {price}\", \"base_price\": {price}}}"));
    for price in ["99.99999999999999", "10.049999999999999", "33.3299999999999983", "100.49999999999999"] {
        let refused = editor.send(Method::POST, PRODUCTS, product(price)).await.expect(400);
        assert_eq!(refused.body, json!({"base_price": ["Ensure that there are no more than 2 decimal places."]}));
    }
    for (price, exact) in [("33.33", "33.33"), ("1e2", "100.00"), ("5", "5.00"), ("0.10000", "0.10")] {
        let created = editor.send(Method::POST, PRODUCTS, product(price)).await.expect(201);
        assert_eq!(created.body["base_price"], exact);
    }
}
