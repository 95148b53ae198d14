//! The prices of variants after an edit.

use super::super::edit::{PriceEdit, VariantEdit};
use crate::catalogue::product_import::OnlyPrice;
use crate::catalogue::store::snapshot::VariantSnapshot;
use crate::money::Money;
use crate::patch::Patch;

/// The base price of a product before and after an edit.
#[derive(Clone, Copy, Debug)]
pub(in super::super) struct BasePrices {
    pub(in super::super) before: Money,
    pub(in super::super) after: Money,
}

/// Returns the price that an edit gives to a variant, if it gives one, and the change of the price before a reduction. A price that stays without
/// its column in the file is given again, because it must not follow the base price.
pub(super) fn given(edit: &VariantEdit, old: Option<&VariantSnapshot>) -> (Option<Money>, Patch<Money>) {
    let only = match edit.price {
        PriceEdit::Total(price) => return (Some(price), edit.compare_at_price),
        PriceEdit::Parts { .. } => return (None, edit.compare_at_price),
        PriceEdit::Only(only) => only,
    };
    let before_reduction = old.and_then(|old| old.compare_at_price.filter(|before| *before > old.price));
    match (only, old.map(|old| old.price), before_reduction) {
        (OnlyPrice::Regular(regular), Some(price), Some(_)) if price < regular => (Some(price), Patch::Set(regular)),
        // The reduction ends.
        (OnlyPrice::Regular(regular), _, Some(_)) => (Some(regular), Patch::Clear),
        (OnlyPrice::Regular(regular), _, None) => (Some(regular), Patch::Keep),
        (OnlyPrice::Sale(sale), Some(price), before_reduction) => {
            let regular = before_reduction.unwrap_or(price);
            match sale.filter(|sale| *sale < regular) {
                Some(sale) => (Some(sale), Patch::Set(regular)),
                None if before_reduction.is_some() => (Some(regular), Patch::Clear),
                None => (Some(price), Patch::Keep),
            }
        }
        // A new variant needs the other price.
        (OnlyPrice::Sale(_), None, _) => (None, Patch::Keep),
    }
}

/// The stored parts of a variant's price.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct PriceParts {
    /// The difference between the price and the base price.
    pub(super) adjustment: Money,
    /// A price that does not follow the base price, if the variant has one.
    pub(super) own: Option<Money>,
}

impl PriceParts {
    /// Returns the parts after the edit, with this base price.
    pub(super) fn after(edit: &VariantEdit, old: Option<&VariantSnapshot>, base: Money) -> Self {
        let from_base = |price: Money| Money::from_minor(price.minor() - base.minor());
        let own_before = old.and_then(|old| old.own_price);
        if let (Some(price), _) = given(edit, old) {
            return Self { adjustment: from_base(price), own: own_before.map(|_| price) };
        }
        let (adjustment, own) = match edit.price {
            PriceEdit::Parts { adjustment, own } => (adjustment, own.apply(own_before)),
            PriceEdit::Total(_) | PriceEdit::Only(_) => (None, own_before),
        };
        let adjustment = adjustment.or(old.map(|old| old.price_adjustment)).unwrap_or_default();
        Self { adjustment: own.map_or(adjustment, from_base), own }
    }

    /// Returns true if the parts differ as staff set them. The adjustment of a variant with its own price does not count, because a trigger
    /// keeps it right.
    pub(super) fn differ_from(self, old: &VariantSnapshot) -> bool {
        self.own != old.own_price || self.own.is_none() && self.adjustment != old.price_adjustment
    }
}
