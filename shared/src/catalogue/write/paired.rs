//! An edit with the variants that its product has after it.

use std::collections::HashSet;

use super::edit::{ProductEdit, VariantsEdit};
use super::error::{EditError, Missing};
use super::variants::{self, Pair};
use crate::catalogue::product_file::NamedSkus;
use crate::catalogue::store::snapshot::{ProductSnapshot, VariantSnapshot};

/// An edit with its product as it is, and the variants that the edit leaves.
#[derive(Debug)]
pub(super) struct Paired<'e> {
    pub(super) edit: &'e ProductEdit,
    pub(super) before: Option<&'e ProductSnapshot>,
    /// The variants in the order after the edit, or the errors because of which they are unclear.
    pub(super) pairs: Result<Vec<Pair<'e>>, Vec<EditError>>,
}

impl<'e> Paired<'e> {
    pub(super) fn new(edit: &'e ProductEdit, before: Option<&'e ProductSnapshot>) -> Self {
        Self { edit, before, pairs: variants::pair(&edit.variants, variants_of(before)) }
    }

    /// Returns the errors of an edit by which a file does not say enough about a product. They are found before anything is created for it.
    pub(super) fn missing_parts(&self) -> Vec<EditError> {
        if self.edit.product.handle().is_none() {
            return Vec::new();
        }
        let is_new = self.before.is_none();
        let incomplete = |at, missing| EditError::Incomplete { at, missing };
        let no_title = (is_new && self.edit.name.is_none()).then_some(Missing::Name);
        let no_variants = (is_new && self.edit.variants.edits().is_empty()).then_some(Missing::Variants);
        let mut errors: Vec<EditError> =
            no_title.into_iter().chain(no_variants).map(|missing| incomplete(None, missing)).collect();
        match &self.pairs {
            Err(more) => errors.extend(more.iter().cloned()),
            Ok(pairs) => {
                let new = pairs.iter().filter(|pair| pair.before.is_none() && pair.total(&[]).is_none());
                errors.extend(new.filter_map(|pair| Some(incomplete(Some(pair.edit?.at), Missing::Price))));
            }
        }
        errors
    }
}

impl Paired<'_> {
    /// Returns an error for each variant that the product would lose although the file has it under another handle: that handle may be mistyped.
    pub(super) fn variants_elsewhere(&self, named: &NamedSkus) -> Vec<EditError> {
        let (Some(handle), VariantsEdit::AllSold(_), Ok(pairs)) =
            (self.edit.product.handle(), &self.edit.variants, &self.pairs)
        else {
            return Vec::new();
        };
        let stays: HashSet<usize> = pairs.iter().filter_map(|pair| pair.before).collect();
        let lost =
            variants_of(self.before).iter().enumerate().filter(|(at, old)| !(stays.contains(at) || old.is_archived));
        lost.filter_map(|(_, old)| {
            let other = named.elsewhere(&old.sku, handle)?;
            Some(EditError::SkuUnderOtherHandle { sku: old.sku.clone(), handle: other.to_owned() })
        })
        .collect()
    }
}

/// Returns the variants of a product; none if there is no product.
pub(super) fn variants_of(product: Option<&ProductSnapshot>) -> &[VariantSnapshot] {
    product.map_or(&[], |product| &product.variants)
}
