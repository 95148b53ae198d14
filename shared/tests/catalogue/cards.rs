//! The card of a product always has the values of its columns.

use shared::testing::TestApp;
use sqlx::PgPool;

use crate::run;

const PRODUCTS: &str = "
    insert into brands (name, name_key, slug) values ('Brand', 'brand', 'brand');
    insert into products (slug, handle, name, base_price, created_at, updated_at)
    values ('first', 'first', 'First', 100, now(), now()), ('second', 'second', 'Second', 100, now(), now())";

async fn first_card(db: &PgPool) -> String {
    sqlx::query_scalar("select card from products where slug like 'first%'").fetch_one(db).await.unwrap()
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn a_card_follows_every_change_of_its_columns(db: PgPool) {
    run(&db, PRODUCTS).await;
    let mut before = first_card(&db).await;
    for change in [
        "slug = 'first-again'",
        "name = 'Other'",
        "sku = 'F'",
        "brand_id = 1, brand_name = 'Brand', brand_slug = 'brand'",
        "brand_name = 'Brand New'",
        "brand_slug = 'brand-new'",
        "category_ids = '{3}', category_names = '{Shoes}', category_slugs = '{shoes}'",
        "category_ids = '{4}'",
        "category_names = '{Boots}'",
        "category_slugs = '{boots}'",
        "base_price = 200",
        "price_min = 1",
        "price_max = 9",
        "main_image_url = '/a.jpg'",
        "main_image_alt_text = 'A'",
        "main_image_list_url = '/b.jpg'",
        "is_available = true",
    ] {
        run(&db, &format!("update products set {change} where slug like 'first%'")).await;
        let after = first_card(&db).await;
        assert_ne!(after, before, "{change}");
        run(&db, "update products set card = ''").await;
        assert_eq!(first_card(&db).await, after, "{change}");
        before = after;
    }
}

/// The columns that the trigger function reads are those that fire the trigger.
#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn every_column_of_a_card_rewrites_it(db: PgPool) {
    let shown: Vec<String> = sqlx::query_scalar(
        "select distinct found[1] from pg_proc cross join regexp_matches(prosrc, 'new\\.(\\w+)', 'g') as found
          where proname = 'write_product_card' order by 1",
    )
    .fetch_all(&db)
    .await
    .unwrap();
    let watched: Vec<String> = sqlx::query_scalar(
        "select event_object_column::text from information_schema.triggered_update_columns
          where trigger_name = 'product_has_its_card' order by 1",
    )
    .fetch_all(&db)
    .await
    .unwrap();
    assert_eq!(watched, shown);
    assert!(shown.contains(&"currency".to_owned()), "{shown:?}");
}

/// Returns a text that changes with every write of a product or of its row in the index.
async fn row_versions(db: &PgPool) -> String {
    sqlx::query_scalar(
        "select string_agg(concat_ws(' ', p.id, p.xmin, i.xmin), ', ' order by p.id) from products p join product_index i using (id)",
    )
    .fetch_one(db)
    .await
    .unwrap()
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn a_refresh_without_a_change_writes_nothing(db: PgPool) {
    let app = TestApp::without_routes(db.clone());
    for name in ["Wi-Fi T shirt", "手机壳 50 ml", "القلم الأزرق"] {
        let product = app.a_product().named(name).stock(3).create().await;
        app.variants_of(&product, 7).await;
    }
    run(
        &db,
        "insert into categories (name, name_key, slug) values ('Shirts', 'shirts', 'shirts'), ('Summer', 'summer', 'summer'), ('New', 'new', 'new');
         insert into product_categories (product_id, category_id) select p.id, c.id from products p, categories c;
         insert into product_images (product_id, url, display_order) select id, '/' || n, n from products, generate_series(0, 3) n;
         update products set tags = '{linen,summer}', description = '<p>Well-made, for 20 ml and 3 kg</p>';
         select refresh_product_cards(array(select id from products))",
    )
    .await;
    let before = row_versions(&db).await;
    for order in ["-id", "id", "id % 3"] {
        // Another order of the rows in the tables and in their indexes.
        run(&db, &format!("update product_variants set position = {order}")).await;
        run(&db, "update product_categories set position = category_id - position; update categories set position = -position").await;
        run(&db, "select refresh_product_cards(array(select id from products))").await;
        run(&db, "select refresh_availability(array(select id from products))").await;
        assert_eq!(row_versions(&db).await, before, "{order}");
    }
}
