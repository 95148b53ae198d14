//! Edits by files.

use super::*;

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
    // What is left is in order, so it stays where it is.
    assert_eq!(saved, [(RowChange::Unchanged, 1), (RowChange::Inserted, 2)]);
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

fn all_sold(variants: Vec<VariantEdit>) -> ProductEdit {
    ProductEdit { base_price: BasePrice::Lowest, variants: VariantsEdit::AllSold(variants), ..ProductEdit::default() }
}
