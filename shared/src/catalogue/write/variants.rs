//! The variants of a product after an edit.

use std::collections::{HashMap, HashSet};

use super::edit::{PriceEdit, ProductEdit, VariantEdit, VariantName, VariantTarget, VariantsEdit};
use super::error::EditError;
use super::saved::RowChange;
use crate::catalogue::limits::MAX_VARIANTS;
use crate::catalogue::store::snapshot::{ProductSnapshot, VariantSnapshot};
use crate::catalogue::store::write::{IdOrName, KnownValue, NamedValue, VariantRow};
use crate::catalogue::{is_made_name, made_name};
use crate::ids::{AttributeId, AttributeValueId, VariantId};
use crate::money::Money;
use crate::stock::Reason;

/// A variant after an edit.
#[derive(Debug)]
pub(super) struct VariantPlan<'e> {
    /// Index in the edit's list, with the edit; `None` for a variant that the edit does not mention.
    pub(super) edit: Option<(usize, &'e VariantEdit)>,
    /// Index among the variants before the edit; `None` for a new one.
    before: Option<usize>,
    /// The id, which a new variant gets when it is written.
    pub(super) id: Option<VariantId>,
    pub(super) row: VariantRow,
    /// The change of the row, without its values.
    pub(super) change: RowChange,
    /// Values that must be looked up because they differ from those before.
    pub(super) wanted_values: Option<&'e [NamedValue]>,
    pub(super) values_changed: bool,
    pub(super) stock: Option<(i32, Reason)>,
    price: Money,
}

/// Pairs the edits of variants with the existing variants, in the order after the edit.
pub(super) fn plan<'e>(
    edit: &'e ProductEdit,
    before: &[VariantSnapshot],
    base_prices: (Money, Money),
) -> Result<Vec<VariantPlan<'e>>, Vec<EditError>> {
    type Slot<'e> = (Option<(usize, &'e VariantEdit)>, Option<usize>);
    let kept = |at: usize| -> Slot<'e> { (None, Some(at)) };
    let edits = edit.variants.edits();
    let known = find(edits, before)?;
    let paired = edits.iter().enumerate().zip(known).map(|(numbered, known)| -> Slot<'e> { (Some(numbered), known) });
    let slots: Vec<Slot<'e>> = match &edit.variants {
        VariantsEdit::Keep => (0..before.len()).map(kept).collect(),
        VariantsEdit::Without(id) => {
            before.iter().enumerate().filter(|(_, old)| old.id != *id).map(|(at, _)| kept(at)).collect()
        }
        VariantsEdit::All(_) | VariantsEdit::AllSold(_) => {
            let mut slots: Vec<Slot<'e>> = paired.collect();
            slots.sort_by_key(|(edit, _)| edit.map(|(at, edit)| position(edit.position, at)));
            slots
        }
        VariantsEdit::Some(_) => {
            let mut slots: Vec<Slot<'e>> = (0..before.len()).map(kept).collect();
            for (edit, known) in paired {
                let stood = slots.iter().position(|(_, other)| known.is_some() && *other == known);
                if let Some(stood) = stood {
                    slots.remove(stood);
                }
                let is_sold = |(edit, known): &Slot<'e>| {
                    edit.is_some() || known.and_then(|at| before.get(at)).is_some_and(|old| !old.is_archived)
                };
                let said = edit.and_then(|(_, edit)| edit.position).map(|said| position(Some(said), 0));
                let last = || slots.iter().rposition(is_sold).map_or(0, |last| last + 1);
                let place = said.or(stood).unwrap_or_else(last);
                slots.insert(place.min(slots.len()), (edit, known));
            }
            slots
        }
    };
    let is_written = !matches!(edit.variants, VariantsEdit::Keep);
    let plans = (0..).zip(slots).map(|(position, (edit, known))| {
        let old = known.and_then(|at| before.get(at).map(|old| (at, old)));
        VariantPlan::new(edit, old, base_prices, is_written.then_some(position))
    });
    Ok(plans.collect())
}

/// Returns the requested position, or the index in the list.
pub(super) fn position(said: Option<i32>, at: usize) -> usize {
    said.map_or(at, |said| usize::try_from(said).unwrap_or_default())
}

