//! Tests of plans of edits, without a database.

mod files;
mod images;

use std::collections::HashMap;

use super::edit::*;
use super::error::{EditError, Missing};
use super::paired::Paired;
use super::plan::Plan;
use super::saved::RowChange;
use super::taxonomy::TaxonomyLookup;
use crate::catalogue::store::snapshot::{ImageSnapshot, ProductSnapshot, VariantSnapshot};
use crate::catalogue::store::write::{IdOrName, KnownValue, NamedValue};
use crate::ids::{AttributeId, AttributeValueId, ImageId, ProductId, VariantId};
use crate::money::{Currency, Money};
use crate::patch::Patch;
use crate::stock::{Reason, StockRules};

fn value(id: i64, value: &str) -> KnownValue {
    KnownValue {
        attribute_id: AttributeId(1),
        attribute: "Size".to_owned(),
        id: AttributeValueId(id),
        value: value.to_owned(),
    }
}

fn size(name: &str) -> NamedValue {
    NamedValue::Of { attribute: IdOrName::Name("size".to_owned()), value: IdOrName::Name(name.to_owned()) }
}

fn variant(id: i64, size: &str, position: i32) -> VariantSnapshot {
    VariantSnapshot {
        id: VariantId(id),
        sku: format!("shirt-{size}"),
        name: size.to_owned(),
        position,
        price: Money::from_minor(1_000),
        price_adjustment: Money::default(),
        own_price: None,
        compare_at_price: None,
        barcode: Some("0123".to_owned()),
        weight_grams: Some(200),
        on_hand: 5,
        backordered: 0,
        stock_rules: StockRules::default(),
        is_archived: false,
        values: vec![value(id, size)],
    }
}

/// Returns a shirt in S and M with an image of each.
fn shirt() -> ProductSnapshot {
    let image = |id: i64| ImageSnapshot {
        id: ImageId(id),
        url: format!("https://cdn.test/{id}.jpg"),
        alt_text: String::new(),
        variant: Some(VariantId(id)),
    };
    ProductSnapshot {
        id: ProductId(1),
        version: 1,
        handle: None,
        slug: "shirt".to_owned(),
        name: "Shirt".to_owned(),
        sku: Some("shirt".to_owned()),
        brand: None,
        categories: Vec::new(),
        description: "<p>Soft.</p>".to_owned(),
        base_price: Money::from_minor(1_000),
        currency: Currency::DEFAULT,
        tags: vec!["cotton".to_owned()],
        status: "active".to_owned(),
        publish_at: None,
        unpublish_at: None,
        default_variant: Some(VariantId(2)),
        variants: vec![variant(1, "S", 0), variant(2, "M", 1)],
        images: vec![image(1), image(2)],
    }
}

fn plan<'e>(edit: &'e ProductEdit, before: &'e ProductSnapshot) -> Plan<'e> {
    let mut plan = Plan::new(Paired::new(edit, Some(before)), &TaxonomyLookup::default(), Vec::new()).unwrap();
    let known: HashMap<NamedValue, KnownValue> =
        [(size("L"), value(3, "L")), (size("XL"), value(4, "XL"))].into_iter().collect();
    plan.resolve(&known);
    plan
}

/// Returns the variant as a file describes it.
fn in_file(size_name: &str, price: i64) -> VariantEdit {
    VariantEdit {
        variant: VariantTarget::SkuOrValues,
        sku: Some(format!("shirt-{size_name}")),
        name: VariantName::Made(size_name.to_owned()),
        values: Some(vec![size(size_name)]),
        price: PriceEdit::Total(Money::from_minor(price)),
        barcode: Patch::Set("0123".to_owned()),
        weight_grams: Patch::Set(200),
        is_archived: Some(false),
        initial_stock: Some(5),
        stock: StockEdit::Set(5),
        ..VariantEdit::default()
    }
}

#[test]
fn an_edit_that_mentions_nothing_changes_nothing() {
    let (edit, before) = (ProductEdit::default(), shirt());
    let plan = plan(&edit, &before);
    assert_eq!((plan.change, plan.errors.as_slice()), (RowChange::Unchanged, &[][..]));
    assert!(plan.removed.is_empty() && plan.images.is_none() && plan.default_variant_change().is_keep());
}

