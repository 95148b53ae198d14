//! Create a product: `POST /api/v1/catalogue/products/`.

use futures_util::future::join_all;
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
