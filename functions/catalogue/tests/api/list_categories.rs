//! `GET /api/v1/catalogue/categories/`

use serde_json::{Value, json};
use sqlx::PgPool;

use crate::{Shop, app};

const CATEGORIES: &str = "/api/v1/catalogue/categories/";

/// The tree as names alone.
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
    assert_eq!((&tree.body["next"], &tree.body["previous"]), (&Value::Null, &Value::Null));
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn siblings_come_by_position_and_then_by_name(db: PgPool) {
    let shop = Shop::open(db).await;
    sqlx::query(
        "insert into categories (parent_id, name, slug, position)
         values ($1, 'Wool', 'wool', -1), ($1, 'Linen', 'linen', 0), ($1, 'Last', 'last', 1)",
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