#[test]
fn a_field_is_emptied_or_set_and_the_others_stay() {
    let edit = ProductEdit {
        name: Some("Blouse".to_owned()),
        sku: Patch::Clear,
        tags: Some(Vec::new()),
        ..ProductEdit::default()
    };
    let before = shirt();
    let row = plan(&edit, &before).row;
    assert_eq!((row.name.as_str(), row.sku, row.tags), ("Blouse", None, Vec::new()));
    assert_eq!((row.slug, row.description, row.base_price), (before.slug, before.description, before.base_price));
}

#[test]
fn one_variant_is_changed_among_the_others() {
    let change = VariantEdit {
        variant: VariantTarget::Id(VariantId(2)),
        position: Some(0),
        barcode: Patch::Clear,
        ..VariantEdit::default()
    };
    let edit = ProductEdit { variants: VariantsEdit::Some(vec![change]), ..ProductEdit::default() };
    let before = shirt();
    let plan = plan(&edit, &before);
    let order: Vec<_> = plan.variants.iter().map(|variant| (variant.id, variant.row.barcode.is_some())).collect();
    assert_eq!(order, [(Some(VariantId(2)), false), (Some(VariantId(1)), true)]);
    assert!(plan.removed.is_empty());
}

#[test]
fn a_name_that_was_made_follows_the_values_and_a_given_name_stays() {
    let to_large = |id: i64| VariantEdit {
        variant: VariantTarget::Id(VariantId(id)),
        values: Some(vec![size(if id == 1 { "L" } else { "XL" })]),
        ..VariantEdit::default()
    };
    let edit = ProductEdit { variants: VariantsEdit::Some(vec![to_large(1), to_large(2)]), ..ProductEdit::default() };
    let mut before = shirt();
    before.variants[1].name = "Medium".to_owned();
    let plan = plan(&edit, &before);
    let names: Vec<_> = plan.variants.iter().map(|variant| variant.row.name.as_str()).collect();
    assert_eq!(names, ["L", "Medium"]);
    assert!(plan.variants.iter().all(|variant| variant.values_changed));
}

#[test]
fn skus_that_change_places_are_released_first() {
    let swap = |id: i64, size: &str| VariantEdit {
        variant: VariantTarget::Id(VariantId(id)),
        sku: Some(format!("shirt-{size}")),
        ..VariantEdit::default()
    };
    let edit = ProductEdit { variants: VariantsEdit::All(vec![swap(1, "M"), swap(2, "S")]), ..ProductEdit::default() };
    let before = shirt();
    let plan = plan(&edit, &before);
    assert_eq!((plan.variants_releasing_skus(), plan.errors.as_slice()), (vec![VariantId(1), VariantId(2)], &[][..]));
}

#[test]
fn everything_that_is_wrong_is_reported_at_once_and_where() {
    let wrong = |at: usize| VariantEdit {
        variant: VariantTarget::Id(VariantId(i64::try_from(at).unwrap() + 1)),
        sku: Some("same".to_owned()),
        values: Some(Vec::new()),
        price: PriceEdit::Parts { adjustment: Some(Money::from_minor(-1_001)), own: Patch::Keep },
        is_default: Some(true),
        ..VariantEdit::default()
    };
    let edit = ProductEdit { variants: VariantsEdit::All(vec![wrong(0), wrong(1)]), ..ProductEdit::default() };
    let before = shirt();
    assert_eq!(
        plan(&edit, &before).errors,
        [
            EditError::NegativePrice { at: Some(0) },
            EditError::NegativePrice { at: Some(1) },
            EditError::SkuTaken { at: 1, sku: "same".to_owned() },
            EditError::SameValues { at: 1 },
            EditError::NotOneDefault { at: 1 },
        ]
    );
}

#[test]
fn a_default_variant_that_is_no_longer_sold_is_no_default() {
    let edit = ProductEdit { variants: VariantsEdit::Without(VariantId(2)), ..ProductEdit::default() };
    let before = shirt();
    assert_eq!(plan(&edit, &before).default_variant_change(), Patch::Clear);
    let edit = ProductEdit { variants: VariantsEdit::Without(VariantId(1)), ..ProductEdit::default() };
    assert_eq!(plan(&edit, &before).default_variant_change(), Patch::Keep);
}
