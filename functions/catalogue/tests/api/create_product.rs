//! Create a product: `POST /api/v1/catalogue/products/`.

use axum::body::Body;
use futures_util::future::join_all;
use http::Method;
use serde_json::{Value, json};
use shared::testing::Client;
use sqlx::PgPool;

use crate::write_categories::editor;
use crate::{PRODUCTS, Shop, app};

/// Returns the path of a product, or of something below it.
pub(crate) fn path(product: &str) -> String {
    format!("{PRODUCTS}{product}/")
}

/// Returns a request for a shirt in two sizes, with an image of each: S for 49.90 (3 in stock), M for 52.40 (out of stock).
pub(crate) fn shirt() -> Value {
    json!({
        "name": "Ocean Blue Shirt",
        "base_price": "49.90",
        "variants": [
            {"sku": "OCEAN-S", "options": [{"attribute": "Size", "value": "S"}, {"attribute": "Colour", "value": "Blue"}],
             "inventory_count": 3},
            {"sku": "OCEAN-M", "options": [{"attribute": "Size", "value": "M"}, {"attribute": "Colour", "value": "Blue"}],
             "price_adjustment": "2.50", "is_default": true},
        ],
        "images": [
            {"url": "https://cdn.test/s.jpg", "alt_text": "Small", "variant_sku": "OCEAN-S"},
            {"url": "https://cdn.test/m.jpg"},
        ],
    })
}

