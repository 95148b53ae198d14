//! Update a product: `PATCH /api/v1/catalogue/products/{id_or_slug}/`.

use futures_util::future::join_all;
use serde_json::{Value, json};
use shared::testing::Answer;
use sqlx::PgPool;

use crate::create_product::{create_shirt, path, shirt};
use crate::write_categories::editor;
use crate::{PRODUCTS, Shop, app};

pub(crate) fn skus(product: &Value) -> Vec<&str> {
    product["variants"].as_array().unwrap().iter().map(|variant| variant["sku"].as_str().unwrap()).collect()
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn an_update_changes_only_the_given_fields(db: PgPool) {
    let app = app(db);
    let editor = editor(&app).await;
    let before = create_shirt(&editor).await;
    for (field, value) in [
        ("name", json!("Sea Shirt")),
        ("description", json!("<p>New.</p>")),
        ("sku", json!("SEA")),
        ("sku", json!(null)),
        ("tags", json!(["a", "b"])),
        ("status", json!("draft")),
        ("publish_at", json!("2027-01-01T00:00:00.000000Z")),
        ("unpublish_at", json!("2028-01-01T00:00:00.000000Z")),
        ("publish_at", json!(null)),
        ("slug", json!("sea-shirt")),
    ] {
        let was = editor.get(&path(&before["id"].to_string())).await.expect(200).body;
        let changed = editor.patch(&path(&before["id"].to_string()), json!({field: value})).await.expect(200).body;
        let mut expected = was;
        expected[field] = value.clone();
        assert_eq!(changed, expected, "{field}");
    }
    let moved = editor.get(&path("ocean-blue-shirt")).await.expect(301);
    assert_eq!(moved.header("location"), path("sea-shirt"));
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn two_variants_can_swap_their_values_and_positions(db: PgPool) {
    let app = app(db);
    let editor = editor(&app).await;
    let before = create_shirt(&editor).await;
    let values = |at: usize| -> Vec<Value> {
        before["variants"][at]["attribute_values"].as_array().unwrap().iter().map(|value| value["id"].clone()).collect()
    };
    let swapped = json!([
        {"sku": "OCEAN-M", "attribute_value_ids": values(0)},
        {"sku": "OCEAN-S", "attribute_value_ids": values(1)},
    ]);
    let after = editor.patch(&path("ocean-blue-shirt"), json!({"variants": swapped})).await.expect(200).body;
    assert_eq!(skus(&after), ["OCEAN-M", "OCEAN-S"]);
    assert_eq!(after["variants"][0]["name"], "S / Blue");
    assert_eq!(after["variants"][0]["id"], before["variants"][1]["id"]);
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn an_own_price_stays_when_the_base_price_changes(db: PgPool) {
    let app = app(db);
    let editor = editor(&app).await;
    let mut shirt = shirt();
    shirt["variants"][0]["own_price"] = json!("45.00");
    editor.post(PRODUCTS, shirt).await.expect(201);

    let after = editor.patch(&path("ocean-blue-shirt"), json!({"base_price": "30.00"})).await.expect(200).body;

    let prices: Vec<&Value> = after["variants"].as_array().unwrap().iter().map(|variant| &variant["price"]).collect();
    assert_eq!(prices, ["45.00", "32.50"]);
    assert_eq!(after["price_range"], json!({"min": "32.50", "max": "45.00"}));
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn a_base_price_that_makes_a_variant_price_negative_is_refused(db: PgPool) {
    let app = app(db);
    let editor = editor(&app).await;
    let mut shirt = shirt();
    shirt["variants"][0]["price_adjustment"] = json!("-20.00");
    editor.post(PRODUCTS, shirt).await.expect(201);
    let refused = editor.patch(&path("ocean-blue-shirt"), json!({"base_price": "19.99"})).await.expect(400);
    assert_eq!(refused.body, json!({"base_price": ["The price of a variant would be negative. Send a higher price."]}));
    assert_eq!(app.count("select base_price from products").await, 4990);
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn a_price_above_the_maximum_is_refused(db: PgPool) {
    let app = app(db);
    let editor = editor(&app).await;
    let shirt = create_shirt(&editor).await;
    let too_high = "The price of a variant would be more than 999999999.99. Send a lower price.";
    let at = path("ocean-blue-shirt");
    // M costs 2.50 more.
    let refused = editor.patch(&at, json!({"base_price": "999999999.99"})).await.expect(400);
    assert_eq!(refused.body, json!({"base_price": [too_high]}));
    let change = json!({"variants": [{"sku": "OCEAN-S", "price_adjustment": "999999999.99"}]});
    assert_eq!(editor.patch(&at, change).await.expect(400).body, json!({"variants.0.price_adjustment": [too_high]}));
    let one = path(&format!("ocean-blue-shirt/variants/{}", shirt["variants"][0]["id"]));
    let refused = editor.patch(&one, json!({"price_adjustment": "999999950.10"})).await.expect(400);
    assert_eq!(refused.body, json!({"price_adjustment": [too_high]}));
    editor.patch(&one, json!({"price_adjustment": "999999950.09"})).await.expect(200);

    // A price that is already above the maximum does not prevent other changes.
    sqlx::query("update product_variants set price_adjustment = 99999999999").execute(&app.db).await.unwrap();
    editor.patch(&at, json!({"name": "Dear shirt"})).await.expect(200);
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn a_variant_of_another_product_is_not_accepted(db: PgPool) {
    let shop = Shop::open(db).await;
    let editor = editor(&shop.app).await;
    let shirt = create_shirt(&editor).await;
    let other = shop.app.count("select id from product_variants where sku = 'BLOUSE-M'").await;
    let change = json!({"variants": [{"id": other, "sku": "MINE"}]});
    let refused = editor.patch(&path("ocean-blue-shirt"), change).await.expect(400).body;
    assert_eq!(refused["variants.0.id"][0], format!("Invalid pk \"{other}\" - object does not exist."));
    let change = json!({"variants": [{"sku": "BLOUSE-M"}]});
    editor.patch(&path("ocean-blue-shirt"), change).await.expect(400);
    let at = path(&format!("ocean-blue-shirt/variants/{other}"));
    editor.get(&at).await.expect(404);
    editor.patch(&at, json!({"name": "Mine"})).await.expect(404);
    editor.delete(&at).await.expect(404);
    let change = json!({"images": [{"url": "/a.jpg", "product_variant_id": other}]});
    editor.patch(&path("ocean-blue-shirt"), change).await.expect(400);
    assert_eq!(editor.get(&path("ocean-blue-shirt")).await.expect(200).body, shirt);
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn an_update_with_an_old_etag_returns_412(db: PgPool) {
    let app = app(db);
    let editor = editor(&app).await;
    let shirt = create_shirt(&editor).await;
    let at = path("ocean-blue-shirt");
    let etag = editor.get(&at).await.expect(200).header("etag").to_owned();
    let both = editor.clone().header("if-match", &etag);
    let answers = join_all(["A", "B"].map(|name| both.patch(&at, json!({"name": name})))).await;
    let mut statuses: Vec<u16> = answers.iter().map(|answer| answer.status).collect();
    statuses.sort_unstable();
    assert_eq!(statuses, [200, 412]);

    let variant = path(&format!("ocean-blue-shirt/variants/{}", shirt["variants"][0]["id"]));
    let image = path(&format!("ocean-blue-shirt/images/{}", shirt["images"][0]["id"]));
    for late in [
        both.put(&at, shirt.clone()).await,
        both.delete(&at).await,
        both.patch(&variant, json!({"name": "x"})).await,
        both.put(&variant, json!({"sku": "x"})).await,
        both.delete(&variant).await,
        both.patch(&image, json!({"alt_text": "x"})).await,
        both.put(&image, json!({"url": "/x"})).await,
        both.delete(&image).await,
        both.post(&path("ocean-blue-shirt/variants"), json!({"sku": "x"})).await,
        both.post(&path("ocean-blue-shirt/images"), json!({"url": "/x"})).await,
        both.post(
            &path("ocean-blue-shirt/variants/combinations"),
            json!({"options": [{"attribute": "a", "values": ["b"]}]}),
        )
        .await,
    ] {
        assert_eq!(late.expect(412).body["code"], "version_conflict");
    }
    // All parts of a product share its ETag, so the ETag of one part allows the next change of another.
    let now = editor.get(&variant).await.expect(200).header("etag").to_owned();
    let next = editor.clone().header("if-match", &now).patch(&image, json!({"alt_text": "x"})).await.expect(200);
    editor.header("if-match", next.header("etag")).delete(&at).await.expect(204);
}

/// Everything that has a version: a product with its images, a brand, a category, an attribute with its values.
#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn a_change_that_changes_nothing_does_not_count_the_version_up(db: PgPool) {
    let app = app(db);
    let editor = editor(&app).await;
    let shirt = create_shirt(&editor).await;
    let created = async |url: &str, body: Value| editor.post(url, body).await.expect(201).body["id"].clone();
    let brand = created("/api/v1/catalogue/brands/", json!({"name": "Acre"})).await;
    let category = created("/api/v1/catalogue/categories/", json!({"name": "Shirts"})).await;
    let attribute = &shirt["variants"][0]["attribute_values"][0];
    let attributes = format!("/api/v1/catalogue/attributes/{}/", attribute["attribute_id"]);
    for url in [
        path("ocean-blue-shirt"),
        path(&format!("ocean-blue-shirt/images/{}", shirt["images"][1]["id"])),
        path(&format!("ocean-blue-shirt/variants/{}", shirt["variants"][1]["id"])),
        format!("/api/v1/catalogue/brands/{brand}/"),
        format!("/api/v1/catalogue/categories/{category}/"),
        format!("{attributes}values/{}/", attribute["id"]),
        attributes.clone(),
    ] {
        let before = editor.get(&url).await.expect(200);
        let version = |answer: &Answer| answer.header("etag").split('.').next().unwrap().to_owned();
        let name = if url.contains("/images/") {
            "alt_text"
        } else if url.contains("/values/") {
            "value"
        } else if url.contains("/variants/") {
            "barcode"
        } else {
            "name"
        };
        // Nothing, and a field as it is.
        for body in [json!({}), json!({name: before.body[name]})] {
            let after = editor.patch(&url, body.clone()).await.expect(200);
            assert_eq!((version(&after), &after.body), (version(&before), &before.body), "{url}: {body}");
        }
        // A change that changes something does count.
        let after = editor.patch(&url, json!({name: "Other"})).await.expect(200);
        assert_ne!(version(&after), version(&before), "{url}");
    }
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn shoppers_see_a_product_between_publish_at_and_unpublish_at(db: PgPool) {
    let app = app(db);
    let editor = editor(&app).await;
    create_shirt(&editor).await;
    let (at, shopper) = (path("ocean-blue-shirt"), app.anonymous());
    // The clock of the tests stands at 2026-11-22T06:38:51Z.
    for (change, is_seen) in [
        (json!({"status": "draft"}), false),
        (json!({"status": "active"}), true),
        (json!({"publish_at": "2026-11-22T06:38:52Z"}), false),
        (json!({"publish_at": "2026-11-22T06:38:51Z", "unpublish_at": "2026-11-22T06:38:52Z"}), true),
        (json!({"publish_at": "2026-11-01T00:00:00+01:00", "unpublish_at": "2026-11-22T06:38:51Z"}), false),
        (json!({"unpublish_at": null}), true),
        (json!({"status": "archived"}), false),
    ] {
        editor.patch(&at, change.clone()).await.expect(200);
        let (status, count) = if is_seen { (200, 1) } else { (404, 0) };
        for path in [&at, &path("ocean-blue-shirt/variants"), &path("ocean-blue-shirt/images")] {
            shopper.get(path).await.expect(status);
            editor.get(path).await.expect(200);
        }
        let listed = shopper.get(PRODUCTS).await.expect(200);
        assert_eq!(listed.body["results"].as_array().unwrap().len(), count, "{change}");
    }
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn a_product_is_published_and_unpublished_by_time(db: PgPool) {
    let app = app(db);
    let editor = editor(&app).await;
    create_shirt(&editor).await;
    let at = path("ocean-blue-shirt");
    let times = json!({"publish_at": "2026-11-22T06:39:00Z", "unpublish_at": "2026-11-22T06:40:00Z"});
    editor.patch(&at, times).await.expect(200);
    app.anonymous().get(&at).await.expect(404);
    app.clock.advance(10);
    app.anonymous().get(&at).await.expect(200);
    app.clock.advance(60);
    app.anonymous().get(&at).await.expect(404);
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn the_default_variant_must_exist_and_not_be_archived(db: PgPool) {
    let app = app(db);
    let editor = editor(&app).await;
    let shirt = create_shirt(&editor).await;
    let (small, medium) = (&shirt["variants"][0]["id"], &shirt["variants"][1]["id"]);
    let at = path("ocean-blue-shirt");
    let chosen = editor.patch(&at, json!({"default_variant_id": small})).await.expect(200).body;
    assert_eq!(&chosen["default_variant_id"], small);
    editor.patch(&at, json!({"default_variant_id": 999})).await.expect(400);
    let archived = json!({"is_archived": true});
    editor.patch(&path(&format!("ocean-blue-shirt/variants/{small}")), archived).await.expect(200);
    assert_eq!(&editor.get(&at).await.expect(200).body["default_variant_id"], medium);
    let refused = editor.patch(&at, json!({"default_variant_id": small})).await.expect(400).body;
    assert_eq!(
        refused,
        json!({"default_variant_id": ["The variant is archived. Send one that is for sale, or null."]})
    );
}

/// One request locks the brand and then its products, the other locks the product and needs the brand.
#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn a_brand_can_be_renamed_while_its_products_are_written(db: PgPool) {
    let shop = Shop::open(db).await;
    let editor = editor(&shop.app).await;
    let mut shirt = shirt();
    shirt["brand_id"] = json!(shop.ana);
    editor.post(PRODUCTS, shirt).await.expect(201);
    let brand = format!("/api/v1/catalogue/brands/{}/", shop.ana);
    for round in 0..8 {
        let rename = editor.patch(&brand, json!({"name": format!("Ana {round}")}));
        let writes = join_all((0..4).map(|n| {
            let (at, to) =
                (path("ocean-blue-shirt"), json!({"description": format!("{round}.{n}"), "brand_id": shop.ana}));
            let editor = &editor;
            async move { editor.patch(&at, to).await.status }
        }));
        let (renamed, written) = tokio::join!(rename, writes);
        assert_eq!((renamed.status, written), (200, vec![200; 4]));
    }
    let page = shop.client().get(&path("ocean-blue-shirt")).await.expect(200);
    assert_eq!(page.body["brand"]["name"], "Ana 7");
}
