//! List products, sorted and page by page: `GET /api/v1/catalogue/products/`.

use serde_json::json;
use sqlx::PgPool;

use crate::{PRODUCTS, Shop, app, link, slugs, texts, walk};

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn a_listed_product_has_the_fields_of_its_card(db: PgPool) {
    let shop = Shop::open(db).await;
    let page = shop.client().get(&format!("{PRODUCTS}?search=blouse")).await.expect(200);
    assert_eq!(
        page.body,
        json!({"next": null, "previous": null, "results": [{
            "id": shop.blouse,
            "slug": "blouse",
            "name": "Crème blouse",
            "sku": "BLOUSE",
            "brand": {"id": shop.ana, "name": "Ana", "slug": "ana"},
            "categories": [{"id": shop.shirts, "name": "Shirts", "slug": "shirts"}],
            "base_price": "50.00",
            "currency": "EUR",
            "price_range": {"min": "50.00", "max": "52.50"},
            "main_image": {"url": "http://shop.test/dev/images/blouse.svg", "alt_text": "A blouse", "list_url": null},
            "is_available": true,
        }]})
    );
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn every_ordering_can_be_paged_to_the_end_and_back(db: PgPool) {
    let app = app(db);
    // Equal names, prices and times in every combination, so that only the id decides at the edge of a page.
    for (name, cents, age) in
        [("A", 100, 3), ("B", 200, 3), ("A", 200, 2), ("A", 100, 1), ("C", 100, 3), ("B", 300, 1), ("é", 200, 2)]
    {
        let product = app.a_product().named(name).cents(cents).create().await;
        sqlx::query("update products set created_at = timestamptz '2026-01-01' - $2 * interval '1 day' where id = $1")
            .bind(product.id)
            .bind(age)
            .execute(&app.db)
            .await
            .unwrap();
    }
    for (ordering, sql) in [
        ("name", "select slug from products order by name, id"),
        ("-name", "select slug from products order by name desc, id desc"),
        ("price", "select slug from products order by base_price, id"),
        ("-price", "select slug from products order by base_price desc, id desc"),
        ("created_at", "select slug from products order by created_at, id"),
        ("-created_at", "select slug from products order by created_at desc, id desc"),
    ] {
        let expected: Vec<String> = sqlx::query_scalar(sql).fetch_all(&app.db).await.unwrap();
        for size in [1, 2, 3, 7] {
            let first = format!("{PRODUCTS}?page_size={size}&ordering={ordering}");
            assert_eq!(walk(&app.anonymous(), &first, "slug").await, expected, "{first}");
        }
    }
    let newest_first = app.anonymous().get(&format!("{PRODUCTS}?ordering=-created_at")).await;
    assert_eq!(app.anonymous().get(PRODUCTS).await.body["results"], newest_first.body["results"]);
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn links_are_absolute_and_keep_the_filters(db: PgPool) {
    let shop = Shop::open(db).await;
    let first = format!("{PRODUCTS}?category=clothing&page_size=2&ordering=name&count=true");
    let page = shop.client().header("x-forwarded-proto", "https").get(&first).await.expect(200);
    assert_eq!(page.body["count"], 3);
    assert_eq!(slugs(&page), ["blouse", "surf-tee"]);
    let next = page.body["next"].as_str().unwrap();
    assert!(next.starts_with("https://shop.test/api/v1/catalogue/products/?category=clothing&page_size=2&"), "{next}");

    let second = shop.client().get(next.strip_prefix("https://shop.test").unwrap()).await.expect(200);
    assert_eq!((slugs(&second), &second.body["count"]), (vec!["t-shirt".to_owned()], &json!(3)));
    assert_eq!(link(&second, "next"), None);
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn only_active_products_are_listed_and_counted(db: PgPool) {
    let app = app(db);
    for status in ["draft", "archived"] {
        app.a_product().named("Secret").status(status).stock(1).create().await;
    }
    app.a_product().named("Known").create().await;
    for query in ["", "&search=secret", "&ordering=name", "&ordering=price"] {
        let page = app.anonymous().get(&format!("{PRODUCTS}?count=true{query}")).await.expect(200);
        let found: &[&str] = if query == "&search=secret" { &[] } else { &["Known"] };
        assert_eq!(texts(&page, "name"), found, "{query}");
        assert_eq!(page.body["count"], found.len(), "{query}");
    }
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn the_last_unit_makes_a_product_unavailable(db: PgPool) {
    let app = app(db);
    let shoes = app.a_product().stock(2).create().await;
    for (sold, available) in [(1, true), (1, false), (-1, true)] {
        sqlx::query("select change_stock($1, $2, 'counted', now())")
            .bind(shoes.variant)
            .bind(-sold)
            .execute(&app.db)
            .await
            .unwrap();
        let listed = app.anonymous().get(PRODUCTS).await.expect(200);
        assert_eq!(listed.body["results"][0]["is_available"], available);
        let product = app.anonymous().get(&format!("{PRODUCTS}{}/", shoes.slug)).await.expect(200);
        assert_eq!(product.body["is_available"], available);
        assert_eq!(product.body["variants"][0]["is_available"], available);
    }
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn a_cursor_of_another_ordering_is_refused(db: PgPool) {
    let shop = Shop::open(db).await;
    for (issued, used) in [("name", "-name"), ("name", "price"), ("price", "created_at"), ("-created_at", "price")] {
        let page = shop.client().get(&format!("{PRODUCTS}?page_size=1&ordering={issued}")).await.expect(200);
        let next = link(&page, "next").unwrap().replace(&format!("ordering={issued}"), &format!("ordering={used}"));
        let refused = shop.client().get(&next).await.expect(400);
        assert_eq!(
            refused.body,
            json!({"cursor": ["The cursor belongs to another ordering. Request the first page again."]}),
            "{next}"
        );
    }
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn a_forged_cursor_is_refused(db: PgPool) {
    let shop = Shop::open(db).await;
    for (ordering, cursor) in [
        ("name", r#"{"d":"n","k":["name","a\u0000b",1]}"#),
        ("name", r#"{"d":"n","k":["name",5,1]}"#),
        ("price", r#"{"d":"n","k":["price","5",1]}"#),
        ("price", r#"{"d":"n","k":["price",9223372036854775808,1]}"#),
        ("created_at", r#"{"d":"n","k":["created_at",9223372036854775807,1]}"#),
        ("created_at", r#"{"d":"p","k":["created_at",-9223372036854775808,1]}"#),
        ("created_at", r#"{"d":"x","k":["created_at",0,1]}"#),
        ("created_at", r#"{"d":"n","k":"created_at"}"#),
        ("created_at", "null"),
        ("relevance", r#"{"d":"n","k":["relevance","1",1]}"#),
        ("manual", r#"{"d":"n","k":["manual","1",1]}"#),
    ] {
        let text = base64::Engine::encode(&base64::prelude::BASE64_URL_SAFE_NO_PAD, cursor);
        let refused = shop
            .client()
            .get(&format!("{PRODUCTS}?search=a&category=shoes&ordering={ordering}&cursor={text}"))
            .await
            .expect(400);
        assert_eq!(refused.body, json!({"cursor": ["Invalid cursor."]}), "{cursor}");
    }
    // The smallest and largest values are valid positions.
    for number in ["-62000000000000000", "252999999999999999"] {
        let cursor = format!(r#"{{"d":"n","k":["created_at",{number},9223372036854775807]}}"#);
        let text = base64::Engine::encode(&base64::prelude::BASE64_URL_SAFE_NO_PAD, cursor);
        shop.client().get(&format!("{PRODUCTS}?ordering=created_at&cursor={text}")).await.expect(200);
    }
    for number in [i64::MIN, i64::MAX] {
        for (query, ordering) in
            [("", "price"), ("", "-price"), ("search=a&", "relevance"), ("category=shoes&", "manual")]
        {
            let cursor = format!(r#"{{"d":"n","k":["{ordering}",{number},{number}]}}"#);
            let text = base64::Engine::encode(&base64::prelude::BASE64_URL_SAFE_NO_PAD, cursor);
            let page = shop.client().get(&format!("{PRODUCTS}?{query}ordering={ordering}&cursor={text}")).await;
            page.expect(200);
        }
    }
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn an_invalid_query_names_the_field(db: PgPool) {
    let shop = Shop::open(db).await;
    for (query, field) in [
        ("page_size=0", "page_size"),
        ("page_size=101", "page_size"),
        ("page_size=abc", "page_size"),
        ("page_size=99999999999999999999", "page_size"),
        ("cursor=%00", "cursor"),
        ("cursor=rubbish", "cursor"),
        ("count=maybe", "count"),
        ("ordering=sku", "ordering"),
        ("ordering=%00", "ordering"),
        ("search=a%00b", "search"),
        ("brand=%00", "brand"),
        ("brand=nobody", "brand"),
        ("brand=9223372036854775807", "brand"),
        ("brand=9223372036854775808", "brand"),
        ("brand=-1", "brand"),
        ("category=nothing", "category"),
        ("category=a%00", "category"),
        ("category=99999999999999999999999", "category"),
        ("is_available=perhaps", "is_available"),
        ("in_stock=2", "in_stock"),
        ("price_min=cheap", "price_min"),
        ("price_min=-1", "price_min"),
        ("price_max=1.001", "price_max"),
        ("price_max=99999999999999999", "price_max"),
        ("brand=ana,nobody", "brand"),
        ("attributes=size", "attributes"),
        ("attributes=weight:1", "attributes"),
        ("attributes=size:giant", "attributes"),
        ("attributes=a%00:b", "attributes"),
        ("tag=a%00", "tag"),
        ("created_after=yesterday", "created_after"),
        ("created_before=2026-13-01T00:00:00Z", "created_before"),
        ("status=sold", "status"),
        ("ordering=relevance", "ordering"),
        ("ordering=manual", "ordering"),
        ("facets=sizes", "facets"),
        ("fields=id,secret", "fields"),
        ("fields=%00", "fields"),
        ("expand=brand", "expand"),
    ] {
        let refused = shop.client().get(&format!("{PRODUCTS}?{query}")).await.expect(400);
        let fields: Vec<&String> = refused.body.as_object().unwrap().keys().collect();
        assert_eq!(fields, [field], "{query}: {}", refused.text);
    }
    let long = format!("{PRODUCTS}?search={}", "a".repeat(201));
    assert_eq!(shop.client().get(&long).await.expect(400).body["search"].as_array().unwrap().len(), 1);
    let both = shop.client().get(&format!("{PRODUCTS}?brand=x&category=y")).await.expect(400);
    assert_eq!(both.body, json!({"brand": ["There is no brand \"x\"."], "category": ["There is no category \"y\"."]}));
}
