//! Pairs the edits of variants with the variants that the product has.

use std::collections::{HashMap, HashSet};

use super::super::edit::{VariantEdit, VariantName, VariantTarget, VariantsEdit, place};
use super::super::error::{EditError, Missing};
use super::prices::given;
use super::values;
use crate::catalogue::name_key;
use crate::catalogue::store::snapshot::VariantSnapshot;
use crate::catalogue::store::write::{IdOrName, NamedValue};
use crate::ids::VariantId;
use crate::money::Money;

/// The edit of a variant.
#[derive(Clone, Copy, Debug)]
pub(in super::super) struct ListedEdit<'e> {
    /// Index in the list of edits.
    pub(in super::super) at: usize,
    pub(in super::super) edit: &'e VariantEdit,
}

/// A variant of the product after the edit.
#[derive(Clone, Copy, Debug)]
pub(in super::super) struct Pair<'e> {
    /// The edit; `None` for a variant that stays as it is.
    pub(in super::super) edit: Option<ListedEdit<'e>>,
    /// Index among the variants before the edit; `None` for a new one.
    pub(in super::super) before: Option<usize>,
}

impl Pair<'_> {
    const fn without_edit(before: usize) -> Self {
        Self { edit: None, before: Some(before) }
    }

    /// Returns the price that the edit gives to the variant, which is one of `before` or new.
    pub(in super::super) fn total(&self, before: &[VariantSnapshot]) -> Option<Money> {
        given(self.edit?.edit, self.before.and_then(|at| before.get(at))).0
    }
}

/// Pairs the edits with the variants before the edit, in the order after the edit. Variants that the product loses are missing.
pub(in super::super) fn pair<'e>(
    edit: &'e VariantsEdit,
    before: &[VariantSnapshot],
) -> Result<Vec<Pair<'e>>, Vec<EditError>> {
    let found = find(edit.edits(), before)?;
    let edited = edit.edits().iter().enumerate().zip(found);
    let edited = edited.map(|((at, edit), before)| Pair { edit: Some(ListedEdit { at, edit }), before });
    Ok(match edit {
        VariantsEdit::Keep => (0..before.len()).map(Pair::without_edit).collect(),
        VariantsEdit::Without(id) => {
            let others = before.iter().enumerate().filter(|(_, old)| old.id != *id);
            others.map(|(at, _)| Pair::without_edit(at)).collect()
        }
        VariantsEdit::All(_) | VariantsEdit::AllSold(_) => {
            let mut pairs: Vec<Pair<'e>> = edited.collect();
            pairs.sort_by_key(|pair| pair.edit.map(|ListedEdit { at, edit }| edit.position.map_or(at, place)));
            pairs
        }
        VariantsEdit::Some(_) => place_among(before, edited),
    })
}

/// Places edited variants among the others: at their requested position, or else where they were. A new variant without a position comes
/// after the last one that is sold.
fn place_among<'e>(before: &[VariantSnapshot], edited: impl Iterator<Item = Pair<'e>>) -> Vec<Pair<'e>> {
    let is_sold = |pair: &Pair<'e>| {
        pair.edit.is_some() || pair.before.and_then(|at| before.get(at)).is_some_and(|old| !old.is_archived)
    };
    let mut pairs: Vec<Pair<'e>> = (0..before.len()).map(Pair::without_edit).collect();
    for pair in edited {
        let previous = pairs.iter().position(|other| pair.before.is_some() && other.before == pair.before);
        if let Some(previous) = previous {
            pairs.remove(previous);
        }
        let requested = pair.edit.and_then(|listed| listed.edit.position).map(place);
        let after_the_last = || pairs.iter().rposition(is_sold).map_or(0, |last| last + 1);
        let at = requested.or(previous).unwrap_or_else(after_the_last);
        pairs.insert(at.min(pairs.len()), pair);
    }
    pairs
}

/// Finds the variant of each edit: by its id, or by its SKU unless another edit names the variant by id, or for files by its values.
fn find(edits: &[VariantEdit], before: &[VariantSnapshot]) -> Result<Vec<Option<usize>>, Vec<EditError>> {
    let by_id: HashMap<VariantId, usize> = before.iter().enumerate().map(|(at, old)| (old.id, at)).collect();
    let by_sku: HashMap<&str, usize> = before.iter().enumerate().map(|(at, old)| (old.sku.as_str(), at)).collect();
    let id_of = |edit: &VariantEdit| if let VariantTarget::Id(id) = edit.variant { Some(id) } else { None };
    let named: HashSet<usize> = edits.iter().filter_map(id_of).filter_map(|id| by_id.get(&id).copied()).collect();
    let (mut errors, mut seen, mut all) = (Vec::new(), HashSet::new(), Vec::new());
    for (at, edit) in edits.iter().enumerate() {
        let found = match edit.variant {
            VariantTarget::New => None,
            VariantTarget::Id(id) => {
                let found = by_id.get(&id).copied();
                if found.is_none() {
                    errors.push(EditError::NoSuchVariant { at, id });
                }
                found
            }
            VariantTarget::Unclear => {
                errors.push(EditError::Incomplete { at: Some(at), missing: Missing::OtherOptions });
                None
            }
            VariantTarget::Sku | VariantTarget::SkuOrValues => {
                let found = edit.sku.as_deref().and_then(|sku| by_sku.get(sku)).copied();
                found.filter(|found| !named.contains(found))
            }
        };
        if found.is_some_and(|found| !seen.insert(found)) {
            errors.push(EditError::VariantNamedTwice { at, by_id: id_of(edit).is_some() });
        }
        all.push(found);
    }
    find_by_values(edits, before, &mut all, &mut errors);
    if errors.is_empty() { Ok(all) } else { Err(errors) }
}

