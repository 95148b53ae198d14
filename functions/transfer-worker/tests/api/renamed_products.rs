//! Files that name a product by its old slug.

use shared::transfers::Work;
use sqlx::PgPool;
use transfer_worker::{Limits, work};

use crate::{HEADER, Shop};

fn file(handle: &str, sku: &str) -> String {
    format!("{HEADER}{handle},Shirt,,,Title,Default Title,{sku},1,10\r\n")
}

/// Creates a product with the SKU `ONE` whose slug was `old` and is `new`.
async fn a_renamed_product(shop: &Shop) {
    shop.imported(file("old", "ONE").as_bytes(), Limits::default()).await;
    sqlx::query("update products set slug = 'new'").execute(&shop.app.db).await.unwrap();
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn a_row_with_an_old_handle_is_refused_and_names_the_new_one(db: PgPool) {
    let shop = Shop::open(db);
    a_renamed_product(&shop).await;

    let id = shop.an_import(file("old", "ONE").as_bytes()).await;
    work(&shop.worker(Limits::default()), Work::Import(id).into()).await.unwrap();

    let reason = "the product \"old\" is now \"new\", and has the SKU \"ONE\": write \"new\" in the handle's column; or, if this is \
                  another product, give it different SKUs";
    assert_eq!(shop.errors(id).await, [(2, reason.to_owned())]);
    let again = shop.imported(file("new", "ONE").as_bytes(), Limits::default()).await;
    assert_eq!((again.products.unchanged, again.rows_failed), (1, 0));
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn another_product_can_take_an_old_handle(db: PgPool) {
    let shop = Shop::open(db);
    a_renamed_product(&shop).await;

    let import = shop.imported(file("old", "TWO").as_bytes(), Limits::default()).await;

    assert_eq!((import.products.created, import.rows_failed), (1, 0));
    assert_eq!(shop.app.count("select count(*) from old_product_slugs").await, 0);
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn a_variant_name_by_staff_stays_if_the_file_has_none(db: PgPool) {
    let shop = Shop::open(db);
    let names = async || {
        let names: Vec<String> =
            sqlx::query_scalar("select name from product_variants").fetch_all(&shop.app.db).await.unwrap();
        names
    };
    shop.imported(file("mug", "ONE").as_bytes(), Limits::default()).await;
    sqlx::query("update product_variants set name = 'With handle'").execute(&shop.app.db).await.unwrap();

    let again = shop.imported(file("mug", "ONE").as_bytes(), Limits::default()).await;
    assert_eq!((again.products.unchanged, names().await), (1, vec!["With handle".to_owned()]));

    let named = file("mug", "ONE").replace("Default Title", "Large");
    shop.imported(named.as_bytes(), Limits::default()).await;
    assert_eq!(names().await, ["Large"]);
}
