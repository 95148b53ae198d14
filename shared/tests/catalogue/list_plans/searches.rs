//! Searches use the indexes of words.

use std::collections::BTreeSet;

use shared::app::{Clock as _, SystemClock};
use shared::catalogue::Visibility;
use shared::catalogue::store::facets::{Wanted, facets};
use shared::catalogue::store::filter::{Filter, SearchQuery};
use shared::catalogue::store::list::{CursorKey, SortKey, count, list};
use shared::catalogue::store::search::{self, search_everything};
use shared::ids::ProductId;

use super::{Catalogue, bounds, ids};
use crate::plans::{indexes_since, reads_all};

/// The candidates of a rare word are known in advance; otherwise the index finds the products.
pub(super) async fn a_search_uses_the_index_of_words(catalogue: &Catalogue) {
    let mut tx = catalogue.service.read().await.unwrap();
    let word = search::query(&mut tx, "word42").await.unwrap();
    // This word is only in descriptions.
    let described = search::query(&mut tx, "text499").await.unwrap();
    tx.commit().await.unwrap();
    let unknown = |word: &SearchQuery| SearchQuery { candidates: None, ..word.clone() };
    for (word, index, rank) in [
        (unknown(&word), "product_index_by_title", 20_000),
        (unknown(&described), "product_by_search", 0),
        (word, "product_index_pkey", 20_000),
        (described, "products_pkey", 0),
    ] {
        let filter = Filter { search: Some(word), ..Filter::everything(Visibility::Shoppers(SystemClock.now())) };
        for after in [None, Some((CursorKey::Rank(rank), ProductId(90_000)))] {
            let read = catalogue.list(&filter, SortKey::Rank.desc(), after).await;
            assert!(read.contains(index) && !reads_all(&read), "{read:?}");
        }
        let read = catalogue.list(&filter, SortKey::CreatedAt.desc(), None).await;
        assert!(!reads_all(&read), "{read:?}");
    }
}

/// A sample of products suffices to see that a word is common.
pub(super) async fn a_common_word_is_not_counted_by_the_index(catalogue: &Catalogue) {
    let mut tx = catalogue.service.read().await.unwrap();
    let before = catalogue.logs.lines().len();
    assert_eq!(search::query(&mut tx, "product").await.unwrap().candidates, None);
    tx.commit().await.unwrap();
    assert_eq!(indexes_since(&catalogue.logs, before), BTreeSet::from(["products_pkey".to_owned()]));
}

pub(super) async fn known_candidates_do_not_change_the_results(catalogue: &Catalogue) {
    let mut tx = catalogue.service.read().await.unwrap();
    // This word is in more titles than are ranked.
    assert_eq!(search::query(&mut tx, "a12").await.unwrap().candidates, None);
    // These are in a thousand titles; in 200 descriptions; with a word of every product; in the title and in the description.
    for text in ["word42", "text499", "word42 soft", "word42 text126"] {
        let known = search::query(&mut tx, text).await.unwrap();
        assert!(known.candidates.is_some(), "{text}");
        let unknown = SearchQuery { candidates: None, ..known.clone() };
        for visibility in [Visibility::Shoppers(SystemClock.now()), Visibility::Staff] {
            let [known, unknown] = [&known, &unknown]
                .map(|query| Filter { search: Some(query.clone()), ..Filter::everything(visibility) });
            for sort in [SortKey::Rank.desc(), SortKey::Price.asc(), SortKey::Name.desc()] {
                let mut after = None;
                for _ in 0..2 {
                    let page = list(&mut tx, &known, sort, bounds(after.clone(), 21)).await.unwrap();
                    let same = list(&mut tx, &unknown, sort, bounds(after, 21)).await.unwrap();
                    assert_eq!((page.len(), ids(&page)), (21, ids(&same)), "{text} {sort:?}");
                    after = page.last().map(|last| (last.cursor_key(sort.key), last.id));
                }
            }
            let counts = (count(&mut tx, &known).await.unwrap(), count(&mut tx, &unknown).await.unwrap());
            assert_eq!(counts.0, counts.1, "{text}");
            let [known, unknown] = [
                facets(&mut tx, &known, Wanted::ALL).await.unwrap(),
                facets(&mut tx, &unknown, Wanted::ALL).await.unwrap(),
            ];
            assert_eq!(known, unknown, "{text}");
        }
    }
    tx.commit().await.unwrap();
}

/// A search without filters finds the same products as the filtered statement, by the same indexes.
pub(super) async fn a_plain_search_uses_its_index(catalogue: &Catalogue) {
    let now = SystemClock.now();
    for (text, index, rank) in [("word42", "product_index_by_title", 20_000), ("text499", "product_by_search", 0)] {
        let mut tx = catalogue.service.read().await.unwrap();
        let query = search::query(&mut tx, text).await.unwrap();
        let search_text = Some(text.to_owned());
        let filter = Filter { search: Some(query), search_text, ..Filter::everything(Visibility::Shoppers(now)) };
        for after in [None, Some((CursorKey::Rank(rank), ProductId(90_000)))] {
            let filtered = list(&mut tx, &filter, SortKey::Rank.desc(), bounds(after.clone(), 21)).await.unwrap();
            for _ in 0..8 {
                let before = catalogue.logs.lines().len();
                let page = search_everything(&catalogue.service, now, text, bounds(after.clone(), 21)).await.unwrap();
                assert_eq!(ids(&page), ids(&filtered), "{text} {after:?}");
                let read = indexes_since(&catalogue.logs, before);
                assert!(read.contains(index) && !reads_all(&read), "{text} {after:?}: {read:?}");
            }
        }
        tx.commit().await.unwrap();
    }
}

/// The index also shows that no product has a word, so no statement reads all products.
pub(super) async fn a_word_that_no_product_has_reads_no_products(catalogue: &Catalogue) {
    let before = catalogue.logs.lines().len();
    for _ in 0..8 {
        let found =
            search_everything(&catalogue.service, SystemClock.now(), "qqqqqqqq", bounds(None, 21)).await.unwrap();
        assert_eq!(ids(&found), []);
    }
    let read = indexes_since(&catalogue.logs, before);
    assert!(read.contains("product_by_search") && !reads_all(&read), "{read:?}");

    let mut tx = catalogue.service.read().await.unwrap();
    let word = search::query(&mut tx, "qqqqqqqq").await.unwrap();
    assert_eq!(word.candidates.as_deref(), Some(&[][..]));
    let before = catalogue.logs.lines().len();
    let search_text = Some("qqqqqqqq".to_owned());
    let everything =
        Filter { search: Some(word), search_text, ..Filter::everything(Visibility::Shoppers(SystemClock.now())) };
    for filter in [Filter { is_available: Some(false), ..everything.clone() }, everything] {
        for sort in [SortKey::Rank.desc(), SortKey::Price.asc(), SortKey::CreatedAt.desc()] {
            assert_eq!(ids(&list(&mut tx, &filter, sort, bounds(None, 21)).await.unwrap()), [], "{sort:?}");
        }
        assert_eq!(count(&mut tx, &filter).await.unwrap(), 0);
        facets(&mut tx, &filter, Wanted::ALL).await.unwrap();
    }
    tx.commit().await.unwrap();
    let read = indexes_since(&catalogue.logs, before);
    // This holds for a sorted or filtered list too. With a million products the planner would prefer to read them all in order.
    let walked =
        read.iter().any(|index| ["product_by_", "product_index_by_"].iter().any(|prefix| index.starts_with(prefix)));
    assert!(!walked && !reads_all(&read), "{read:?}");
}
