//! SQL of stock for the admin pages.

use crate::app::db::Tx;
use crate::ids::{OrderId, ProductId, VariantId};
use crate::time::Timestamp;

/// A variant with its stock.
#[derive(Clone, Debug)]
pub struct StockRow {
    /// Id of the variant.
    pub variant_id: VariantId,
    /// SKU of the variant.
    pub sku: String,
    /// Name of the variant within its product.
    pub variant_name: String,
    /// Id of the product.
    pub product_id: ProductId,
    /// Name of the product.
    pub product_name: String,
    /// Number of units in stock.
    pub on_hand: i32,
}

/// A line of the stock ledger.
#[derive(Clone, Debug)]
pub struct LedgerLine {
    /// Id of the line; later lines have larger ids.
    pub id: i64,
    /// Difference in units: positive for received, negative for sold or written off.
    pub change: i32,
    /// Number of units in stock after the change.
    pub on_hand_after: i32,
    /// Reason for the change.
    pub reason: String,
    /// Id of the order in which the units were sold.
    pub order_id: Option<OrderId>,
    /// Time of the change.
    pub at: Timestamp,
}

/// A change of stock by a member of staff.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Change {
    /// This many units arrived.
    Received(i32),
    /// This many units are broken or lost.
    WrittenOff(i32),
    /// A count found this many units.
    Counted(i32),
}

/// Result of a change of stock.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Changed {
    /// The change is written; this many units are on hand now.
    To(i32),
    /// More units were to be removed than there are (`stock_not_negative`).
    BelowZero,
    /// The number is larger than the column can hold.
    TooMany,
    /// The variant does not exist.
    NoSuchVariant,
}

/// Lists variants by SKU, at most `limit` of those after `after`. `search` holds the beginnings of words of the product or its SKUs.
pub async fn list(tx: &mut Tx, search: Option<&str>, after: Option<&str>, limit: i64) -> sqlx::Result<Vec<StockRow>> {
    sqlx::query_as!(
        StockRow,
        "select v.id as variant_id, v.sku, v.name as variant_name, p.id as product_id, p.name as product_name, s.on_hand
           from product_variants v
           join products p on p.id = v.product_id
           join stock_levels s on s.variant_id = v.id
          where ($1::text is null or p.search_document @@ search_query($1))
            and ($2::text is null or v.sku > $2)
          order by v.sku
          limit $3",
        search,
        after,
        limit
    )
    .fetch_all(&mut *tx)
    .await
}

/// Finds one variant.
pub async fn find(tx: &mut Tx, variant: VariantId) -> sqlx::Result<Option<StockRow>> {
    sqlx::query_as!(
        StockRow,
        "select v.id as variant_id, v.sku, v.name as variant_name, p.id as product_id, p.name as product_name, s.on_hand
           from product_variants v
           join products p on p.id = v.product_id
           join stock_levels s on s.variant_id = v.id
          where v.id = $1",
        variant as _
    )
    .fetch_optional(&mut *tx)
    .await
}

/// Lists the ledger of a variant, newest line first, at most `limit` of those older than `after`.
pub async fn ledger(tx: &mut Tx, variant: VariantId, after: Option<i64>, limit: i64) -> sqlx::Result<Vec<LedgerLine>> {
    sqlx::query_as!(
        LedgerLine,
        "select id, change, on_hand_after, reason, order_id, at
           from stock_ledger
          where variant_id = $1 and ($2::bigint is null or id < $2)
          order by id desc
          limit $3",
        variant as _,
        after,
        limit
    )
    .fetch_all(&mut *tx)
    .await
}

/// Counts the variants of published products that are out of stock.
pub async fn out_of_stock(tx: &mut Tx) -> sqlx::Result<i64> {
    sqlx::query_scalar!(
        r#"select count(*) as "variants!"
             from stock_levels s
             join product_variants v on v.id = s.variant_id
             join products p on p.id = v.product_id
            where s.on_hand = 0 and p.status = 'active'"#
    )
    .fetch_one(&mut *tx)
    .await
}

/// Changes the stock and writes the ledger. After any result but [`Changed::To`] the transaction has failed and can only be rolled back.
pub async fn change(tx: &mut Tx, variant: VariantId, change: Change, now: Timestamp) -> sqlx::Result<Changed> {
    let (units, reason) = match change {
        Change::Received(units) => (units, "received"),
        Change::WrittenOff(units) => (-units, "written_off"),
        Change::Counted(units) => {
            let Some(on_hand) = lock(tx, variant).await? else { return Ok(Changed::NoSuchVariant) };
            (units - on_hand, "counted")
        }
    };
    let changed = sqlx::query_scalar!("select change_stock($1, $2, $3, $4)", variant as _, units, reason, now as _)
        .fetch_one(&mut *tx)
        .await;
    match changed {
        Ok(Some(on_hand)) => Ok(Changed::To(on_hand)),
        Ok(None) => Ok(Changed::NoSuchVariant),
        Err(error) => refusal(&error).ok_or(error),
    }
}

/// Returns the stock and locks it until the transaction ends.
async fn lock(tx: &mut Tx, variant: VariantId) -> sqlx::Result<Option<i32>> {
    sqlx::query_scalar!("select on_hand from stock_levels where variant_id = $1 for update", variant as _)
        .fetch_optional(&mut *tx)
        .await
}

fn refusal(error: &sqlx::Error) -> Option<Changed> {
    let error = error.as_database_error()?;
    match (error.constraint(), error.code().as_deref()) {
        (Some("stock_not_negative"), _) => Some(Changed::BelowZero),
        // numeric_value_out_of_range
        (_, Some("22003")) => Some(Changed::TooMany),
        _ => None,
    }
}
