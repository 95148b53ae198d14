//! Writing all variants of a product at once, as staff do: as few exchanges for five hundred as for one.

use std::collections::HashMap;

use serde::Serialize;
use sqlx::types::Json;

use crate::app::db::Tx;
use crate::catalogue::ProductVariant;
use crate::ids::{AttributeId, AttributeValueId, ProductId, VariantId};
use crate::money::Money;
use crate::stock::store::open_stock;
use crate::time::Timestamp;

/// A variant as it is to be. Its place is its place among the others.
#[derive(Clone, Debug)]
pub struct VariantState {
    /// Which; none where it is new.
    pub id: Option<VariantId>,
    /// Its SKU.
    pub sku: String,
    /// What it is called beside its product.
    pub name: String,
    /// What it costs beyond the base price.
    pub price_adjustment: Money,
    /// Its price, whatever the base price.
    pub own_price: Option<Money>,
    /// The price before a reduction.
    pub compare_at_price: Option<Money>,
    /// What the scanner reads.
    pub barcode: Option<String>,
    /// What it weighs.
    pub weight_grams: Option<i32>,
    /// Whether it is no longer sold.
    pub is_archived: bool,
    /// What makes it this variant: at most one value of each attribute.
    pub values: Vec<(AttributeId, AttributeValueId)>,
    /// What a new one begins with. Of one that is there it changes nothing.
    pub inventory_count: i32,
}

impl From<&ProductVariant> for VariantState {
    fn from(variant: &ProductVariant) -> Self {
        Self {
            id: Some(variant.id),
            sku: variant.sku.clone(),
            name: variant.name.clone(),
            price_adjustment: variant.price_adjustment,
            own_price: variant.own_price,
            compare_at_price: variant.compare_at_price,
            barcode: variant.barcode.clone(),
            weight_grams: variant.weight_grams,
            is_archived: variant.is_archived,
            values: variant.attribute_values.iter().map(|value| (value.attribute_id, value.id)).collect(),
            inventory_count: variant.inventory_count,
        }
    }
}

/// A row on its way into the database.
#[derive(Serialize)]
struct Row<'a> {
    id: Option<VariantId>,
    sku: &'a str,
    name: &'a str,
    position: usize,
    price_adjustment: i64,
    own_price: Option<i64>,
    compare_at_price: Option<i64>,
    barcode: Option<&'a str>,
    weight_grams: Option<i32>,
    is_archived: bool,
}

/// These variants and no others, in this order; answers their ids. One that is not named is deleted, or archived where orders refer to it.
///
/// The product has been locked, stock first, and its base price is as it is to be.
pub async fn write_variants(
    tx: &mut Tx,
    product: ProductId,
    wanted: &[VariantState],
    now: Timestamp,
) -> sqlx::Result<Vec<VariantId>> {
    let known: Vec<VariantId> = wanted.iter().filter_map(|variant| variant.id).collect();
    remove_others(tx, product, &known, now).await?;
    let rows: Vec<Row<'_>> = wanted.iter().enumerate().map(|(position, variant)| row(position, variant)).collect();
    clear_skus(tx, product, &rows).await?;
    update(tx, product, &rows, now).await?;
    let new = insert(tx, product, &rows, now).await?;
    let ids: Vec<VariantId> =
        wanted.iter().filter_map(|variant| variant.id.or_else(|| new.get(&variant.sku).copied())).collect();
    if ids.len() != wanted.len() {
        return Err(sqlx::Error::RowNotFound);
    }
    write_values(tx, product, wanted, &ids).await?;
    let stocked = wanted.iter().zip(&ids).filter(|(variant, _)| variant.id.is_none() && variant.inventory_count > 0);
    let (units, stocked): (Vec<i32>, Vec<VariantId>) =
        stocked.map(|(variant, id)| (variant.inventory_count, *id)).unzip();
    open_stock(tx, &stocked, &units, now).await?;
    Ok(ids)
}

fn row(position: usize, variant: &VariantState) -> Row<'_> {
    Row {
        id: variant.id,
        sku: &variant.sku,
        name: &variant.name,
        position,
        price_adjustment: variant.price_adjustment.minor(),
        own_price: variant.own_price.map(Money::minor),
        compare_at_price: variant.compare_at_price.map(Money::minor),
        barcode: variant.barcode.as_deref(),
        weight_grams: variant.weight_grams,
        is_archived: variant.is_archived,
    }
}

/// Orders keep what they sold, and what they refer to stays; carts lose the line of what goes.
async fn remove_others(tx: &mut Tx, product: ProductId, known: &[VariantId], now: Timestamp) -> sqlx::Result<()> {
    sqlx::query!(
        "with others as (
             select v.id, exists (select from order_lines l where l.variant_id = v.id) as is_ordered
               from product_variants v
              where v.product_id = $1 and v.id <> all ($2::bigint[])
         ), archived as (
             update product_variants v set archived_at = $3 from others
              where v.id = others.id and others.is_ordered and v.archived_at is null
         )
         delete from product_variants v using others where v.id = others.id and not others.is_ordered",
        product as _,
        known as _,
        now as _
    )
    .execute(&mut *tx)
    .await
    .map(drop)
}