/// Finds the variant of each edit: by its id, or by its SKU unless another edit names the variant by id.
fn find(edits: &[VariantEdit], before: &[VariantSnapshot]) -> Result<Vec<Option<usize>>, Vec<EditError>> {
    let by_id: HashMap<VariantId, usize> = before.iter().enumerate().map(|(at, old)| (old.id, at)).collect();
    let by_sku: HashMap<&str, usize> = before.iter().enumerate().map(|(at, old)| (old.sku.as_str(), at)).collect();
    let id_of = |edit: &VariantEdit| if let VariantTarget::Id(id) = edit.variant { Some(id) } else { None };
    let named: HashSet<usize> = edits.iter().filter_map(id_of).filter_map(|id| by_id.get(&id).copied()).collect();
    let (mut errors, mut seen, mut known) = (Vec::new(), HashSet::new(), Vec::new());
    for (at, edit) in edits.iter().enumerate() {
        let found = match edit.variant {
            VariantTarget::New => None,
            VariantTarget::Id(id) => {
                let found = by_id.get(&id).copied();
                if found.is_none() {
                    errors.push(EditError::NoSuchVariant { at, id });
                }
                found
            }
            VariantTarget::Sku => {
                let found = edit.sku.as_deref().and_then(|sku| by_sku.get(sku)).copied();
                found.filter(|found| !named.contains(found))
            }
        };
        if found.is_some_and(|found| !seen.insert(found)) {
            errors.push(EditError::VariantNamedTwice { at, by_id: id_of(edit).is_some() });
        }
        known.push(found);
    }
    if errors.is_empty() { Ok(known) } else { Err(errors) }
}

