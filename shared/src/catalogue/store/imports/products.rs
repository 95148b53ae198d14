//! The rows of products and of their variants.

use std::collections::HashMap;

use serde_json::Value;

use super::super::write::Change;
use super::options::Options;
use super::plan::Plan;
use crate::app::db::Tx;
use crate::ids::{ProductId, VariantId};
use crate::stock::store::lock_stock_of_all;
use crate::time::Timestamp;

/// Locks what is there of the products: the stock of their variants, then their rows. Answers what is on hand. An error where somebody has
/// changed one of them since it was read; see [`super::Attempt`].
pub(super) async fn lock(tx: &mut Tx, plans: &[&mut Plan<'_>]) -> sqlx::Result<HashMap<VariantId, i32>> {
    let ids: Vec<ProductId> = plans.iter().filter_map(|plan| plan.id).collect();
    if ids.is_empty() {
        return Ok(HashMap::new());
    }
    let on_hand = lock_stock_of_all(tx, &ids).await?;
    let rows = sqlx::query!("select id, version from products where id = any ($1) order by id for update", &ids as _)
        .fetch_all(&mut *tx)
        .await?;
    let versions: HashMap<ProductId, i64> = rows.into_iter().map(|row| (row.id, row.version)).collect();
    let is_as_read = plans.iter().filter_map(|plan| plan.before.as_ref()).all(|before| {
        versions.get(&before.id) == Some(&before.version)
            && before.variants.iter().all(|variant| on_hand.contains_key(&variant.id))
    });
    if is_as_read { Ok(on_hand) } else { Err(sqlx::Error::RowNotFound) }
}

/// The columns of products, each as a list.
#[derive(Default)]
struct Columns {
    ids: Vec<Option<i64>>,
    slugs: Vec<String>,
    names: Vec<String>,
    brands: Vec<Option<i64>>,
    descriptions: Vec<String>,
    base_prices: Vec<i64>,
    tags: Vec<Value>,
    statuses: Vec<String>,
}

impl Columns {
    fn of<'p, 'e: 'p>(plans: impl Iterator<Item = &'p &'p mut Plan<'e>>) -> Self {
        let mut columns = Self::default();
        for plan in plans {
            columns.ids.push(plan.id.map(|id| id.0));
            columns.slugs.push(plan.entry.slug.clone());
            columns.names.push(plan.entry.name.clone());
            columns.brands.push(plan.brand.map(|brand| brand.0));
            columns.descriptions.push(plan.entry.description.clone());
            columns.base_prices.push(plan.base_price.minor());
            columns.tags.push(plan.entry.tags.clone().into());
            columns.statuses.push(plan.entry.status.clone());
        }
        columns
    }
}

