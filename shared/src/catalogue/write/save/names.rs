//! Gives new products their slugs and handles and new variants their SKUs: made from other names, with a number where they are taken.

use std::collections::HashSet;

use super::super::edit::VariantEdit;
use super::super::error::EditError;
use super::super::plan::Plan;
use super::super::variants::VariantPlan;
use crate::app::db::Tx;
use crate::catalogue::limits::MAX_SKU;
use crate::catalogue::sku_part;
use crate::catalogue::store::write::{IdOrName, NamedValue, UniqueName, free_names};

/// The part of a SKU that is left for a number, in characters.
const NUMBER: usize = 6;

/// Completes the plans of new products and of new variants. The transaction holds the lock of slugs. SKUs have no lock: if another
/// transaction takes one first, the constraint refuses it, and the import tries again.
pub(super) async fn give(tx: &mut Tx, plans: &mut [Result<Plan<'_>, Vec<EditError>>]) -> sqlx::Result<()> {
    let mut plans: Vec<&mut Plan<'_>> =
        plans.iter_mut().filter_map(|plan| plan.as_mut().ok()).filter(|plan| plan.errors.is_empty()).collect();
    give_slugs(tx, &mut plans).await?;
    give_handles(tx, &mut plans).await?;
    give_skus(tx, &mut plans).await
}

async fn give_slugs(tx: &mut Tx, plans: &mut [&mut Plan<'_>]) -> sqlx::Result<()> {
    let mut new: Vec<&mut &mut Plan<'_>> =
        plans.iter_mut().filter(|plan| plan.before.is_none() && plan.edit.slug.is_none()).collect();
    let wanted: Vec<String> = new.iter().map(|plan| plan.row.slug.clone()).collect();
    let slugs = free_names(tx, UniqueName::ProductSlug, &wanted, HashSet::new()).await?;
    for (plan, slug) in new.iter_mut().zip(slugs) {
        plan.row.slug = slug;
    }
    Ok(())
}

/// A product that no file has named gets its slug as its handle. Another product may have that handle, if its own slug was changed.
async fn give_handles(tx: &mut Tx, plans: &mut [&mut Plan<'_>]) -> sqlx::Result<()> {
    let mut new: Vec<&mut &mut Plan<'_>> =
        plans.iter_mut().filter(|plan| plan.before.is_none() && plan.edit.product.handle().is_none()).collect();
    let wanted: Vec<String> = new.iter().map(|plan| plan.row.slug.clone()).collect();
    let handles = free_names(tx, UniqueName::ProductHandle, &wanted, HashSet::new()).await?;
    for (plan, handle) in new.iter_mut().zip(handles) {
        plan.row.handle = handle;
    }
    Ok(())
}

async fn give_skus(tx: &mut Tx, plans: &mut [&mut Plan<'_>]) -> sqlx::Result<()> {
    let named = plans.iter().flat_map(|plan| &plan.variants).map(|variant| variant.row.sku.clone());
    let claimed: HashSet<String> = named.collect();
    let (mut wanted, mut new): (Vec<String>, Vec<&mut VariantPlan<'_>>) = (Vec::new(), Vec::new());
    for plan in plans.iter_mut() {
        let slug = plan.row.slug.clone();
        for variant in plan.variants.iter_mut().filter(|variant| variant.row.sku.is_empty()) {
            wanted.push(made_sku(&slug, variant.edit.map(|listed| listed.edit)));
            new.push(variant);
        }
    }
    let skus = free_names(tx, UniqueName::VariantSku, &wanted, claimed).await?;
    for (variant, sku) in new.into_iter().zip(skus) {
        variant.row.sku = sku;
    }
    Ok(())
}

/// Builds a SKU from the product's slug and the variant's values: `shirt.dark-blue.42`.
fn made_sku(slug: &str, edit: Option<&VariantEdit>) -> String {
    let values = edit.and_then(|edit| edit.values.as_deref()).unwrap_or_default();
    let texts = values.iter().filter_map(|value| match value {
        NamedValue::Of { value: IdOrName::Name(text), .. } => Some(sku_part(text)),
        NamedValue::Of { .. } | NamedValue::Id(_) => None,
    });
    let mut sku = std::iter::once(slug.to_owned()).chain(texts).collect::<Vec<_>>().join(".");
    sku.truncate(MAX_SKU - NUMBER);
    sku
}
