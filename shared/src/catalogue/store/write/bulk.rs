//! Prices of many variants at once.

use std::collections::HashMap;

use crate::app::db::Tx;
use crate::ids::{ProductId, VariantId};
use crate::money::Money;

/// A variant that somebody has named.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NamedVariant {
    /// Which.
    pub id: VariantId,
    /// Its SKU.
    pub sku: String,
    /// Whose it is.
    pub product: ProductId,
}

/// What a variant costs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct VariantPrice {
    /// Which.
    pub id: VariantId,
    /// What its product's variants are counted from.
    pub base_price: Money,
    /// Its price, whatever its product's is.
    pub own_price: Option<Money>,
    /// What is added to the base price, if it has none of its own.
    pub price_adjustment: Money,
    /// The price before a reduction.
    pub compare_at_price: Option<Money>,
}

/// The variants with these ids and with these SKUs.
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

/// What these variants cost.
pub async fn prices(tx: &mut Tx, variants: &[VariantId]) -> sqlx::Result<HashMap<VariantId, VariantPrice>> {
    let rows = sqlx::query_as!(
        VariantPrice,
        "select v.id, p.base_price, v.own_price, v.price_adjustment, v.compare_at_price
           from product_variants v join products p on p.id = v.product_id
          where v.id = any ($1)",
        variants as _
    )
    .fetch_all(&mut *tx)
    .await?;
    Ok(rows.into_iter().map(|row| (row.id, row)).collect())
}

/// Sees to it that variants cost this. Their products are locked by now.
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
