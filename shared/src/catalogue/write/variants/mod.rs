//! The variants of a product after an edit.

mod checks;
mod pairing;
mod prices;
mod values;

use std::collections::{HashMap, HashSet};

use super::edit::{StockEdit, VariantEdit, VariantName, VariantTarget, VariantsEdit};
use super::error::EditError;
use super::saved::RowChange;
use crate::catalogue::store::snapshot::VariantSnapshot;
use crate::catalogue::store::write::{KnownValue, NamedValue, VariantRow};
use crate::ids::VariantId;
use crate::money::Money;
use crate::stock::{Reason, StockRules, Units};

pub(super) use checks::{check, check_count};
pub(super) use pairing::{ListedEdit, Pair, find_one, pair};
pub(super) use prices::BasePrices;
use prices::PriceParts;
pub(super) use values::is_of as names_attribute;

/// A variant after an edit.
#[derive(Debug)]
pub(super) struct VariantPlan<'e> {
    /// The variant's edit; `None` for a variant that the edit does not mention.
    pub(super) edit: Option<ListedEdit<'e>>,
    /// Index among the variants before the edit; `None` for a new one.
    before: Option<usize>,
    /// The id, which a new variant gets when it is written.
    pub(super) id: Option<VariantId>,
    pub(super) row: VariantRow,
    /// The change of the row, without its values.
    pub(super) row_change: RowChange,
    /// Values that must be looked up because they differ from those before.
    pub(super) wanted_values: Option<&'e [NamedValue]>,
    pub(super) values_changed: bool,
    keeps_order: bool,
    /// The change of the stock that the edit wants, if the variant had another stock when it was read.
    stock_edit: StockEdit,
    /// The units on hand to set, if they change.
    pub(super) stock: Option<(i32, Reason)>,
    /// The rules to write for the stock, if they change.
    pub(super) stock_rules: Option<StockRules>,
    /// True if the stock stays because it is not the one that the edit compares with, or because units are backordered.
    pub(super) stock_moved: bool,
    price: Money,
}

/// The product of variants that are planned.
#[derive(Clone, Copy, Debug)]
struct Around<'b> {
    before: &'b [VariantSnapshot],
    base: BasePrices,
    /// True if values that stay keep their order.
    keeps_order: bool,
}

/// Plans the variants in the order after the edit, except for values that must be looked up; see [`VariantPlan::resolve`].
pub(super) fn plan<'e>(
    edit: &'e VariantsEdit,
    pairs: Vec<Pair<'e>>,
    before: &[VariantSnapshot],
    base: BasePrices,
) -> Vec<VariantPlan<'e>> {
    let around = Around { before, base, keeps_order: keeps_order(edit, before) };
    let positions = positions(&pairs, before);
    let position = |position: i32| (!edit.is_keep()).then_some(position);
    positions.into_iter().zip(pairs).map(|(at, pair)| VariantPlan::new(pair, around, position(at))).collect()
}

/// Returns the positions of the variants in their order. Variants that are in order already stay where they are, although there may be gaps and
/// archived variants between them, so that an edit of the same variants moves none.
fn positions(pairs: &[Pair<'_>], before: &[VariantSnapshot]) -> Vec<i32> {
    let current = |pair: &Pair<'_>| Some(before.get(pair.before?)?.position);
    let is_in_order = pairs.iter().filter_map(current).is_sorted_by(|one, next| one < next);
    let mut next = 0;
    let mut place = |pair: &Pair<'_>| {
        let position = current(pair).filter(|_| is_in_order).map_or(next, |old| old.max(next));
        next = position + 1;
        position
    };
    pairs.iter().map(&mut place).collect()
}

/// Returns true if values that stay keep their order. A file changes it if it has the options of the first variant in another order;
/// staff name values by id, in any order.
fn keeps_order(edit: &VariantsEdit, before: &[VariantSnapshot]) -> bool {
    let is_of_file = |edit: &&VariantEdit| edit.variant == VariantTarget::SkuOrValues;
    let first = before.iter().find(|old| !old.is_archived);
    let named = edit.edits().iter().filter(is_of_file).find_map(|edit| edit.values.as_deref());
    let (Some(first), Some(named)) = (first, named) else { return true };
    named.len() != first.values.len()
        || first.values.iter().zip(named).all(|(value, named)| values::is_of(named, value))
}

