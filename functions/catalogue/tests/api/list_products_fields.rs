//! List products with chosen fields, for shoppers and for staff: `GET /api/v1/catalogue/products/`.

use serde_json::{Value, json};
use shared::users::Permissions;
use sqlx::PgPool;

use crate::write_categories::editor;
use crate::{PRODUCTS, Shop, slugs, texts, walk};

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn only_the_requested_fields_are_returned(db: PgPool) {
    let shop = Shop::open(db).await;
    let page = shop.client().get(&format!("{PRODUCTS}?brand=ana&fields=name,price_range,brand")).await.expect(200);
    let brand = json!({"id": shop.ana, "name": "Ana", "slug": "ana"});
    assert_eq!(
        page.body["results"],
        json!([{"name": "Crème blouse", "price_range": {"min": "50.00", "max": "52.50"}, "brand": brand}])
    );
    // A requested field that is null is returned as null.
    let page = shop.client().get(&format!("{PRODUCTS}?search=t-shirt&fields=brand,main_image")).await.expect(200);
    assert_eq!(page.body["results"], json!([{"brand": null, "main_image": null}]));
    let walked = walk(&shop.client(), &format!("{PRODUCTS}?fields=slug&ordering=price&page_size=1"), "slug").await;
    assert_eq!(walked, ["t-shirt", "surf-tee", "blouse", "boots"]);
}

/// The database writes the cards of the list, and the service writes a single product.
#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn a_card_has_the_same_values_as_the_product(db: PgPool) {
    let shop = Shop::open(db).await;
    sqlx::query(
        r#"update products
              set name = E'"main_image":{"url":"/ \\ \u0001\t\u00e9\u65e5\U0001f45f', sku = 'a"b', main_image_alt_text = 'the "left" one',
                  main_image_url = '/dev/images/a.svg', main_image_list_url = '/dev/images/b.svg', base_price = 5, price_min = 0, price_max = 99999999999
            where slug = 'boots'"#,
    )
    .execute(&shop.app.db)
    .await
    .unwrap();
    sqlx::query(
        "update products set main_image_url = '//cdn.test/a.jpg', main_image_alt_text = null where slug = 'blouse'",
    )
    .execute(&shop.app.db)
    .await
    .unwrap();
    let document: Value = serde_json::from_str(include_str!("../../../../openapi.json")).unwrap();
    let summary = document["components"]["schemas"]["ProductCard"]["properties"].as_object().unwrap();
    let all: Vec<&str> = summary.keys().map(String::as_str).collect();
    let fields = format!("fields={}", all.join(","));
    for query in ["", "ordering=-price", "brand=ana", "search=blouse", &fields] {
        let page = shop.client().get(&format!("{PRODUCTS}?{query}")).await.expect(200);
        assert_ne!(page.body["results"], json!([]), "{query}");
        for card in page.body["results"].as_array().unwrap() {
            let product = shop.client().get(&format!("{PRODUCTS}{}/", card["id"])).await.expect(200);
            let fields = card.as_object().unwrap();
            assert_eq!(fields.len(), all.len(), "{card}");
            for (field, value) in fields {
                assert_eq!(value, &product.body[field], "{field} {query}");
            }
        }
    }
    let boots = shop.client().get(&format!("{PRODUCTS}?search=boots")).await.expect(200);
    assert_eq!(boots.body["results"][0]["main_image"]["url"], "http://shop.test/dev/images/a.svg");
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn expanded_variants_and_images_equal_those_of_the_product(db: PgPool) {
    let shop = Shop::open(db).await;
    let plain = shop.client().get(&format!("{PRODUCTS}?ordering=name")).await.expect(200);
    let page = shop.client().get(&format!("{PRODUCTS}?ordering=name&expand=variants,images")).await.expect(200);
    for (row, card) in page.body["results"].as_array().unwrap().iter().zip(plain.body["results"].as_array().unwrap()) {
        let product = shop.client().get(&format!("{PRODUCTS}{}/", row["id"])).await.expect(200);
        assert_eq!(row["variants"], product.body["variants"]);
        assert_eq!(row["images"], product.body["images"]);
        let mut row = row.as_object().unwrap().clone();
        row.remove("variants");
        row.remove("images");
        assert_eq!(&json!(row), card);
    }
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn staff_see_all_products_with_their_status(db: PgPool) {
    let shop = Shop::open(db).await;
    shop.app.a_product().named("Anorak").status("draft").create().await;
    shop.app.a_product().named("Zipper").status("archived").create().await;
    let staff = editor(&shop.app).await;
    for ordering in ["name", "-name", "price", "-price", "created_at", "-created_at"] {
        let first = format!("{PRODUCTS}?page_size=2&ordering={ordering}");
        assert_eq!(walk(&staff, &first, "name").await.len(), 6, "{ordering}");
        assert_eq!(walk(&shop.client(), &first, "name").await.len(), 4, "{ordering}");
    }

    let page = staff.get(&format!("{PRODUCTS}?ordering=name&count=true")).await.expect(200);
    assert_eq!((&page.body["count"], &page.body["results"][0]["status"]), (&json!(6), &json!("draft")));
    assert_eq!((page.header("cache-control"), page.header("vary")), ("private, no-cache", "authorization"));
    for (status, names) in [("draft", ["Anorak"]), ("archived", ["Zipper"])] {
        let query = format!("{PRODUCTS}?status={status}");
        assert_eq!(texts(&staff.get(&query).await.expect(200), "name"), names);
        assert_eq!(slugs(&shop.client().get(&query).await.expect(200)), [""; 0]);
    }

    let stranger = shop.app.client_of(&shop.app.a_staff_user_with(Permissions::default()).await);
    assert_eq!(stranger.get(PRODUCTS).await.expect(200).body["results"].as_array().unwrap().len(), 4);
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn shoppers_see_published_products_only(db: PgPool) {
    let shop = Shop::open(db).await;
    let now = shop.app.app.clock.now();
    sqlx::query("update products set publish_at = $1 where slug = 'boots'")
        .bind(now.plus_seconds(60))
        .execute(&shop.app.db)
        .await
        .unwrap();
    sqlx::query("update products set unpublish_at = $1 where slug = 'blouse'")
        .bind(now.plus_seconds(60))
        .execute(&shop.app.db)
        .await
        .unwrap();
    assert_eq!(shop.finds("").await, ["blouse", "surf-tee", "t-shirt"]);
    shop.app.clock.advance(60);
    assert_eq!(shop.finds("").await, ["boots", "surf-tee", "t-shirt"]);
    assert_eq!(shop.finds("search=blouse").await, [""; 0]);
}
