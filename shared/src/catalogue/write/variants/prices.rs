//! The prices of variants after an edit.

use super::super::edit::PriceEdit;
use crate::catalogue::store::snapshot::VariantSnapshot;
use crate::money::Money;

/// The base price of a product before and after an edit.
#[derive(Clone, Copy, Debug)]
pub(in super::super) struct BasePrices {
    pub(in super::super) before: Money,
    pub(in super::super) after: Money,
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
    pub(super) fn after(edit: PriceEdit, old: Option<&VariantSnapshot>, base: Money) -> Self {
        let from_base = |price: Money| Money::from_minor(price.minor() - base.minor());
        let own_before = old.and_then(|old| old.own_price);
        match edit {
            PriceEdit::Total(price) => Self { adjustment: from_base(price), own: own_before.map(|_| price) },
            PriceEdit::Parts { adjustment, own } => {
                let own = own.apply(own_before);
                let adjustment = adjustment.or(old.map(|old| old.price_adjustment)).unwrap_or_default();
                Self { adjustment: own.map_or(adjustment, from_base), own }
            }
        }
    }

    /// Returns true if the parts differ as staff set them. The adjustment of a variant with its own price does not count, because a trigger
    /// keeps it right.
    pub(super) fn differ_from(self, old: &VariantSnapshot) -> bool {
        self.own != old.own_price || self.own.is_none() && self.adjustment != old.price_adjustment
    }
}
