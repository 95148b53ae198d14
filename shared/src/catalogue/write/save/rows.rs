//! Writes the rows of planned changes.

use std::collections::HashMap;

use super::super::edit::VariantTarget;
use super::super::images;
use super::super::plan::Plan;
use super::super::saved::RowChange;
use super::SaveError;
use crate::app::db::{Tx, is_violation};
use crate::catalogue::store::write as store;
use crate::catalogue::store::write::{ProductRow, ValuesRow, VariantRow};
use crate::ids::{CategoryId, ProductId, VariantId};
use crate::money::{Currency, OtherCurrency};
use crate::patch::Patch;
use crate::stock::store::{StockChange, change_all, write_rules};
use crate::stock::{StockRules, Units};
use crate::users::Stamp;

/// Writes the changes of products that are locked, with prices in this currency, and their ids into the plans. `stock` has the units under the lock.
pub(super) async fn write(
    tx: &mut Tx,
    plans: &mut [&mut Plan<'_>],
    stock: &HashMap<VariantId, Units>,
    currency: Currency,
    stamp: Stamp,
) -> Result<(), SaveError> {
    write_products(tx, plans, currency, stamp).await?;
    write_variants(tx, plans, stamp).await?;
    write_stock_rules(tx, plans).await?;
    write_stock(tx, plans, stock, stamp).await?;
    write_defaults(tx, plans).await?;
    write_images(tx, plans).await?;
    let leaves = pairs(plans, |plan| plan.leaves.as_slice());
    store::remove_from_categories(tx, &leaves).await?;
    let enters = pairs(plans, |plan| plan.enters.as_slice());
    store::add_to_categories(tx, &enters).await?;
    let ids: Vec<ProductId> = with_ids(plans).map(|(id, _)| id).collect();
    store::refresh_product_cards(tx, &ids).await?;
    Ok(())
}

fn with_ids<'p, 'e>(plans: &'p [&mut Plan<'e>]) -> impl Iterator<Item = (ProductId, &'p Plan<'e>)> {
    plans.iter().filter_map(|plan| plan.id.map(|id| (id, &**plan)))
}

/// Returns a pair of product and category for each category that `categories` takes from a plan.
fn pairs<'e>(
    plans: &[&mut Plan<'e>],
    categories: for<'p> fn(&'p Plan<'e>) -> &'p [CategoryId],
) -> Vec<(ProductId, CategoryId)> {
    let of_each = with_ids(plans).flat_map(|(id, plan)| categories(plan).iter().map(move |category| (id, *category)));
    of_each.collect()
}

