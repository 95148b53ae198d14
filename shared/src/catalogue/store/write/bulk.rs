//! Statements for the prices of many variants.

use std::collections::HashMap;

use crate::app::db::Tx;
use crate::ids::{ProductId, VariantId};
use crate::money::{Currency, Money};

/// A variant that a request names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NamedVariant {
    /// The variant's id.
    pub id: VariantId,
    /// The variant's SKU.
    pub sku: String,
    /// The variant's product.
    pub product: ProductId,
}

/// The price of a variant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct VariantPrice {
    /// The variant's id.
    pub id: VariantId,
    /// The currency of its product.
    pub currency: Currency,
    /// The base price of its product.
    pub base_price: Money,
    /// The price that does not follow the base price, if the variant has one.
    pub own_price: Option<Money>,
    /// The amount that is added to the base price if the variant has no own price.
    pub price_adjustment: Money,
    /// The price before a reduction.
    pub compare_at_price: Option<Money>,
}

/// Finds the variants with these ids and with these SKUs.
pub async fn find_variants(tx: &mut Tx, ids: &[VariantId], skus: &[String]) -> sqlx::Result<Vec<NamedVariant>> {
    sqlx::query_as!(
        NamedVariant,
        "select id, sku, product_id as product from product_variants where id = any ($1) or sku = any ($2)",
        ids as _,
        skus
    )
    .fetch_all(&mut *tx)
    .await
}

/// Returns the prices of these variants.
pub async fn prices(tx: &mut Tx, variants: &[VariantId]) -> sqlx::Result<HashMap<VariantId, VariantPrice>> {
    let rows = sqlx::query_as!(
        VariantPrice,
        "select v.id, p.currency, p.base_price, v.own_price, v.price_adjustment, v.compare_at_price
           from product_variants v join products p on p.id = v.product_id
          where v.id = any ($1)",
        variants as _
    )
    .fetch_all(&mut *tx)
    .await?;
    Ok(rows.into_iter().map(|row| (row.id, row)).collect())
}

/// Sets the prices of variants. The caller has locked their products.
pub async fn set_prices(tx: &mut Tx, prices: &[VariantPrice]) -> sqlx::Result<()> {
    let ids: Vec<i64> = prices.iter().map(|price| price.id.0).collect();
    let own: Vec<Option<i64>> = prices.iter().map(|price| price.own_price.map(Money::minor)).collect();
    let adjustments: Vec<i64> = prices.iter().map(|price| price.price_adjustment.minor()).collect();
    let before: Vec<Option<i64>> = prices.iter().map(|price| price.compare_at_price.map(Money::minor)).collect();
    sqlx::query!(
        "update product_variants v
            set own_price = t.own_price, price_adjustment = t.price_adjustment, compare_at_price = t.compare_at_price
           from unnest($1::bigint[], $2::bigint[], $3::bigint[], $4::bigint[]) as t (id, own_price, price_adjustment, compare_at_price)
          where v.id = t.id",
        &ids,
        &own as _,
        &adjustments,
        &before as _
    )
    .execute(&mut *tx)
    .await
    .map(drop)
}
