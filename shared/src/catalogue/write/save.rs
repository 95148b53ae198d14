//! Saves a batch of edits of products.

use std::collections::{HashMap, HashSet};

use super::edit::{CategoriesEdit, ProductEdit, ProductTarget};
use super::error::EditError;
use super::images;
use super::plan::Plan;
use super::saved::{RowChange, Saved};
use super::taxonomy::{TaxonomyLookup, difference};
use crate::app::db::Tx;
use crate::catalogue::store::snapshot::{self, ProductSnapshot};
use crate::catalogue::store::write as store;
use crate::catalogue::store::write::{NamedValue, ProductRow, ValuesRow, VariantRow};
use crate::ids::{CategoryId, ProductId, VariantId};
use crate::patch::Patch;
use crate::stock::store::{Counted, set_all};
use crate::time::Timestamp;

/// Saves edits of different products. Returns for each the changes, or the reasons why it was refused. Products whose edits change nothing
/// are not written and keep their version.
///
/// An error may be a conflict with another writer, after which the caller can try again; see [`super::Attempt`].
pub async fn save(
    tx: &mut Tx,
    edits: &[ProductEdit],
    now: Timestamp,
) -> sqlx::Result<Vec<Result<Saved, Vec<EditError>>>> {
    let all: Vec<&ProductEdit> = edits.iter().collect();
    let mut saved = save_together(tx, &all, now).await?;
    if edits.len() > 1 {
        // A SKU may move from one product to another, so a refused edit is tried again after the others are written.
        for (edit, saved) in edits.iter().zip(&mut saved).filter(|(_, saved)| saved.is_err()) {
            let again = save_together(tx, &[edit], now).await?;
            *saved = again.into_iter().next().unwrap_or_else(|| saved.clone());
        }
    }
    Ok(saved)
}

async fn save_together(
    tx: &mut Tx,
    edits: &[&ProductEdit],
    now: Timestamp,
) -> sqlx::Result<Vec<Result<Saved, Vec<EditError>>>> {
    let by_slug = find_by_slug(tx, edits).await?;
    let before: Vec<Option<&ProductSnapshot>> = edits
        .iter()
        .map(|edit| match &edit.product {
            ProductTarget::New => None,
            ProductTarget::Locked(product) => Some(&**product),
            ProductTarget::Slug(slug) => by_slug.get(slug),
        })
        .collect();
    let errors = refuse_taken_skus(tx, edits, &before).await?;
    // A product of a file is refused before anything is created for it. The API responds with all errors at once and rolls back.
    let is_refused = |at: usize| {
        let is_of_a_file = edits.get(at).is_some_and(|edit| matches!(edit.product, ProductTarget::Slug(_)));
        is_of_a_file && errors.get(at).is_some_and(|errors| !errors.is_empty())
    };
    let accepted = edits.iter().zip(&before).enumerate().filter(|(at, _)| !is_refused(*at));
    // Every transaction that locks several of these keeps this order: brands, categories, stock, products, attributes. A transaction that
    // saves several batches can still deadlock with another and is then tried again (`Attempt`).
    let taxonomy = TaxonomyLookup::find_or_create(tx, accepted.map(|(_, (edit, before))| (*edit, *before))).await?;
    let missing = missing_categories(tx, edits, &before).await?;
    let mut plans: Vec<Result<Plan<'_>, Vec<EditError>>> = Vec::new();
    for (at, ((edit, before), mut errors)) in edits.iter().zip(&before).zip(errors.clone()).enumerate() {
        if is_refused(at) {
            plans.push(Err(errors));
            continue;
        }
        if let CategoriesEdit::Set(ids) = &edit.categories {
            errors.extend(ids.iter().filter(|id| missing.contains(id)).map(|id| EditError::NoSuchCategory(*id)));
        }
        plans.push(Plan::new(edit, *before, &taxonomy, errors));
    }
    let on_hand = lock(tx, &plans).await?;
    resolve(tx, &mut plans).await?;
    let mut written: Vec<&mut Plan<'_>> = plans
        .iter_mut()
        .filter_map(|plan| plan.as_mut().ok())
        .filter(|plan| plan.errors.is_empty() && plan.change() != RowChange::Unchanged)
        .collect();
    if !written.is_empty() {
        write(tx, &mut written, &on_hand, now).await?;
    }
    let answer = |plan: Plan<'_>| if plan.errors.is_empty() { Ok(plan.into_saved()) } else { Err(plan.errors) };
    Ok(plans.into_iter().map(|plan| plan.and_then(answer)).collect())
}

