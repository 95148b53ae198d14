//! The order of names does not depend on the locale of the database.

use sqlx::PgPool;

/// Columns called `name` by which nothing is sorted.
const NOT_SORTED: [&str; 4] = ["api_keys", "product_variants", "user_addresses", "users"];

/// A new column called `name` has this collation or is named above.
#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn every_sorted_name_has_its_collation(db: PgPool) {
    let others: Vec<String> = sqlx::query_scalar(
        "select c.relname::text from pg_attribute a join pg_class c on c.oid = a.attrelid
          where c.relnamespace = 'public'::regnamespace and c.relkind = 'r' and a.attname = 'name'
            and a.attcollation <> '\"und-x-icu\"'::regcollation
          order by 1",
    )
    .fetch_all(&db)
    .await
    .unwrap();
    assert_eq!(others, NOT_SORTED);
    // An index could name another collation than its column.
    let indexes: Vec<String> = sqlx::query_scalar(
        "select distinct i.indexrelid::regclass::text
           from pg_index i cross join unnest(i.indkey::int2[], i.indcollation::oid[]) as key (number, collation_id)
           join pg_attribute a on a.attrelid = i.indrelid and a.attnum = key.number
          where a.attcollation = '\"und-x-icu\"'::regcollation and key.collation_id <> a.attcollation",
    )
    .fetch_all(&db)
    .await
    .unwrap();
    assert_eq!(indexes, [""; 0]);
}
