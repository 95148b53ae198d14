//! The attribute values of variants after an edit, and the names that are made from them.

use std::collections::HashMap;

use super::super::edit::{VariantEdit, VariantName};
use super::super::error::EditError;
use super::pairing::ListedEdit;
use crate::catalogue::product_import::Label;
use crate::catalogue::store::snapshot::VariantSnapshot;
use crate::catalogue::store::write::{IdOrName, KnownValue, NamedValue};
use crate::catalogue::{is_made_name, made_name, name_key};
use crate::ids::{AttributeId, AttributeValueId};

/// Returns the variant's values in the order of the edit, if the edit names exactly these; others must be looked up. Names are compared
/// by their keys, because they are looked up in that way.
pub(super) fn keep<'v>(named: &[NamedValue], old: Option<&'v VariantSnapshot>) -> Option<Vec<&'v KnownValue>> {
    let old = old?;
    if named.len() != old.values.len() {
        return None;
    }
    let mut kept: Vec<&KnownValue> = Vec::new();
    for named in named {
        let value = old.values.iter().find(|value| names(named, value))?;
        if kept.iter().any(|other| other.id == value.id) {
            return None;
        }
        kept.push(value);
    }
    Some(kept)
}

/// Returns true if the name is that of a value of this value's attribute.
pub(in super::super) fn is_of(named: &NamedValue, known: &KnownValue) -> bool {
    match named {
        NamedValue::Of { attribute: IdOrName::Name(name), .. } => is_same_name(name, &known.attribute),
        NamedValue::Of { attribute: IdOrName::Id(id), .. } => *id == known.attribute_id.0,
        NamedValue::Id(id) => known.id == *id,
    }
}

fn names(named: &NamedValue, known: &KnownValue) -> bool {
    let is = |named: &IdOrName, id: i64, name: &str| match named {
        IdOrName::Id(named) => *named == id,
        IdOrName::Name(named) => is_same_name(named, name),
    };
    match named {
        NamedValue::Id(id) => known.id == *id,
        NamedValue::Of { attribute, value } => {
            is(attribute, known.attribute_id.0, &known.attribute) && is(value, known.id.0, &known.value)
        }
    }
}

/// Returns the values that the edit names, from those that were looked up.
pub(super) fn choose<'k>(
    named: &[NamedValue],
    ListedEdit { at, .. }: ListedEdit<'_>,
    known: &'k HashMap<NamedValue, KnownValue>,
) -> Result<Vec<&'k KnownValue>, Vec<EditError>> {
    let (mut errors, mut values): (Vec<EditError>, Vec<&KnownValue>) = (Vec::new(), Vec::new());
    for (option, named) in named.iter().enumerate() {
        match (known.get(named), named) {
            (Some(value), _) if values.iter().any(|other| other.attribute_id == value.attribute_id) => {
                let by_id = matches!(named, NamedValue::Id(_));
                errors.push(EditError::TwoValues { at, by_id, attribute: value.attribute.clone() });
            }
            (Some(value), _) => values.push(value),
            (None, NamedValue::Id(id)) => errors.push(EditError::NoSuchValue { at, id: *id }),
            (None, NamedValue::Of { .. }) => errors.push(EditError::NoSuchOption { at, option }),
        }
    }
    if errors.is_empty() { Ok(values) } else { Err(errors) }
}

/// Returns the ids of these values, each with its attribute.
pub(super) fn ids<'v>(values: impl IntoIterator<Item = &'v KnownValue>) -> Vec<(AttributeId, AttributeValueId)> {
    values.into_iter().map(|value| (value.attribute_id, value.id)).collect()
}

/// Returns the values in a fixed order, so that two combinations can be compared.
pub(super) fn sorted(values: &[(AttributeId, AttributeValueId)]) -> Vec<AttributeValueId> {
    let mut values: Vec<AttributeValueId> = values.iter().map(|(_, value)| *value).collect();
    values.sort_unstable();
    values
}

/// Returns true if this label is the only value of the variant.
pub(super) fn is_label(label: &Label, old: &VariantSnapshot) -> bool {
    matches!(
        old.values.as_slice(),
        [only] if is_same_name(&only.attribute, &label.attribute) && is_same_name(&only.value, &label.value)
    )
}

fn is_same_name(one: &str, other: &str) -> bool {
    one == other || name_key(one) == name_key(other)
}

/// Returns the variant's name after the edit. A name that was made from the values changes with them; `is_same` is true if they stay.
pub(super) fn name(edit: &VariantEdit, old: Option<&VariantSnapshot>, values: &[&KnownValue], is_same: bool) -> String {
    let given = old.filter(|old| !is_made_name(&old.name, old.values.iter().map(|value| value.value.as_str())));
    match (&edit.name, old) {
        (VariantName::Set(name), _) => name.clone(),
        (VariantName::Made(_), Some(old)) if is_same => old.name.clone(),
        (VariantName::Made(name), _) => given.map_or(name, |old| &old.name).clone(),
        (VariantName::Label(label), Some(old)) if is_label(label, old) => old.name.clone(),
        (VariantName::Label(Label { name: Some(name), .. }), _) => name.clone(),
        (VariantName::Label(_), _) => given.map_or_else(String::new, |old| old.name.clone()),
        (VariantName::Keep, Some(old)) if edit.values.is_none() || given.is_some() || is_same => old.name.clone(),
        (VariantName::Keep, _) => made_name(values.iter().map(|value| value.value.as_str())),
    }
}
