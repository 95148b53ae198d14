//! SQL of stock.

pub mod subscriptions;

use std::collections::HashMap;

use super::{Reason, StockRules, Units};
use crate::app::db::Tx;
use crate::ids::{ProductId, VariantId};
use crate::users::Stamp;

/// A change of the stock of a variant whose row is locked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StockChange {
    /// Id of the variant.
    pub variant: VariantId,
    /// Number of units that are added, negative if they are removed.
    pub units: i32,
    /// Reason for the change.
    pub reason: Reason,
}

/// Changes the stock of these variants and writes the ledger. Units that come in go to backorders first. The caller has locked the rows.
/// Returns the variants that can be bought now and could not before, or the reverse; the caller refreshes their products afterwards.
pub async fn change_all(tx: &mut Tx, changes: &[StockChange], stamp: Stamp) -> sqlx::Result<Vec<VariantId>> {
    let changes: Vec<&StockChange> = changes.iter().filter(|change| change.units != 0).collect();
    if changes.is_empty() {
        return Ok(Vec::new());
    }
    let variants: Vec<i64> = changes.iter().map(|change| change.variant.0).collect();
    let units: Vec<i32> = changes.iter().map(|change| change.units).collect();
    let reasons: Vec<String> = changes.iter().map(|change| change.reason.as_str().to_owned()).collect();
    sqlx::query_scalar!(
        r#"select variant_id as "variant_id!: VariantId" from change_stocks($1, $2, $3, $4, $5, $6) where availability_changed"#,
        &variants,
        &units,
        &reasons,
        stamp.at as _,
        stamp.by.user() as _,
        stamp.by.api_key() as _
    )
    .fetch_all(&mut *tx)
    .await
}

/// Writes off what these variants have on hand, because they are deleted next. The caller has locked the rows.
pub async fn write_off(tx: &mut Tx, variants: &[VariantId], stamp: Stamp) -> sqlx::Result<()> {
    sqlx::query!(
        r#"select count(*) as "written_off!"
             from (select array_agg(s.variant_id) as ids, array_agg(-s.on_hand) as units, array_agg('written_off'::text) as reasons
                     from stock_levels s
                    where s.variant_id = any ($1) and s.on_hand > 0) gone
            cross join lateral change_stocks(gone.ids, gone.units, gone.reasons, $2, $3, $4)"#,
        variants as _,
        stamp.at as _,
        stamp.by.user() as _,
        stamp.by.api_key() as _
    )
    .fetch_one(&mut *tx)
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
    let quantities: Vec<Option<i32>> = rules.iter().map(|(_, rules)| rules.quantity_limit_per_customer).collect();
    sqlx::query!(
        "update stock_levels s
            set track_inventory = t.track_inventory, allow_backorder = t.allow_backorder, backorder_limit = t.backorder_limit,
                quantity_limit_per_customer = t.quantity_limit_per_customer
           from unnest($1::bigint[], $2::boolean[], $3::boolean[], $4::integer[], $5::integer[])
                as t (variant_id, track_inventory, allow_backorder, backorder_limit, quantity_limit_per_customer)
          where s.variant_id = t.variant_id",
        &variants,
        &tracked,
        &allowed,
        &limits as _,
        &quantities as _
    )
    .execute(&mut *tx)
    .await
    .map(drop)
}

/// The stock of a variant under its lock.
struct LockedStock {
    variant_id: VariantId,
    on_hand: i32,
    backordered: i32,
}

fn by_variant(rows: Vec<LockedStock>) -> HashMap<VariantId, Units> {
    let units = |row: LockedStock| (row.variant_id, Units { on_hand: row.on_hand, backordered: row.backordered });
    rows.into_iter().map(units).collect()
}

/// Locks the stock of these variants, in the order in which checkout locks it, and returns it.
pub async fn lock_stock(tx: &mut Tx, variants: &[VariantId]) -> sqlx::Result<HashMap<VariantId, Units>> {
    let rows = sqlx::query_as!(
        LockedStock,
        "select variant_id, on_hand, backordered from stock_levels where variant_id = any ($1) order by variant_id for update",
        variants as _
    )
    .fetch_all(&mut *tx)
    .await?;
    Ok(by_variant(rows))
}

/// Recomputes whether these products can be bought. A caller of [`change_all`] calls it afterwards.
pub async fn refresh_availability(tx: &mut Tx, products: &[ProductId]) -> sqlx::Result<()> {
    sqlx::query!("select refresh_availability($1)", products as _).fetch_one(&mut *tx).await.map(drop)
}

/// Locks the stock of every variant of these products, in the order in which checkout locks it, and returns it.
pub async fn lock_stock_of_all(tx: &mut Tx, products: &[ProductId]) -> sqlx::Result<HashMap<VariantId, Units>> {
    let rows = sqlx::query_as!(
        LockedStock,
        "select s.variant_id, s.on_hand, s.backordered
           from stock_levels s
           join product_variants v on v.id = s.variant_id
          where v.product_id = any ($1)
          order by s.variant_id for update of s",
        products as _
    )
    .fetch_all(&mut *tx)
    .await?;
    Ok(by_variant(rows))
}
