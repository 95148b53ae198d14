//! Tests of plans of edits, without a database.

use std::collections::HashMap;

use super::edit::*;
use super::error::{EditError, Missing};
use super::paired::Paired;
use super::plan::Plan;
use super::saved::RowChange;
use super::taxonomy::TaxonomyLookup;
use crate::catalogue::product_import::{ImportImage, ImportImages};
use crate::catalogue::store::snapshot::{ImageSnapshot, ProductSnapshot, VariantSnapshot};
use crate::catalogue::store::write::{IdOrName, KnownValue, NamedValue};
use crate::ids::{AttributeId, AttributeValueId, ImageId, ProductId, VariantId};
use crate::money::Money;
use crate::patch::Patch;
use crate::stock::Reason;

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
        position: Some(position),
        price: Money::from_minor(1_000),
        price_adjustment: Money::default(),
        own_price: None,
        compare_at_price: None,
        barcode: Some("0123".to_owned()),
        weight_grams: Some(200),
        on_hand: 5,
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

fn all_sold(variants: Vec<VariantEdit>) -> ProductEdit {
    ProductEdit { base_price: BasePrice::Lowest, variants: VariantsEdit::AllSold(variants), ..ProductEdit::default() }
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
fn a_file_that_says_what_is_there_changes_nothing() {
    let (edit, before) = (all_sold(vec![in_file("S", 1_000), in_file("M", 1_000)]), shirt());
    assert_eq!(plan(&edit, &before).change, RowChange::Unchanged);
}

#[test]
fn what_a_file_does_not_have_is_removed_and_what_it_has_more_is_added() {
    let (edit, before) = (all_sold(vec![in_file("M", 1_000), in_file("L", 1_200)]), shirt());
    let plan = plan(&edit, &before);
    assert_eq!(plan.removed, [VariantId(1)]);
    let saved: Vec<_> = plan.variants.iter().map(|variant| (variant.change(), variant.row.position)).collect();
    assert_eq!(saved, [(RowChange::Updated, 0), (RowChange::Inserted, 1)]);
    assert_eq!(plan.variants[1].stock, Some((5, Reason::Received)));
    assert_eq!((plan.row.base_price.minor(), plan.variants[1].row.price_adjustment.minor()), (1_000, 200));
}

#[test]
fn an_archived_variant_stays_with_a_file_and_goes_with_a_list() {
    let mut before = shirt();
    before.variants[0].is_archived = true;
    let edit = all_sold(vec![in_file("M", 1_000)]);
    assert_eq!(plan(&edit, &before).removed, []);
    let edit = ProductEdit { variants: VariantsEdit::All(vec![in_file("M", 1_000)]), ..ProductEdit::default() };
    assert_eq!(plan(&edit, &before).removed, [VariantId(1)]);
}

#[test]
fn a_variant_with_its_own_price_keeps_having_one() {
    let mut before = shirt();
    before.variants[0].own_price = Some(Money::from_minor(1_000));
    let edit = all_sold(vec![in_file("S", 900), in_file("M", 800)]);
    let plan = plan(&edit, &before);
    assert_eq!(plan.row.base_price.minor(), 800);
    assert_eq!(plan.variants[0].row.own_price, Some(Money::from_minor(900)));
    assert_eq!((plan.variants[1].row.own_price, plan.variants[1].row.price_adjustment.minor()), (None, 0));
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

#[test]
fn images_are_found_by_id_or_by_address() {
    let image = |image: ImageTarget, url: &str| ImageEdit {
        image,
        url: Some(format!("https://cdn.test/{url}.jpg")),
        ..ImageEdit::default()
    };
    let before = shirt();
    for (images, expected) in [
        // The image with this URL is edited by its id, so the URL does not find it.
        (
            vec![image(ImageTarget::Url, "2"), image(ImageTarget::Id(ImageId(2)), "3")],
            [RowChange::Inserted, RowChange::Updated],
        ),
        (vec![image(ImageTarget::Url, "2"), image(ImageTarget::Url, "1")], [RowChange::Updated, RowChange::Updated]),
    ] {
        let edit = ProductEdit { images: ImagesEdit::All(images), ..ProductEdit::default() };
        let plan = plan(&edit, &before);
        assert_eq!(super::images::changes(plan.images.as_ref().unwrap()), expected);
    }
}

#[test]
fn an_image_shows_a_variant_that_the_same_edit_creates() {
    let shows = |sku: &str| ImageEdit {
        url: Some("https://cdn.test/3.jpg".to_owned()),
        variant: Patch::Set(ImageVariant::Sku(sku.to_owned())),
        ..ImageEdit::default()
    };
    let before = shirt();
    let edit = |sku: &str| ProductEdit {
        variants: VariantsEdit::Some(vec![in_file("L", 1_000)]),
        images: ImagesEdit::One(shows(sku)),
        ..ProductEdit::default()
    };
    assert_eq!(plan(&edit("shirt-L"), &before).errors, []);
    let variant = ImageVariant::Sku("shirt-XS".to_owned());
    assert_eq!(plan(&edit("shirt-XS"), &before).errors, [EditError::NoSuchImageVariant { at: 0, variant }]);
}

#[test]
fn a_variant_of_a_file_is_found_by_its_sku_or_else_by_its_values() {
    let file = vec![
        VariantEdit { sku: None, ..in_file("M", 1_000) },
        VariantEdit { sku: Some("renamed".to_owned()), ..in_file("S", 1_000) },
    ];
    let (edit, before) = (all_sold(file), shirt());
    let plan = plan(&edit, &before);
    let found: Vec<_> = plan.variants.iter().map(|variant| (variant.id, variant.row.sku.as_str())).collect();
    assert_eq!(found, [(Some(VariantId(2)), "shirt-M"), (Some(VariantId(1)), "renamed")]);
    assert!(plan.removed.is_empty() && plan.errors.is_empty());
}

#[test]
fn a_file_that_has_some_variants_moves_no_other_price() {
    let edit = ProductEdit {
        base_price: BasePrice::Lowest,
        variants: VariantsEdit::Some(vec![in_file("M", 700)]),
        ..ProductEdit::default()
    };
    let before = shirt();
    let plan = plan(&edit, &before);
    assert_eq!((plan.row.base_price.minor(), plan.removed.as_slice()), (1_000, &[][..]));
    let adjustments: Vec<i64> = plan.variants.iter().map(|variant| variant.row.price_adjustment.minor()).collect();
    assert_eq!(adjustments, [0, -300]);
}

#[test]
fn a_row_that_does_not_say_enough_is_an_error() {
    let row = |sku: Option<&str>, values: Option<&str>| VariantEdit {
        variant: VariantTarget::SkuOrValues,
        sku: sku.map(str::to_owned),
        values: values.map(|name| vec![size(name)]),
        ..VariantEdit::default()
    };
    let before = shirt();
    for (row, missing) in [
        (row(None, None), Missing::SkuAndOptions),
        (row(Some("typo"), None), Missing::Options("typo".to_owned())),
        (row(None, Some("L")), Missing::Price),
    ] {
        let edit = ProductEdit {
            product: ProductTarget::Handle("shirt".to_owned()),
            variants: VariantsEdit::Some(vec![row]),
            ..ProductEdit::default()
        };
        assert_eq!(Paired::new(&edit, Some(&before)).missing_parts(), [EditError::Incomplete { at: Some(0), missing }]);
    }
}

/// Returns the images after a file with these images, in which S shows `of_small`.
fn with_file_images(images: &[&str], of_small: Patch<&str>, before: &ProductSnapshot) -> Vec<(String, Option<i64>)> {
    let url = |name: &str| format!("https://cdn.test/{name}.jpg");
    let listed = images.iter().map(|name| ImportImage { url: url(name), alt_text: None });
    let edit = ProductEdit {
        variants: VariantsEdit::Some(vec![in_file("S", 1_000)]),
        images: ImagesEdit::File(FileImages {
            images: ImportImages { all: Some(listed.collect()), is_ordered: true },
            of_variants: vec![of_small.map(url)],
        }),
        ..ProductEdit::default()
    };
    let plan = plan(&edit, before);
    let rows = super::images::rows(before.id, plan.images.as_ref().unwrap(), &plan.variants);
    rows.map(|row| (row.url, row.variant.map(|variant| variant.0))).collect()
}

#[test]
fn further_images_of_a_variant_stay_with_it_while_the_file_names_one_that_it_has() {
    let mut gallery = shirt();
    gallery.images[1].variant = Some(VariantId(1));
    let of = |all: &[(&str, Option<i64>)]| -> Vec<(String, Option<i64>)> {
        all.iter().map(|(name, variant)| (format!("https://cdn.test/{name}.jpg"), *variant)).collect()
    };
    for (images, of_small, expected) in [
        (&["1", "2"][..], Patch::Set("1"), of(&[("1", Some(1)), ("2", Some(1))])),
        (&["1", "2"], Patch::Keep, of(&[("1", Some(1)), ("2", Some(1))])),
        (&["1", "2"], Patch::Clear, of(&[("1", None), ("2", None)])),
        // The file names the second, so the first is no longer the variant's.
        (&["1", "2"], Patch::Set("2"), of(&[("1", None), ("2", Some(1))])),
        (&["2", "1"], Patch::Set("2"), of(&[("2", Some(1)), ("1", Some(1))])),
        // Another image takes their place.
        (&["1", "2", "3"], Patch::Set("3"), of(&[("1", None), ("2", None), ("3", Some(1))])),
        (&["2"], Patch::Set("2"), of(&[("2", Some(1))])),
    ] {
        assert_eq!(with_file_images(images, of_small, &gallery), expected, "{images:?} {of_small:?}");
    }
}

#[test]
fn an_image_that_shows_several_variants_keeps_its_places() {
    let mut shared = shirt();
    shared.images[1].url = shared.images[0].url.clone();
    let other = ImageSnapshot {
        id: ImageId(3),
        url: "https://cdn.test/3.jpg".to_owned(),
        variant: None,
        ..shared.images[0].clone()
    };
    shared.images.push(other);
    let after = with_file_images(&["1", "3"], Patch::Set("1"), &shared);
    let shown: Vec<_> = after.iter().map(|(_, variant)| *variant).collect();
    assert_eq!(shown, [Some(1), Some(2), None]);
    let moved = with_file_images(&["3", "1"], Patch::Set("1"), &shared);
    assert_eq!(moved.iter().map(|(_, variant)| *variant).collect::<Vec<_>>(), [None, Some(1), Some(2)]);
}
