//! A request with an old slug is redirected to the new one.

use axum::body::Body;
use http::Method;
use serde_json::{Value, json};
use sqlx::PgPool;

use crate::app;
use crate::create_product::{create_shirt, path};
use crate::write_categories::{self, create, editor};

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn reading_a_product_by_its_old_slug_redirects(db: PgPool) {
    let app = app(db);
    let editor = editor(&app).await;
    let shirt = create_shirt(&editor).await;
    editor.patch(&path("ocean-blue-shirt"), json!({"slug": "sea-shirt"})).await.expect(200);
    for (below, query) in [
        (String::new(), "?x=y&z=%20"),
        ("variants/".to_owned(), "?x=y"),
        (format!("variants/{}/", shirt["variants"][0]["id"]), ""),
        ("images/".to_owned(), "?page_size=1"),
        (format!("images/{}/", shirt["images"][0]["id"]), ""),
    ] {
        let (old, new) = (path("ocean-blue-shirt"), path("sea-shirt"));
        let moved = app.anonymous().get(&format!("{old}{below}{query}")).await.expect(301);
        assert_eq!(moved.header("location"), format!("{new}{below}{query}"));
        assert_eq!(moved.header("cache-control"), "public, max-age=15, must-revalidate");
        app.anonymous().get(moved.header("location")).await.expect(200);
        let head = app.anonymous().send(Method::HEAD, &format!("{old}{below}"), Body::empty()).await.expect(301);
        assert_eq!(head.header("location"), format!("{new}{below}"));
    }
    // A caller who cannot see the product does not learn its new slug.
    editor.patch(&path("sea-shirt"), json!({"status": "draft"})).await.expect(200);
    for below in ["", "variants/", "images/"] {
        app.anonymous().get(&format!("{}{below}", path("ocean-blue-shirt"))).await.expect(404);
        let moved = editor.get(&format!("{}{below}", path("ocean-blue-shirt"))).await.expect(301);
        assert_eq!(moved.header("cache-control"), "private, no-cache");
    }
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn changing_a_product_by_its_old_slug_redirects_and_changes_nothing(db: PgPool) {
    let app = app(db);
    let editor = editor(&app).await;
    let shirt = create_shirt(&editor).await;
    let before = editor.patch(&path("ocean-blue-shirt"), json!({"slug": "sea-shirt"})).await.expect(200).body;
    let variant = format!("variants/{}/", shirt["variants"][0]["id"]);
    let image = format!("images/{}/", shirt["images"][0]["id"]);
    let (new_variant, new_image) = (json!({"sku": "NEW"}), json!({"url": "/new.jpg"}));
    let combinations = json!({"options": [{"attribute": "Size", "values": ["L"]}]});
    let mut replacement = before.clone();
    replacement["name"] = json!("New");
    for (method, below, body) in [
        (Method::PATCH, "?x=y", &json!({"name": "New"})),
        (Method::PUT, "", &replacement),
        (Method::DELETE, "", &Value::Null),
        (Method::POST, "variants/", &new_variant),
        (Method::POST, "variants/combinations/", &combinations),
        (Method::PATCH, &variant, &json!({"name": "New"})),
        (Method::PUT, &variant, &new_variant),
        (Method::DELETE, &variant, &Value::Null),
        (Method::POST, "images/", &new_image),
        (Method::PATCH, &image, &json!({"alt_text": "New"})),
        (Method::PUT, &image, &new_image),
        (Method::DELETE, &image, &Value::Null),
    ] {
        let client = editor.clone().header("content-type", "application/json").header("if-match", "\"old\"");
        let body = if body.is_null() { Body::empty() } else { Body::from(body.to_string()) };
        let old = format!("{}{below}", path("ocean-blue-shirt"));
        let moved = client.send(method.clone(), &old, body).await.expect(308);
        assert_eq!(moved.header("location"), format!("{}{below}", path("sea-shirt")), "{method} {below}");
        assert_eq!((moved.header("cache-control"), moved.text.as_str()), ("no-store", ""));
    }
    assert_eq!(editor.get(&path("sea-shirt")).await.expect(200).body, before);
    // Only a caller who may change the product is redirected; others get the same error as by any slug.
    app.anonymous().patch(&path("ocean-blue-shirt"), json!({"name": "x"})).await.expect(401);
    app.client_of(&app.a_user().await).delete(&path("ocean-blue-shirt")).await.expect(403);
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn an_old_slug_of_a_category_redirects(db: PgPool) {
    let app = app(db);
    let editor = editor(&app).await;
    create(&editor, "Pants", None).await;
    let (old, new) = (write_categories::path("pants"), write_categories::path("trousers"));
    editor.patch(&old, json!({"slug": "trousers"})).await.expect(200);
    for below in ["?x=y", "tree/?x=y", "products/order/?x=y"] {
        let moved = editor.get(&format!("{old}{below}")).await.expect(301);
        assert_eq!(moved.header("location"), format!("{new}{below}"));
        editor.get(moved.header("location")).await.expect(200);
    }
    for moved in [
        editor.patch(&format!("{old}?x=y"), json!({"name": "x"})).await,
        editor.put(&format!("{old}?x=y"), json!({"name": "x"})).await,
        editor.delete(&format!("{old}?x=y")).await,
    ] {
        assert_eq!(moved.expect(308).header("location"), format!("{new}?x=y"));
    }
    let moved = editor.get(&format!("{old}products/order/")).await.expect(301);
    assert_eq!(moved.header("cache-control"), "private, no-cache", "the response is for staff alone");
    let moved = editor.put(&format!("{old}products/order/"), json!({"product_ids": []})).await.expect(308);
    assert_eq!(moved.header("location"), format!("{new}products/order/"));
    assert_eq!(app.count("select count(*) from categories where name = 'Pants' and slug = 'trousers'").await, 1);
}