/// Inserts the new ones, in the order of the entries, and updates the others. Each gets another `updated_at`, whatever of it changed.
pub(super) async fn write(tx: &mut Tx, plans: &mut [&mut Plan<'_>], now: Timestamp) -> sqlx::Result<()> {
    let new = Columns::of(plans.iter().filter(|plan| plan.id.is_none()));
    if !new.slugs.is_empty() {
        let ids = insert(tx, new, now).await?;
        for plan in plans.iter_mut().filter(|plan| plan.id.is_none()) {
            plan.id = Some(*ids.get(&plan.entry.slug).ok_or(sqlx::Error::RowNotFound)?);
        }
    }
    let old = Columns::of(plans.iter().filter(|plan| plan.before.is_some()));
    if old.slugs.is_empty() { Ok(()) } else { update(tx, old, now).await }
}

async fn insert(tx: &mut Tx, new: Columns, now: Timestamp) -> sqlx::Result<HashMap<String, ProductId>> {
    let rows = sqlx::query!(
        "insert into products (slug, name, brand_id, description, base_price, tags, status, created_at, updated_at)
         select t.slug, t.name, t.brand_id, t.description, t.base_price, array(select jsonb_array_elements_text(t.tags)), t.status, $8, $8
           from unnest($1::text[], $2::text[], $3::bigint[], $4::text[], $5::bigint[], $6::jsonb[], $7::text[])
                with ordinality as t (slug, name, brand_id, description, base_price, tags, status, place)
          order by t.place
         returning id, slug",
        &new.slugs,
        &new.names,
        &new.brands as _,
        &new.descriptions,
        &new.base_prices,
        &new.tags,
        &new.statuses,
        now as _
    )
    .fetch_all(&mut *tx)
    .await?;
    Ok(rows.into_iter().map(|row| (row.slug, row.id)).collect())
}

async fn update(tx: &mut Tx, old: Columns, now: Timestamp) -> sqlx::Result<()> {
    sqlx::query!(
        "update products p
            set name = t.name, brand_id = t.brand_id, description = t.description, base_price = t.base_price,
                tags = array(select jsonb_array_elements_text(t.tags)), status = t.status, updated_at = $8
           from unnest($1::bigint[], $2::text[], $3::bigint[], $4::text[], $5::bigint[], $6::jsonb[], $7::text[])
                as t (id, name, brand_id, description, base_price, tags, status)
          where p.id = t.id",
        &old.ids as _,
        &old.names,
        &old.brands as _,
        &old.descriptions,
        &old.base_prices,
        &old.tags,
        &old.statuses,
        now as _
    )
    .execute(&mut *tx)
    .await
    .map(drop)
}

/// Removes the variants that the entries do not have. One that orders refer to is archived.
pub(super) async fn remove_variants(tx: &mut Tx, plans: &[&mut Plan<'_>], now: Timestamp) -> sqlx::Result<()> {
    let ids: Vec<VariantId> = plans.iter().flat_map(|plan| plan.removed.iter().copied()).collect();
    if ids.is_empty() {
        return Ok(());
    }
    sqlx::query!(
        "with archived as (
             update product_variants v set archived_at = $2
              where v.id = any ($1) and exists (select from order_lines l where l.variant_id = v.id)
         )
         delete from product_variants v
          where v.id = any ($1) and not exists (select from order_lines l where l.variant_id = v.id)",
        &ids as _,
        now as _
    )
    .execute(&mut *tx)
    .await
    .map(drop)
}

/// The columns of variants, each as a list.
#[derive(Default)]
struct VariantColumns {
    ids: Vec<i64>,
    products: Vec<i64>,
    skus: Vec<String>,
    names: Vec<String>,
    positions: Vec<i32>,
    prices: Vec<i64>,
    base_prices: Vec<i64>,
    compare_at_prices: Vec<Option<i64>>,
    barcodes: Vec<Option<String>>,
    weights: Vec<Option<i32>>,
    combinations: Vec<String>,
}

impl VariantColumns {
    fn of(plans: &[&mut Plan<'_>], options: &Options, change: Change) -> Self {
        let mut columns = Self::default();
        for plan in plans {
            let numbered = (0..).zip(plan.entry.variants.iter().zip(&plan.variants));
            for (position, (variant, planned)) in numbered.filter(|(_, (_, planned))| planned.row == change) {
                columns.ids.extend(planned.id.map(|id| id.0));
                columns.products.extend(plan.id.map(|id| id.0));
                columns.skus.push(variant.sku.clone());
                columns.names.push(planned.name.clone());
                columns.positions.push(position);
                columns.prices.push(variant.price.minor());
                columns.base_prices.push(plan.base_price.minor());
                columns.compare_at_prices.push(variant.compare_at_price.map(|price| price.minor()));
                columns.barcodes.push(variant.barcode.clone());
                columns.weights.push(variant.weight_grams);
                let mut values: Vec<i64> = options.of(variant).into_values().map(|value| value.0).collect();
                values.sort_unstable();
                let values: Vec<String> = values.iter().map(i64::to_string).collect();
                columns.combinations.push(format!("{{{}}}", values.join(",")));
            }
        }
        columns
    }
}

/// Inserts new variants and updates those whose row is another.
pub(super) async fn write_variants(tx: &mut Tx, plans: &mut [&mut Plan<'_>], options: &Options) -> sqlx::Result<()> {
    let new = VariantColumns::of(plans, options, Change::Inserted);
    if !new.skus.is_empty() {
        let ids = insert_variants(tx, new).await?;
        for plan in plans.iter_mut() {
            for (variant, planned) in plan.entry.variants.iter().zip(&mut plan.variants) {
                planned.id = planned.id.or_else(|| ids.get(&variant.sku).copied());
            }
        }
    }
    let old = VariantColumns::of(plans, options, Change::Updated);
    if old.skus.is_empty() { Ok(()) } else { update_variants(tx, old).await }
}

/// With their combination, which the trigger on their values then finds as it is to be.
async fn insert_variants(tx: &mut Tx, new: VariantColumns) -> sqlx::Result<HashMap<String, VariantId>> {
    let rows = sqlx::query!(
        "insert into product_variants
                (product_id, sku, name, position, price_adjustment, compare_at_price, barcode, weight_grams, attribute_value_ids)
         select t.product_id, t.sku, t.name, t.position, t.price - t.base_price, t.compare_at_price, t.barcode, t.weight_grams,
                t.combination::bigint[]
           from unnest($1::bigint[], $2::text[], $3::text[], $4::integer[], $5::bigint[], $6::bigint[], $7::bigint[], $8::text[],
                       $9::integer[], $10::text[]) with ordinality
                as t (product_id, sku, name, position, price, base_price, compare_at_price, barcode, weight_grams, combination, place)
          order by t.place
         returning id, sku",
        &new.products,
        &new.skus,
        &new.names,
        &new.positions,
        &new.prices,
        &new.base_prices,
        &new.compare_at_prices as _,
        &new.barcodes as _,
        &new.weights as _,
        &new.combinations
    )
    .fetch_all(&mut *tx)
    .await?;
    Ok(rows.into_iter().map(|row| (row.sku, row.id)).collect())
}

/// One that has a price of its own keeps having one; one that was archived is back.
async fn update_variants(tx: &mut Tx, old: VariantColumns) -> sqlx::Result<()> {
    sqlx::query!(
        "update product_variants v
            set name = t.name, position = t.position, price_adjustment = t.price - t.base_price,
                own_price = case when v.own_price is null then null else t.price end,
                compare_at_price = t.compare_at_price, barcode = t.barcode, weight_grams = t.weight_grams, archived_at = null
           from unnest($1::bigint[], $2::text[], $3::integer[], $4::bigint[], $5::bigint[], $6::bigint[], $7::text[], $8::integer[])
                as t (id, name, position, price, base_price, compare_at_price, barcode, weight_grams)
          where v.id = t.id",
        &old.ids,
        &old.names,
        &old.positions,
        &old.prices,
        &old.base_prices,
        &old.compare_at_prices as _,
        &old.barcodes as _,
        &old.weights as _
    )
    .execute(&mut *tx)
    .await
    .map(drop)
}
