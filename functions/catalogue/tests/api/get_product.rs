//! Get a product: `GET /api/v1/catalogue/products/{id_or_slug}/`.

use serde_json::json;
use sqlx::PgPool;

use crate::{PRODUCTS, Shop, app};

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn a_product_has_its_variants_images_brand_and_categories(db: PgPool) {
    let shop = Shop::open(db).await;
    let id = |sql: &'static str| shop.app.count(sql);
    let (medium, large) = (
        id("select id from product_variants where sku = 'BLOUSE-M'").await,
        id("select id from product_variants where sku = 'BLOUSE-L'").await,
    );
    let (size, colour) = (
        id("select id from attributes where name = 'Size'").await,
        id("select id from attributes where name = 'Colour'").await,
    );
    let (m, l, cream) = (
        id("select id from attribute_values where value = 'M'").await,
        id("select id from attribute_values where value = 'L'").await,
        id("select id from attribute_values where value = 'Cream'").await,
    );
    let (front, back) = (
        id("select id from product_images where display_order = 0").await,
        id("select id from product_images where display_order = 1").await,
    );
    let in_cream = json!({"id": cream, "attribute_id": colour, "attribute": "Colour", "value": "Cream"});
    let variants = json!([
        {"id": medium, "sku": "BLOUSE-M", "name": "M", "price_adjustment": "0.00", "own_price": null, "price": "50.00",
         "compare_at_price": null, "lowest_price_30_days": null, "barcode": null, "weight_grams": null, "is_archived": false,
         "track_inventory": true, "allow_backorder": false, "backorder_limit": null, "quantity_limit_per_customer": null,
         "inventory_count": 5, "is_available": true, "attribute_values": [
            {"id": m, "attribute_id": size, "attribute": "Size", "value": "M"}, in_cream]},
        {"id": large, "sku": "BLOUSE-L", "name": "L", "price_adjustment": "2.50", "own_price": null, "price": "52.50",
         "compare_at_price": null, "lowest_price_30_days": null, "barcode": null, "weight_grams": null, "is_archived": false,
         "track_inventory": true, "allow_backorder": false, "backorder_limit": null, "quantity_limit_per_customer": null,
         "inventory_count": 0, "is_available": false, "attribute_values": [
            {"id": l, "attribute_id": size, "attribute": "Size", "value": "L"}, in_cream]},
    ]);
    let product = shop.client().get(&format!("{PRODUCTS}blouse/")).await.expect(200);
    assert_eq!(
        product.body,
        json!({
            "id": shop.blouse,
            "slug": "blouse",
            "name": "Crème blouse",
            "sku": "BLOUSE",
            "description": "<p>Soft <b>linen</b>.</p>",
            "brand": {"id": shop.ana, "name": "Ana", "slug": "ana"},
            "categories": [{"id": shop.shirts, "name": "Shirts", "slug": "shirts"}],
            "base_price": "50.00",
            "currency": "EUR",
            "price_range": {"min": "50.00", "max": "52.50"},
            "main_image": {"url": "http://shop.test/dev/images/blouse.svg", "alt_text": "A blouse", "list_url": null},
            "is_available": true,
            "tags": ["summer"],
            "default_variant_id": medium,
            "created_at": "2026-11-22T06:38:51.000000Z",
            "updated_at": "2026-11-22T06:38:51.000000Z",
            "images": [
                {"id": front, "url": "http://shop.test/dev/images/blouse.svg", "alt_text": "A blouse",
                 "display_order": 0, "product_variant_id": null, "file": null},
                {"id": back, "url": "https://cdn.test/back.jpg", "alt_text": "", "display_order": 1,
                 "product_variant_id": null, "file": null},
            ],
            "attributes": [
                {"id": size, "name": "Size", "values": [{"id": m, "value": "M"}, {"id": l, "value": "L"}]},
                {"id": colour, "name": "Colour", "values": [{"id": cream, "value": "Cream"}]},
            ],
            "variants": variants,
        })
    );
    let by_id = shop.client().get(&format!("{PRODUCTS}{}", shop.blouse)).await.expect(200);
    assert_eq!(by_id.body, product.body);
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn a_product_that_is_not_for_sale_is_not_found(db: PgPool) {
    let app = app(db);
    for status in ["draft", "archived"] {
        let product = app.a_product().status(status).stock(1).create().await;
        for name in [product.id.to_string(), product.slug] {
            let answer = app.anonymous().get(&format!("{PRODUCTS}{name}/")).await.expect(404);
            assert_eq!(answer.body, json!({"detail": "Not found.", "code": "not_found"}));
        }
    }
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn an_unknown_product_is_not_found(db: PgPool) {
    let shop = Shop::open(db).await;
    for name in
        ["nothing", "0", "-1", "9223372036854775807", "9223372036854775808", "%00", "blouse%00", "Blouse", "%2F", "ü"]
    {
        let escaped = name.replace('ü', "%C3%BC");
        shop.client().get(&format!("{PRODUCTS}{escaped}/")).await.expect(404);
    }
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn a_draft_does_not_hide_a_product_whose_slug_is_its_id(db: PgPool) {
    let app = app(db);
    let draft = app.a_product().status("draft").create().await;
    let product = app.a_product().create().await;
    sqlx::query("update products set slug = $1 where id = $2")
        .bind(draft.id.to_string())
        .bind(product.id)
        .execute(&app.db)
        .await
        .unwrap();
    let answer = app.anonymous().get(&format!("{PRODUCTS}{}/", draft.id)).await.expect(200);
    assert_eq!(answer.body["id"], json!(product.id));
}

/// The database returns arrays as text, in which a null is the word NULL without quotes.
#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn tags_and_categories_may_contain_null_and_special_characters(db: PgPool) {
    let shop = Shop::open(db).await;
    let words = ["NULL", "null", "a, b", "{}", "say \"ah\"", "back\\slash", " "];
    for (at, word) in words.iter().enumerate() {
        let filed =
            "with new as (insert into categories (name, name_key, slug) values ($1, $1, 'word-' || $2) returning id)
                     insert into product_categories (product_id, category_id) select $3, id from new";
        if !word.trim().is_empty() {
            sqlx::query(filed).bind(word).bind(at.to_string()).bind(shop.blouse).execute(&shop.app.db).await.unwrap();
        }
    }
    sqlx::query("update products set tags = $1 where id = $2")
        .bind(words.as_slice())
        .bind(shop.blouse)
        .execute(&shop.app.db)
        .await
        .unwrap();
    sqlx::query("select refresh_product_cards(array(select id from products))").execute(&shop.app.db).await.unwrap();
    let product = shop.client().get(&format!("{PRODUCTS}blouse/")).await.expect(200).body;
    assert_eq!(product["tags"], json!(words));
    let listed = shop.client().get(&format!("{PRODUCTS}?ordering=name")).await.expect(200).body;
    let filtered = shop.client().get(&format!("{PRODUCTS}?tag=NULL")).await.expect(200).body;
    let categories = &filtered["results"][0]["categories"];
    assert_eq!(categories, &product["categories"]);
    assert_eq!(
        categories.as_array().map(Vec::len),
        Some(words.len()),
        "Shirts is added and the blank name is left out"
    );
    let blouse = listed["results"].as_array().unwrap().iter().find(|product| product["slug"] == "blouse").unwrap();
    assert_eq!(&blouse["categories"], categories);
}