/// The keys of the values of a variant with those of their attributes, in a fixed order.
type ValueKeys = Vec<(String, String)>;

/// Finds by its values each variant of a file that was not found by its SKU, and reports edits that do not say enough.
fn find_by_values(
    edits: &[VariantEdit],
    before: &[VariantSnapshot],
    all: &mut [Option<usize>],
    errors: &mut Vec<EditError>,
) {
    let is_open =
        |edit: &VariantEdit, found: Option<usize>| edit.variant == VariantTarget::SkuOrValues && found.is_none();
    if !edits.iter().zip(all.iter()).any(|(edit, found)| is_open(edit, *found)) {
        return;
    }
    let known: Vec<ValueKeys> = before.iter().map(known_keys).collect();
    let mut found_by: HashMap<usize, usize> =
        all.iter().enumerate().filter_map(|(at, found)| found.map(|found| (found, at))).collect();
    for (at, (edit, found)) in edits.iter().zip(all).enumerate().filter(|(_, (edit, found))| is_open(edit, **found)) {
        let same = match (&edit.values, &edit.sku) {
            (Some(_), _) => match variant_of(edit, &known, before) {
                Ok(same) => same,
                Err(Ambiguous) => {
                    errors.push(EditError::Incomplete { at: Some(at), missing: Missing::OtherOptions });
                    None
                }
            },
            (None, _) if edits.len() == 1 && before.is_empty() => None,
            (None, Some(sku)) => {
                errors.push(EditError::Incomplete { at: Some(at), missing: Missing::Options(sku.clone()) });
                None
            }
            (None, None) => {
                let only = only_sold(before).filter(|_| edits.len() == 1);
                if only.is_none() {
                    errors.push(EditError::Incomplete { at: Some(at), missing: Missing::SkuAndOptions });
                }
                only
            }
        };
        let Some(same) = same else { continue };
        match (found_by.get(&same), &edit.sku) {
            (None, _) => {
                found_by.insert(same, at);
                *found = Some(same);
            }
            // Which of the two edits means the variant cannot be known, and the wrong one would take its stock and its carts.
            (Some(other), None) => {
                let sku = edits.get(*other).and_then(|other| other.sku.clone()).unwrap_or_default();
                errors.push(EditError::SkuOfOtherEdit { at: *other, sku });
            }
            (Some(_), Some(_)) => {}
        }
    }
}

/// Marks that several variants have the values of an edit.
struct Ambiguous;

/// Returns the variant that has the label of the edit, or else its values.
fn variant_of(edit: &VariantEdit, known: &[ValueKeys], before: &[VariantSnapshot]) -> Result<Option<usize>, Ambiguous> {
    let has_label =
        |old: &VariantSnapshot| matches!(&edit.name, VariantName::Label(label) if values::is_label(label, old));
    match before.iter().position(|old| !old.is_archived && has_label(old)) {
        Some(labelled) => Ok(Some(labelled)),
        None => named_keys(edit).map_or(Ok(None), |keys| variant_with(&keys, known, before)),
    }
}

/// Returns the variant that a row of a file means by its SKU or by its values, if it means only one.
pub(in super::super) fn find_one<'b>(edit: &VariantEdit, before: &'b [VariantSnapshot]) -> Option<&'b VariantSnapshot> {
    let by_sku = before.iter().find(|old| edit.sku.as_deref() == Some(old.sku.as_str()));
    by_sku.or_else(|| {
        let known: Vec<ValueKeys> = before.iter().map(known_keys).collect();
        before.get(variant_of(edit, &known, before).ok()??)
    })
}

/// Returns the only variant that is sold.
fn only_sold(before: &[VariantSnapshot]) -> Option<usize> {
    let mut sold = before.iter().enumerate().filter(|(_, old)| !old.is_archived);
    sold.next().filter(|_| sold.next().is_none()).map(|(at, _)| at)
}

/// Returns the variant that is sold with exactly these values; or else the only one that is sold with them among others, which staff have added;
/// or else an archived one with exactly these values.
fn variant_with(keys: &ValueKeys, known: &[ValueKeys], before: &[VariantSnapshot]) -> Result<Option<usize>, Ambiguous> {
    let all = || known.iter().zip(before).enumerate();
    let exactly = |is_archived: bool| {
        all().find(|(_, (known, old))| old.is_archived == is_archived && *known == keys).map(|(at, _)| at)
    };
    if let Some(same) = exactly(false) {
        return Ok(Some(same));
    }
    let has_them = |known: &ValueKeys| keys.iter().all(|key| known.contains(key));
    let mut among = all().filter(|(_, (known, old))| !old.is_archived && has_them(known)).map(|(at, _)| at);
    match (among.next(), among.next()) {
        (Some(only), None) => Ok(Some(only)),
        (Some(_), Some(_)) => Err(Ambiguous),
        (None, _) => Ok(exactly(true)),
    }
}

fn known_keys(variant: &VariantSnapshot) -> ValueKeys {
    let mut keys: ValueKeys =
        variant.values.iter().map(|value| (name_key(&value.attribute), name_key(&value.value))).collect();
    keys.sort_unstable();
    keys
}

/// Returns the keys of an edit that names all its values by text, as files do.
fn named_keys(edit: &VariantEdit) -> Option<ValueKeys> {
    let keys = edit.values.as_ref()?.iter().map(|value| match value {
        NamedValue::Of { attribute: IdOrName::Name(attribute), value: IdOrName::Name(value) } => {
            Some((name_key(attribute), name_key(value)))
        }
        NamedValue::Of { .. } | NamedValue::Id(_) => None,
    });
    let mut keys: ValueKeys = keys.collect::<Option<_>>()?;
    keys.sort_unstable();
    Some(keys)
}