impl<'e> VariantPlan<'e> {
    /// Plans the variant at this position. Without a position the row stays as it is.
    fn new(pair: Pair<'e>, Around { before, base, keeps_order }: Around<'_>, position: Option<i32>) -> Self {
        let unchanged = VariantEdit::default();
        let edit = pair.edit.map_or(&unchanged, |listed| listed.edit);
        let old = pair.before.and_then(|at| before.get(at));
        let named = pair.edit.and_then(|listed| listed.edit.values.as_deref());
        let all: Vec<&KnownValue> = old.map_or(Vec::new(), |old| old.values.iter().collect());
        let kept = match named {
            None => Some(all),
            Some(_) if keeps_label(edit, old) => Some(all),
            Some(named) => values::keep(named, old).map(|kept| if keeps_order { all } else { kept }),
        };
        let wanted_values = named.filter(|_| kept.is_none());
        let row = row(edit, old, kept.as_deref(), base.after);
        let row = VariantRow { position: position.unwrap_or(row.position), ..row };
        let row_change = match old {
            None => RowChange::Inserted,
            Some(old) if position.is_some() && is_changed(&row, old, base) => RowChange::Updated,
            Some(_) => RowChange::Unchanged,
        };
        let initial_stock = edit.initial_stock.filter(|units| *units != 0).map(|units| (units, Reason::Received));
        let mut plan = Self {
            edit: pair.edit,
            before: pair.before,
            id: old.map(|old| old.id),
            values_changed: match (wanted_values, old) {
                (Some(wanted), None) => !wanted.is_empty(),
                (Some(_), Some(_)) => true,
                (None, Some(old)) => row.values != values::ids(&old.values),
                (None, None) => false,
            },
            price: base.after + row.price_adjustment,
            row,
            row_change,
            wanted_values,
            keeps_order,
            // Stock that was as wanted when it was read stays, even if a sale changes it before the lock: that sale came later.
            stock_edit: old.map_or(StockEdit::Keep, |old| edit.stock.unless_already(old.on_hand)),
            stock: initial_stock.filter(|_| old.is_none()),
            stock_rules: new_stock_rules(edit, old),
            stock_moved: false,
        };
        if let Some(old) = old {
            plan.compare_stock(Units { on_hand: old.on_hand, backordered: old.backordered });
        }
        plan
    }

    /// Decides whether the stock changes, from the units that were read, and again from those under the lock. While units are backordered, what a
    /// file counts is what went to them, or was not booked, so the stock stays.
    pub(super) fn compare_stock(&mut self, Units { on_hand, backordered }: Units) {
        if self.stock_edit == StockEdit::Keep {
            return;
        }
        let (units, moved) = match self.stock_edit.unless_already(on_hand) {
            StockEdit::Keep => (None, false),
            StockEdit::Set(_) | StockEdit::Compare { .. } if backordered > 0 => (None, true),
            StockEdit::Set(units) => (Some(units), false),
            StockEdit::Compare { units, seen } if seen == Some(on_hand) => (Some(units), false),
            StockEdit::Compare { .. } => (None, true),
        };
        self.stock = units.map(|units| (units, Reason::Counted));
        self.stock_moved = moved;
    }

    /// Returns true if the stock of a variant that existed before is set.
    pub(super) fn changes_stock(&self) -> bool {
        self.before.is_some() && self.stock.is_some()
    }

    /// Returns true for a variant that did not exist before, is sold and cannot be bought.
    pub(super) fn is_new_and_sold_out(&self) -> bool {
        let rules = self.stock_rules.unwrap_or_default();
        let can_be_bought = !rules.track_inventory || rules.allow_backorder || self.stock.is_some();
        self.before.is_none() && !self.row.is_archived && !can_be_bought
    }

    /// Returns the change of the variant: its row, its values, its stock and the rules for it.
    pub(super) fn change(&self) -> RowChange {
        let has_more = self.values_changed || self.stock.is_some() || self.stock_rules.is_some();
        if self.row_change == RowChange::Unchanged && has_more { RowChange::Updated } else { self.row_change }
    }

    pub(super) fn is_default(&self) -> Option<bool> {
        self.edit.and_then(|listed| listed.edit.is_default)
    }

    /// Adds the values that were looked up, and the name that is made from them.
    pub(super) fn resolve(
        &mut self,
        known: &HashMap<NamedValue, KnownValue>,
        before: &[VariantSnapshot],
    ) -> Result<(), Vec<EditError>> {
        let (Some(wanted), Some(listed)) = (self.wanted_values, self.edit) else { return Ok(()) };
        let chosen = values::choose(wanted, listed, known)?;
        let old = self.before.and_then(|at| before.get(at));
        let old_values = old.map_or(Vec::new(), |old| values::ids(&old.values));
        let is_same = values::sorted(&values::ids(chosen.iter().copied())) == values::sorted(&old_values);
        let values = match old {
            Some(old) if is_same && self.keeps_order => old.values.iter().collect(),
            Some(_) | None => chosen,
        };
        self.row.values = values::ids(values.iter().copied());
        self.values_changed = self.row.values != old_values;
        self.row.name = values::name(listed.edit, old, &values, !self.values_changed);
        if self.row_change == RowChange::Unchanged && old.is_some_and(|old| old.name != self.row.name) {
            self.row_change = RowChange::Updated;
        }
        Ok(())
    }
}

