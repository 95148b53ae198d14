//! Gives variations to their products. A variation names its product in the column `Parent`, by its SKU or by its id, and a cell like that is
//! easily mistyped: it must not move the variation to another product.

use super::columns::{Column, Columns};
use super::index::{Index, Product};
use crate::catalogue::name_key;
use crate::catalogue::product_file::records::Place;
use crate::catalogue::product_file::{Row, RowError, Word};

/// A variation whose product is not known yet.
pub(super) struct Variation {
    place: Place,
    parent: String,
    sku: Option<String>,
    /// True if it leaves an attribute open, so that it stands for several variants.
    is_of_several: bool,
    name: Option<String>,
    error: Option<String>,
}

impl Variation {
    /// Reads the row of a variation.
    pub(super) fn read(row: Row, columns: &Columns) -> Self {
        let cell = |column| row.cell(columns, column).map(str::to_owned);
        let is_open = |number| {
            let [name, value] = [Column::AttributeName(number), Column::AttributeValues(number)];
            row.cell(columns, name).is_some() && row.cell(columns, value).is_none()
        };
        Self {
            place: row.place,
            parent: cell(Column::Parent).unwrap_or_default(),
            sku: cell(Column::Sku),
            is_of_several: columns.attributes().into_iter().any(is_open),
            name: cell(Column::Name),
            error: row.error,
        }
    }
}

impl Index {
    /// Gives a variation to its product. If the file has no such product, or the variation seems to be one of another product, it may belong to any of
    /// them.
    pub(super) fn attach(&mut self, variation: Variation, columns: &Columns) {
        let (place, parent) = (variation.place, variation.parent.as_str());
        let by_id = parent.strip_prefix("id:").and_then(|id| self.by_id.get(Word::new(id).as_str()));
        let found = by_id.or_else(|| self.by_handle.get(parent)).copied();
        let Some((at, product)) = found.and_then(|at| Some((at, self.products.get(at)?))) else {
            self.is_whole = false;
            let reason = variation.error.unwrap_or_else(|| without_product(parent, columns));
            self.stray(place, reason);
            return;
        };
        let misplaced = || self.misplaced(product, &variation, columns);
        let error = variation.error.clone().or_else(misplaced);
        let handle = product.handle.clone();
        match &variation.sku {
            Some(sku) if variation.is_of_several => self.skus.add_of_several(sku, handle),
            Some(sku) => self.skus.add(sku, handle),
            None => {}
        }
        self.is_whole &= error.is_none();
        if let Some(product) = self.products.get_mut(at) {
            product.errors.extend(error.map(|reason| RowError { line: place.line, reason }));
            product.variations.push(place);
        }
    }

    /// Returns the reason why a variation cannot be one of this product.
    fn misplaced(&self, product: &Product, variation: &Variation, columns: &Columns) -> Option<String> {
        if !product.kind.may_have_variations() {
            return Some(format!("the product \"{}\" of the variation is not variable", variation.parent));
        }
        let name = variation.name.as_deref()?;
        let other = self.product_of_name(product, name)?;
        let [name_column, parent_column] = [Column::Name, Column::Parent].map(|column| columns.name(column));
        Some(format!(
            "\"{name_column}\" is \"{name}\", like those of the product \"{}\", but \"{parent_column}\" is \"{}\"; correct one of them",
            other.handle, variation.parent
        ))
    }

    /// Returns the other product to which a variation belongs by its name, which begins with that of its product: `Mug - Red, Small`. A
    /// name that begins with neither says nothing, because people change names.
    fn product_of_name(&self, own: &Product, name: &str) -> Option<&Product> {
        let key = name_key(name);
        let beginnings = || key.rmatch_indices(" - ").filter_map(|(end, _)| key.get(..end));
        if *own.name_key == *key || beginnings().any(|beginning| *own.name_key == *beginning) {
            return None;
        }
        let other = self.by_name.get(key.as_str()).or_else(|| beginnings().find_map(|name| self.by_name.get(name)));
        self.products.get(*other?)
    }
}

fn without_product(parent: &str, columns: &Columns) -> String {
    if parent.is_empty() {
        format!("\"{}\" is empty, so the product of the variation is unknown", columns.name(Column::Parent))
    } else {
        format!("the product \"{parent}\" of the variation is not in the file; export it with its variations")
    }
}
