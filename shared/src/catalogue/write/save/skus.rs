//! Refuses edits that take SKUs of other products.

use std::collections::{HashMap, HashSet};

use super::super::edit::ProductEdit;
use super::super::error::EditError;
use crate::app::db::Tx;
use crate::catalogue::store::snapshot::ProductSnapshot;
use crate::catalogue::store::write::{self as store, SkuOwner};

/// A SKU that an edit gives to a variant.
#[derive(Clone, Copy)]
struct WantedSku<'e> {
    /// Index in the edit's list of variants.
    at: usize,
    sku: &'e str,
}

/// Returns for each edit an error for every SKU that belongs to another product, or that an earlier accepted edit takes.
pub(super) async fn taken_sku_errors(
    tx: &mut Tx,
    edits: &[&ProductEdit],
    before: &[Option<&ProductSnapshot>],
) -> sqlx::Result<Vec<Vec<EditError>>> {
    let wanted: Vec<Vec<WantedSku<'_>>> = edits.iter().map(|edit| wanted_skus(edit)).collect();
    let all: Vec<String> = wanted.iter().flatten().map(|wanted| wanted.sku.to_owned()).collect();
    let owners = store::sku_owners(tx, &all).await?;
    let taken = taken_skus(&wanted, before, &owners);
    let errors = edits.iter().zip(taken).map(|(edit, taken)| {
        taken.into_iter().map(|wanted| taken_error(wanted, edit, owners.get(wanted.sku))).collect()
    });
    Ok(errors.collect())
}

fn taken_error(WantedSku { at, sku }: WantedSku<'_>, edit: &ProductEdit, owner: Option<&SkuOwner>) -> EditError {
    let sku = sku.to_owned();
    match (edit.product.handle(), owner) {
        (Some(handle), Some(owner)) if owner.handle != handle => {
            EditError::SkuOfOtherProduct { at, sku, owner: owner.handle.clone(), handle: handle.to_owned() }
        }
        (Some(_) | None, Some(_) | None) => EditError::SkuTaken { at, sku },
    }
}

fn wanted_skus(edit: &ProductEdit) -> Vec<WantedSku<'_>> {
    let variants = edit.variants.edits().iter().enumerate();
    variants.filter_map(|(at, variant)| Some(WantedSku { at, sku: variant.sku.as_deref()? })).collect()
}

/// Returns for each edit the wanted SKUs that it cannot have.
fn taken_skus<'e>(
    wanted: &[Vec<WantedSku<'e>>],
    before: &[Option<&ProductSnapshot>],
    owners: &HashMap<String, SkuOwner>,
) -> Vec<Vec<WantedSku<'e>>> {
    let mut claimed: HashSet<&str> = HashSet::new();
    let mut all = Vec::new();
    for (wanted, before) in wanted.iter().zip(before) {
        let own = before.map(|before| before.id);
        let is_taken =
            |sku: &str| claimed.contains(sku) || owners.get(sku).is_some_and(|owner| Some(owner.product) != own);
        let taken: Vec<WantedSku<'e>> = wanted.iter().copied().filter(|wanted| is_taken(wanted.sku)).collect();
        if taken.is_empty() {
            claimed.extend(wanted.iter().map(|wanted| wanted.sku));
        }
        all.push(taken);
    }
    all
}
