//! Lists, counts and facets of random catalogues, compared with what a look at each product finds.

mod expected;
mod kept;
mod made;

use std::collections::BTreeMap;

use shared::app::db::Db;
use shared::app::{Clock as _, SystemClock};
use shared::catalogue::Facets;
use shared::catalogue::store::facets::{Wanted, facets};
use shared::catalogue::store::filter::Filter;
use shared::catalogue::store::list::{SortKey, count, list};
use shared::testing::service_db;
use sqlx::PgPool;

use crate::list_plans::bounds;
use expected::{expected_facets, passing};
use made::{Catalogue, Numbers};

/// Seeds of random catalogues; a failure names its seed.
const SEEDS: std::ops::RangeInclusive<u64> = 1..=3;
/// Random filters of a catalogue, before its stock changes and afterwards.
const FILTERS: usize = 120;

/// The counts of all facets, by kind and by the id of the choice or the lowest price of the band. Choices without products have none.
type Counts = BTreeMap<(&'static str, i64), i64>;

fn counts(facets: &Facets) -> Counts {
    let mut counts = Counts::new();
    for facet in facets.brands.iter().flatten() {
        counts.insert(("brand", facet.brand.id.0), facet.count);
    }
    for facet in facets.categories.iter().flatten() {
        counts.insert(("category", facet.category.id.0), facet.count);
    }
    for value in facets.attributes.iter().flatten().flat_map(|attribute| &attribute.values) {
        counts.insert(("value", value.id.0), value.count);
    }
    for band in facets.price_bands.iter().flatten() {
        counts.insert(("price", band.min.money.minor()), band.count);
    }
    let availability = facets.availability.unwrap();
    counts.insert(("available", 1), availability.available);
    counts.insert(("available", 0), availability.unavailable);
    counts.retain(|_, count| *count != 0);
    counts
}

async fn compare(service: &Db, catalogue: &Catalogue, filter: &Filter, context: &str) {
    let mut tx = service.read().await.unwrap();
    let expected = passing(catalogue, filter);
    for sort in [SortKey::CreatedAt.desc(), SortKey::Price.asc(), SortKey::Name.asc()] {
        let page = list(&mut tx, filter, sort, bounds(None, 1_000)).await.unwrap();
        let mut found: Vec<i64> = page.iter().map(|row| row.id.0).collect();
        found.sort_unstable();
        assert_eq!(found, expected, "{context}: list by {sort:?} of {filter:?}");
    }
    let counted = count(&mut tx, filter).await.unwrap();
    assert_eq!(counted, expected.len() as i64, "{context}: count of {filter:?}");
    let found = facets(&mut tx, filter, Wanted::ALL).await.unwrap();
    assert_eq!(counts(&found), expected_facets(catalogue, filter), "{context}: facets of {filter:?}");
    tx.commit().await.unwrap();
}

/// Each count of a facet is also compared with the list that its choice gives: `expected_facets` makes each choice and looks at each product.
#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn lists_counts_and_facets_are_what_a_look_at_each_product_finds(db: PgPool) {
    let (service, now) = (service_db(&db), SystemClock.now());
    for seed in SEEDS {
        let mut numbers = Numbers(seed);
        let mut catalogue = Catalogue::make(&mut numbers);
        catalogue.insert(&db).await;
        for round in ["at first", "after changes of stock"] {
            for _ in 0..FILTERS {
                let filter = catalogue.filter(&mut numbers, now);
                compare(&service, &catalogue, &filter, &format!("seed {seed}, {round}")).await;
            }
            catalogue.change_stock(&mut numbers);
            catalogue.write_stock(&db).await;
        }
    }
}
