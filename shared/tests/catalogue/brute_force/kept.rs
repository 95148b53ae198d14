//! The counts of large lists that are kept, compared with what a look at each product finds.

use shared::app::db::Db;
use shared::app::{Clock as _, SystemClock};
use shared::catalogue::store::facets::{Wanted, facets, kept};
use shared::catalogue::store::filter::{Filter, subtree};
use shared::catalogue::{Facets, IdOrSlug, Visibility};
use shared::ids::{BrandId, CategoryId};
use shared::testing::service_db;
use shared::time::Timestamp;
use sqlx::PgPool;

use super::counts;
use super::expected::expected_facets;
use super::made::{Catalogue, Numbers, PARENTS};

const MINUTE: i64 = 60;

async fn count_lists(db: &Db, now: Timestamp, minimum: i64) -> usize {
    let mut tx = db.begin().await.unwrap();
    let lists = kept::due(&mut tx, now, minimum).await.unwrap();
    for list in &lists {
        assert!(kept::count(&mut tx, *list, now).await.unwrap());
        assert!(!kept::count(&mut tx, *list, now).await.unwrap(), "it has just been counted");
    }
    tx.commit().await.unwrap();
    lists.len()
}

/// Returns the filters of the list of all products and of each category.
async fn filters(db: &Db, now: Timestamp) -> Vec<Filter> {
    let everything = Filter::everything(Visibility::Shoppers(now));
    let mut tx = db.read().await.unwrap();
    let mut filters = vec![everything.clone()];
    for id in 1..=PARENTS.len() as i64 {
        let category = subtree(&mut tx, &IdOrSlug { id: Some(id), slug: String::new() }).await.unwrap();
        filters.push(Filter { category, ..everything.clone() });
    }
    tx.commit().await.unwrap();
    filters
}

async fn read(db: &Db, filter: &Filter, wanted: Wanted) -> Facets {
    let mut tx = db.read().await.unwrap();
    let found = facets(&mut tx, filter, wanted).await.unwrap();
    tx.commit().await.unwrap();
    found
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn the_counts_of_large_lists_are_kept_for_ten_minutes_and_used_for_an_hour(db: PgPool) {
    let (service, now) = (service_db(&db), SystemClock.now());
    let mut numbers = Numbers(5);
    let mut catalogue = Catalogue::make(&mut numbers);
    catalogue.insert(&db).await;
    let filters = filters(&service, now).await;
    let lists = count_lists(&service, now, 1).await;
    assert_eq!(lists, filters.len());
    let counted: Vec<_> = filters.iter().map(|filter| expected_facets(&catalogue, filter)).collect();
    catalogue.change_stock(&mut numbers);
    catalogue.write_stock(&db).await;
    let now_expected: Vec<_> = filters.iter().map(|filter| expected_facets(&catalogue, filter)).collect();
    assert_ne!(counted, now_expected);

    for ((filter, counted), exact) in filters.iter().zip(&counted).zip(&now_expected) {
        let kept = read(&service, filter, Wanted::ALL).await;
        assert_eq!((&counts(&kept), kept.counted_at), (counted, Some(now)), "{filter:?}");

        let brands = Wanted { brands: true, ..Wanted::default() };
        let only_brands = read(&service, filter, brands).await;
        assert_eq!(only_brands, Facets { brands: kept.brands, counted_at: Some(now), ..Facets::default() });

        // Whatever else is asked is counted at once, and so is everything for staff.
        for other in [
            Filter { is_available: Some(true), ..filter.clone() },
            Filter { brands: Some(vec![BrandId(1)]), ..filter.clone() },
            Filter { visibility: Visibility::Staff, ..filter.clone() },
        ] {
            let found = read(&service, &other, Wanted::ALL).await;
            assert_eq!((counts(&found), found.counted_at), (expected_facets(&catalogue, &other), None), "{other:?}");
        }

        // Where the job has not run for an hour.
        let later = Visibility::Shoppers(now.plus_seconds(61 * MINUTE));
        let late = read(&service, &Filter { visibility: later, ..filter.clone() }, Wanted::ALL).await;
        assert_eq!((&counts(&late), late.counted_at), (exact, None), "{filter:?}");
    }

    assert_eq!(count_lists(&service, now.plus_seconds(9 * MINUTE), 1).await, 0);
    let again = now.plus_seconds(10 * MINUTE);
    assert_eq!(count_lists(&service, again, 1).await, lists);
    for (filter, exact) in filters.iter().zip(&now_expected) {
        let kept = read(&service, filter, Wanted::ALL).await;
        assert_eq!((&counts(&kept), kept.counted_at), (exact, Some(again)), "{filter:?}");
    }
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn kept_counts_of_what_is_renamed_moved_or_deleted_since_are_those_of_what_is_there(db: PgPool) {
    let (service, now) = (service_db(&db), SystemClock.now());
    let catalogue = Catalogue::make(&mut Numbers(6));
    catalogue.insert(&db).await;
    let everything = Filter::everything(Visibility::Shoppers(now));
    count_lists(&service, now, 1).await;
    let before = read(&service, &everything, Wanted::ALL).await.brands.unwrap();

    sqlx::query("update brands set name = 'Renamed', name_key = 'renamed' where id = 1").execute(&db).await.unwrap();
    sqlx::query("update products set brand_id = null where brand_id = 2").execute(&db).await.unwrap();
    sqlx::query("delete from brands where id = 2").execute(&db).await.unwrap();

    let mut expected = before;
    expected.retain(|facet| facet.brand.id != BrandId(2));
    for facet in expected.iter_mut().filter(|facet| facet.brand.id == BrandId(1)) {
        facet.brand.name = "Renamed".to_owned();
    }
    assert_eq!(read(&service, &everything, Wanted::ALL).await.brands, Some(expected));
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn the_counts_of_a_list_that_is_not_large_any_more_are_deleted(db: PgPool) {
    let (service, now) = (service_db(&db), SystemClock.now());
    let catalogue = Catalogue::make(&mut Numbers(7));
    catalogue.insert(&db).await;
    let kept = async || -> Vec<Option<CategoryId>> {
        let lists = "select category_id from kept_facets order by category_id nulls first";
        sqlx::query_scalar(lists).fetch_all(&db).await.unwrap()
    };
    count_lists(&service, now, 1).await;
    assert_eq!(kept().await.len(), PARENTS.len() + 1);

    // Few categories, if any, have as many as there are.
    let all: i64 = sqlx::query_scalar(
        "select count(*) from product_index where is_published(status, publish_at, unpublish_at, now())",
    )
    .fetch_one(&db)
    .await
    .unwrap();
    assert_eq!(count_lists(&service, now, all).await, 0);
    let left = kept().await;
    assert_eq!(left.first(), Some(&None));
    assert!(left.len() <= PARENTS.len(), "{left:?}");

    assert_eq!(count_lists(&service, now, all + 1).await, 0);
    assert_eq!(kept().await, []);
}