fn keeps_label(edit: &VariantEdit, old: Option<&VariantSnapshot>) -> bool {
    matches!((&edit.name, old), (VariantName::Label(label), Some(old)) if values::is_label(label, old))
}

/// Returns the variant's own columns after the edit, at the position that it had. `values` are those that are known already.
fn row(edit: &VariantEdit, old: Option<&VariantSnapshot>, values: Option<&[&KnownValue]>, base: Money) -> VariantRow {
    let price = PriceParts::after(edit, old, base);
    let (_, compare_at_price) = prices::given(edit, old);
    let is_same = values.is_some_and(|values| old.is_some_and(|old| values.iter().copied().eq(&old.values)));
    let values = values.unwrap_or_default();
    VariantRow {
        sku: edit.sku.clone().or_else(|| old.map(|old| old.sku.clone())).unwrap_or_default(),
        name: values::name(edit, old, values, is_same),
        position: old.map_or(0, |old| old.position),
        price_adjustment: price.adjustment,
        own_price: price.own,
        compare_at_price: compare_at_price.apply(old.and_then(|old| old.compare_at_price)),
        barcode: edit.barcode.clone().apply(old.and_then(|old| old.barcode.clone())),
        weight_grams: edit.weight_grams.apply(old.and_then(|old| old.weight_grams)),
        is_archived: edit.is_archived.unwrap_or(old.is_some_and(|old| old.is_archived)),
        values: values::ids(values.iter().copied()),
    }
}

/// Returns the rules of the stock after the edit, if they are not those before. A new variant begins with the default.
fn new_stock_rules(edit: &VariantEdit, old: Option<&VariantSnapshot>) -> Option<StockRules> {
    let before = old.map_or(StockRules::default(), |old| old.stock_rules);
    let after = StockRules {
        track_inventory: edit.track_inventory.unwrap_or(before.track_inventory),
        allow_backorder: edit.allow_backorder.unwrap_or(before.allow_backorder),
        backorder_limit: edit.backorder_limit.apply(before.backorder_limit),
        quantity_limit_per_customer: edit.quantity_limit_per_customer.apply(before.quantity_limit_per_customer),
    };
    (after != before).then_some(after)
}

/// Returns true if a column differs. A new base price changes the adjustment too, except for a variant with its own price.
fn is_changed(row: &VariantRow, old: &VariantSnapshot, base: BasePrices) -> bool {
    let price = PriceParts { adjustment: row.price_adjustment, own: row.own_price };
    (base.before != base.after && row.own_price.is_none())
        || row.position != old.position
        || price.differ_from(old)
        || row.is_archived != old.is_archived
        || (&row.sku, &row.name, row.compare_at_price) != (&old.sku, &old.name, old.compare_at_price)
        || (&row.barcode, row.weight_grams) != (&old.barcode, old.weight_grams)
}

/// Returns the variants that the product loses.
pub(super) fn removed(edit: &VariantsEdit, before: &[VariantSnapshot], plans: &[VariantPlan<'_>]) -> Vec<VariantId> {
    if edit.is_keep() {
        return Vec::new();
    }
    let stays: HashSet<VariantId> = plans.iter().filter_map(|plan| plan.id).collect();
    let keeps_archived = matches!(edit, VariantsEdit::AllSold(_));
    let goes = |old: &&VariantSnapshot| !(stays.contains(&old.id) || keeps_archived && old.is_archived);
    before.iter().filter(goes).map(|old| old.id).collect()
}

/// Returns the existing variants whose SKU changes.
pub(super) fn variants_changing_skus(plans: &[VariantPlan<'_>], before: &[VariantSnapshot]) -> Vec<VariantId> {
    let old = |plan: &VariantPlan<'_>| plan.before.and_then(|at| before.get(at));
    let changing = plans.iter().filter(|plan| old(plan).is_some_and(|old| old.sku != plan.row.sku));
    changing.filter_map(|plan| plan.id).collect()
}

/// Returns the variants whose SKUs go to other variants of the product.
pub(super) fn variants_releasing_skus(plans: &[VariantPlan<'_>], before: &[VariantSnapshot]) -> Vec<VariantId> {
    let wanted: HashMap<&str, Option<VariantId>> = plans.iter().map(|plan| (plan.row.sku.as_str(), plan.id)).collect();
    let old = plans.iter().filter_map(|plan| plan.before.and_then(|at| before.get(at)));
    old.filter(|old| wanted.get(old.sku.as_str()).is_some_and(|id| *id != Some(old.id))).map(|old| old.id).collect()
}
