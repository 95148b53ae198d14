//! The plan of one product's changes: the difference between an edit and the product as it is.

use std::collections::HashMap;

use super::edit::{BasePrice, ProductEdit, ProductTarget, VariantsEdit};
use super::error::EditError;
use super::images::{self, ImagePlan};
use super::paired::{Paired, variants_of};
use super::saved::{RowChange, Saved, in_list_order};
use super::taxonomy::TaxonomyLookup;
use super::variants::{self, BasePrices, Pair, VariantPlan};
use crate::catalogue::store::snapshot::{ProductSnapshot, VariantSnapshot};
use crate::catalogue::store::write::{KnownValue, NamedValue, ProductRow};
use crate::catalogue::{Status, slug_of_handle, slugify};
use crate::ids::{CategoryId, ProductId, VariantId};
use crate::money::Money;
use crate::patch::Patch;
use crate::stock::Units;

/// An edit with the changes of its product.
#[derive(Debug)]
pub(super) struct Plan<'e> {
    pub(super) edit: &'e ProductEdit,
    pub(super) before: Option<&'e ProductSnapshot>,
    /// The id, which a new product gets when it is written.
    pub(super) id: Option<ProductId>,
    pub(super) row: ProductRow,
    /// The change of the product with everything that belongs to it.
    pub(super) change: RowChange,
    pub(super) enters: Vec<CategoryId>,
    pub(super) leaves: Vec<CategoryId>,
    pub(super) variants: Vec<VariantPlan<'e>>,
    pub(super) removed: Vec<VariantId>,
    pub(super) images: Option<Vec<ImagePlan>>,
    /// All errors of the edit.
    pub(super) errors: Vec<EditError>,
}

impl<'e> Plan<'e> {
    /// Plans an edit, except for attribute values that must be looked up; see [`Self::resolve`].
    pub(super) fn new(
        Paired { edit, before, pairs }: Paired<'e>,
        taxonomy: &TaxonomyLookup,
        mut errors: Vec<EditError>,
    ) -> Result<Self, Vec<EditError>> {
        let pairs = pairs.map_err(|more| errors.iter().cloned().chain(more).collect::<Vec<_>>())?;
        let row = row(edit, before, taxonomy, &pairs);
        let base =
            BasePrices { before: before.map_or(row.base_price, |before| before.base_price), after: row.base_price };
        let variants = variants::plan(&edit.variants, pairs, variants_of(before), base);
        let removed = variants::removed(&edit.variants, variants_of(before), &variants);
        let images = images::plan(&edit.images, before, &variants, &removed, &mut errors);
        let (enters, leaves) = taxonomy.categorise(edit, before);
        let mut plan = Self {
            edit,
            before,
            id: before.map(|before| before.id),
            row,
            change: RowChange::Unchanged,
            enters,
            leaves,
            removed,
            variants,
            images,
            errors,
        };
        plan.change = plan.compare();
        Ok(plan)
    }

    /// Decides again whether the stock of each variant changes, from the units under the lock.
    pub(super) fn compare_stock(&mut self, stock: &HashMap<VariantId, Units>) {
        for variant in &mut self.variants {
            if let Some(units) = variant.id.and_then(|id| stock.get(&id)) {
                variant.compare_stock(*units);
            }
        }
        self.change = self.compare();
    }

    /// Adds an error for each variant whose stock or whose rules of stock would change.
    pub(super) fn refuse_changes_of_stock(&mut self) {
        let changed = self.variants.iter().filter(|variant| variant.stock.is_some() || variant.stock_rules.is_some());
        let at = changed.filter_map(|variant| Some(variant.edit?.at));
        self.errors.extend(at.map(|at| EditError::StockNotPermitted { at }));
    }

