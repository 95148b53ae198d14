//! List brands: `GET /api/v1/catalogue/brands/`.

use serde_json::json;
use sqlx::PgPool;

use crate::{Shop, app, texts, walk};

const BRANDS: &str = "/api/v1/catalogue/brands/";

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn brands_are_listed_by_name_in_pages(db: PgPool) {
    let app = app(db);
    sqlx::query(
        "insert into brands (name, name_key, slug)
         values ('B', 'b', 'b'), ('A', 'a', 'z'), ('C', 'c', 'c'), ('A+', 'a+', 'a'), ('D', 'd', 'd')",
    )
    .execute(&app.db)
    .await
    .unwrap();
    for size in [1, 2, 5] {
        let walked = walk(&app.anonymous(), &format!("{BRANDS}?page_size={size}"), "slug").await;
        assert_eq!(walked, ["z", "a", "b", "c", "d"]);
    }
    let page = app.anonymous().get(&format!("{BRANDS}?count=true")).await.expect(200);
    assert_eq!((texts(&page, "name").len(), &page.body["count"]), (5, &json!(5)));
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn a_listed_brand_has_id_name_and_slug(db: PgPool) {
    let shop = Shop::open(db).await;
    let page = shop.client().get(BRANDS).await.expect(200);
    assert_eq!(page.body["results"][0], json!({"id": shop.ana, "name": "Ana", "slug": "ana"}));
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn an_invalid_cursor_is_refused(db: PgPool) {
    let app = app(db);
    for cursor in [r#"{"d":"n","k":["a\u0000",1]}"#, r#"{"d":"n","k":["name","a",1]}"#, r#"{"d":"n","k":[1,1]}"#] {
        let text = base64::Engine::encode(&base64::prelude::BASE64_URL_SAFE_NO_PAD, cursor);
        let refused = app.anonymous().get(&format!("{BRANDS}?cursor={text}")).await.expect(400);
        assert_eq!(refused.body, json!({"cursor": ["Invalid cursor."]}), "{cursor}");
    }
    app.anonymous().get(&format!("{BRANDS}?page_size=101")).await.expect(400);
}
