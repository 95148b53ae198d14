//! Stock in SQL.

pub mod notices;

use super::Reason;
use crate::app::db::Tx;
use crate::ids::{ProductId, VariantId};
use crate::time::Timestamp;

/// Sees to it that this many units are on hand, and writes the difference into the ledger. Whether there was a difference;
/// `None` where there is no such variant.
///
/// Several in one transaction: in variant order, as checkout does, or the two may wait for each other.
pub async fn set_stock(
    tx: &mut Tx,
    variant: VariantId,
    on_hand: i32,
    reason: Reason,
    now: Timestamp,
) -> sqlx::Result<Option<bool>> {
    let before = sqlx::query_scalar!("select on_hand from stock_levels where variant_id = $1 for update", variant as _)
        .fetch_optional(&mut *tx)
        .await?;
    let Some(before) = before else { return Ok(None) };
    if before == on_hand {
        return Ok(Some(false));
    }
    sqlx::query!(
        "select change_stock($1, $2, $3, $4)",
        variant as _,
        on_hand.saturating_sub(before),
        reason.as_str(),
        now as _
    )
    .fetch_one(&mut *tx)
    .await?;
    Ok(Some(true))
}

/// Locks the stock of every variant of a product, in the order in which checkout locks it. Whoever goes on to write the
/// product does this first: a checkout holds stock when it comes to the product.
pub async fn lock_stock_of(tx: &mut Tx, product: ProductId) -> sqlx::Result<()> {
    sqlx::query!(
        "select s.variant_id
           from stock_levels s
           join product_variants v on v.id = s.variant_id
          where v.product_id = $1
          order by s.variant_id for update of s",
        product as _
    )
    .fetch_all(&mut *tx)
    .await
    .map(drop)
}

/// Puts these many units of these new variants on the shelf. Nobody else knows them yet, so there is nothing to lock.
pub async fn open_stock(tx: &mut Tx, variants: &[VariantId], units: &[i32], now: Timestamp) -> sqlx::Result<()> {
    if variants.is_empty() {
        return Ok(());
    }
    sqlx::query!(
        "with stocked as (
             update stock_levels s set on_hand = t.units from unnest($1::bigint[], $2::integer[]) as t (variant_id, units)
              where s.variant_id = t.variant_id
             returning s.variant_id, s.on_hand
         )
         insert into stock_ledger (variant_id, change, on_hand_after, reason, at)
         select variant_id, on_hand, on_hand, $3, $4 from stocked where on_hand > 0 order by variant_id",
        variants as _,
        units,
        Reason::Received.as_str(),
        now as _
    )
    .execute(&mut *tx)
    .await
    .map(drop)
}
