//! The changes that saving an edit made.

use crate::ids::ProductId;

/// The change of a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RowChange {
    /// The row was inserted.
    Inserted,
    /// The row was updated.
    Updated,
    /// The row already had the wanted values.
    Unchanged,
}

/// The changes that an edit made. Each list has one change for each item in the list of the edit, in the same order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Saved {
    /// The product's id; `None` only if nothing was written.
    pub id: Option<ProductId>,
    /// The change of the product with everything that belongs to it.
    pub product: RowChange,
    /// The changes of the variants.
    pub variants: Vec<RowChange>,
    /// The changes of the images.
    pub images: Vec<RowChange>,
    /// Number of variants that were sold before the edit and are not sold after it.
    pub variants_removed: u64,
    /// Number of images that the product had before the edit and does not have after it.
    pub images_removed: u64,
    /// Number of variants that the edit created and that cannot be bought: they are tracked, have nothing on hand and cannot be backordered.
    pub variants_sold_out: u64,
    /// Number of variants that existed before and whose stock the edit set.
    pub stock_changed: u64,
    /// SKUs of the variants whose stock stays because it is not the one that the edit compares with, or because units are backordered.
    pub stock_moved: Vec<String>,
}

/// Sorts changes by their indexes in the edit's list.
pub(super) fn in_list_order(changes: impl Iterator<Item = (usize, RowChange)>) -> Vec<RowChange> {
    let mut changes: Vec<(usize, RowChange)> = changes.collect();
    changes.sort_by_key(|(at, _)| *at);
    changes.into_iter().map(|(_, change)| change).collect()
}