    /// Adds the values that were looked up, and checks the product after the edit.
    pub(super) fn resolve(&mut self, known: &HashMap<NamedValue, KnownValue>) {
        let before = variants_of(self.before);
        let mut wrong = Vec::new();
        for variant in &mut self.variants {
            wrong.extend(variant.resolve(known, before).err().into_iter().flatten());
        }
        if !wrong.is_empty() {
            self.errors.extend(wrong);
            return;
        }
        variants::check(&self.variants, before, &mut self.errors);
        if !self.edit.variants.is_keep() {
            variants::check_count(&self.variants, before, &mut self.errors);
        }
        self.check_default();
        self.change = self.compare();
    }

    /// Checks the default variant that the edit names, unless one of the edit's variants is marked as the default.
    fn check_default(&mut self) {
        if let (Patch::Set(default), None) = (&self.edit.default_variant, self.marked_default()) {
            match self.variants.iter().find(|variant| variant.id == Some(*default)) {
                None => self.errors.push(EditError::NoSuchDefault(*default)),
                Some(variant) if variant.row.is_archived => self.errors.push(EditError::DefaultArchived),
                Some(_) => {}
            }
        }
    }

    /// Returns the existing variants whose SKU changes.
    pub(super) fn variants_changing_skus(&self) -> Vec<VariantId> {
        variants::variants_changing_skus(&self.variants, variants_of(self.before))
    }

    /// Returns the variants whose current SKUs the edit gives to other variants of the product.
    pub(super) fn variants_releasing_skus(&self) -> Vec<VariantId> {
        variants::variants_releasing_skus(&self.variants, variants_of(self.before))
    }

    fn marked_default(&self) -> Option<&VariantPlan<'e>> {
        self.variants.iter().find(|variant| variant.is_default() == Some(true) && !variant.row.is_archived)
    }

    /// Returns the change of the default variant. A new variant counts as none until it has an id.
    pub(super) fn default_variant_change(&self) -> Patch<VariantId> {
        let current = self.before.and_then(|before| before.default_variant);
        let stays = |variant: &&VariantPlan<'_>| {
            variant.id == current && variant.is_default().is_none() && !variant.row.is_archived
        };
        let wanted = match (self.marked_default(), &self.edit.default_variant) {
            (Some(marked), _) => marked.id,
            (None, Patch::Set(default)) => Some(*default),
            (None, Patch::Clear) => None,
            (None, Patch::Keep) if self.edit.variants.is_keep() => current,
            (None, Patch::Keep) => current.filter(|_| self.variants.iter().any(|variant| stays(&variant))),
        };
        if wanted == current { Patch::Keep } else { Patch::replace(wanted) }
    }

    /// Compares the product after the edit with the one before.
    fn compare(&self) -> RowChange {
        let Some(before) = self.before else { return RowChange::Inserted };
        let is_unchanged = |variant: &VariantPlan<'_>| variant.change() == RowChange::Unchanged;
        if is_changed(&self.row, before)
            || !self.variants.iter().all(is_unchanged)
            || !(self.removed.is_empty() && self.enters.is_empty() && self.leaves.is_empty())
            || self.images_changed()
            || !self.default_variant_change().is_keep()
        {
            RowChange::Updated
        } else {
            RowChange::Unchanged
        }
    }

    pub(super) fn images_changed(&self) -> bool {
        self.images.as_ref().is_some_and(|images| images::is_changed(images, self.before))
    }

    pub(super) fn into_saved(self) -> Saved {
        let moved = self.variants.iter().filter(|variant| variant.stock_moved);
        let listed = self.variants.iter().filter_map(|variant| Some((variant.edit?.at, variant.change())));
        Saved {
            id: self.id,
            product: self.change,
            variants: in_list_order(listed),
            variants_removed: self.removed.len() as u64,
            images_removed: self.images.as_deref().map_or(0, |images| images::removed(images, self.before)),
            variants_sold_out: self.variants.iter().filter(|variant| variant.is_new_and_sold_out()).count() as u64,
            stock_changed: self.variants.iter().filter(|variant| variant.changes_stock()).count() as u64,
            stock_moved: moved.map(|variant| variant.row.sku.clone()).collect(),
            images: self.images.as_deref().map(images::changes).unwrap_or_default(),
        }
    }
}

