//! A variant that a file no longer has, and that stands in a cart, is archived.

use shared::ids::VariantId;
use sqlx::PgPool;
use transfer_worker::Limits;

use crate::{HEADER, Shop};

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn a_variant_in_a_cart_that_is_missing_from_the_file_is_archived(db: PgPool) {
    let shop = Shop::open(db);
    let small = "tee,Tee,Ana,Shirts,Size,S,TEE-S,3,10.00\r\n";
    let medium = "tee,,,,,M,TEE-M,3,10.00\r\n";
    let large = "tee,,,,,L,TEE-L,3,10.00\r\n";
    shop.imported(format!("{HEADER}{small}{medium}{large}").as_bytes(), Limits::default()).await;
    let wanted: VariantId = sqlx::query_scalar("select id from product_variants where sku = 'TEE-M'")
        .fetch_one(&shop.app.db)
        .await
        .unwrap();
    shop.app.a_cart().with(wanted, 1).create().await;

    shop.imported(format!("{HEADER}{small}").as_bytes(), Limits::default()).await;

    let left: Vec<(String, bool)> =
        sqlx::query_as("select sku, archived_at is not null from product_variants order by sku")
            .fetch_all(&shop.app.db)
            .await
            .unwrap();
    assert_eq!(left, [("TEE-M".to_owned(), true), ("TEE-S".to_owned(), false)]);
    assert_eq!(shop.app.count("select count(*) from cart_lines").await, 1);
}
