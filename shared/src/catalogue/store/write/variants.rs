//! Writing variants and their attribute values.

use std::collections::BTreeMap;

use super::Written;
use crate::app::db::Tx;
use crate::ids::{AttributeId, AttributeValueId, ProductId, VariantId};
use crate::money::Money;

/// A variant as it is to be. Its stock is set by [`crate::stock::store::set_stock`].
#[derive(Clone, Copy, Debug)]
pub struct NewVariant<'a> {
    /// Which variant.
    pub sku: &'a str,
    /// What it is called beside its product: `M / Blue`.
    pub name: &'a str,
    /// Its place among its product's variants.
    pub position: i32,
    /// Added to the product's base price.
    pub price_adjustment: Money,
    /// The price before a reduction, where there is one.
    pub compare_at_price: Option<Money>,
    /// What the scanner reads.
    pub barcode: Option<&'a str>,
    /// What it weighs.
    pub weight_grams: Option<i32>,
}

/// The variant with this SKU, as described. `None` where the SKU is another product's; nothing is changed then.
pub async fn upsert_variant(
    tx: &mut Tx,
    product: ProductId,
    variant: &NewVariant<'_>,
) -> sqlx::Result<Option<Written<VariantId>>> {
    let found = sqlx::query!("select id, product_id from product_variants where sku = $1", variant.sku)
        .fetch_optional(&mut *tx)
        .await?;
    match found {
        None => Ok(Some(Written::inserted(insert(tx, product, variant).await?))),
        Some(row) if row.product_id != product => Ok(None),
        Some(row) => Ok(Some(Written::found(row.id, update(tx, row.id, variant).await?))),
    }
}

async fn insert(tx: &mut Tx, product: ProductId, variant: &NewVariant<'_>) -> sqlx::Result<VariantId> {
    sqlx::query_scalar!(
        "insert into product_variants
                (product_id, sku, name, position, price_adjustment, compare_at_price, barcode, weight_grams)
         values ($1, $2, $3, $4, $5, $6, $7, $8)
         returning id",
        product as _,
        variant.sku,
        variant.name,
        variant.position,
        variant.price_adjustment as _,
        variant.compare_at_price as _,
        variant.barcode,
        variant.weight_grams
    )
    .fetch_one(&mut *tx)
    .await
}

async fn update(tx: &mut Tx, id: VariantId, variant: &NewVariant<'_>) -> sqlx::Result<bool> {
    let done = sqlx::query!(
        "update product_variants
            set name = $2, position = $3, price_adjustment = $4, compare_at_price = $5, barcode = $6, weight_grams = $7
          where id = $1
            and (name, position, price_adjustment, compare_at_price, barcode, weight_grams)
                is distinct from ($2, $3, $4, $5, $6, $7)",
        id as _,
        variant.name,
        variant.position,
        variant.price_adjustment as _,
        variant.compare_at_price as _,
        variant.barcode,
        variant.weight_grams
    )
    .execute(&mut *tx)
    .await?;
    Ok(done.rows_affected() > 0)
}

/// Removes the product's other variants, and says how many. Orders keep what they sold; carts lose the line.
pub async fn remove_variants_not_in(tx: &mut Tx, product: ProductId, skus: &[String]) -> sqlx::Result<u64> {
    let done =
        sqlx::query!("delete from product_variants where product_id = $1 and sku <> all ($2)", product as _, skus)
            .execute(&mut *tx)
            .await?;
    Ok(done.rows_affected())
}

/// These values and no others: `[("Size", "M"), ("Colour", "Blue")]`. Attributes (whatever the case of their name) and values
/// come into being as they are needed; of an attribute that is named twice the last value counts. Whether anything changed.
pub async fn set_variant_values(tx: &mut Tx, variant: VariantId, values: &[(&str, &str)]) -> sqlx::Result<bool> {
    let mut wanted = BTreeMap::new();
    for (name, value) in values {
        let attribute = attribute(tx, name).await?;
        wanted.insert(attribute, attribute_value(tx, attribute, value).await?);
    }
    let attributes: Vec<AttributeId> = wanted.keys().copied().collect();
    let values: Vec<AttributeValueId> = wanted.values().copied().collect();
    let removed = sqlx::query!(
        "delete from variant_attribute_values where variant_id = $1 and attribute_id <> all ($2)",
        variant as _,
        &attributes as _
    )
    .execute(&mut *tx)
    .await?;
    let written = sqlx::query!(
        "insert into variant_attribute_values as v (variant_id, attribute_id, attribute_value_id)
         select $1::bigint, * from unnest($2::bigint[], $3::bigint[])
             on conflict (variant_id, attribute_id) do update set attribute_value_id = excluded.attribute_value_id
          where v.attribute_value_id <> excluded.attribute_value_id",
        variant as _,
        &attributes as _,
        &values as _
    )
    .execute(&mut *tx)
    .await?;
    Ok(removed.rows_affected() + written.rows_affected() > 0)
}

async fn attribute(tx: &mut Tx, name: &str) -> sqlx::Result<AttributeId> {
    let id = sqlx::query_scalar!("select id from attributes where lower(name) = lower($1)", name)
        .fetch_optional(&mut *tx)
        .await?;
    if let Some(id) = id {
        return Ok(id);
    }
    sqlx::query_scalar!("insert into attributes (name) values ($1) returning id", name).fetch_one(&mut *tx).await
}

/// A new value goes behind the others: S, M, L stay in the order in which they came.
async fn attribute_value(tx: &mut Tx, attribute: AttributeId, value: &str) -> sqlx::Result<AttributeValueId> {
    let id = sqlx::query_scalar!(
        "select id from attribute_values where attribute_id = $1 and value = $2",
        attribute as _,
        value
    )
    .fetch_optional(&mut *tx)
    .await?;
    if let Some(id) = id {
        return Ok(id);
    }
    sqlx::query_scalar!(
        "insert into attribute_values (attribute_id, value, position)
         select $1, $2, coalesce(max(position) + 1, 0) from attribute_values where attribute_id = $1
         returning id",
        attribute as _,
        value
    )
    .fetch_one(&mut *tx)
    .await
}
