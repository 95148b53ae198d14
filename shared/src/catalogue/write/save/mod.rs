//! Saves a batch of edits of products.

mod names;
mod rows;
mod skus;

use std::collections::{HashMap, HashSet};

use super::author::Author;
use super::edit::{CategoriesEdit, ProductEdit, ProductTarget};
use super::error::EditError;
use super::paired::Paired;
use super::partial_options;
use super::plan::Plan;
use super::saved::{RowChange, Saved};
use super::taxonomy::{TaxonomyLookup, difference};
use crate::app::db::Tx;
use crate::catalogue::product_file::NamedSkus;
use crate::catalogue::store::snapshot::{self, ProductSnapshot};
use crate::catalogue::store::write as store;
use crate::catalogue::store::write::NamedValue;
use crate::ids::{CategoryId, ProductId, VariantId};
use crate::money::{Currency, OtherCurrency};
use crate::stock::Units;

/// Reason why a batch could not be saved. The transaction can then only be rolled back.
#[derive(Debug, thiserror::Error)]
pub enum SaveError {
    /// Another transaction has changed a product after it was read and before it was locked. A new transaction can save the batch.
    #[error("a product was changed by another transaction while it was being saved; save it again")]
    Changed,
    /// The database has not returned the id of the product or variant that was inserted with this slug or SKU: an internal error.
    #[error("the database returned no id for \"{0}\", which was inserted")]
    NotInserted(String),
    /// The shop does not sell in the currency of the edits.
    #[error(transparent)]
    OtherCurrency(#[from] OtherCurrency),
    /// The database has refused a statement or did not answer.
    #[error("the database did not save the products")]
    Database(#[from] sqlx::Error),
}

/// Saves edits of different products, with prices in this currency. Returns for each the changes, or the reasons why it was refused. An
/// edit without a change writes nothing, and its product keeps its version.
///
/// An error may be a conflict with another writer, after which the caller can try again; see [`super::Attempt`].
pub async fn save(
    tx: &mut Tx,
    edits: &[ProductEdit],
    currency: Currency,
    author: Author,
) -> Result<Vec<Result<Saved, Vec<EditError>>>, SaveError> {
    save_of_file(tx, edits, &NamedSkus::default(), currency, author).await
}

/// Saves edits as [`save`] does. `named` has the SKUs of the file around these products.
pub(super) async fn save_of_file(
    tx: &mut Tx,
    edits: &[ProductEdit],
    named: &NamedSkus,
    currency: Currency,
    author: Author,
) -> Result<Vec<Result<Saved, Vec<EditError>>>, SaveError> {
    let all: Vec<&ProductEdit> = edits.iter().collect();
    let mut saved = save_together(tx, &all, named, currency, author).await?;
    if edits.len() > 1 {
        // A product may give a variant another SKU and another product take the old one, so a refused edit is tried again after the others.
        for (edit, saved) in edits.iter().zip(&mut saved).filter(|(_, saved)| saved.is_err()) {
            let again = save_together(tx, &[edit], named, currency, author).await?;
            *saved = again.into_iter().next().unwrap_or_else(|| saved.clone());
        }
    }
    Ok(saved)
}

async fn save_together(
    tx: &mut Tx,
    edits: &[&ProductEdit],
    named: &NamedSkus,
    currency: Currency,
    author: Author,
) -> Result<Vec<Result<Saved, Vec<EditError>>>, SaveError> {
    if edits.iter().any(|edit| edit.product == ProductTarget::New) {
        store::lock_product_slugs(tx).await?;
    }
    let by_handle = find_by_handle(tx, edits).await?;
    let before: Vec<Option<&ProductSnapshot>> = edits
        .iter()
        .map(|edit| match &edit.product {
            ProductTarget::New => None,
            ProductTarget::Locked(product) => Some(&**product),
            ProductTarget::Handle(handle) => by_handle.get(handle),
        })
        .collect();
    before.iter().flatten().try_for_each(|product| currency.require(product.currency))?;
    let completed: Vec<Option<ProductEdit>> =
        edits.iter().zip(&before).map(|(edit, before)| partial_options::complete(edit, *before)).collect();
    let edits: Vec<&ProductEdit> =
        edits.iter().zip(&completed).map(|(edit, completed)| completed.as_ref().unwrap_or(edit)).collect();
    let mut plans = plan_all(tx, &edits, &before, named).await?;
    let stock = lock(tx, &plans).await?;
    plans.iter_mut().flatten().for_each(|plan| plan.compare_stock(&stock));
    if !author.may_change_stock {
        plans.iter_mut().flatten().for_each(Plan::refuse_changes_of_stock);
    }
    names::give(tx, &mut plans).await?;
    resolve(tx, &mut plans).await?;
    let mut written: Vec<&mut Plan<'_>> = plans
        .iter_mut()
        .filter_map(|plan| plan.as_mut().ok())
        .filter(|plan| plan.errors.is_empty() && plan.change != RowChange::Unchanged)
        .collect();
    if !written.is_empty() {
        rows::write(tx, &mut written, &stock, currency, author.stamp).await?;
    }
    let answer = |plan: Plan<'_>| if plan.errors.is_empty() { Ok(plan.into_saved()) } else { Err(plan.errors) };
    Ok(plans.into_iter().map(|plan| plan.and_then(answer)).collect())
}

/// Plans the edits, except for attribute values that must be looked up. Brands and categories that edits name are created if they do not
/// exist.
async fn plan_all<'e>(
    tx: &mut Tx,
    edits: &[&'e ProductEdit],
    before: &[Option<&'e ProductSnapshot>],
    named: &NamedSkus,
) -> sqlx::Result<Vec<Result<Plan<'e>, Vec<EditError>>>> {
    let mut errors = skus::taken_sku_errors(tx, edits, before).await?;
    let paired: Vec<Paired<'e>> = edits.iter().zip(before).map(|(edit, before)| Paired::new(edit, *before)).collect();
    for (paired, errors) in paired.iter().zip(&mut errors) {
        errors.extend(paired.missing_parts());
        errors.extend(paired.variants_elsewhere(named));
    }
    // An import saves the other products of its file, so a refused product must not leave new brands or categories behind. A request to
    // the API is rolled back as a whole, so it is planned further to find all its errors.
    let is_refused = |edit: &ProductEdit, errors: &[EditError]| edit.product.handle().is_some() && !errors.is_empty();
    let accepted = paired.iter().zip(&errors).filter(|(paired, errors)| !is_refused(paired.edit, errors));
    // Every transaction that locks several of these keeps this order: brands, categories, stock, products, attributes. A transaction that
    // saves several batches can still deadlock with another and is then tried again (`Attempt`).
    let taxonomy = TaxonomyLookup::find_or_create(tx, accepted.map(|(paired, _)| (paired.edit, paired.before))).await?;
    let missing = missing_categories(tx, edits, before).await?;
    let plans = paired.into_iter().zip(errors).map(|(paired, mut errors)| {
        if is_refused(paired.edit, &errors) {
            return Err(errors);
        }
        if let CategoriesEdit::Set(ids) = &paired.edit.categories {
            errors.extend(ids.iter().filter(|id| missing.contains(id)).map(|id| EditError::NoSuchCategory(*id)));
        }
        Plan::new(paired, &taxonomy, errors)
    });
    Ok(plans.collect())
}

async fn find_by_handle(tx: &mut Tx, edits: &[&ProductEdit]) -> sqlx::Result<HashMap<String, ProductSnapshot>> {
    let handles: Vec<String> = edits.iter().filter_map(|edit| edit.product.handle()).map(str::to_owned).collect();
    if handles.is_empty() {
        return Ok(HashMap::new());
    }
    let found = snapshot::find_all(tx, &handles).await?;
    Ok(found.into_iter().filter_map(|product| Some((product.handle.clone()?, product))).collect())
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

/// Locks the products that change and that the caller has not locked: the stock of their variants, then their rows. Returns the units.
/// Fails if another transaction has changed one of them after it was read.
async fn lock(tx: &mut Tx, plans: &[Result<Plan<'_>, Vec<EditError>>]) -> Result<HashMap<VariantId, Units>, SaveError> {
    let changed: Vec<&ProductSnapshot> = plans
        .iter()
        .flatten()
        .filter(|plan| plan.edit.product.handle().is_some() && plan.change != RowChange::Unchanged)
        .filter_map(|plan| plan.before)
        .collect();
    if changed.is_empty() {
        return Ok(HashMap::new());
    }
    let ids: Vec<ProductId> = changed.iter().map(|product| product.id).collect();
    let locked = store::lock_products(tx, &ids).await?;
    let is_as_read = changed.iter().all(|product| {
        locked.versions.get(&product.id) == Some(&product.version)
            && product.variants.iter().all(|variant| locked.stock.contains_key(&variant.id))
    });
    if is_as_read { Ok(locked.stock) } else { Err(SaveError::Changed) }
}

/// Looks up the attribute values of variants in the order of the edits, so that new values are created in that order: S, M, L.
async fn resolve(tx: &mut Tx, plans: &mut [Result<Plan<'_>, Vec<EditError>>]) -> sqlx::Result<()> {
    let mut plans: Vec<&mut Plan<'_>> = plans
        .iter_mut()
        .filter_map(|plan| plan.as_mut().ok())
        .filter(|plan| plan.change != RowChange::Unchanged || plan.edit.product.handle().is_none())
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
