//! Writes an entry into the catalogue, through the same functions as everybody else, and says what that changed.

use shared::app::db::Tx;
use shared::catalogue::store::whole::{self, WholeImage, WholeProduct, WholeVariant};
use shared::catalogue::store::write::{
    Change, NewImage, NewProduct, NewVariant, Written, refresh_product_cards, remove_variants_not_in, replace_images,
    set_variant_values, touch_product, upsert_product, upsert_variant,
};
use shared::ids::{ProductId, VariantId};
use shared::money::Money;
use shared::stock::Reason;
use shared::stock::store::set_stock;
use shared::time::Timestamp;

use super::filing::{Known, brand, save_category};
use super::{Entry, EntryVariant};

/// What is meant by the number on hand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stock {
    /// A variant that is new begins with it; what is on hand of others stays.
    Begins,
    /// So many were counted.
    Counted,
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

/// Sees to it that the product is as the entry says. `Err` says why it cannot be; the transaction is then to be dropped.
///
/// What the entry does not say stays: a product's own SKU, other categories, the spelling of its brand.
pub async fn save(
    tx: &mut Tx,
    known: &mut Known,
    entry: &Entry,
    stock: Stock,
    now: Timestamp,
) -> sqlx::Result<Result<Saved, SkuTaken>> {
    let before = whole::find(tx, &entry.slug).await?;
    let base_price = base_price(entry, before.as_ref());
    let product = NewProduct {
        slug: &entry.slug,
        name: &entry.name,
        brand: brand(tx, known, entry, before.as_ref()).await?,
        sku: before.as_ref().and_then(|before| before.sku.as_deref()),
        description: &entry.description,
        base_price,
        tags: &entry.tags,
        status: &entry.status,
    };
    let product = upsert_product(tx, &product, now).await?;
    let (variants, ids) = match save_variants(tx, product.id, entry, base_price, before.as_ref()).await? {
        Ok(written) => written,
        Err(taken) => return Ok(Err(taken)),
    };
    let skus: Vec<String> = entry.variants.iter().map(|variant| variant.sku.clone()).collect();
    let variants_removed = remove_variants_not_in(tx, product.id, &skus).await?;
    let variants = save_stock(tx, entry, variants, &ids, before.as_ref(), (stock, now)).await?;
    let images = save_images(tx, product.id, entry, &ids, before.as_ref()).await?;
    let filed = save_category(tx, known, product.id, entry, before.as_ref()).await?;
    let more =
        filed || variants_removed > 0 || images.changed || variants.iter().any(|change| *change != Change::Unchanged);
    let saved = Saved { product: with(product.change, more), variants, images: images.changes, variants_removed };
    if saved.product != Change::Unchanged {
        if product.change == Change::Unchanged {
            touch_product(tx, product.id, now).await?;
        }
        refresh_product_cards(tx, &[product.id]).await?;
    }
    Ok(Ok(saved))
}

/// A SKU that another product has.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the SKU \"{0}\" belongs to another product")]
pub struct SkuTaken(pub String);

/// The price that the variants' are counted from: the lowest, unless they all cost what they did before.
fn base_price(entry: &Entry, before: Option<&WholeProduct>) -> Money {
    let lowest = entry.variants.iter().map(|variant| variant.price).min().unwrap_or_default();
    let as_before = |before: &&WholeProduct| {
        entry.variants.iter().all(|new| before.variants.iter().any(|old| old.sku == new.sku && old.price == new.price))
    };
    before.filter(as_before).map_or(lowest, |before| before.base_price)
}

async fn save_variants(
    tx: &mut Tx,
    product: ProductId,
    entry: &Entry,
    base_price: Money,
    before: Option<&WholeProduct>,
) -> sqlx::Result<Result<(Vec<Change>, Vec<VariantId>), SkuTaken>> {
    let (mut changes, mut ids) = (Vec::new(), Vec::new());
    // With another base price every adjustment is another.
    let before = before.filter(|before| before.base_price == base_price).map_or(&[][..], |before| &before.variants);
    for (position, variant) in (0..).zip(&entry.variants) {
        // Most imports change little, and ten exchanges for each variant that stays are most of what they take.
        if let Some(same) = before.get(ids.len()).filter(|old| is_as_before(variant, position, old)) {
            changes.push(Change::Unchanged);
            ids.push(same.id);
            continue;
        }
        let Some(written) = save_variant(tx, product, variant, position, base_price).await? else {
            return Ok(Err(SkuTaken(variant.sku.clone())));
        };
        changes.push(written.change);
        ids.push(written.id);
    }
    Ok(Ok((changes, ids)))
}

