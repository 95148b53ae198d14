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
