//! Writing products as files describe them: a hundred in one transaction, with few exchanges, each judged alone.
//!
//! What is so already is left alone, rows, `updated_at` and version included. What an entry does not say stays: a product's own SKU, other
//! categories, the spelling of its brand.

mod attempt;
mod filing;
mod options;
mod parts;
mod plan;
mod products;

use std::collections::{HashMap, HashSet};

use super::snapshot::{self, ProductSnapshot};
use super::write::{Change, refresh_product_cards};
use crate::app::db::Tx;
use crate::catalogue::product_import::ProductImport;
use crate::ids::ProductId;
use crate::time::Timestamp;
use filing::Shelves;
use options::Options;
use plan::Plan;

pub use attempt::{Attempt, Together, save};

/// What is meant by the number on hand.
#[derive(Clone, Copy, Debug, PartialEq, Eq, strum::EnumString, strum::IntoStaticStr)]
#[strum(serialize_all = "snake_case")]
pub enum Stock {
    /// A variant that is new begins with it; what is on hand of others stays.
    Begins,
    /// So many were counted.
    Counted,
}

impl Stock {
    /// Its name in requests and in `imports.stock`.
    pub fn as_str(self) -> &'static str {
        self.into()
    }
}

/// What saving an entry changed. Each list has one for each of its kind that the entry has.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Saved {
    /// Anything of the product at all.
    pub product: Change,
    /// Its variants.
    pub variants: Vec<Change>,
    /// Its images.
    pub images: Vec<Change>,
    /// How many variants it had that it has no more.
    pub variants_removed: u64,
}

/// Why an entry is left out.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum EntryRefused {
    /// Another product has one of its SKUs.
    #[error("the SKU \"{0}\" belongs to another product")]
    SkuTaken(String),
    /// So has the product that was called as the entry is, before somebody renamed it.
    #[error(
        "the product \"{was}\" is \"{now}\" by now, and has the SKU \"{sku}\": write \"{now}\" in the handle's column; \
         or, if this is another product, give it SKUs of its own"
    )]
    Renamed {
        /// What it was called.
        was: String,
        /// What it is called.
        now: String,
        /// One of its SKUs.
        sku: String,
    },
}