async fn find_by_slug(tx: &mut Tx, edits: &[&ProductEdit]) -> sqlx::Result<HashMap<String, ProductSnapshot>> {
    let slug = |edit: &&ProductEdit| match &edit.product {
        ProductTarget::Slug(slug) => Some(slug.clone()),
        ProductTarget::New | ProductTarget::Locked(_) => None,
    };
    let slugs: Vec<String> = edits.iter().filter_map(slug).collect();
    if slugs.is_empty() {
        return Ok(HashMap::new());
    }
    let found = snapshot::find_all(tx, &slugs).await?;
    Ok(found.into_iter().map(|product| (product.slug.clone(), product)).collect())
}

/// Returns for each edit the errors about SKUs that another product has, or that an earlier edit takes that was not refused.
async fn refuse_taken_skus(
    tx: &mut Tx,
    edits: &[&ProductEdit],
    before: &[Option<&ProductSnapshot>],
) -> sqlx::Result<Vec<Vec<EditError>>> {
    let skus_of = |edit: &ProductEdit| -> Vec<(usize, String)> {
        let variants = edit.variants.edits().iter().enumerate();
        variants.filter_map(|(at, variant)| variant.sku.clone().map(|sku| (at, sku))).collect()
    };
    let skus: Vec<Vec<(usize, String)>> = edits.iter().map(|edit| skus_of(edit)).collect();
    let all: Vec<String> = skus.iter().flatten().map(|(_, sku)| sku.clone()).collect();
    let owners = store::sku_owners(tx, &all).await?;
    let mut claimed: HashSet<&str> = HashSet::new();
    let mut refused: Vec<Vec<(usize, &str)>> = Vec::new();
    for (skus, before) in skus.iter().zip(before) {
        let own = before.map(|before| before.id);
        let is_taken = |sku: &str| claimed.contains(sku) || owners.get(sku).is_some_and(|owner| Some(*owner) != own);
        let taken: Vec<(usize, &str)> =
            skus.iter().filter(|(_, sku)| is_taken(sku)).map(|(at, sku)| (*at, sku.as_str())).collect();
        if taken.is_empty() {
            claimed.extend(skus.iter().map(|(_, sku)| sku.as_str()));
        }
        refused.push(taken);
    }
    let slug_of = |edit: &ProductEdit| match &edit.product {
        ProductTarget::Slug(slug) => Some(slug.clone()),
        ProductTarget::New | ProductTarget::Locked(_) => None,
    };
    let slugs: Vec<String> = edits
        .iter()
        .zip(&refused)
        .filter(|(_, taken)| !taken.is_empty())
        .filter_map(|(edit, _)| slug_of(edit))
        .collect();
    let renamed = store::renamed_products(tx, &slugs).await?;
    let errors = edits.iter().zip(refused).map(|(edit, taken)| {
        let renamed = slug_of(edit).and_then(|was| renamed.get(&was).map(|(id, now)| (was, *id, now)));
        let error = |(at, sku): (usize, &str)| match &renamed {
            Some((was, id, now)) if owners.get(sku) == Some(id) => {
                EditError::Renamed { was: was.clone(), now: (*now).clone(), sku: sku.to_owned() }
            }
            Some(_) | None => EditError::SkuTaken { at, sku: sku.to_owned() },
        };
        taken.into_iter().map(error).collect()
    });
    Ok(errors.collect())
}

