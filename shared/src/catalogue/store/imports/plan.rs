//! What is to be written of an entry: the difference between what it says and what is there.

use std::collections::HashSet;

use super::super::snapshot::{ProductSnapshot, WholeImage, WholeVariant};
use super::super::write::Change;
use super::filing::Shelves;
use super::{Saved, Stock};
use crate::catalogue::is_made_name;
use crate::catalogue::product_import::{ImportVariant, ProductImport};
use crate::ids::{BrandId, CategoryId, ProductId, VariantId};
use crate::money::Money;
use crate::stock::Reason;

/// An entry and what is to become of its product.
pub(super) struct Plan<'e> {
    pub(super) entry: &'e ProductImport,
    pub(super) before: Option<ProductSnapshot>,
    /// Known once it is written.
    pub(super) id: Option<ProductId>,
    pub(super) base_price: Money,
    pub(super) brand: Option<BrandId>,
    /// Where it is to be filed, beside where it is.
    pub(super) category: Option<CategoryId>,
    /// One for each of the entry's.
    pub(super) variants: Vec<VariantPlan>,
    /// Variants that the entry does not have.
    pub(super) removed: Vec<VariantId>,
    images: Vec<Change>,
    pub(super) has_other_images: bool,
    fields_changed: bool,
}

/// What is to become of a variant.
pub(super) struct VariantPlan {
    /// What it is called from now on.
    pub(super) name: String,
    /// Known once it is written.
    pub(super) id: Option<VariantId>,
    /// Of the variant's own row.
    pub(super) row: Change,
    pub(super) has_other_options: bool,
    /// How many are to be on hand, and why that is another number.
    pub(super) stock: Option<(i32, Reason)>,
}

impl<'e> Plan<'e> {
    pub(super) fn new(
        entry: &'e ProductImport,
        before: Option<ProductSnapshot>,
        shelves: &Shelves,
        stock: Stock,
    ) -> Self {
        let base_price = base_price(entry, before.as_ref());
        let brand = shelves.brand(entry, before.as_ref());
        let images = images(entry, before.as_ref());
        let images_before = before.as_ref().map_or(0, |before| before.images.len());
        Self {
            id: before.as_ref().map(|before| before.id),
            category: shelves.category(entry, before.as_ref()),
            variants: variants(entry, before.as_ref(), base_price, stock),
            removed: removed(entry, before.as_ref()),
            has_other_images: images.len() != images_before || images.iter().any(|one| *one != Change::Unchanged),
            fields_changed: before.as_ref().is_none_or(|before| {
                let brand_before = before.brand.as_ref().map(|brand| brand.id);
                (&before.name, &before.description, &before.tags, &before.status)
                    != (&entry.name, &entry.description, &entry.tags, &entry.status)
                    || (brand_before, before.base_price) != (brand, base_price)
            }),
            images,
            entry,
            before,
            base_price,
            brand,
        }
    }

    /// Anything of the product at all.
    pub(super) fn change(&self) -> Change {
        let has_other_variants =
            !self.removed.is_empty() || self.variants.iter().any(|variant| variant.change() != Change::Unchanged);
        if self.before.is_none() {
            Change::Inserted
        } else if self.fields_changed || has_other_variants || self.has_other_images || self.category.is_some() {
            Change::Updated
        } else {
            Change::Unchanged
        }
    }

    pub(super) fn into_saved(self) -> Saved {
        Saved {
            product: self.change(),
            variants: self.variants.iter().map(VariantPlan::change).collect(),
            variants_removed: u64::try_from(self.removed.len()).unwrap_or_default(),
            images: self.images,
        }
    }
}

impl VariantPlan {
    fn change(&self) -> Change {
        let has_more = self.has_other_options || self.stock.is_some();
        if self.row == Change::Unchanged && has_more { Change::Updated } else { self.row }
    }
}

/// The price that the variants' are counted from: the lowest, unless they all cost what they did before.
fn base_price(entry: &ProductImport, before: Option<&ProductSnapshot>) -> Money {
    let lowest = entry.variants.iter().map(|variant| variant.price).min().unwrap_or_default();
    let as_before = |before: &&ProductSnapshot| {
        entry.variants.iter().all(|new| before.variants.iter().any(|old| old.sku == new.sku && old.price == new.price))
    };
    before.filter(as_before).map_or(lowest, |before| before.base_price)
}