/// Sees to it that the products are as the entries say; no two entries are of one product. Answers for each what that changed, or why it
/// was left out.
///
/// An error may be a tie with somebody else who writes, which is no reason to give up; see [`Attempt`].
pub async fn save_all(
    tx: &mut Tx,
    entries: &[&ProductImport],
    stock: Stock,
    now: Timestamp,
) -> sqlx::Result<Vec<Result<Saved, EntryRefused>>> {
    sqlx::query!(r#"select lock_catalogue_imports() as "done: ()""#).fetch_one(&mut *tx).await?;
    let mut saved = save_together(tx, entries, stock, now).await?;
    if entries.len() > 1 {
        // A SKU may go from one of them to another: who was refused is judged once more, when the others are as they are to be.
        for (entry, saved) in entries.iter().zip(&mut saved).filter(|(_, saved)| saved.is_err()) {
            let again = save_together(tx, &[entry], stock, now).await?;
            *saved = again.into_iter().next().unwrap_or_else(|| saved.clone());
        }
    }
    Ok(saved)
}

async fn save_together(
    tx: &mut Tx,
    entries: &[&ProductImport],
    stock: Stock,
    now: Timestamp,
) -> sqlx::Result<Vec<Result<Saved, EntryRefused>>> {
    let slugs: Vec<String> = entries.iter().map(|entry| entry.slug.clone()).collect();
    let before = snapshot::find_all(tx, &slugs).await?;
    let mut before: HashMap<String, ProductSnapshot> =
        before.into_iter().map(|product| (product.slug.clone(), product)).collect();
    let refused = refuse_taken_skus(tx, entries, &before).await?;
    let accepted: Vec<(&ProductImport, Option<ProductSnapshot>)> = entries
        .iter()
        .zip(&refused)
        .filter(|(_, refused)| refused.is_none())
        .map(|(entry, _)| (*entry, before.remove(&entry.slug)))
        .collect();
    // In this order, which is also that of everybody else who holds more than one of them: brands, categories, stock, products, attributes. Who goes
    // through several entries in one transaction may still meet somebody in a circle, and tries again (`Attempt`).
    let shelves = Shelves::find_or_make(tx, &accepted).await?;
    let mut plans: Vec<Plan<'_>> =
        accepted.into_iter().map(|(entry, before)| Plan::new(entry, before, &shelves, stock)).collect();
    write(tx, &mut plans, now).await?;
    let mut saved = plans.into_iter().map(Plan::into_saved);
    Ok(refused.into_iter().filter_map(|refused| refused.map(Err).or_else(|| saved.next().map(Ok))).collect())
}

async fn write(tx: &mut Tx, plans: &mut [Plan<'_>], now: Timestamp) -> sqlx::Result<()> {
    let mut changed: Vec<&mut Plan<'_>> = plans.iter_mut().filter(|plan| plan.change() != Change::Unchanged).collect();
    if changed.is_empty() {
        return Ok(());
    }
    let on_hand = products::lock(tx, &changed).await?;
    let options = Options::find_or_make(tx, &changed).await?;
    products::write(tx, &mut changed, now).await?;
    products::remove_variants(tx, &changed, now).await?;
    products::write_variants(tx, &mut changed, &options).await?;
    parts::write_options(tx, &changed, &options).await?;
    parts::write_stock(tx, &changed, &on_hand, now).await?;
    parts::write_images(tx, &changed).await?;
    parts::write_categories(tx, &changed).await?;
    let ids: Vec<ProductId> = changed.iter().filter_map(|plan| plan.id).collect();
    refresh_product_cards(tx, &ids).await
}

/// For each entry the first of its SKUs that another product has, or an entry before it.
async fn refuse_taken_skus(
    tx: &mut Tx,
    entries: &[&ProductImport],
    before: &HashMap<String, ProductSnapshot>,
) -> sqlx::Result<Vec<Option<EntryRefused>>> {
    let skus: Vec<String> =
        entries.iter().flat_map(|entry| &entry.variants).map(|variant| variant.sku.clone()).collect();
    let rows = sqlx::query!("select sku, product_id from product_variants where sku = any ($1)", &skus)
        .fetch_all(&mut *tx)
        .await?;
    let owners: HashMap<String, ProductId> = rows.into_iter().map(|row| (row.sku, row.product_id)).collect();
    let (mut named, mut taken) = (HashSet::new(), Vec::new());
    for entry in entries {
        let own = before.get(&entry.slug).map(|product| product.id);
        let sku = entry
            .variants
            .iter()
            .map(|variant| variant.sku.as_str())
            .find(|sku| named.contains(sku) || owners.get(*sku).is_some_and(|owner| Some(*owner) != own));
        if sku.is_none() {
            named.extend(entry.variants.iter().map(|variant| variant.sku.as_str()));
        }
        taken.push(sku);
    }
    let slugs = entries.iter().zip(&taken).filter(|(_, sku)| sku.is_some()).map(|(entry, _)| entry.slug.clone());
    let renamed = renamed(tx, &slugs.collect::<Vec<_>>()).await?;
    let refused = entries.iter().zip(taken).map(|(entry, sku)| {
        let sku = sku?.to_owned();
        match renamed.get(&entry.slug) {
            Some((id, now)) if owners.get(&sku) == Some(id) => {
                Some(EntryRefused::Renamed { was: entry.slug.clone(), now: now.clone(), sku })
            }
            Some(_) | None => Some(EntryRefused::SkuTaken(sku)),
        }
    });
    Ok(refused.collect())
}

/// The products that were called so, and what they are called.
async fn renamed(tx: &mut Tx, slugs: &[String]) -> sqlx::Result<HashMap<String, (ProductId, String)>> {
    if slugs.is_empty() {
        return Ok(HashMap::new());
    }
    let rows = sqlx::query!(
        r#"select o.slug as was, p.id, p.slug as now
             from old_product_slugs o join products p on p.id = o.product_id
            where o.slug = any ($1)"#,
        slugs
    )
    .fetch_all(&mut *tx)
    .await?;
    Ok(rows.into_iter().map(|row| (row.was, (row.id, row.now))).collect())
}
