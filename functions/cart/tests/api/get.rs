//! Getting a cart, its lines and one of them.

use serde_json::json;
use shared::testing::{TestApp, TestProduct};
use sqlx::PgPool;

use crate::{app, item, items, path};

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn a_cart_shows_its_lines(db: PgPool) {
    let app = app(db);
    let shoes = app.a_product().named("Shoes").cents(4_995).stock(3).create().await;
    let cart = app.a_cart().with(shoes.variant, 2).create().await;

    let found = app.anonymous().get(&path(cart)).await.expect(200);

    let line = &found.body["items"][0];
    assert_eq!(
        found.body,
        json!({
            "id": cart,
            "items": [{
                "id": line["id"],
                "product_variant": {
                    "id": shoes.variant,
                    "sku": shoes.sku,
                    "name": "One size",
                    "product": {"id": shoes.id, "slug": shoes.slug, "name": "Shoes"},
                    "price": "49.95",
                    "currency": "EUR",
                    "main_image": null,
                    "inventory_count": 3,
                    "is_available": true,
                },
                "quantity": 2,
                "unit_price": "49.95",
                "sub_total": "99.90",
                "available": 3,
                "backordered": 0,
                "is_available": true,
                "unavailable_reason": null,
            }],
            "is_available": true,
            "item_count": 2,
            "grand_total": "99.90",
            "currency": "EUR",
        })
    );
    let listed = app.anonymous().get(&items(cart)).await.expect(200);
    assert_eq!(listed.body, json!({"next": null, "previous": null, "results": [line]}));
    let one = app.anonymous().get(&item(cart, &line["id"])).await.expect(200);
    assert_eq!(&one.body, line);
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn prices_and_stock_are_current(db: PgPool) {
    let app = app(db);
    let shoes = app.a_product().cents(1_000).stock(3).create().await;
    let cart = app.a_cart().with(shoes.variant, 3).create().await;

    sqlx::query("update products set base_price = 1250").execute(&app.db).await.unwrap();
    sqlx::query("update product_variants set price_adjustment = -50").execute(&app.db).await.unwrap();
    sqlx::query("select change_stock($1, -1, 'counted', now())").bind(shoes.variant).execute(&app.db).await.unwrap();

    let found = app.anonymous().get(&path(cart)).await.expect(200);
    let line = &found.body["items"][0];
    assert_eq!((&line["unit_price"], &found.body["grand_total"]), (&json!("12.00"), &json!("36.00")));
    assert_eq!((&line["available"], &line["is_available"]), (&json!(2), &json!(false)));
    assert_eq!(line["product_variant"]["is_available"], true);
    assert_eq!(
        (&line["unavailable_reason"], &found.body["is_available"]),
        (&json!("insufficient_stock"), &json!(false))
    );
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn a_line_that_is_no_longer_for_sale_stays_and_is_not_available(db: PgPool) {
    let app = app(db);
    let shoes = app.a_product().stock(3).create().await;
    let cart = app.a_cart().with(shoes.variant, 1).create().await;

    sqlx::query("update products set status = 'archived'").execute(&app.db).await.unwrap();

    let found = app.anonymous().get(&path(cart)).await.expect(200).body;
    let line = &found["items"][0];
    assert_eq!((&line["available"], &line["is_available"]), (&json!(0), &json!(false)));
    assert_eq!((&line["unavailable_reason"], &found["is_available"]), (&json!("not_for_sale"), &json!(false)));
    assert_eq!((&line["product_variant"]["sku"], &found["grand_total"]), (&json!(shoes.sku), &json!("10.00")));
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn the_image_is_that_of_the_variant_or_else_the_products_first(db: PgPool) {
    let app = app(db);
    let shoes = app.a_product().create().await;
    let cart = app.a_cart().with(shoes.variant, 1).create().await;
    let image = async || {
        app.anonymous().get(&path(cart)).await.expect(200).body["items"][0]["product_variant"]["main_image"].clone()
    };
    let add =
        "insert into product_images (product_id, variant_id, url, alt_text, display_order) values ($1, $2, $3, $4, $5)";

    sqlx::query(add)
        .bind(shoes.id)
        .bind(None::<i64>)
        .bind("/1.svg")
        .bind("All")
        .bind(0)
        .execute(&app.db)
        .await
        .unwrap();
    sqlx::query("select refresh_product_cards(array[$1])").bind(shoes.id).execute(&app.db).await.unwrap();
    assert_eq!(image().await, json!({"url": "http://shop.test/1.svg", "alt_text": "All", "list_url": null}));

    sqlx::query(add)
        .bind(shoes.id)
        .bind(shoes.variant)
        .bind("https://cdn.test/2.svg")
        .bind("")
        .bind(1)
        .execute(&app.db)
        .await
        .unwrap();
    assert_eq!(image().await, json!({"url": "https://cdn.test/2.svg", "alt_text": "", "list_url": null}));
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn a_variant_without_an_image_gets_that_of_the_most_similar_one(db: PgPool) {
    let app = app(db);
    let shirt = app.a_product().create().await;
    let large_blue: i64 = sqlx::query_scalar(
        "with attribute as (insert into attributes (name, name_key) values ('Size', 'size'), ('Colour', 'colour')
                            returning id, name),
              value as (insert into attribute_values (attribute_id, value, value_key)
                        select a.id, v.value, lower(v.value)
                          from (values ('Size', 'S'), ('Size', 'L'), ('Colour', 'Red'), ('Colour', 'Blue')) v (name, value)
                          join attribute a on a.name = v.name
                        returning id, attribute_id, value),
              variant as (insert into product_variants (product_id, sku, name)
                          select $1, size || colour, size || ' ' || colour
                            from (values ('S', 'Red'), ('S', 'Blue'), ('L', 'Blue')) v (size, colour)
                          returning id, name),
              linked as (insert into variant_attribute_values (variant_id, attribute_id, attribute_value_id)
                         select v.id, w.attribute_id, w.id
                           from variant v join value w on w.value = any (string_to_array(v.name, ' '))),
              image as (insert into product_images (product_id, variant_id, url, display_order)
                        select $1, id, 'https://cdn.test/' || name, id from variant where name like 'S %')
         select id from variant where name = 'L Blue'",
    )
    .bind(shirt.id)
    .fetch_one(&app.db)
    .await
    .unwrap();
    let cart = app.a_cart().with(shared::ids::VariantId(large_blue), 1).create().await;

    let found = app.anonymous().get(&path(cart)).await.expect(200);

    assert_eq!(found.body["items"][0]["product_variant"]["main_image"]["url"], "https://cdn.test/S Blue");
}

/// Returns what a line of `quantity` units shows: units that can be ordered, units that would follow later, whether it can be ordered, whether a unit of
/// its variant can.
async fn line(app: &TestApp, product: &TestProduct, quantity: i32) -> (i64, i64, bool, bool) {
    let cart = app.a_cart().with(product.variant, quantity).create().await;
    let found = app.anonymous().get(&path(cart)).await.expect(200).body;
    let line = &found["items"][0];
    assert_eq!(found["is_available"], line["is_available"]);
    (
        line["available"].as_i64().unwrap(),
        line["backordered"].as_i64().unwrap(),
        line["is_available"].as_bool().unwrap(),
        line["product_variant"]["is_available"].as_bool().unwrap(),
    )
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn a_line_is_available_by_the_rules_of_its_variant(db: PgPool) {
    let app = app(db);
    let untracked = app.a_product().untracked().create().await;
    assert_eq!(line(&app, &untracked, 999).await, (1_000_000_000, 0, true, true));
    let unlimited = app.a_product().stock(2).backorders(None).create().await;
    assert_eq!(line(&app, &unlimited, 2).await, (1_000_000_000, 0, true, true));
    assert_eq!(line(&app, &unlimited, 5).await, (1_000_000_000, 3, true, true));
    let limited = app.a_product().stock(2).backorders(Some(3)).create().await;
    assert_eq!(line(&app, &limited, 5).await, (5, 3, true, true));
    assert_eq!(line(&app, &limited, 6).await, (5, 0, false, true));
    sqlx::query("update stock_levels set on_hand = 0, backordered = 3").execute(&app.db).await.unwrap();
    assert_eq!(line(&app, &limited, 1).await, (0, 0, false, false));
    // What is owed to others does not show.
    assert_eq!(line(&app, &unlimited, 2).await, (1_000_000_000, 2, true, true));
    assert_eq!(line(&app, &untracked, 1).await, (1_000_000_000, 0, true, true));
    let tracked = app.a_product().stock(2).create().await;
    assert_eq!(line(&app, &tracked, 2).await, (2, 0, true, true));
    assert_eq!(line(&app, &tracked, 3).await, (2, 0, false, true));
}
