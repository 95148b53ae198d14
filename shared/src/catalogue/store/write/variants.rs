//! Statements that write the rows of variants and of their attribute values, as many for five hundred variants as for one.

use std::collections::HashMap;

use crate::app::db::Tx;
use crate::ids::{AttributeId, AttributeValueId, ProductId, VariantId};
use crate::money::Money;
use crate::stock::store::write_off;
use crate::time::Timestamp;
use crate::users::Stamp;

/// A variant's own columns.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VariantRow {
    /// The variant's SKU.
    pub sku: String,
    /// The variant's name within its product.
    pub name: String,
    /// The position among the product's variants.
    pub position: i32,
    /// The difference between the price and the product's base price.
    pub price_adjustment: Money,
    /// A price that does not follow the base price, if the variant has one.
    pub own_price: Option<Money>,
    /// The price before a reduction.
    pub compare_at_price: Option<Money>,
    /// The barcode (GTIN).
    pub barcode: Option<String>,
    /// The weight in grams.
    pub weight_grams: Option<i32>,
    /// True if the variant is no longer sold.
    pub is_archived: bool,
    /// The attribute values that make this variant: at most one of each attribute.
    pub values: Vec<(AttributeId, AttributeValueId)>,
}

/// The values of one variant.
#[derive(Clone, Copy, Debug)]
pub struct ValuesRow<'r> {
    /// The variant's id.
    pub variant: VariantId,
    /// True if the variant was inserted just now and has no values yet.
    pub is_new: bool,
    /// True if the values get this order. False if values of attributes that the variant has already keep their places.
    pub is_ordered: bool,
    /// All values of the variant.
    pub values: &'r [(AttributeId, AttributeValueId)],
}

/// The columns of variants, each as a list.
#[derive(Default)]
struct Columns {
    keys: Vec<i64>,
    skus: Vec<String>,
    names: Vec<String>,
    positions: Vec<i32>,
    price_adjustments: Vec<i64>,
    own_prices: Vec<Option<i64>>,
    compare_at_prices: Vec<Option<i64>>,
    barcodes: Vec<Option<String>>,
    weights: Vec<Option<i32>>,
    archived: Vec<bool>,
    combinations: Vec<String>,
}

impl Columns {
    fn push(&mut self, key: i64, row: &VariantRow) {
        self.keys.push(key);
        self.skus.push(row.sku.clone());
        self.names.push(row.name.clone());
        self.positions.push(row.position);
        self.price_adjustments.push(row.price_adjustment.minor());
        self.own_prices.push(row.own_price.map(Money::minor));
        self.compare_at_prices.push(row.compare_at_price.map(Money::minor));
        self.barcodes.push(row.barcode.clone());
        self.weights.push(row.weight_grams);
        self.archived.push(row.is_archived);
        let mut values: Vec<i64> = row.values.iter().map(|(_, value)| value.0).collect();
        values.sort_unstable();
        let values: Vec<String> = values.iter().map(i64::to_string).collect();
        self.combinations.push(format!("{{{}}}", values.join(",")));
    }
}

/// A product that has a variant with some SKU.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SkuOwner {
    /// Id of the product.
    pub product: ProductId,
    /// Handle of the product in files.
    pub handle: String,
}

/// Returns the products whose variants have these SKUs.
pub async fn sku_owners(tx: &mut Tx, skus: &[String]) -> sqlx::Result<HashMap<String, SkuOwner>> {
    if skus.is_empty() {
        return Ok(HashMap::new());
    }
    let rows = sqlx::query!(
        "select v.sku, v.product_id, p.handle from product_variants v join products p on p.id = v.product_id where v.sku = any ($1)",
        skus
    )
    .fetch_all(&mut *tx)
    .await?;
    let owner = |product, handle| SkuOwner { product, handle };
    Ok(rows.into_iter().map(|row| (row.sku, owner(row.product_id, row.handle))).collect())
}

