//! Checks of the variants that a product has after an edit. The database checks what others write at the same time.

use std::collections::HashSet;

use super::super::error::EditError;
use super::values::sorted;
use super::{ListedEdit, VariantPlan};
use crate::catalogue::limits::MAX_VARIANTS;
use crate::catalogue::store::snapshot::VariantSnapshot;
use crate::money::Money;

/// Checks the variants, and adds an error for each rule that they break. An error belongs to a variant that the edit mentions, if there
/// is one.
pub(in super::super) fn check(plans: &[VariantPlan<'_>], before: &[VariantSnapshot], errors: &mut Vec<EditError>) {
    let (mut skus, mut combinations, mut defaults) = (HashSet::new(), HashSet::new(), 0);
    // Variants that the edit does not mention come first, because of two equal variants the second has the error.
    let mut all: Vec<&VariantPlan<'_>> = plans.iter().collect();
    all.sort_by_key(|plan| plan.edit.map(|listed| listed.at));
    for plan in all {
        // Variants that the edit does not mention all have the same error, which is that of the base price.
        if let Some(wrong) = wrong_price(plan, before)
            && !errors.contains(&wrong)
        {
            errors.push(wrong);
        }
        let is_new_sku = skus.insert(plan.row.sku.as_str());
        let is_new_combination = plan.row.is_archived || combinations.insert(sorted(&plan.row.values));
        let Some(ListedEdit { at, edit }) = plan.edit else { continue };
        let is_taken = |error: &EditError| matches!(error, EditError::SkuTaken { at: other, .. } if *other == at);
        if !is_new_sku && !errors.iter().any(is_taken) {
            errors.push(EditError::SkuTaken { at, sku: plan.row.sku.clone() });
        }
        if !is_new_combination {
            errors.push(EditError::SameValues { at });
        }
        if edit.is_default == Some(true) {
            defaults += 1;
            if defaults > 1 || plan.row.is_archived {
                errors.push(EditError::NotOneDefault { at });
            }
        }
    }
}

/// Checks the number of variants that are sold. A product that already has more than the maximum can be changed, but gets no more.
pub(in super::super) fn check_count(
    plans: &[VariantPlan<'_>],
    before: &[VariantSnapshot],
    errors: &mut Vec<EditError>,
) {
    let sold = plans.iter().filter(|plan| !plan.row.is_archived).count();
    if sold > MAX_VARIANTS.max(before.iter().filter(|old| !old.is_archived).count()) {
        errors.push(EditError::TooManyVariants);
    }
}

/// Returns the error of the price, if it is out of bounds. A price that already was too high may stay.
fn wrong_price(plan: &VariantPlan<'_>, before: &[VariantSnapshot]) -> Option<EditError> {
    let at = plan.edit.map(|listed| listed.at);
    let old = plan.before.and_then(|at| before.get(at)).map(|old| old.price);
    if plan.price.minor() < 0 {
        Some(EditError::NegativePrice { at })
    } else if plan.price > Money::MAX_PRICE && old != Some(plan.price) {
        Some(EditError::PriceTooHigh { at })
    } else {
        None
    }
}
