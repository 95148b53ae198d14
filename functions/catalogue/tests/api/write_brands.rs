//! Write brands: `POST`, `PUT`, `PATCH` and `DELETE` below `/api/v1/catalogue/brands/`.

use futures_util::future::join_all;
use serde_json::json;
use sqlx::PgPool;

use crate::write_categories::{self, editor};
use crate::{Shop, app};

const BRANDS: &str = "/api/v1/catalogue/brands/";

fn path(brand: &str) -> String {
    format!("{BRANDS}{brand}/")
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn a_created_brand_gets_a_slug_from_its_name(db: PgPool) {
    let app = app(db);
    let editor = editor(&app).await;

    let created = editor.post(BRANDS, json!({"name": " Béla & Söhne "})).await.expect(201);

    assert_eq!((&created.body["name"], &created.body["slug"]), (&json!("Béla & Söhne"), &json!("bela-sohne")));
    assert_eq!(created.header("location"), format!("http://shop.test{}", path(&created.body["id"].to_string())));
    let read = app.anonymous().get(&path("bela-sohne")).await.expect(200);
    assert_eq!((&read.body, read.header("etag")), (&created.body, created.header("etag")));
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn an_invalid_brand_is_refused_with_an_error_for_each_field(db: PgPool) {
    let shop = Shop::open(db).await;
    let editor = editor(&shop.app).await;
    let taken = json!({"slug": ["brand with this slug already exists."]});
    let named = json!({"name": ["brand with this name already exists."]});
    for (body, expected) in [
        (json!({}), json!({"name": ["This field is required."]})),
        (json!({"name": "x".repeat(256)}), json!({"name": ["Ensure this field has no more than 255 characters."]})),
        (json!({"name": ["x"]}), json!({"name": ["Not a valid string."]})),
        (json!({"name": "\u{0}"}), json!({"name": ["Null characters are not allowed."]})),
        (json!({"name": "Bela", "slug": "bela"}), taken.clone()),
        (json!({"name": "ANA"}), named.clone()),
        (json!({"name": "BÉLA", "slug": "bela-2"}), named.clone()),
    ] {
        assert_eq!(editor.post(BRANDS, body.clone()).await.expect(400).body, expected, "{body}");
    }
    assert_eq!(editor.patch(&path("bela"), json!({"slug": "ana"})).await.expect(400).body, taken);
    assert_eq!(editor.patch(&path("bela"), json!({"name": "aNA"})).await.expect(400).body, named);
    assert_eq!(editor.put(&path("bela"), json!({"name": "Ana"})).await.expect(400).body, named);
    editor.patch(&path("bela"), json!({"slug": "A b"})).await.expect(400);
    editor.patch(&path("nobody"), json!({"name": "x"})).await.expect(404);
    assert_eq!(shop.app.count("select count(*) from brands").await, 2);
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn a_slug_that_was_not_sent_is_never_refused(db: PgPool) {
    let app = app(db);
    let editor = editor(&app).await;
    for (name, slug) in [
        ("C#", "c"),
        ("C++", "c-2"),
        ("小米 Mi", "xiao-mi-mi"),
        ("大米 Mi", "da-mi-mi"),
        ("Ａcme", "acme"),
        ("Acme", "acme-2"),
        ("★", "brand"),
        ("☂", "brand-2"),
        ("501", "brand-501"),
    ] {
        assert_eq!(editor.post(BRANDS, json!({"name": name})).await.expect(201).body["slug"], slug, "{name}");
    }
    let named = json!({"name": ["brand with this name already exists."]});
    for name in ["c++", " C\u{200b}++ ", "ACME", "小米  MI"] {
        assert_eq!(editor.post(BRANDS, json!({"name": name})).await.expect(400).body, named, "{name}");
    }
    let taken = json!({"slug": ["brand with this slug already exists."]});
    assert_eq!(editor.post(BRANDS, json!({"name": "Other", "slug": "c-2"})).await.expect(400).body, taken);
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn brands_with_like_slugs_can_be_created_at_the_same_time(db: PgPool) {
    let app = app(db);
    let editor = editor(&app).await;
    let names: Vec<String> = (0..8).map(|number| format!("Duo{}", "+".repeat(number))).collect();
    let answers = join_all(names.iter().map(|name| editor.post(BRANDS, json!({"name": name})))).await;
    let mut slugs: Vec<String> =
        answers.into_iter().map(|answer| answer.expect(201).body["slug"].as_str().unwrap().to_owned()).collect();
    slugs.sort_unstable();
    assert_eq!(slugs, ["duo", "duo-2", "duo-3", "duo-4", "duo-5", "duo-6", "duo-7", "duo-8"]);
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn concurrent_requests_create_a_brand_once(db: PgPool) {
    let app = app(db);
    let editor = editor(&app).await;
    let named = [("eva", "a"), ("Eva", "b"), ("EVA", "c")];
    let answers = join_all(named.map(|(name, slug)| editor.post(BRANDS, json!({"name": name, "slug": slug}))));
    let mut statuses: Vec<u16> = answers.await.iter().map(|answer| answer.status).collect();
    statuses.sort_unstable();
    assert_eq!(statuses, [201, 400, 400]);
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn an_update_with_an_old_etag_returns_412(db: PgPool) {
    let shop = Shop::open(db).await;
    let etag = shop.client().get(&path("ana")).await.expect(200).header("etag").to_owned();
    let first = editor(&shop.app).await.header("if-match", &etag);

    let renamed = first.patch(&path("ana"), json!({"name": "Anna"})).await.expect(200);

    assert_eq!(renamed.body, json!({"id": shop.ana, "name": "Anna", "slug": "ana"}));
    for late in [
        first.patch(&path("ana"), json!({"name": "Hanna"})).await,
        first.put(&path("ana"), json!({"name": "Hanna"})).await,
        first.delete(&path("ana")).await,
    ] {
        assert_eq!(late.expect(412).body["code"], "version_conflict");
    }
    let now = shop.client().get(&path("ana")).await.expect(200);
    assert_eq!((&now.body["name"], now.header("etag")), (&json!("Anna"), renamed.header("etag")));
    first.header("if-match", now.header("etag")).put(&path("ana"), json!({"name": "A", "slug": "a"})).await.expect(200);
    shop.client().get(&path("a")).await.expect(200);
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn products_are_found_by_the_new_name_of_their_brand_only(db: PgPool) {
    let shop = Shop::open(db).await;
    let editor = editor(&shop.app).await;

    editor.put(&path("bela"), json!({"name": "Zauberladen"})).await.expect(200);

    assert_eq!(shop.finds("search=zauberladen").await, ["boots", "surf-tee"]);
    assert_eq!(shop.finds("search=bela").await, [""; 0]);
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn listed_products_have_the_new_slug_of_their_brand(db: PgPool) {
    let shop = Shop::open(db).await;

    editor(&shop.app).await.patch(&path("ana"), json!({"slug": "anna"})).await.expect(200);

    let list = shop.client().get(&format!("{}?brand=anna", crate::PRODUCTS)).await.expect(200);
    let slugs: Vec<_> =
        list.body["results"].as_array().unwrap().iter().map(|product| &product["brand"]["slug"]).collect();
    assert!(!slugs.is_empty() && slugs.iter().all(|slug| **slug == "anna"), "{}", list.text);
}

/// The product is being written when its brand is renamed. Its card has the new name, no matter which commits last.
#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn a_product_written_during_a_rename_is_found_by_the_new_name(db: PgPool) {
    let shop = Shop::open(db).await;
    let editor = editor(&shop.app).await;
    let mut write = shop.app.owner.begin().await.unwrap();
    sqlx::query("update products set brand_id = $1 where slug = 't-shirt'")
        .bind(shop.ana)
        .execute(&mut write)
        .await
        .unwrap();
    sqlx::query("select refresh_product_cards(array(select id from products where slug = 't-shirt'))")
        .execute(&mut write)
        .await
        .unwrap();
    let rename = tokio::spawn(async move { editor.patch(&path("ana"), json!({"name": "Zauberladen"})).await });
    shop.app.wait_until_blocked().await;
    write.commit().await.unwrap();

    rename.await.unwrap().expect(200);

    assert_eq!(shop.finds("search=zauberladen").await, ["blouse", "t-shirt"]);
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn a_name_that_exceeds_the_search_document_of_a_product_is_refused(db: PgPool) {
    let shop = Shop::open(db).await;
    let editor = editor(&shop.app).await;
    // The search document of a product has at most a megabyte. Each of these words takes 12 bytes and leaves about a hundred.
    for full in [
        "update products set description = (select string_agg('w' || n, ' ') from generate_series(100000, 187369) n)
          where slug = 'boots'",
        "select refresh_product_cards(array(select id from products where slug = 'boots'))",
    ] {
        sqlx::query(full).execute(&shop.app.db).await.unwrap();
    }
    for at in [path("bela"), write_categories::path("shoes")] {
        let refused = editor.patch(&at, json!({"name": "x".repeat(200)})).await.expect(400);
        let message = "With this name, the texts of a product are too long to be searched. Send a shorter name.";
        assert_eq!(refused.body, json!({"name": [message]}));
    }
    assert_eq!(shop.finds("search=bela+shoes").await, ["boots"]);
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn a_brand_with_products_cannot_be_deleted(db: PgPool) {
    let shop = Shop::open(db).await;
    let editor = editor(&shop.app).await;
    sqlx::query("update products set status = 'archived' where brand_id = $1")
        .bind(shop.ana)
        .execute(&shop.app.db)
        .await
        .unwrap();
    assert_eq!(editor.delete(&path("ana")).await.expect(409).body["code"], "brand_not_empty");
    editor.delete(&path("nobody")).await.expect(404);

    editor.post(BRANDS, json!({"name": "Empty"})).await.expect(201);
    editor.delete(&path("empty")).await.expect(204);

    shop.client().get(&path("empty")).await.expect(404);
    assert_eq!(shop.app.count("select count(*) from brands").await, 2);
}
