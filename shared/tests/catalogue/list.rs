//! Every page of products is a walk of an index in the order it returns: it reads the rows it shows and no others.

use shared::app::db::Tx;
use shared::app::{Ambient as _, SystemAmbient};
use shared::catalogue::store::list::{Filter, Place, SortKey, Way, list};
use shared::ids::ProductId;
use shared::testing::service_db;
use shared::time::Timestamp;
use sqlx::PgPool;

/// 2,000 products, which come into the catalogue in another order than their names and prices.
async fn two_thousand_products(db: &PgPool) {
    sqlx::raw_sql(
        "insert into products (slug, name, base_price, price_min, status, created_at, updated_at)
         select 'p-' || n, 'Product ' || (n * 7919 % 2000), n * 104729 % 2000, n * 104729 % 2000, 'active',
                timestamptz '2026-01-01Z' + n * 31 % 2000 * interval '1 minute', now()
           from generate_series(1, 2000) n;
         analyze",
    )
    .execute(db)
    .await
    .unwrap();
}

/// How many rows of `products` were read in this transaction: through this index, and by reading the table from its start.
async fn rows_read(tx: &mut Tx, index: &str) -> (i64, i64) {
    sqlx::query_as(
        "select pg_stat_get_xact_tuples_returned($1::text::regclass), pg_stat_get_xact_tuples_returned('products'::regclass)",
    )
    .bind(index)
    .fetch_one(tx)
    .await
    .unwrap()
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn a_page_reads_the_rows_it_shows_and_no_others(db: PgPool) {
    two_thousand_products(&db).await;
    let service = service_db(&db);
    let middle = [
        (SortKey::CreatedAt, "product_by_newest", Place::CreatedAt(Timestamp::from_seconds(1_767_225_600 + 60_000))),
        (SortKey::Name, "product_by_name", Place::Name("Product 50".to_owned())),
        (SortKey::Price, "product_by_price", Place::Price(1000)),
    ];
    for (key, index, place) in middle {
        for way in [Way::Up, Way::Down] {
            for after in [None, Some((place.clone(), ProductId(1000)))] {
                let what = format!("{key:?} {way:?} {after:?}");
                let mut tx = service.read().await.unwrap();
                let before = rows_read(&mut tx, index).await;
                let page = list(&mut tx, &Filter::at(SystemAmbient.now()), (key, way), after, 21).await.unwrap();
                let now = rows_read(&mut tx, index).await;
                tx.commit().await.unwrap();
                assert_eq!(page.len(), 21, "{what}");
                assert_eq!((now.0 - before.0, now.1 - before.1), (21, 0), "{what}");
            }
        }
    }
}