/// A SKU that goes from one of the variants to another is given up first: rows are written in any order, and each is judged at once. Who gives
/// one up is called something meanwhile that is longer than any SKU, and so nobody's.
async fn clear_skus(tx: &mut Tx, product: ProductId, rows: &[Row<'_>]) -> sqlx::Result<()> {
    sqlx::query!(
        "with wanted as (select * from jsonb_to_recordset($2) as t (id bigint, sku text))
         update product_variants v set sku = lpad(v.id::text, 300, '-')
          where v.product_id = $1
            and exists (select from wanted w where w.id = v.id)
            and exists (select from wanted w where w.sku = v.sku and w.id is distinct from v.id)",
        product as _,
        Json(rows) as _
    )
    .execute(&mut *tx)
    .await
    .map(drop)
}

async fn update(tx: &mut Tx, product: ProductId, rows: &[Row<'_>], now: Timestamp) -> sqlx::Result<()> {
    sqlx::query!(
        "update product_variants v
            set sku = t.sku, name = t.name, position = t.position, price_adjustment = t.price_adjustment,
                own_price = t.own_price, compare_at_price = t.compare_at_price, barcode = t.barcode,
                weight_grams = t.weight_grams, archived_at = case when t.is_archived then coalesce(v.archived_at, $3) end
           from jsonb_to_recordset($2) as t (id bigint, sku text, name text, position integer, price_adjustment bigint,
                own_price bigint, compare_at_price bigint, barcode text, weight_grams integer, is_archived boolean)
          where v.id = t.id and v.product_id = $1
            and (v.sku, v.name, v.position, v.price_adjustment, v.own_price, v.compare_at_price, v.barcode, v.weight_grams,
                 v.archived_at is not null)
                is distinct from (t.sku, t.name, t.position, t.price_adjustment, t.own_price, t.compare_at_price, t.barcode,
                 t.weight_grams, t.is_archived)",
        product as _,
        Json(rows) as _,
        now as _
    )
    .execute(&mut *tx)
    .await
    .map(drop)
}

/// In SKU order: two who make the same SKUs at once wait for each other, and not in a circle.
async fn insert(
    tx: &mut Tx,
    product: ProductId,
    rows: &[Row<'_>],
    now: Timestamp,
) -> sqlx::Result<HashMap<String, VariantId>> {
    if rows.iter().all(|row| row.id.is_some()) {
        return Ok(HashMap::new());
    }
    let rows = sqlx::query!(
        "insert into product_variants (product_id, sku, name, position, price_adjustment, own_price, compare_at_price, barcode,
                weight_grams, archived_at)
         select $1, t.sku, t.name, t.position, t.price_adjustment, t.own_price, t.compare_at_price, t.barcode, t.weight_grams,
                case when t.is_archived then $3::timestamptz end
           from jsonb_to_recordset($2) as t (id bigint, sku text, name text, position integer, price_adjustment bigint,
                own_price bigint, compare_at_price bigint, barcode text, weight_grams integer, is_archived boolean)
          where t.id is null
          order by t.sku
         returning sku, id",
        product as _,
        Json(rows) as _,
        now as _
    )
    .fetch_all(&mut *tx)
    .await?;
    Ok(rows.into_iter().map(|row| (row.sku, row.id)).collect())
}

async fn write_values(tx: &mut Tx, product: ProductId, wanted: &[VariantState], ids: &[VariantId]) -> sqlx::Result<()> {
    let all = wanted.iter().zip(ids).flat_map(|(variant, id)| variant.values.iter().map(|value| (*id, *value)));
    let (variants, values): (Vec<VariantId>, Vec<(AttributeId, AttributeValueId)>) = all.unzip();
    let (attributes, values): (Vec<AttributeId>, Vec<AttributeValueId>) = values.into_iter().unzip();
    sqlx::query!(
        "delete from variant_attribute_values x
          using product_variants v
          where v.id = x.variant_id and v.product_id = $1 and v.id = any ($4::bigint[])
            and not exists (select from unnest($2::bigint[], $3::bigint[]) as t (variant_id, attribute_id)
                             where t.variant_id = x.variant_id and t.attribute_id = x.attribute_id)",
        product as _,
        &variants as _,
        &attributes as _,
        ids as _
    )
    .execute(&mut *tx)
    .await?;
    sqlx::query!(
        "insert into variant_attribute_values as x (variant_id, attribute_id, attribute_value_id)
         select * from unnest($1::bigint[], $2::bigint[], $3::bigint[])
             on conflict (variant_id, attribute_id) do update set attribute_value_id = excluded.attribute_value_id
          where x.attribute_value_id <> excluded.attribute_value_id",
        &variants as _,
        &attributes as _,
        &values as _
    )
    .execute(&mut *tx)
    .await
    .map(drop)
}

/// Those of these SKUs that variants of other products have.
pub async fn skus_of_others(tx: &mut Tx, product: ProductId, skus: &[String]) -> sqlx::Result<Vec<String>> {
    sqlx::query_scalar!(
        "select sku from product_variants where sku = any ($2) and product_id <> $1",
        product as _,
        skus
    )
    .fetch_all(&mut *tx)
    .await
}
