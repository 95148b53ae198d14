//! Get a category: `GET /api/v1/catalogue/categories/{id_or_slug}/`.

use serde_json::json;
use sqlx::PgPool;

use crate::Shop;

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn a_category_has_its_path_and_its_children(db: PgPool) {
    let shop = Shop::open(db).await;
    let clothing = shop.app.count("select id from categories where slug = 'clothing'").await;
    let tees = shop.app.count("select id from categories where slug = 'tees'").await;
    for name in [shop.shirts.to_string(), "shirts".to_owned()] {
        let category = shop.client().get(&format!("/api/v1/catalogue/categories/{name}/")).await.expect(200);
        assert_eq!(
            category.body,
            json!({
                "id": shop.shirts,
                "name": "Shirts",
                "slug": "shirts",
                "parent_id": clothing,
                "product_count": 3,
                "path": [
                    {"id": clothing, "name": "Clothing", "slug": "clothing"},
                    {"id": shop.shirts, "name": "Shirts", "slug": "shirts"},
                ],
                "children": [{"id": tees, "name": "Tees", "slug": "tees", "product_count": 2}],
            })
        );
    }
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn an_unknown_category_is_not_found(db: PgPool) {
    let shop = Shop::open(db).await;
    for name in ["nothing", "0", "9223372036854775808", "%00"] {
        shop.client().get(&format!("/api/v1/catalogue/categories/{name}/")).await.expect(404);
    }
}