async fn write_defaults(tx: &mut Tx, plans: &[&mut Plan<'_>]) -> sqlx::Result<()> {
    let changed = with_ids(plans).filter_map(|(id, plan)| match plan.default_variant_change() {
        Patch::Keep => None,
        Patch::Clear => Some((id, None)),
        Patch::Set(variant) => Some((id, Some(variant))),
    });
    let defaults: Vec<(ProductId, Option<VariantId>)> = changed.collect();
    store::set_default_variants(tx, &defaults).await
}

async fn write_images(tx: &mut Tx, plans: &[&mut Plan<'_>]) -> sqlx::Result<()> {
    let changed: Vec<(ProductId, &Plan<'_>)> = with_ids(plans).filter(|(_, plan)| plan.images_changed()).collect();
    let owners: Vec<ProductId> = changed.iter().map(|(id, _)| *id).collect();
    let rows = changed
        .iter()
        .flat_map(|(id, plan)| images::rows(*id, plan.images.as_deref().unwrap_or_default(), &plan.variants));
    store::write_images(tx, &owners, &rows.collect::<Vec<_>>()).await
}

/// Inserts the new products in the order of the edits and updates the others. Each gets a new `updated_at`, even if only a variant or an
/// image changed.
async fn write_products(
    tx: &mut Tx,
    plans: &mut [&mut Plan<'_>],
    currency: Currency,
    stamp: Stamp,
) -> Result<(), SaveError> {
    let new: Vec<&ProductRow> = plans.iter().filter(|plan| plan.id.is_none()).map(|plan| &plan.row).collect();
    let ids = match store::insert_products(tx, &new, currency, stamp).await {
        Err(error) if is_violation(&error, "product_currency_is_the_shops") => {
            return Err(OtherCurrency(currency).into());
        }
        inserted => inserted?,
    };
    let old: Vec<(ProductId, &ProductRow)> =
        plans.iter().filter_map(|plan| plan.id.map(|id| (id, &plan.row))).collect();
    store::update_products(tx, &old, stamp).await?;
    for plan in plans.iter_mut().filter(|plan| plan.id.is_none()) {
        plan.id = Some(inserted(&ids, &plan.row.slug)?);
    }
    Ok(())
}

async fn write_variants(tx: &mut Tx, plans: &mut [&mut Plan<'_>], stamp: Stamp) -> Result<(), SaveError> {
    let removed: Vec<VariantId> = plans.iter().flat_map(|plan| plan.removed.iter().copied()).collect();
    let renamed: Vec<VariantId> = plans.iter().flat_map(|plan| plan.variants_changing_skus()).collect();
    if !renamed.is_empty() {
        // Together and by id, as carts lock them: a new SKU is the new key of a row, which conflicts with those locks.
        store::lock_variants(tx, &[removed.as_slice(), &renamed].concat()).await?;
    }
    store::remove_variants(tx, &removed, stamp).await?;
    let released: Vec<VariantId> = plans.iter().flat_map(|plan| plan.variants_releasing_skus()).collect();
    store::release_skus(tx, &released).await?;
    let mut old: Vec<(VariantId, &VariantRow)> = Vec::new();
    let mut new: Vec<(ProductId, &VariantRow)> = Vec::new();
    for plan in plans.iter() {
        for variant in &plan.variants {
            match (variant.row_change, variant.id, plan.id) {
                (RowChange::Updated, Some(id), _) => old.push((id, &variant.row)),
                (RowChange::Inserted, _, Some(product)) => new.push((product, &variant.row)),
                (RowChange::Unchanged | RowChange::Updated | RowChange::Inserted, ..) => {}
            }
        }
    }
    store::update_variants(tx, &old, stamp.at).await?;
    let ids = store::insert_variants(tx, &new, stamp.at).await?;
    let mut rows: Vec<ValuesRow<'_>> = Vec::new();
    for plan in plans.iter_mut() {
        for variant in plan.variants.iter_mut() {
            let is_new = variant.id.is_none();
            let id = match variant.id {
                Some(id) => id,
                None => inserted(&ids, &variant.row.sku)?,
            };
            variant.id = Some(id);
            if variant.values_changed {
                let is_ordered = variant.edit.is_some_and(|listed| listed.edit.variant == VariantTarget::SkuOrValues);
                rows.push(ValuesRow { variant: id, is_new, is_ordered, values: &variant.row.values });
            }
        }
    }
    store::write_values(tx, &rows).await?;
    Ok(())
}

/// Returns the id of the row that was inserted with this slug or SKU.
fn inserted<I: Copy>(ids: &HashMap<String, I>, key: &str) -> Result<I, SaveError> {
    ids.get(key).copied().ok_or_else(|| SaveError::NotInserted(key.to_owned()))
}

/// Writes the rules of the stock that the edits change.
async fn write_stock_rules(tx: &mut Tx, plans: &[&mut Plan<'_>]) -> sqlx::Result<()> {
    let planned = plans.iter().flat_map(|plan| &plan.variants);
    let rules: Vec<(VariantId, StockRules)> =
        planned.filter_map(|variant| Some((variant.id?, variant.stock_rules?))).collect();
    write_rules(tx, &rules).await
}

/// Sets the stock that the edits change.
async fn write_stock(
    tx: &mut Tx,
    plans: &[&mut Plan<'_>],
    stock: &HashMap<VariantId, Units>,
    stamp: Stamp,
) -> sqlx::Result<()> {
    let planned = plans.iter().flat_map(|plan| &plan.variants);
    let changes: Vec<StockChange> = planned
        .filter_map(|variant| {
            let (id, (units, reason)) = (variant.id?, variant.stock?);
            Some(StockChange {
                variant: id,
                units: units - stock.get(&id).copied().unwrap_or_default().on_hand,
                reason,
            })
        })
        .collect();
    change_all(tx, &changes, stamp).await.map(drop)
}
