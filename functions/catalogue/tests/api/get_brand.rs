//! Get a brand: `GET /api/v1/catalogue/brands/{id_or_slug}/`.

use serde_json::json;
use sqlx::PgPool;

use crate::Shop;

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn a_brand_is_found_by_id_and_by_slug(db: PgPool) {
    let shop = Shop::open(db).await;
    for name in [shop.ana.to_string(), "ana".to_owned()] {
        let brand = shop.client().get(&format!("/api/v1/catalogue/brands/{name}/")).await.expect(200);
        assert_eq!(brand.body, json!({"id": shop.ana, "name": "Ana", "slug": "ana"}));
    }
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn an_unknown_brand_is_not_found(db: PgPool) {
    let shop = Shop::open(db).await;
    for name in ["nobody", "0", "9223372036854775808", "%00"] {
        shop.client().get(&format!("/api/v1/catalogue/brands/{name}/")).await.expect(404);
    }
}