/// Deletes these variants, or archives those that orders or carts refer to, so that no line vanishes from a cart.
pub async fn remove_variants(tx: &mut Tx, ids: &[VariantId], stamp: Stamp) -> sqlx::Result<()> {
    if ids.is_empty() {
        return Ok(());
    }
    lock_variants(tx, ids).await?;
    let unused: Vec<VariantId> = sqlx::query_scalar!(
        "with used as materialized (
             select v.id
               from product_variants v
              where v.id = any ($1)
                and (exists (select from order_lines l where l.variant_id = v.id)
                     or exists (select from cart_lines l where l.variant_id = v.id))
         ), archived as (
             update product_variants v set archived_at = $2 where v.id in (select id from used) and v.archived_at is null
         )
         select v.id from product_variants v where v.id = any ($1) and v.id not in (select id from used)",
        ids as _,
        stamp.at as _
    )
    .fetch_all(&mut *tx)
    .await?;
    write_off(tx, &unused, stamp).await?;
    sqlx::query!("delete from product_variants where id = any ($1)", &unused as _).execute(&mut *tx).await.map(drop)
}

/// Locks these variants by id, before a statement that looks for lines that refer to them. A transaction that adds a variant to a cart holds a lock
/// on it until COMMIT, so that statement sees every line; one that adds it later waits and finds it deleted or archived.
pub async fn lock_variants(tx: &mut Tx, ids: &[VariantId]) -> sqlx::Result<()> {
    sqlx::query!("select from product_variants where id = any ($1) order by id for update", ids as _)
        .execute(&mut *tx)
        .await
        .map(drop)
}

/// Gives these variants temporary SKUs that no variant can have, because they are longer than any SKU. Rows are written in any order and
/// each is checked at once, so a SKU that moves from one variant to another must first become free.
pub async fn release_skus(tx: &mut Tx, ids: &[VariantId]) -> sqlx::Result<()> {
    if ids.is_empty() {
        return Ok(());
    }
    sqlx::query!("update product_variants v set sku = lpad(v.id::text, 300, '-') where v.id = any ($1)", ids as _)
        .execute(&mut *tx)
        .await
        .map(drop)
}

/// Inserts variants in SKU order, so that two transactions that insert the same SKUs do not deadlock. Returns the id of each SKU. Each row
/// already has its combination, so the trigger on its values writes nothing.
pub async fn insert_variants(
    tx: &mut Tx,
    rows: &[(ProductId, &VariantRow)],
    now: Timestamp,
) -> sqlx::Result<HashMap<String, VariantId>> {
    if rows.is_empty() {
        return Ok(HashMap::new());
    }
    let mut new = Columns::default();
    for (product, row) in rows {
        new.push(product.0, row);
    }
    let rows = sqlx::query!(
        "insert into product_variants
                (product_id, sku, name, position, price_adjustment, own_price, compare_at_price, barcode, weight_grams,
                 archived_at, attribute_value_ids)
         select t.product_id, t.sku, t.name, t.position, t.price_adjustment, t.own_price, t.compare_at_price, t.barcode, t.weight_grams,
                case when t.is_archived then $12::timestamptz end, t.combination::bigint[]
           from unnest($1::bigint[], $2::text[], $3::text[], $4::integer[], $5::bigint[], $6::bigint[], $7::bigint[], $8::text[],
                       $9::integer[], $10::boolean[], $11::text[])
                as t (product_id, sku, name, position, price_adjustment, own_price, compare_at_price, barcode, weight_grams,
                      is_archived, combination)
          order by t.sku
         returning id, sku",
        &new.keys,
        &new.skus,
        &new.names,
        &new.positions,
        &new.price_adjustments,
        &new.own_prices as _,
        &new.compare_at_prices as _,
        &new.barcodes as _,
        &new.weights as _,
        &new.archived,
        &new.combinations,
        now as _
    )
    .fetch_all(&mut *tx)
    .await?;
    Ok(rows.into_iter().map(|row| (row.sku, row.id)).collect())
}