/// Returns the product's own columns after the edit. The names of a new product may be taken; see [`super::save`].
fn row(
    edit: &ProductEdit,
    before: Option<&ProductSnapshot>,
    taxonomy: &TaxonomyLookup,
    pairs: &[Pair<'_>],
) -> ProductRow {
    let name = edit.name.clone().or_else(|| before.map(|before| before.name.clone())).unwrap_or_default();
    let slug = edit.slug.clone().unwrap_or_else(|| match (&edit.product, before) {
        (_, Some(before)) => before.slug.clone(),
        (ProductTarget::Handle(handle), None) if !edit.has_slug_of_name => slug_of_handle(handle),
        (_, None) => slugify(&name, "product"),
    });
    let current = before.map_or_else(|| Status::default().as_str().to_owned(), |before| before.status.clone());
    let status = match (edit.status, edit.is_published) {
        (Some(status), _) => status.as_str().to_owned(),
        (None, Some(false)) if current == Status::Active.as_str() => Status::Draft.as_str().to_owned(),
        (None, Some(true)) if current == Status::Draft.as_str() => Status::Active.as_str().to_owned(),
        (None, _) => current,
    };
    ProductRow {
        handle: edit.product.handle().unwrap_or(&slug).to_owned(),
        slug,
        name,
        brand: taxonomy.brand(edit, before),
        sku: edit.sku.clone().apply(before.and_then(|before| before.sku.clone())),
        description: edit
            .description
            .clone()
            .or_else(|| before.map(|before| before.description.clone()))
            .unwrap_or_default(),
        base_price: base_price(edit, before, pairs),
        tags: edit.tags.clone().or_else(|| before.map(|before| before.tags.clone())).unwrap_or_default(),
        status,
        publish_at: edit.publish_at.apply(before.and_then(|before| before.publish_at)),
        unpublish_at: edit.unpublish_at.apply(before.and_then(|before| before.unpublish_at)),
    }
}

fn base_price(edit: &ProductEdit, before: Option<&ProductSnapshot>, pairs: &[Pair<'_>]) -> Money {
    let current = before.map(|before| before.base_price);
    let sells_only_these = matches!(edit.variants, VariantsEdit::All(_) | VariantsEdit::AllSold(_));
    match (edit.base_price, current) {
        (BasePrice::Set(price), _) => price,
        (BasePrice::Keep, current) => current.unwrap_or_default(),
        // The prices of the others follow the base price.
        (BasePrice::Lowest, Some(current)) if !sells_only_these || costs_the_same(variants_of(before), pairs) => {
            current
        }
        (BasePrice::Lowest, current) => {
            let lowest = pairs.iter().filter_map(|pair| pair.total(variants_of(before))).min();
            lowest.or(current).unwrap_or_default()
        }
    }
}

/// Returns true if every variant of the edit was there and cost what it costs after the edit.
fn costs_the_same(before: &[VariantSnapshot], pairs: &[Pair<'_>]) -> bool {
    let is_same = |pair: &Pair<'_>| {
        let old = pair.before.and_then(|at| before.get(at)).map(|old| old.price);
        old.is_some() && old == pair.total(before)
    };
    pairs.iter().filter(|pair| pair.edit.is_some()).all(is_same)
}

fn is_changed(row: &ProductRow, before: &ProductSnapshot) -> bool {
    let brand = before.brand.as_ref().map(|brand| brand.id);
    (&row.slug, &row.name, &row.sku, &row.description) != (&before.slug, &before.name, &before.sku, &before.description)
        || (&row.tags, &row.status, row.brand, row.base_price)
            != (&before.tags, &before.status, brand, before.base_price)
        || (row.publish_at, row.unpublish_at) != (before.publish_at, before.unpublish_at)
}