/// Returns the categories that edits name by id, that their products are not in, and that do not exist.
async fn missing_categories(
    tx: &mut Tx,
    edits: &[&ProductEdit],
    before: &[Option<&ProductSnapshot>],
) -> sqlx::Result<Vec<CategoryId>> {
    let mut wanted: Vec<CategoryId> = Vec::new();
    for (edit, before) in edits.iter().zip(before) {
        if let CategoriesEdit::Set(ids) = &edit.categories {
            let current: Vec<CategoryId> =
                before.map_or(Vec::new(), |before| before.categories.iter().map(|category| category.id).collect());
            wanted.extend(difference(ids, &current));
        }
    }
    store::missing_categories(tx, &wanted).await
}

/// Locks the products that change and that the caller has not locked: the stock of their variants, then their rows. Returns the units on
/// hand. Fails if another transaction has changed one of them after it was read.
async fn lock(tx: &mut Tx, plans: &[Result<Plan<'_>, Vec<EditError>>]) -> sqlx::Result<HashMap<VariantId, i32>> {
    let changed: Vec<&ProductSnapshot> = plans
        .iter()
        .flatten()
        .filter(|plan| matches!(plan.edit.product, ProductTarget::Slug(_)) && plan.change() != RowChange::Unchanged)
        .filter_map(|plan| plan.before)
        .collect();
    if changed.is_empty() {
        return Ok(HashMap::new());
    }
    let ids: Vec<ProductId> = changed.iter().map(|product| product.id).collect();
    let locked = store::lock_products(tx, &ids).await?;
    let is_as_read = changed.iter().all(|product| {
        locked.versions.get(&product.id) == Some(&product.version)
            && product.variants.iter().all(|variant| locked.on_hand.contains_key(&variant.id))
    });
    if is_as_read { Ok(locked.on_hand) } else { Err(sqlx::Error::RowNotFound) }
}

/// Looks up the attribute values of variants in the order of the edits, so that new values are created in that order: S, M, L.
async fn resolve(tx: &mut Tx, plans: &mut [Result<Plan<'_>, Vec<EditError>>]) -> sqlx::Result<()> {
    let mut plans: Vec<&mut Plan<'_>> = plans
        .iter_mut()
        .filter_map(|plan| plan.as_mut().ok())
        .filter(|plan| plan.change() != RowChange::Unchanged || !matches!(plan.edit.product, ProductTarget::Slug(_)))
        .collect();
    let mut seen = HashSet::new();
    let mut named: Vec<NamedValue> = Vec::new();
    for plan in &plans {
        let wanted = plan.variants.iter().filter_map(|variant| variant.wanted_values).flatten();
        named.extend(wanted.filter(|value| seen.insert(*value)).cloned());
    }
    let known = if named.is_empty() { HashMap::new() } else { store::find_or_make_values(tx, &named).await? };
    for plan in &mut plans {
        plan.resolve(&known);
    }
    Ok(())
}

async fn write(
    tx: &mut Tx,
    plans: &mut [&mut Plan<'_>],
    on_hand: &HashMap<VariantId, i32>,
    now: Timestamp,
) -> sqlx::Result<()> {
    write_products(tx, plans, now).await?;
    write_variants(tx, plans, now).await?;
    write_stock(tx, plans, on_hand, now).await?;
    let of_each = || plans.iter().filter_map(|plan| plan.id.map(|id| (id, &**plan)));
    let defaults: Vec<(ProductId, Option<VariantId>)> = of_each()
        .filter_map(|(id, plan)| match plan.default_variant() {
            Patch::Keep => None,
            Patch::Clear => Some((id, None)),
            Patch::Set(variant) => Some((id, Some(variant))),
        })
        .collect();
    store::set_default_variants(tx, &defaults).await?;
    let with_images: Vec<(ProductId, &Plan<'_>)> = of_each().filter(|(_, plan)| plan.images_changed()).collect();
    let owners: Vec<ProductId> = with_images.iter().map(|(id, _)| *id).collect();
    let rows: Vec<_> = with_images
        .iter()
        .flat_map(|(id, plan)| images::rows(*id, plan.images.as_deref().unwrap_or_default(), &plan.variants))
        .collect();
    store::write_images(tx, &owners, &rows).await?;
    let left: Vec<(ProductId, CategoryId)> =
        of_each().flat_map(|(id, plan)| plan.leaves.iter().map(move |category| (id, *category))).collect();
    store::remove_from_categories(tx, &left).await?;
    let entered: Vec<(ProductId, CategoryId)> =
        of_each().flat_map(|(id, plan)| plan.enters.iter().map(move |category| (id, *category))).collect();
    store::add_to_categories(tx, &entered).await?;
    let ids: Vec<ProductId> = of_each().map(|(id, _)| id).collect();
    store::refresh_product_cards(tx, &ids).await
}

/// Inserts the new products in the order of the edits and updates the others. Each gets a new `updated_at`, even if only a variant or an
/// image changed.
async fn write_products(tx: &mut Tx, plans: &mut [&mut Plan<'_>], now: Timestamp) -> sqlx::Result<()> {
    let new: Vec<&ProductRow> = plans.iter().filter(|plan| plan.id.is_none()).map(|plan| &plan.row).collect();
    let ids = store::insert_products(tx, &new, now).await?;
    let old: Vec<(ProductId, &ProductRow)> =
        plans.iter().filter_map(|plan| plan.id.map(|id| (id, &plan.row))).collect();
    store::update_products(tx, &old, now).await?;
    for plan in plans.iter_mut().filter(|plan| plan.id.is_none()) {
        plan.id = Some(*ids.get(&plan.row.slug).ok_or(sqlx::Error::RowNotFound)?);
    }
    Ok(())
}

async fn write_variants(tx: &mut Tx, plans: &mut [&mut Plan<'_>], now: Timestamp) -> sqlx::Result<()> {
    let removed: Vec<VariantId> = plans.iter().flat_map(|plan| plan.removed.iter().copied()).collect();
    store::remove_variants(tx, &removed, now).await?;
    let released: Vec<VariantId> = plans.iter().flat_map(|plan| plan.released_skus()).collect();
    store::release_skus(tx, &released).await?;
    let mut old: Vec<(VariantId, &VariantRow)> = Vec::new();
    let mut new: Vec<(ProductId, &VariantRow)> = Vec::new();
    for plan in plans.iter() {
        for variant in &plan.variants {
            match (variant.change, variant.id, plan.id) {
                (RowChange::Updated, Some(id), _) => old.push((id, &variant.row)),
                (RowChange::Inserted, _, Some(product)) => new.push((product, &variant.row)),
                (RowChange::Unchanged | RowChange::Updated | RowChange::Inserted, ..) => {}
            }
        }
    }
    store::update_variants(tx, &old, now).await?;
    let ids = store::insert_variants(tx, &new, now).await?;
    let mut rows: Vec<ValuesRow<'_>> = Vec::new();
    for plan in plans.iter_mut() {
        for variant in plan.variants.iter_mut() {
            let is_new = variant.id.is_none();
            let id = variant.id.or_else(|| ids.get(&variant.row.sku).copied()).ok_or(sqlx::Error::RowNotFound)?;
            variant.id = Some(id);
            if variant.values_changed {
                rows.push(ValuesRow { variant: id, is_new, values: &variant.row.values });
            }
        }
    }
    store::write_values(tx, &rows).await
}

/// Writes the stock. Stock that was right before it was locked is not written, because later sales come after the count.
async fn write_stock(
    tx: &mut Tx,
    plans: &[&mut Plan<'_>],
    on_hand: &HashMap<VariantId, i32>,
    now: Timestamp,
) -> sqlx::Result<()> {
    let planned = plans.iter().flat_map(|plan| &plan.variants);
    let counts: Vec<Counted> = planned
        .filter_map(|variant| {
            let (id, (units, reason)) = (variant.id?, variant.stock?);
            Some(Counted { variant: id, before: on_hand.get(&id).copied().unwrap_or_default(), on_hand: units, reason })
        })
        .collect();
    set_all(tx, &counts, now).await
}