/// Creates the shirt and returns it.
pub(crate) async fn create_shirt(editor: &Client) -> Value {
    editor.post(PRODUCTS, shirt()).await.expect(201).body
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn one_request_creates_a_product_with_variants_and_images(db: PgPool) {
    let shop = Shop::open(db).await;
    let editor = editor(&shop.app).await;
    let mut shirt = shirt();
    shirt["brand_id"] = json!(shop.ana);
    shirt["category_ids"] = json!([shop.shirts, shop.shirts]);
    shirt["sku"] = json!("OCEAN");
    shirt["description"] = json!("<p onclick='x()'>Soft <script>alert(1)</script>linen");
    shirt["tags"] = json!(["summer", "sea", "summer"]);

    let created = editor.post(PRODUCTS, shirt).await.expect(201);

    let product = &created.body;
    assert_eq!(created.header("location"), format!("http://shop.test{}", path(&product["id"].to_string())));
    let (small, medium) = (&product["variants"][0], &product["variants"][1]);
    assert_eq!(
        (&small["name"], &small["price"], &small["inventory_count"]),
        (&json!("S / Blue"), &json!("49.90"), &json!(3))
    );
    assert_eq!(
        (&medium["name"], &medium["price"], &medium["inventory_count"]),
        (&json!("M / Blue"), &json!("52.40"), &json!(0))
    );
    assert_eq!(product["default_variant_id"], medium["id"]);
    assert_eq!(product["images"][0]["product_variant_id"], small["id"]);
    assert_eq!(product["images"][1]["product_variant_id"], Value::Null);
    assert_eq!(product["slug"], "ocean-blue-shirt");
    assert_eq!(product["brand"]["name"], "Ana");
    assert_eq!(product["categories"][0]["slug"], "shirts");
    assert_eq!(product["description"], "<p>Soft linen</p>");
    assert_eq!(product["tags"], json!(["summer", "sea"]));
    assert_eq!(product["status"], "active");
    assert_eq!(product["price_range"], json!({"min": "49.90", "max": "52.40"}));
    assert_eq!(product["main_image"]["url"], "https://cdn.test/s.jpg");
    assert_eq!(
        (&product["is_available"], &product["attributes"][0]["values"][1]["value"]),
        // The value M existed before the request, so S comes after it.
        (&json!(true), &json!("S"))
    );
    let read = editor.get(&path("ocean-blue-shirt")).await.expect(200);
    assert_eq!((&read.body, read.header("etag")), (product, created.header("etag")));
    assert_eq!(shop.finds("search=ocean").await, ["ocean-blue-shirt"]);
    assert!(shop.app.stock_adds_up().await);
    let received = "select count(*) from stock_ledger l join product_variants v on v.id = l.variant_id
                     where v.sku = 'OCEAN-S' and l.reason = 'received' and l.change = 3";
    assert_eq!(shop.app.count(received).await, 1);
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn a_name_and_a_price_suffice_for_a_product(db: PgPool) {
    let app = app(db);
    let editor = editor(&app).await;
    let created = editor.post(PRODUCTS, json!({"name": "靴", "base_price": 5})).await.expect(201).body;
    assert_eq!(
        (&created["variants"], &created["images"], &created["default_variant_id"]),
        (&json!([]), &json!([]), &Value::Null)
    );
    assert_eq!(
        (&created["base_price"], &created["description"], &created["is_available"]),
        (&json!("5.00"), &json!(""), &json!(false))
    );
}

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

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn a_product_of_the_maximum_size_is_created(db: PgPool) {
    let app = app(db);
    let editor = editor(&app).await;
    let options = |at: usize| {
        let (size, colour) = (at % 25, at / 25);
        json!([{"attribute": "Size", "value": format!("Size {size}")}, {"attribute": "Colour", "value": format!("Colour {colour}")}])
    };
    let variants: Vec<Value> =
        (0..500).map(|at| json!({"sku": format!("V-{at}"), "options": options(at), "inventory_count": at})).collect();
    let words: String = (0..7_000).map(|at| format!("wörd{at:04} ")).collect();
    let images: Vec<Value> = (0..250).map(|at| json!({"url": format!("/images/{at}.jpg")})).collect();
    let product =
        json!({"name": "All of it", "base_price": "10", "description": words, "variants": variants, "images": images});

    let created = editor.post(PRODUCTS, product).await.expect(201).body;

    let of = |list: &str, field: &str| -> Vec<Value> {
        created[list].as_array().unwrap().iter().map(|one| one[field].clone()).collect()
    };
    let expected: Vec<Value> = (0..500).map(|at| json!(format!("V-{at}"))).collect();
    assert_eq!(of("variants", "sku"), expected);
    assert_eq!(of("images", "display_order"), (0..250).map(|at| json!(at)).collect::<Vec<_>>());
    assert!(app.stock_adds_up().await);
    assert_eq!(app.count("select sum(on_hand)::bigint from stock_levels").await, 124_750);
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn concurrent_requests_create_the_same_product_once(db: PgPool) {
    let app = app(db);
    let editor = editor(&app).await;
    let answers = join_all((0..6).map(|at| {
        // The slugs differ and the SKUs come in another order, so the requests conflict at the variants.
        let mut shirt = shirt();
        shirt["slug"] = json!(format!("shirt-{at}"));
        shirt["images"] = json!([]);
        if at % 2 == 0 {
            shirt["variants"].as_array_mut().unwrap().reverse();
        }
        let editor = editor.clone();
        async move { editor.post(PRODUCTS, shirt).await }
    }))
    .await;

    let mut statuses: Vec<u16> = answers.iter().map(|answer| answer.status).collect();
    statuses.sort_unstable();
    assert_eq!(statuses, [201, 400, 400, 400, 400, 400]);
    assert_eq!(app.count("select count(*) from products").await, 1);
    assert_eq!(app.count("select count(*) from attributes").await, 2);
    assert_eq!(app.count("select count(*) from attribute_values").await, 3);
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn a_slug_that_was_not_sent_gets_a_number_where_it_is_taken(db: PgPool) {
    let app = app(db);
    let editor = editor(&app).await;
    let mut slugs = Vec::new();
    for name in ["Ayse", "Ayşe", "ayse!", "メンズ Tシャツ M", "レディース Tシャツ M", "คุณ", "★", "☂", "501"]
    {
        let created = editor.post(PRODUCTS, json!({"name": name, "base_price": "1"})).await.expect(201);
        slugs.push(created.body["slug"].as_str().unwrap().to_owned());
    }
    assert_eq!(slugs[..3], ["ayse", "ayse-2", "ayse-3"]);
    assert_eq!(slugs[6..], ["product", "product-2", "product-501"]);
    slugs.sort_unstable();
    slugs.dedup();
    assert_eq!(slugs.len(), 9);
    // A slug that was sent is not changed.
    let sent = json!({"name": "x", "base_price": "1", "slug": "ayse-2"});
    let taken = json!({"slug": ["product with this slug already exists."]});
    assert_eq!(editor.post(PRODUCTS, sent).await.expect(400).body, taken);
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn products_of_one_name_can_be_created_at_the_same_time(db: PgPool) {
    let app = app(db);
    let editor = editor(&app).await;
    let answers = join_all((0..8).map(|_| editor.post(PRODUCTS, json!({"name": "Twin", "base_price": "1"})))).await;
    let mut slugs: Vec<String> =
        answers.into_iter().map(|answer| answer.expect(201).body["slug"].as_str().unwrap().to_owned()).collect();
    slugs.sort_unstable();
    assert_eq!(slugs, ["twin", "twin-2", "twin-3", "twin-4", "twin-5", "twin-6", "twin-7", "twin-8"]);
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn a_new_product_keeps_the_redirect_of_an_old_slug(db: PgPool) {
    let app = app(db);
    let editor = editor(&app).await;
    let body = json!({"name": "Shirt", "base_price": "1"});
    let first = editor.post(PRODUCTS, body.clone()).await.expect(201).body["id"].clone();
    editor.patch(&format!("{PRODUCTS}{first}/"), json!({"slug": "blouse"})).await.expect(200);

    assert_eq!(editor.post(PRODUCTS, body).await.expect(201).body["slug"], "shirt-2");

    app.anonymous().get(&format!("{PRODUCTS}shirt/")).await.expect(301);
    // A slug that is sent takes the address over. Files still know the first product by its handle.
    editor.post(PRODUCTS, json!({"name": "x", "base_price": "1", "slug": "shirt"})).await.expect(201);
    let handles: Vec<(String, String)> =
        sqlx::query_as("select slug, handle from products order by id").fetch_all(&app.db).await.unwrap();
    let pair = |slug: &str, handle: &str| (slug.to_owned(), handle.to_owned());
    assert_eq!(handles, [pair("blouse", "shirt"), pair("shirt-2", "shirt-2"), pair("shirt", "shirt-3")]);
}
