//! Completes the edits of a file that does not have the columns of all options: it says nothing of attributes that it does not name.

use super::edit::{ProductEdit, VariantEdit, VariantName, VariantTarget, VariantsEdit};
use super::variants::{find_one, names_attribute};
use crate::catalogue::store::snapshot::{ProductSnapshot, VariantSnapshot};
use crate::catalogue::store::write::{KnownValue, NamedValue};

/// Returns the edit with the values that stay, if variants of the product have attributes that the file does not name. Variants that it does not
/// name stay too, because it cannot name all of them.
pub(super) fn complete(edit: &ProductEdit, before: Option<&ProductSnapshot>) -> Option<ProductEdit> {
    let (before, option_columns) = before.zip(edit.option_columns)?;
    let sold = || before.variants.iter().filter(|variant| !variant.is_archived);
    let is_named = |value: &KnownValue| edit.variants.edits().iter().any(|edit| names(edit, value));
    let has_more = sold().any(|variant| variant.values.len() > option_columns);
    let has_options = edit.variants.edits().iter().any(|edit| edit.values.is_some());
    if !has_more || !has_options || sold().flat_map(|variant| &variant.values).all(is_named) {
        return None;
    }
    let edits = edit.variants.edits().iter().map(|edit| complete_variant(edit, &before.variants)).collect();
    Some(ProductEdit { variants: VariantsEdit::Some(edits), ..edit.clone() })
}

fn names(edit: &VariantEdit, value: &KnownValue) -> bool {
    edit.values.iter().flatten().any(|named| names_attribute(named, value))
}

/// Adds the values that stay. A variant that is not found is not created, because its other values are unknown.
fn complete_variant(edit: &VariantEdit, before: &[VariantSnapshot]) -> VariantEdit {
    let Some(old) = find_one(edit, before) else {
        return VariantEdit { variant: VariantTarget::Unclear, ..edit.clone() };
    };
    let others = old.values.iter().filter(|value| !names(edit, value));
    let named = edit.values.clone().unwrap_or_default();
    let values: Vec<NamedValue> = named.into_iter().chain(others.map(|value| NamedValue::Id(value.id))).collect();
    // A made name has all values, and the file does not know them.
    let name = match &edit.name {
        VariantName::Made(_) => VariantName::Keep,
        name @ (VariantName::Keep | VariantName::Set(_) | VariantName::Label(_)) => name.clone(),
    };
    VariantEdit { variant: VariantTarget::Id(old.id), values: Some(values), name, ..edit.clone() }
}
