//! Slugs of new products.

use futures_util::future::join_all;
use serde_json::json;
use sqlx::PgPool;

use crate::write_categories::editor;
use crate::{PRODUCTS, app};

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