fn is_as_before(new: &EntryVariant, position: i32, old: &WholeVariant) -> bool {
    let sorted = |options: &[(String, String)]| {
        let mut options = options.to_vec();
        options.sort_unstable();
        options
    };
    (new.sku.as_str(), new.name.as_str(), position, new.price)
        == (old.sku.as_str(), old.name.as_str(), old.position, old.price)
        && (new.compare_at_price, &new.barcode, new.weight_grams)
            == (old.compare_at_price, &old.barcode, old.weight_grams)
        && sorted(&new.options) == sorted(&old.options)
}

async fn save_variant(
    tx: &mut Tx,
    product: ProductId,
    variant: &EntryVariant,
    position: i32,
    base_price: Money,
) -> sqlx::Result<Option<Written<VariantId>>> {
    let new = NewVariant {
        sku: &variant.sku,
        name: &variant.name,
        position,
        price_adjustment: Money::from_minor(variant.price.minor() - base_price.minor()),
        compare_at_price: variant.compare_at_price,
        barcode: variant.barcode.as_deref(),
        weight_grams: variant.weight_grams,
    };
    let Some(written) = upsert_variant(tx, product, &new).await? else { return Ok(None) };
    let options: Vec<(&str, &str)> =
        variant.options.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    let other_values = set_variant_values(tx, written.id, &options).await?;
    Ok(Some(Written { id: written.id, change: with(written.change, other_values) }))
}

/// In variant order, as checkout locks it. Stock that was as it should be before it was locked is left alone: what is sold
/// meanwhile is sold after the count.
async fn save_stock(
    tx: &mut Tx,
    entry: &Entry,
    mut changes: Vec<Change>,
    ids: &[VariantId],
    before: Option<&WholeProduct>,
    (stock, now): (Stock, Timestamp),
) -> sqlx::Result<Vec<Change>> {
    let before = before.map_or(&[][..], |before| &before.variants);
    let mut all: Vec<_> = entry.variants.iter().zip(ids).zip(&mut changes).collect();
    all.sort_unstable_by_key(|((_, id), _)| **id);
    for ((variant, id), change) in all {
        let reason = match (*change, stock) {
            (Change::Inserted, _) => Reason::Received,
            (Change::Updated | Change::Unchanged, Stock::Counted) => Reason::Counted,
            (Change::Updated | Change::Unchanged, Stock::Begins) => continue,
        };
        let as_before = before.iter().any(|old| old.id == *id && Some(old.on_hand) == variant.on_hand);
        if let Some(on_hand) = variant.on_hand.filter(|_| !as_before) {
            let moved = set_stock(tx, *id, on_hand, reason, now).await?;
            *change = with(*change, moved == Some(true));
        }
    }
    Ok(changes)
}

struct SavedImages {
    changes: Vec<Change>,
    changed: bool,
}

async fn save_images(
    tx: &mut Tx,
    product: ProductId,
    entry: &Entry,
    ids: &[VariantId],
    before: Option<&WholeProduct>,
) -> sqlx::Result<SavedImages> {
    let new: Vec<NewImage<'_>> = entry
        .images
        .iter()
        .map(|image| NewImage {
            url: &image.url,
            alt_text: &image.alt_text,
            variant: image.variant.and_then(|at| ids.get(at).copied()),
        })
        .collect();
    let old = before.map_or(&[][..], |before| &before.images);
    let same = |old: &WholeImage, new: &NewImage<'_>| {
        (old.url.as_str(), old.alt_text.as_str(), old.variant) == (new.url, new.alt_text, new.variant)
    };
    let changes = new.iter().enumerate().map(|(at, new)| match old.get(at) {
        None => Change::Inserted,
        Some(old) if same(old, new) => Change::Unchanged,
        Some(_) => Change::Updated,
    });
    Ok(SavedImages { changes: changes.collect(), changed: replace_images(tx, product, &new).await? })
}

/// The same with something more that changed, or not.
fn with(change: Change, more: bool) -> Change {
    if more && change == Change::Unchanged { Change::Updated } else { change }
}
