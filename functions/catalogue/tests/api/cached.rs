//! `ETag`, `If-None-Match` and `Cache-Control`, on every operation of the catalogue.

use axum::body::Body;
use http::Method;
use sqlx::PgPool;

use crate::{PRODUCTS, Shop};

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn what_the_client_has_is_not_sent_again(db: PgPool) {
    let shop = Shop::open(db).await;
    for path in [
        "/api/v1/catalogue/",
        "/api/v1/catalogue/products/",
        "/api/v1/catalogue/products/?search=blouse&count=true",
        "/api/v1/catalogue/products/blouse/",
        "/api/v1/catalogue/brands/",
        "/api/v1/catalogue/brands/ana/",
        "/api/v1/catalogue/categories/",
        "/api/v1/catalogue/categories/shirts/",
        "/api/v1/catalogue/attributes/",
    ] {
        let fresh = shop.client().get(path).await.expect(200);
        let tag = fresh.header("etag").to_owned();
        assert!(tag.starts_with('"') && tag.ends_with('"') && tag.len() > 20, "{path}: {tag}");
        assert_eq!(fresh.header("cache-control"), "public, max-age=15, must-revalidate", "{path}");
        assert_eq!(fresh.header("content-type"), "application/json", "{path}");

        for sent in [tag.clone(), format!("W/{tag}"), format!("\"other\", {tag}"), "*".to_owned()] {
            let same = shop.client().header("if-none-match", &sent).get(path).await.expect(304);
            assert_eq!((same.text.as_str(), same.header("etag")), ("", tag.as_str()), "{path}");
            assert_eq!(same.header("cache-control"), "public, max-age=15, must-revalidate", "{path}");
        }
        shop.client().header("if-none-match", "\"other\"").get(path).await.expect(200);
    }
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn the_tag_changes_with_what_is_shown(db: PgPool) {
    let shop = Shop::open(db).await;
    let path = format!("{PRODUCTS}blouse/");
    let before = shop.client().get(&path).await.expect(200).header("etag").to_owned();
    sqlx::query("select change_stock(id, -1, 'counted', now()) from product_variants where sku = 'BLOUSE-M'")
        .execute(&shop.app.db)
        .await
        .unwrap();
    let after = shop.client().header("if-none-match", &before).get(&path).await.expect(200);
    assert_ne!(after.header("etag"), before);
    assert_eq!(after.body["variants"][0]["inventory_count"], 4);
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn refusals_are_not_kept(db: PgPool) {
    let shop = Shop::open(db).await;
    for (path, status) in [("nothing/", 404), ("?page_size=0", 400)] {
        let answer = shop.client().header("if-none-match", "*").get(&format!("{PRODUCTS}{path}")).await.expect(status);
        assert_eq!((answer.header("etag"), answer.header("cache-control")), ("", ""));
    }
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn head_answers_like_get_without_a_body(db: PgPool) {
    let shop = Shop::open(db).await;
    let got = shop.client().get(PRODUCTS).await.expect(200);
    let head = shop.client().send(Method::HEAD, PRODUCTS, Body::empty()).await.expect(200);
    assert_eq!((head.text.as_str(), head.header("etag")), ("", got.header("etag")));
}
