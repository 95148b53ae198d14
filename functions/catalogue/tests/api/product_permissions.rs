//! Only staff with the permission `catalogue` can write products, variants and images.

use serde_json::json;
use shared::users::{Permission, Permissions};
use sqlx::PgPool;

use crate::create_product::path;
use crate::{PRODUCTS, Shop};

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn products_are_written_with_the_catalogue_permission_only(db: PgPool) {
    let shop = Shop::open(db).await;
    let mut others = Permissions::all().iter().collect::<Vec<_>>();
    others.retain(|permission| *permission != Permission::Catalogue);
    let clerk = shop.app.client_of(&shop.app.a_staff_user_with(Permissions::from_iter(others)).await);
    let ana = shop.app.client_of(&shop.app.a_user().await);
    for (client, status) in [(&shop.client(), 401), (&ana, 403), (&clerk, 403)] {
        client.post(PRODUCTS, json!({})).await.expect(status);
        for path in [path("blouse"), path("blouse/variants/1"), path("blouse/images/1")] {
            client.put(&path, json!({})).await.expect(status);
            client.patch(&path, json!({})).await.expect(status);
            client.delete(&path).await.expect(status);
        }
        for path in [path("blouse/variants"), path("blouse/images"), path("blouse/variants/combinations")] {
            client.post(&path, json!({})).await.expect(status);
        }
    }
    assert_eq!(shop.app.count("select sum(version)::bigint from products").await, 4);
}
