//! Facets and counts read only the products that pass the filter.

use std::collections::BTreeSet;

use shared::app::{Clock as _, SystemClock};
use shared::catalogue::Visibility;
use shared::catalogue::store::facets::{Wanted, facets};
use shared::catalogue::store::filter::{Filter, SearchQuery, Subtree};
use shared::catalogue::store::list::count;
use shared::catalogue::store::search;
use shared::ids::CategoryId;

use super::Catalogue;
use crate::plans::assert_reads_by;

pub(super) async fn facets_read_only_the_filtered_products(catalogue: &Catalogue) {
    let leaf = Subtree { top: CategoryId(5), all: vec![CategoryId(5)] };
    let everything = Filter::everything(Visibility::Shoppers(SystemClock.now()));
    let mut tx = catalogue.service.read().await.unwrap();
    let word = search::query(&mut tx, "word42").await.unwrap();
    let unknown = SearchQuery { candidates: None, ..word.clone() };
    for (filter, index) in [
        (Filter { category: Some(leaf), ..everything.clone() }, "product_index_by_category"),
        (Filter { tag: Some("tag7".to_owned()), ..everything.clone() }, "product_index_by_tag"),
        (Filter { search: Some(unknown), ..everything.clone() }, "product_by_search"),
        (Filter { search: Some(word), ..everything }, "product_index_pkey"),
    ] {
        let facets = facets(&mut tx, &filter, Wanted::ALL).await.unwrap();
        assert!(facets.brands.is_some_and(|brands| !brands.is_empty()));
        let read = assert_reads_by(&catalogue.logs, index);
        assert!(count(&mut tx, &filter).await.unwrap() > 0);
        let read = read.union(&assert_reads_by(&catalogue.logs, index)).cloned().collect::<BTreeSet<_>>();
        // Only a search for a common word reads the products themselves.
        let by_words = filter.search.as_ref().is_some_and(|query| query.candidates.is_none());
        assert!(by_words || !read.contains("products_pkey"), "{read:?}");
    }
    tx.commit().await.unwrap();
}
