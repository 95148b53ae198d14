//! Filtered lists use the index of their filter, or walk the index of their order.

use std::collections::BTreeSet;

use shared::app::{Clock as _, SystemClock};
use shared::catalogue::store::filter::{Filter, Subtree};
use shared::catalogue::store::list::{CursorKey, SortKey};
use shared::catalogue::{Status, Visibility};
use shared::ids::{AttributeId, AttributeValueId, BrandId, CategoryId, ProductId};

use super::Catalogue;

pub(super) async fn every_filter_has_its_index(catalogue: &Catalogue) {
    let everything = Filter::everything(Visibility::Shoppers(SystemClock.now()));
    let leaf = Subtree { top: CategoryId(5), all: vec![CategoryId(5)] };
    let values = |attribute, value| (AttributeId(attribute), vec![AttributeValueId(value)]);
    let rare = [
        ("product_by_category", Filter { category: Some(leaf.clone()), ..everything.clone() }),
        ("product_by_tag", Filter { tag: Some("tag7".to_owned()), ..everything.clone() }),
        ("product_by_value", Filter { attributes: vec![values(1, 7)], ..everything.clone() }),
        (
            "product_by_brand",
            Filter { brands: Some(vec![BrandId(7)]), is_available: Some(false), ..everything.clone() },
        ),
    ];
    for (index, filter) in rare {
        let read = catalogue.list(&filter, SortKey::Name.asc(), None).await;
        // The filter leaves one product in a hundred, so PostgreSQL uses its index or reads a hundred rows in order for each result.
        let walked = read.contains(index) || read.contains("product_by_name");
        assert!(walked && !read.contains("(products)"), "{index}: {read:?}");
        let middle = CursorKey::Name("Product 5".to_owned());
        let deep = catalogue.list(&filter, SortKey::Name.asc(), Some((middle, ProductId(1)))).await;
        assert!(!deep.contains("(products)"), "{index}: {deep:?}");
    }

    let all = (1..=101).map(CategoryId).collect();
    let whole = Filter { category: Some(Subtree { top: CategoryId(1), all }), ..everything.clone() };
    let read = catalogue.list(&whole, SortKey::Price.desc(), None).await;
    assert_eq!(read, BTreeSet::from(["product_by_price".to_owned()]));

    let arranged = Filter { category: Some(leaf), ..everything.clone() };
    for after in [None, Some((CursorKey::Position(35), ProductId(1)))] {
        let read = catalogue.list(&arranged, SortKey::Position.asc(), after).await;
        assert!(read.contains("product_category_in_order") && !read.contains("(products)"), "{read:?}");
    }

    let drafts = Filter { status: Some(Status::Draft), ..Filter::everything(Visibility::Staff) };
    let read = catalogue.list(&drafts, SortKey::CreatedAt.desc(), None).await;
    assert_eq!(read, BTreeSet::from(["product_by_newest_of_all".to_owned()]));
}
