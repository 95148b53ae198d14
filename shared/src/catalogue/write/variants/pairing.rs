//! Pairs the edits of variants with the variants that the product has.

use std::collections::{HashMap, HashSet};

use super::super::edit::{VariantEdit, VariantTarget, VariantsEdit, place};
use super::super::error::EditError;
use crate::catalogue::store::snapshot::VariantSnapshot;
use crate::ids::VariantId;

/// The edit of a variant.
#[derive(Clone, Copy, Debug)]
pub(in super::super) struct ListedEdit<'e> {
    /// Index in the list of edits.
    pub(in super::super) at: usize,
    pub(in super::super) edit: &'e VariantEdit,
}

/// A variant of the product after the edit.
#[derive(Clone, Copy, Debug)]
pub(super) struct Pair<'e> {
    /// The edit; `None` for a variant that stays as it is.
    pub(super) edit: Option<ListedEdit<'e>>,
    /// Index among the variants before the edit; `None` for a new one.
    pub(super) before: Option<usize>,
}

impl Pair<'_> {
    const fn without_edit(before: usize) -> Self {
        Self { edit: None, before: Some(before) }
    }
}

/// Pairs the edits with the variants before the edit, in the order after the edit. Variants that the product loses are missing.
pub(super) fn pair<'e>(edit: &'e VariantsEdit, before: &[VariantSnapshot]) -> Result<Vec<Pair<'e>>, Vec<EditError>> {
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

/// Finds the variant of each edit: by its id, or by its SKU unless another edit names the variant by id.
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
            VariantTarget::Sku => {
                let found = edit.sku.as_deref().and_then(|sku| by_sku.get(sku)).copied();
                found.filter(|found| !named.contains(found))
            }
        };
        if found.is_some_and(|found| !seen.insert(found)) {
            errors.push(EditError::VariantNamedTwice { at, by_id: id_of(edit).is_some() });
        }
        all.push(found);
    }
    if errors.is_empty() { Ok(all) } else { Err(errors) }
}