impl<'e> VariantPlan<'e> {
    /// Plans the variant after the edit, except for values that must be looked up. Without a position its row stays as it is.
    fn new(
        edit: Option<(usize, &'e VariantEdit)>,
        old: Option<(usize, &VariantSnapshot)>,
        (base_before, base): (Money, Money),
        position: Option<i32>,
    ) -> Self {
        let unmentioned = VariantEdit::default();
        let said = edit.map_or(&unmentioned, |(_, edit)| edit);
        let (at, old) = old.unzip();
        let (adjustment, own_price) = price(said.price, old, base);
        let kept = edit.and_then(|(_, edit)| edit.values.as_deref()).map(|named| keep_values(named, old));
        let (values, wanted_values) = match (kept, old) {
            (Some(Some(kept)), _) => (kept, None),
            (Some(None), _) => (Vec::new(), edit.and_then(|(_, edit)| edit.values.as_deref())),
            (None, Some(old)) => (old.values.iter().collect(), None),
            (None, None) => (Vec::new(), None),
        };
        let row = VariantRow {
            sku: said.sku.clone().or_else(|| old.map(|old| old.sku.clone())).unwrap_or_default(),
            name: name(said, old, &values),
            position: position.or(old.and_then(|old| old.position)).unwrap_or_default(),
            price_adjustment: adjustment,
            own_price,
            compare_at_price: said.compare_at_price.apply(old.and_then(|old| old.compare_at_price)),
            barcode: said.barcode.clone().apply(old.and_then(|old| old.barcode.clone())),
            weight_grams: said.weight_grams.apply(old.and_then(|old| old.weight_grams)),
            is_archived: said.is_archived.unwrap_or(old.is_some_and(|old| old.is_archived)),
            values: values.iter().map(|value| (value.attribute_id, value.id)).collect(),
        };
        let change = match old {
            None => RowChange::Inserted,
            Some(_) if position.is_none() => RowChange::Unchanged,
            Some(old) if is_changed(&row, old, base_before != base) => RowChange::Updated,
            Some(_) => RowChange::Unchanged,
        };
        let stock = match old {
            None => said.initial_stock.filter(|units| *units != 0).map(|units| (units, Reason::Received)),
            Some(old) => said.counted_stock.filter(|units| *units != old.on_hand).map(|units| (units, Reason::Counted)),
        };
        let price = base + row.price_adjustment;
        Self {
            edit,
            before: at,
            id: old.map(|old| old.id),
            values_changed: wanted_values.is_some_and(|wanted| old.is_some() || !wanted.is_empty()),
            row,
            change,
            wanted_values,
            stock,
            price,
        }
    }

    /// Returns the change of the variant: its row, its values and its stock.
    pub(super) fn change(&self) -> RowChange {
        let has_more = self.values_changed || self.stock.is_some();
        if self.change == RowChange::Unchanged && has_more { RowChange::Updated } else { self.change }
    }

    pub(super) fn is_default(&self) -> Option<bool> {
        self.edit.and_then(|(_, edit)| edit.is_default)
    }

    /// Adds the values that were looked up, and the name that is made from them.
    pub(super) fn resolve(
        &mut self,
        known: &HashMap<NamedValue, KnownValue>,
        before: &[VariantSnapshot],
    ) -> Result<(), Vec<EditError>> {
        let (Some(wanted), Some((at, edit))) = (self.wanted_values, self.edit) else { return Ok(()) };
        let old = self.before.and_then(|at| before.get(at));
        let (mut errors, mut values): (Vec<EditError>, Vec<&KnownValue>) = (Vec::new(), Vec::new());
        for (option, named) in wanted.iter().enumerate() {
            match (known.get(named), named) {
                (Some(value), _) if values.iter().any(|other| other.attribute_id == value.attribute_id) => {
                    let by_id = matches!(named, NamedValue::Id(_));
                    errors.push(EditError::TwoValues { at, by_id, attribute: value.attribute.clone() });
                }
                (Some(value), _) => values.push(value),
                (None, NamedValue::Id(id)) => errors.push(EditError::NoSuchValue { at, id: *id }),
                (None, NamedValue::Of { .. }) => errors.push(EditError::NoSuchOption { at, option }),
            }
        }
        if !errors.is_empty() {
            return Err(errors);
        }
        self.row.values = values.iter().map(|value| (value.attribute_id, value.id)).collect();
        self.values_changed = sorted(&self.row.values) != old.map_or(Vec::new(), |old| sorted(&ids(&old.values)));
        self.row.name = name(edit, old, &values);
        if self.change == RowChange::Unchanged && old.is_some_and(|old| old.name != self.row.name) {
            self.change = RowChange::Updated;
        }
        Ok(())
    }

    fn is_too_dear(&self, before: &[VariantSnapshot]) -> bool {
        let was = self.before.and_then(|at| before.get(at)).map(|old| old.price);
        self.price > Money::MAX_PRICE && was != Some(self.price)
    }
}

fn ids(values: &[KnownValue]) -> Vec<(AttributeId, AttributeValueId)> {
    values.iter().map(|value| (value.attribute_id, value.id)).collect()
}

fn sorted(values: &[(AttributeId, AttributeValueId)]) -> Vec<AttributeValueId> {
    let mut values: Vec<AttributeValueId> = values.iter().map(|(_, value)| *value).collect();
    values.sort_unstable();
    values
}

/// Returns the variant's values in the order of the edit, if the edit names exactly these. Names are compared without regard to case,
/// because they are looked up in that way.
fn keep_values<'v>(named: &[NamedValue], old: Option<&'v VariantSnapshot>) -> Option<Vec<&'v KnownValue>> {
    let old = old?;
    let is_named = |named: &NamedValue, value: &KnownValue| match named {
        NamedValue::Id(id) => value.id == *id,
        NamedValue::Of { attribute, value: name } => {
            let is_attribute = match attribute {
                IdOrName::Id(id) => value.attribute_id.0 == *id,
                IdOrName::Name(name) => value.attribute.to_lowercase() == name.to_lowercase(),
            };
            is_attribute
                && match name {
                    IdOrName::Id(id) => value.id.0 == *id,
                    IdOrName::Name(name) => value.value.to_lowercase() == name.to_lowercase(),
                }
        }
    };
    if named.len() != old.values.len() {
        return None;
    }
    let mut kept: Vec<&KnownValue> = Vec::new();
    for named in named {
        let value = old.values.iter().find(|value| is_named(named, value))?;
        if kept.iter().any(|other| other.id == value.id) {
            return None;
        }
        kept.push(value);
    }
    Some(kept)
}

/// Returns the difference from the base price, and the price that does not follow the base price.
fn price(edit: PriceEdit, old: Option<&VariantSnapshot>, base: Money) -> (Money, Option<Money>) {
    let from_base = |price: Money| Money::from_minor(price.minor() - base.minor());
    let own_before = old.and_then(|old| old.own_price);
    match edit {
        PriceEdit::Total(price) => (from_base(price), own_before.map(|_| price)),
        PriceEdit::Parts { adjustment, own } => {
            let own = own.apply(own_before);
            let adjustment = adjustment.or(old.map(|old| old.price_adjustment)).unwrap_or_default();
            (own.map_or(adjustment, from_base), own)
        }
    }
}

/// Returns the variant's name after the edit. A name that was made from the values changes with them.
fn name(edit: &VariantEdit, old: Option<&VariantSnapshot>, values: &[&KnownValue]) -> String {
    let given = old.filter(|old| !is_made_name(&old.name, old.values.iter().map(|value| value.value.as_str())));
    match (&edit.name, old) {
        (VariantName::Set(name), _) => name.clone(),
        (VariantName::Made(name), _) => given.map_or(name, |old| &old.name).clone(),
        (VariantName::Keep, Some(old)) if edit.values.is_none() || given.is_some() => old.name.clone(),
        (VariantName::Keep, _) => made_name(values.iter().map(|value| value.value.as_str())),
    }
}

