//! Lists without filters walk the index of their order.

use std::collections::BTreeSet;

use shared::app::{Clock as _, SystemClock};
use shared::catalogue::Visibility;
use shared::catalogue::store::everything::list_everything;
use shared::catalogue::store::filter::Filter;
use shared::catalogue::store::list::{CursorKey, Sort, SortKey, SortOrder, list};
use shared::ids::ProductId;
use shared::time::Timestamp;

use super::{Catalogue, bounds, ids};
use crate::plans::last_indexes;

/// Returns each sort key with its index and a position in the middle.
fn sort_keys_with_middles() -> [(SortKey, &'static str, CursorKey); 3] {
    [
        (
            SortKey::CreatedAt,
            "product_by_newest",
            CursorKey::CreatedAt(Timestamp::from_seconds(1_767_225_600 + 3_000_000)),
        ),
        (SortKey::Name, "product_by_name", CursorKey::Name("Product 50000".to_owned())),
        (SortKey::Price, "product_by_price", CursorKey::Price(50_000)),
    ]
}

pub(super) async fn every_order_walks_its_index(catalogue: &Catalogue) {
    for (key, index, middle) in sort_keys_with_middles() {
        for order in [SortOrder::Asc, SortOrder::Desc] {
            for (visibility, index) in [
                (Visibility::Shoppers(SystemClock.now()), index.to_owned()),
                (Visibility::Staff, format!("{index}_of_all")),
            ] {
                for after in [None, Some((middle.clone(), ProductId(50_000)))] {
                    let read =
                        catalogue.list(&Filter::everything(visibility), Sort { key, order }, after.clone()).await;
                    assert_eq!(read, BTreeSet::from([index.clone()]), "{key:?} {order:?} {visibility:?} {after:?}");
                }
            }
        }
    }
}

/// The list without filters is a prepared statement: PostgreSQL plans it five times for its arguments and then uses a generic plan.
pub(super) async fn a_generic_plan_walks_its_index(catalogue: &Catalogue) {
    let now = SystemClock.now();
    for (key, index, middle) in sort_keys_with_middles() {
        for order in [SortOrder::Asc, SortOrder::Desc] {
            for after in [None, Some((middle.clone(), ProductId(50_000)))] {
                let (mut tx, filter) =
                    (catalogue.service.read().await.unwrap(), Filter::everything(Visibility::Shoppers(now)));
                let filtered = list(&mut tx, &filter, Sort { key, order }, bounds(after.clone(), 101)).await.unwrap();
                tx.commit().await.unwrap();
                for _ in 0..8 {
                    let page =
                        list_everything(&catalogue.service, now, Sort { key, order }, bounds(after.clone(), 101))
                            .await
                            .unwrap();
                    assert_eq!(ids(&page), ids(&filtered), "{key:?} {order:?} {after:?}");
                    assert_eq!(
                        last_indexes(&catalogue.logs),
                        BTreeSet::from([index.to_owned()]),
                        "{key:?} {order:?} {after:?}"
                    );
                }
            }
        }
    }
}