fn variants(
    entry: &ProductImport,
    before: Option<&ProductSnapshot>,
    base_price: Money,
    stock: Stock,
) -> Vec<VariantPlan> {
    let of_new = |new: &ImportVariant| VariantPlan {
        id: None,
        name: new.name.clone(),
        row: Change::Inserted,
        has_other_options: !new.options.is_empty(),
        stock: new.on_hand.filter(|units| *units != 0).map(|units| (units, Reason::Received)),
    };
    let plan = |(position, new): (i32, &ImportVariant)| {
        let Some(before) = before else { return of_new(new) };
        let Some(old) = before.variants.iter().find(|old| old.sku == new.sku) else { return of_new(new) };
        // With another base price every adjustment is another, but for those that have a price of their own.
        let is_adjusted = before.base_price != base_price && !old.has_own_price;
        let counted = new.on_hand.filter(|units| stock == Stock::Counted && *units != old.on_hand);
        VariantPlan {
            id: Some(old.id),
            name: name(new, old).to_owned(),
            row: if is_adjusted || is_changed(new, position, old) { Change::Updated } else { Change::Unchanged },
            has_other_options: sorted(&new.options) != sorted(&old.options),
            stock: counted.map(|units| (units, Reason::Counted)),
        }
    };
    (0..).zip(&entry.variants).map(plan).collect()
}

fn is_changed(new: &ImportVariant, position: i32, old: &WholeVariant) -> bool {
    old.is_archived
        || (position, new.price) != (old.position, old.price)
        || name(new, old) != old.name
        || (new.compare_at_price, &new.barcode, new.weight_grams)
            != (old.compare_at_price, &old.barcode, old.weight_grams)
}

/// What a variant is called from now on. A name that is made of the values says nothing, so one that staff have given stays.
fn name<'a>(new: &'a ImportVariant, old: &'a WholeVariant) -> &'a str {
    let is_made =
        |name: &str, options: &[(String, String)]| is_made_name(name, options.iter().map(|(_, value)| value.as_str()));
    let is_given = !is_made(&old.name, &old.options) && is_made(&new.name, &new.options);
    if is_given { &old.name } else { &new.name }
}

/// Whatever the case: as attributes and values are found.
fn sorted(options: &[(String, String)]) -> Vec<(String, String)> {
    let mut options: Vec<_> = options.iter().map(|(name, value)| (name.to_lowercase(), value.to_lowercase())).collect();
    options.sort_unstable();
    options
}

/// Those that are archived already are gone.
fn removed(entry: &ProductImport, before: Option<&ProductSnapshot>) -> Vec<VariantId> {
    let stays: HashSet<&str> = entry.variants.iter().map(|variant| variant.sku.as_str()).collect();
    let before = before.map_or(&[][..], |before| &before.variants);
    before.iter().filter(|old| !old.is_archived && !stays.contains(old.sku.as_str())).map(|old| old.id).collect()
}

/// Variants are told apart by their SKUs, because the new ones have no ids yet.
fn images(entry: &ProductImport, before: Option<&ProductSnapshot>) -> Vec<Change> {
    let shown_before = |old: &WholeImage| {
        let variants = before.map_or(&[][..], |before| &before.variants);
        variants.iter().find(|variant| Some(variant.id) == old.variant).map(|variant| variant.sku.as_str())
    };
    let judge = |(at, new): (usize, &crate::catalogue::product_import::ImportImage)| {
        let shown = new.variant.and_then(|at| entry.variants.get(at)).map(|variant| variant.sku.as_str());
        match before.and_then(|before| before.images.get(at)) {
            None => Change::Inserted,
            Some(old) if (&old.url, &old.alt_text, shown_before(old)) == (&new.url, &new.alt_text, shown) => {
                Change::Unchanged
            }
            Some(_) => Change::Updated,
        }
    };
    entry.images.iter().enumerate().map(judge).collect()
}
