//! `product_index` always has the values of `products`.

use sqlx::{PgConnection, PgPool};

use crate::run;

const PRODUCTS: &str = "
    insert into brands (name, name_key, slug) values ('Brand', 'brand', 'brand');
    insert into products (slug, handle, name, brand_id, base_price, created_at, updated_at, tags, category_ids, title_words)
    values ('first', 'first', 'First', 1, 100, now(), now(), '{new}', '{3}', 'first:1A'),
           ('second', 'second', 'Second', null, 100, now(), now(), '{}', '{}', '')";

/// Returns the number of products that differ from their rows in the index.
async fn differing(db: &PgPool) -> i64 {
    sqlx::query_scalar(
        "select count(*) from products p full join product_index i on i.id = p.id
          where (p.id, p.brand_id, p.base_price, p.price_min, p.price_max, p.created_at, p.publish_at, p.unpublish_at, p.is_available, p.status,
                 p.category_ids, p.value_ids, p.available_value_ids, p.available_price_min, p.available_price_max, p.tags,
                 p.title_words) is distinct from
                (i.id, i.brand_id, i.base_price, i.price_min, i.price_max, i.created_at, i.publish_at, i.unpublish_at, i.is_available, i.status,
                 i.category_ids, i.value_ids, i.available_value_ids, i.available_price_min, i.available_price_max, i.tags,
                 i.title_words)",
    )
    .fetch_one(db)
    .await
    .unwrap()
}

/// Returns a text that changes with every write of the first row of the index.
async fn row_version(db: &PgPool) -> String {
    sqlx::query_scalar("select i.xmin::text from product_index i join products p using (id) where slug = 'first'")
        .fetch_one(db)
        .await
        .unwrap()
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn the_index_follows_every_change_of_a_product(db: PgPool) {
    run(&db, PRODUCTS).await;
    assert_eq!(differing(&db).await, 0);
    for change in [
        "brand_id = null",
        "brand_id = 1",
        "base_price = 200",
        "price_min = 1",
        "price_max = 9",
        "created_at = created_at - interval '1 day'",
        "publish_at = now()",
        "unpublish_at = now() + interval '1 day'",
        "publish_at = null, unpublish_at = null",
        "is_available = not is_available",
        "status = 'draft'",
        "category_ids = '{4}'",
        "value_ids = '{4}'",
        "available_value_ids = '{5}'",
        "available_price_min = 2",
        "available_price_max = 3",
        "tags = '{old}'",
        "title_words = 'word:1A'",
    ] {
        let changed = run(&db, &format!("update products set {change} where slug = 'first'")).await;
        assert_eq!((changed, differing(&db).await), (1, 0), "{change}");
    }
    run(&db, "delete from products where slug = 'second'").await;
    assert_eq!(differing(&db).await, 0);
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn an_update_of_other_columns_does_not_write_the_index(db: PgPool) {
    run(&db, PRODUCTS).await;
    let before = row_version(&db).await;
    run(&db, "update products set name = 'Other', is_available = is_available, tags = tags where slug = 'first'").await;
    assert_eq!(row_version(&db).await, before);
    run(&db, "update products set is_available = not is_available where slug = 'first'").await;
    assert_ne!(row_version(&db).await, before);
}

/// The sold variant was the cheapest, so the price range of what can be bought changes too.
#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn a_sale_of_a_last_unit_writes_no_index(db: PgPool) {
    run(&db, PRODUCTS).await;
    run(
        &db,
        "insert into product_variants (product_id, sku, name, price_adjustment, attribute_value_ids)
         select 1, 'V-' || n, 'V', n, array[n] from generate_series(1, 2) n;
         update stock_levels set on_hand = 1;
         select refresh_product_cards(array[1])",
    )
    .await;
    #[expect(clippy::disallowed_methods, reason = "the counts are those of one transaction")]
    let mut connection = db.acquire().await.unwrap();
    sqlx::raw_sql("begin").execute(&mut *connection).await.unwrap();
    // Updates of earlier transactions are in the counts until the connection has reported them, which it does between transactions only.
    let before = updated(&mut connection).await;
    sqlx::raw_sql(
        "update stock_levels set on_hand = 0 where variant_id = (select id from product_variants where sku = 'V-1');
         select refresh_availability(array[1])",
    )
    .execute(&mut *connection)
    .await
    .unwrap();
    let after = updated(&mut connection).await;
    assert_eq!(after, before.map(|count| count + 1));
}

/// Returns the number of updated rows of `products`, of those without a write to an index, and the same two numbers of `product_index`.
async fn updated(connection: &mut PgConnection) -> [i64; 4] {
    let (products, without, indexed, indexed_without) = sqlx::query_as(
        "select pg_stat_get_xact_tuples_updated('products'::regclass), pg_stat_get_xact_tuples_hot_updated('products'::regclass),
                pg_stat_get_xact_tuples_updated('product_index'::regclass), pg_stat_get_xact_tuples_hot_updated('product_index'::regclass)",
    )
    .fetch_one(connection)
    .await
    .unwrap();
    [products, without, indexed, indexed_without]
}
