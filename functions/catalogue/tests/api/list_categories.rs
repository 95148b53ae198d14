//! List categories: `GET /api/v1/catalogue/categories/`.

use serde_json::{Value, json};
use sqlx::PgPool;

use crate::{Shop, app};

const CATEGORIES: &str = "/api/v1/catalogue/categories/";

/// Returns the names of the tree.
fn names(nodes: &Value) -> Value {
    let nodes = nodes.as_array().unwrap();
    nodes.iter().map(|node| json!([node["name"], names(&node["children"])])).collect()
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn the_tree_is_nested(db: PgPool) {
    let shop = Shop::open(db).await;
    let tree = shop.client().get(CATEGORIES).await.expect(200);
    assert_eq!(names(&tree.body["results"]), json!([["Clothing", [["Shirts", [["Tees", []]]]]], ["Shoes", []]]));
    let shirts = &tree.body["results"][0]["children"][0];
    assert_eq!((&shirts["id"], &shirts["slug"]), (&json!(shop.shirts), &json!("shirts")));
    assert_eq!(shirts["product_count"], 3);
    assert_eq!((&tree.body["next"], &tree.body["previous"]), (&Value::Null, &Value::Null));
}

/// Returns the names and product counts of the tree.
fn counts(nodes: &Value) -> Value {
    let nodes = nodes.as_array().unwrap();
    nodes.iter().map(|node| json!([node["name"], node["product_count"], counts(&node["children"])])).collect()
}

/// Boots are in Shoes, Tees and Shirts; the T-shirt is unpublished tomorrow and the blouse is published in an hour.
#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn a_category_counts_each_visible_product_in_it_and_below_once(db: PgPool) {
    let shop = Shop::open(db).await;
    for change in [
        "insert into product_categories (product_id, category_id)
         select p.id, c.id from products p, categories c where p.slug = 'boots' and c.slug in ('tees', 'shirts')",
        "update products set unpublish_at = '2026-11-23' where slug = 't-shirt'",
        "update products set publish_at = '2026-11-22 07:38' where slug = 'blouse'",
        "select refresh_product_cards(array_agg(id)) from products",
    ] {
        sqlx::query(change).execute(&shop.app.db).await.unwrap();
    }
    for (seconds, tees, shirts) in [(0, 3, 3), (3600, 3, 4), (86_400, 2, 3)] {
        shop.app.clock.advance(seconds);
        let tree = shop.client().get(CATEGORIES).await.expect(200);
        let clothing = json!(["Clothing", shirts, [["Shirts", shirts, [["Tees", tees, []]]]]]);
        assert_eq!(counts(&tree.body["results"]), json!([clothing, ["Shoes", 1, []]]));
        let below = shop.client().get(&format!("{CATEGORIES}shirts/tree/")).await.expect(200);
        assert_eq!(counts(&json!([below.body])), json!([["Shirts", shirts, [["Tees", tees, []]]]]));
        let one = shop.client().get(&format!("{CATEGORIES}shirts/")).await.expect(200);
        assert_eq!(
            (&one.body["product_count"], &one.body["children"][0]["product_count"]),
            (&json!(shirts), &json!(tees))
        );
    }
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn siblings_are_sorted_by_position_and_then_by_name(db: PgPool) {
    let shop = Shop::open(db).await;
    sqlx::query(
        "insert into categories (parent_id, name, name_key, slug, position)
         values ($1, 'Wool', 'wool', 'wool', -1), ($1, 'Linen', 'linen', 'linen', 0), ($1, 'Last', 'last', 'last', 1)",
    )
    .bind(shop.shirts)
    .execute(&shop.app.db)
    .await
    .unwrap();
    let tree = shop.client().get(CATEGORIES).await.expect(200);
    assert_eq!(
        names(&tree.body["results"][0]["children"][0]["children"]),
        json!([["Wool", []], ["Linen", []], ["Tees", []], ["Last", []]])
    );
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn a_shop_without_categories_has_an_empty_tree(db: PgPool) {
    let tree = app(db).anonymous().get(CATEGORIES).await.expect(200);
    assert_eq!(tree.body, json!({"next": null, "previous": null, "results": []}));
}
