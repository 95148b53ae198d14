//! `ETag`, `If-None-Match` and `Cache-Control` on every public operation of the catalogue.

use axum::body::Body;
use http::Method;
use sqlx::PgPool;

use crate::write_categories::editor;
use crate::{PRODUCTS, Shop};

/// Returns every public path.
pub(crate) async fn public_paths(shop: &Shop) -> Vec<String> {
    let size = shop.app.count("select id from attributes where name = 'Size'").await;
    let medium = shop.app.count("select id from attribute_values where value = 'M'").await;
    let variant = shop.app.count("select id from product_variants where sku = 'BLOUSE-M'").await;
    let mut paths: Vec<String> = [
        "",
        "products/",
        "products/?search=blouse&count=true",
        "products/blouse/",
        "products/blouse/images/",
        "products/blouse/variants/",
        "brands/",
        "brands/ana/",
        "categories/",
        "categories/shirts/",
        "categories/shirts/tree/",
        "attributes/",
    ]
    .map(|path| format!("/api/v1/catalogue/{path}"))
    .into();
    paths.push(format!("/api/v1/catalogue/attributes/{size}/"));
    paths.push(format!("/api/v1/catalogue/attributes/{size}/values/{medium}/"));
    paths.push(format!("{PRODUCTS}blouse/variants/{variant}/"));
    paths
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn a_matching_if_none_match_returns_304(db: PgPool) {
    let shop = Shop::open(db).await;
    for path in public_paths(&shop).await {
        let path = path.as_str();
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
async fn the_etag_changes_with_the_body(db: PgPool) {
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
async fn errors_are_not_cached(db: PgPool) {
    let shop = Shop::open(db).await;
    for (path, status) in [("nothing/", 404), ("?page_size=0", 400)] {
        let answer = shop.client().header("if-none-match", "*").get(&format!("{PRODUCTS}{path}")).await.expect(status);
        assert_eq!((answer.header("etag"), answer.header("cache-control")), ("", "no-store"));
    }
}

/// A sale, a new price, and a new name of the product, its brand, its category or a value: each shows at once.
#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn an_old_etag_gets_the_new_body_after_any_change(db: PgPool) {
    let shop = Shop::open(db).await;
    let path = format!("{PRODUCTS}blouse/");
    let mut tag = shop.client().get(&path).await.expect(200).header("etag").to_owned();
    for change in [
        "select change_stock(id, -1, 'counted', now()) from product_variants where sku = 'BLOUSE-M'",
        "update product_variants set compare_at_price = 9900 where sku = 'BLOUSE-M'",
        "update products set name = 'Blouse', updated_at = updated_at + interval '1 microsecond' where slug = 'blouse'",
        "update brands set name = 'Anna' where slug = 'ana'",
        "update categories set name = 'Blouses' where slug = 'shirts'",
        "update attribute_values set value = 'Medium' where value = 'M'",
    ] {
        sqlx::query(change).execute(&shop.app.db).await.unwrap();
        let conditional = shop.client().header("if-none-match", &tag);
        let new = conditional.get(&path).await.expect(200).header("etag").to_owned();
        assert_ne!(new, tag, "{change}");
        shop.client().header("if-none-match", &new).get(&path).await.expect(304);
        tag = new;
    }
}

/// A sale does not change `Last-Modified`, so a request with `If-Modified-Since` alone gets the whole body.
#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn if_modified_since_is_ignored(db: PgPool) {
    let shop = Shop::open(db).await;
    let path = format!("{PRODUCTS}blouse/");
    let fresh = shop.client().get(&path).await.expect(200);
    assert_eq!(fresh.header("last-modified"), "Sun, 22 Nov 2026 06:38:51 GMT");
    assert_eq!(fresh.header("vary"), "authorization");
    let conditional = shop.client().header("if-modified-since", fresh.header("last-modified"));
    conditional.clone().get(&path).await.expect(200);
    conditional.header("if-none-match", "\"old\"").get(&path).await.expect(200);
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn responses_to_staff_are_private(db: PgPool) {
    let shop = Shop::open(db).await;
    let editor = editor(&shop.app).await;
    let fresh = editor.get(&format!("{PRODUCTS}blouse/")).await.expect(200);
    assert_eq!((fresh.header("cache-control"), fresh.header("vary")), ("private, no-cache", "authorization"));
    let same =
        editor.header("if-none-match", fresh.header("etag")).get(&format!("{PRODUCTS}blouse/")).await.expect(304);
    assert_eq!((same.header("cache-control"), same.header("vary")), ("private, no-cache", "authorization"));
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn a_redirect_is_cached_as_long_as_any_response(db: PgPool) {
    let shop = Shop::open(db).await;
    sqlx::query("update products set slug = 'linen-blouse' where slug = 'blouse'").execute(&shop.app.db).await.unwrap();
    let moved = shop.client().get(&format!("{PRODUCTS}blouse/")).await.expect(301);
    assert_eq!(moved.header("cache-control"), "public, max-age=15, must-revalidate");
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn head_returns_the_headers_of_get_without_a_body(db: PgPool) {
    let shop = Shop::open(db).await;
    for path in public_paths(&shop).await {
        let got = shop.client().get(&path).await.expect(200);
        let head = shop.client().send(Method::HEAD, &path, Body::empty()).await.expect(200);
        assert_eq!(head.text, "", "{path}");
        for name in ["etag", "last-modified", "cache-control", "vary", "content-type"] {
            assert_eq!(head.header(name), got.header(name), "{path}: {name}");
        }
    }
    for (path, status) in [("nothing/", 404), ("?page_size=0", 400)] {
        shop.client().send(Method::HEAD, &format!("{PRODUCTS}{path}"), Body::empty()).await.expect(status);
    }
}