/// Returns true if a column differs. A new base price changes the adjustment too, except for a variant with its own price, whose
/// adjustment a trigger keeps right.
fn is_changed(row: &VariantRow, old: &VariantSnapshot, is_rebased: bool) -> bool {
    let adjustment = |own: Option<Money>, adjustment: Money| if own.is_some() { Money::default() } else { adjustment };
    (is_rebased && row.own_price.is_none())
        || Some(row.position) != old.position
        || row.own_price != old.own_price
        || adjustment(row.own_price, row.price_adjustment) != adjustment(old.own_price, old.price_adjustment)
        || row.is_archived != old.is_archived
        || (&row.sku, &row.name, row.compare_at_price) != (&old.sku, &old.name, old.compare_at_price)
        || (&row.barcode, row.weight_grams) != (&old.barcode, old.weight_grams)
}

/// Returns the variants that the product loses.
pub(super) fn removed(edit: &ProductEdit, before: &[VariantSnapshot], plans: &[VariantPlan<'_>]) -> Vec<VariantId> {
    let stays: HashSet<VariantId> = plans.iter().filter_map(|plan| plan.id).collect();
    let keeps_archived = matches!(edit.variants, VariantsEdit::AllSold(_));
    let goes = |old: &&VariantSnapshot| !(stays.contains(&old.id) || keeps_archived && old.is_archived);
    before.iter().filter(goes).map(|old| old.id).collect()
}

/// Returns the variants whose SKUs go to other variants of the product.
pub(super) fn releases(plans: &[VariantPlan<'_>], before: &[VariantSnapshot]) -> Vec<VariantId> {
    let wanted: HashMap<&str, Option<VariantId>> = plans.iter().map(|plan| (plan.row.sku.as_str(), plan.id)).collect();
    let old = plans.iter().filter_map(|plan| plan.before.and_then(|at| before.get(at)));
    old.filter(|old| wanted.get(old.sku.as_str()).is_some_and(|id| *id != Some(old.id))).map(|old| old.id).collect()
}

/// Checks the variants after the edit. Changes that others write at the same time are checked by the database.
pub(super) fn check(
    plans: &[VariantPlan<'_>],
    product: Option<&ProductSnapshot>,
    is_written: bool,
    errors: &mut Vec<EditError>,
) {
    let before = product.map_or(&[][..], |product| &product.variants);
    let (mut skus, mut combinations, mut defaults) = (HashSet::new(), HashSet::new(), 0);
    // Variants that the edit does not mention come first, because an error belongs to a variant that it mentions.
    let mut all: Vec<&VariantPlan<'_>> = plans.iter().collect();
    all.sort_by_key(|plan| plan.edit.map(|(at, _)| at));
    for plan in all {
        let at = plan.edit.map(|(at, _)| at);
        let wrong_price = if plan.price.minor() < 0 {
            Some(EditError::NegativePrice { at })
        } else if plan.is_too_dear(before) {
            Some(EditError::PriceTooHigh { at })
        } else {
            None
        };
        // Variants that the edit does not mention all have the same error, which is that of the base price.
        if let Some(wrong) = wrong_price
            && !errors.contains(&wrong)
        {
            errors.push(wrong);
        }
        let is_new_sku = skus.insert(plan.row.sku.as_str());
        let is_new_combination = plan.row.is_archived || combinations.insert(sorted(&plan.row.values));
        let Some(at) = at else { continue };
        let is_taken = |error: &EditError| matches!(error, EditError::SkuTaken { at: other, .. } if *other == at);
        if !is_new_sku && !errors.iter().any(is_taken) {
            errors.push(EditError::SkuTaken { at, sku: plan.row.sku.clone() });
        }
        if !is_new_combination {
            errors.push(EditError::SameValues { at });
        }
        if plan.is_default() == Some(true) {
            defaults += 1;
            if defaults > 1 || plan.row.is_archived {
                errors.push(EditError::NotOneDefault { at });
            }
        }
    }
    let sold = plans.iter().filter(|plan| !plan.row.is_archived).count();
    // A product that already has more can be changed, but gets no more variants.
    if is_written && sold > MAX_VARIANTS.max(before.iter().filter(|old| !old.is_archived).count()) {
        errors.push(EditError::TooManyVariants);
    }
}
