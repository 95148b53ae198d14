//! List the resources of the catalogue: `GET /api/v1/catalogue/`.

use serde_json::json;
use sqlx::PgPool;

use crate::app;

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn the_root_links_to_every_resource(db: PgPool) {
    let app = app(db);
    let root = app.anonymous().get("/api/v1/catalogue").await.expect(200);
    assert_eq!(
        root.body,
        json!({
            "products": "http://shop.test/api/v1/catalogue/products/",
            "brands": "http://shop.test/api/v1/catalogue/brands/",
            "categories": "http://shop.test/api/v1/catalogue/categories/",
            "attributes": "http://shop.test/api/v1/catalogue/attributes/",
        })
    );
    for url in root.body.as_object().unwrap().values() {
        app.anonymous().get(url.as_str().unwrap().strip_prefix("http://shop.test").unwrap()).await.expect(200);
    }
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn the_root_is_read_only(db: PgPool) {
    let app = app(db);
    let answer = app.anonymous().post("/api/v1/catalogue/", json!({})).await.expect(405);
    assert_eq!(answer.header("allow"), "GET,HEAD");
}