/// Updates those of these variants that differ. The base prices of their products are written before, because a trigger adjusts variants
/// with their own price to them.
pub async fn update_variants(tx: &mut Tx, rows: &[(VariantId, &VariantRow)], now: Timestamp) -> sqlx::Result<()> {
    if rows.is_empty() {
        return Ok(());
    }
    let mut old = Columns::default();
    for (id, row) in rows {
        old.push(id.0, row);
    }
    sqlx::query!(
        "update product_variants v
            set sku = t.sku, name = t.name, position = t.position, price_adjustment = t.price_adjustment,
                own_price = t.own_price, compare_at_price = t.compare_at_price, barcode = t.barcode,
                weight_grams = t.weight_grams, archived_at = case when t.is_archived then coalesce(v.archived_at, $11) end
           from unnest($1::bigint[], $2::text[], $3::text[], $4::integer[], $5::bigint[], $6::bigint[], $7::bigint[], $8::text[],
                       $9::integer[], $10::boolean[])
                as t (id, sku, name, position, price_adjustment, own_price, compare_at_price, barcode, weight_grams, is_archived)
          where v.id = t.id
            and (v.sku, v.name, v.position, v.price_adjustment, v.own_price, v.compare_at_price, v.barcode, v.weight_grams,
                 v.archived_at is not null)
                is distinct from (t.sku, t.name, t.position, t.price_adjustment, t.own_price, t.compare_at_price, t.barcode,
                 t.weight_grams, t.is_archived)",
        &old.keys,
        &old.skus,
        &old.names,
        &old.positions,
        &old.price_adjustments,
        &old.own_prices as _,
        &old.compare_at_prices as _,
        &old.barcodes as _,
        &old.weights as _,
        &old.archived,
        now as _
    )
    .execute(&mut *tx)
    .await
    .map(drop)
}

/// Gives each of these variants exactly its values.
pub async fn write_values(tx: &mut Tx, rows: &[ValuesRow<'_>]) -> sqlx::Result<()> {
    let old: Vec<i64> = rows.iter().filter(|row| !row.is_new).map(|row| row.variant.0).collect();
    let (mut variants, mut attributes, mut values) = (Vec::new(), Vec::new(), Vec::new());
    let (mut positions, mut ordered) = (Vec::new(), Vec::new());
    for row in rows {
        for (position, (attribute, value)) in (0_i32..).zip(row.values) {
            variants.push(row.variant.0);
            attributes.push(attribute.0);
            values.push(value.0);
            positions.push(position);
            ordered.push(row.is_ordered);
        }
    }
    if !old.is_empty() {
        sqlx::query!(
            "delete from variant_attribute_values x
              where x.variant_id = any ($1)
                and not exists (select from unnest($2::bigint[], $3::bigint[]) as t (variant_id, attribute_id)
                                 where t.variant_id = x.variant_id and t.attribute_id = x.attribute_id)",
            &old,
            &variants,
            &attributes
        )
        .execute(&mut *tx)
        .await?;
    }
    if variants.is_empty() {
        return Ok(());
    }
    sqlx::query!(
        "insert into variant_attribute_values as x (variant_id, attribute_id, attribute_value_id, position)
         select t.variant_id, t.attribute_id, t.attribute_value_id,
                case when t.is_ordered then t.position
                     else coalesce((select old.position from variant_attribute_values old
                                     where old.variant_id = t.variant_id and old.attribute_id = t.attribute_id), t.position) end
           from unnest($1::bigint[], $2::bigint[], $3::bigint[], $4::integer[], $5::boolean[])
                as t (variant_id, attribute_id, attribute_value_id, position, is_ordered)
             on conflict (variant_id, attribute_id)
             do update set attribute_value_id = excluded.attribute_value_id, position = excluded.position
          where (x.attribute_value_id, x.position) <> (excluded.attribute_value_id, excluded.position)",
        &variants,
        &attributes,
        &values,
        &positions,
        &ordered
    )
    .execute(&mut *tx)
    .await
    .map(drop)
}
