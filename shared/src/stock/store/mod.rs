//! SQL of stock.

pub mod subscriptions;

use std::collections::HashMap;

use super::{Reason, StockRules};
use crate::app::db::Tx;
use crate::ids::{ProductId, VariantId};
use crate::time::Timestamp;

/// The stock to set for a variant whose row is locked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Counted {
    /// Id of the variant.
    pub variant: VariantId,
    /// Number of units before the change.
    pub before: i32,
    /// Number of units after the change.
    pub on_hand: i32,
    /// Reason for the change.
    pub reason: Reason,
}

/// Sets the stock of these variants and writes the differences into the ledger. The caller has locked the rows, and refreshes the products'
/// cards afterwards.
pub async fn set_all(tx: &mut Tx, counts: &[Counted], now: Timestamp) -> sqlx::Result<()> {
    let counts: Vec<&Counted> = counts.iter().filter(|count| count.before != count.on_hand).collect();
    if counts.is_empty() {
        return Ok(());
    }
    let variants: Vec<i64> = counts.iter().map(|count| count.variant.0).collect();
    let before: Vec<i32> = counts.iter().map(|count| count.before).collect();
    let on_hand: Vec<i32> = counts.iter().map(|count| count.on_hand).collect();
    let reasons: Vec<String> = counts.iter().map(|count| count.reason.as_str().to_owned()).collect();
    sqlx::query!(
        "with counted as (
             select * from unnest($1::bigint[], $2::integer[], $3::integer[], $4::text[]) as t (variant_id, before, on_hand, reason)
         ), moved as (
             update stock_levels s set on_hand = c.on_hand from counted c where s.variant_id = c.variant_id
         )
         insert into stock_ledger (variant_id, change, on_hand_after, reason, at)
         select c.variant_id, c.on_hand - c.before, c.on_hand, c.reason, $5 from counted c order by c.variant_id",
        &variants,
        &before,
        &on_hand,
        &reasons,
        now as _
    )
    .execute(&mut *tx)
    .await
    .map(drop)
}

/// Writes the rules by which these variants are sold. The caller has locked the rows, and refreshes the products' cards afterwards.
pub async fn write_rules(tx: &mut Tx, rules: &[(VariantId, StockRules)]) -> sqlx::Result<()> {
    if rules.is_empty() {
        return Ok(());
    }
    let variants: Vec<i64> = rules.iter().map(|(variant, _)| variant.0).collect();
    let tracked: Vec<bool> = rules.iter().map(|(_, rules)| rules.track_inventory).collect();
    let allowed: Vec<bool> = rules.iter().map(|(_, rules)| rules.allow_backorder).collect();
    let limits: Vec<Option<i32>> = rules.iter().map(|(_, rules)| rules.backorder_limit).collect();
    sqlx::query!(
        "update stock_levels s
            set track_inventory = t.track_inventory, allow_backorder = t.allow_backorder, backorder_limit = t.backorder_limit
           from unnest($1::bigint[], $2::boolean[], $3::boolean[], $4::integer[])
                as t (variant_id, track_inventory, allow_backorder, backorder_limit)
          where s.variant_id = t.variant_id",
        &variants,
        &tracked,
        &allowed,
        &limits as _
    )
    .execute(&mut *tx)
    .await
    .map(drop)
}

/// Locks the stock of these variants, in the order in which checkout locks it, and returns it.
pub async fn lock_stock(tx: &mut Tx, variants: &[VariantId]) -> sqlx::Result<HashMap<VariantId, i32>> {
    let rows = sqlx::query!(
        "select variant_id, on_hand from stock_levels where variant_id = any ($1) order by variant_id for update",
        variants as _
    )
    .fetch_all(&mut *tx)
    .await?;
    Ok(rows.into_iter().map(|row| (row.variant_id, row.on_hand)).collect())
}

/// Recomputes whether these products can be bought. A caller that set stock to or from zero with [`set_all`] calls it afterwards.
pub async fn refresh_availability(tx: &mut Tx, products: &[ProductId]) -> sqlx::Result<()> {
    sqlx::query!("select refresh_availability($1)", products as _).fetch_one(&mut *tx).await.map(drop)
}

/// Locks the stock of every variant of these products, in the order in which checkout locks it, and returns it.
pub async fn lock_stock_of_all(tx: &mut Tx, products: &[ProductId]) -> sqlx::Result<HashMap<VariantId, i32>> {
    let rows = sqlx::query!(
        "select s.variant_id, s.on_hand
           from stock_levels s
           join product_variants v on v.id = s.variant_id
          where v.product_id = any ($1)
          order by s.variant_id for update of s",
        products as _
    )
    .fetch_all(&mut *tx)
    .await?;
    Ok(rows.into_iter().map(|row| (row.variant_id, row.on_hand)).collect())
}
