//! The SKUs that a file names: a product does not lose a variant that the file has under another product.

use std::collections::HashMap;
use std::sync::Arc;

/// Handles of products by a SKU.
type HandlesBySku = HashMap<String, Vec<Arc<str>>>;

/// The SKUs of a file, or of a part of it, each with the handles of the products that have it.
#[derive(Clone, Debug, Default)]
pub struct NamedSkus {
    variants: HandlesBySku,
    /// The SKUs of rows that stand for several variants, each of which has the row's SKU, a hyphen and its values: `MUG-ANY-S`.
    rows_of_several: HandlesBySku,
}

impl NamedSkus {
    /// Adds the SKU of a variant of the product with this handle.
    pub(in crate::catalogue) fn add(&mut self, sku: &str, handle: Arc<str>) {
        add(&mut self.variants, sku, handle);
    }

    /// Adds the SKU of a row that stands for several variants of the product with this handle.
    pub(in crate::catalogue) fn add_of_several(&mut self, sku: &str, handle: Arc<str>) {
        add(&mut self.rows_of_several, sku, handle);
    }

    /// Returns the first product other than `own` that has this SKU in the file.
    pub(in crate::catalogue) fn elsewhere(&self, sku: &str, own: &str) -> Option<&str> {
        let beginnings = || sku.match_indices('-').filter_map(|(end, _)| sku.get(..end));
        other(&self.variants, sku, own)
            .or_else(|| beginnings().find_map(|beginning| other(&self.rows_of_several, beginning, own)))
    }
}

fn add(all: &mut HandlesBySku, sku: &str, handle: Arc<str>) {
    match all.get_mut(sku) {
        Some(handles) => handles.push(handle),
        None => drop(all.insert(sku.to_owned(), vec![handle])),
    }
}

fn other<'s>(all: &'s HandlesBySku, sku: &str, own: &str) -> Option<&'s str> {
    all.get(sku)?.iter().map(AsRef::as_ref).find(|handle| *handle != own)
}
