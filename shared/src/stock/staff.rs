//! Stock in SQL, as the staff sees and changes it.

use crate::app::db::Tx;
use crate::ids::{OrderId, ProductId, VariantId};
use crate::time::Timestamp;

/// A variant and what is on hand of it.
#[derive(Clone, Debug)]
pub struct StockRow {
    /// Which.
    pub variant_id: VariantId,
    /// Its SKU.
    pub sku: String,
    /// What it is called.
    pub variant_name: String,
    /// What it is a variant of.
    pub product_id: ProductId,
    /// And what that is called.
    pub product_name: String,
    /// How many there are.
    pub on_hand: i32,
}

/// A line of the ledger.
#[derive(Clone, Debug)]
pub struct LedgerLine {
    /// Which: later lines have larger ids.
    pub id: i64,
    /// How many came, or went.
    pub change: i32,
    /// How many there were then.
    pub on_hand_after: i32,
    /// Why.
    pub reason: String,
    /// The order it was sold in.
    pub order_id: Option<OrderId>,
    /// When.
    pub at: Timestamp,
}

/// What the staff does to stock.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Change {
    /// So many came.
    Received(i32),
    /// So many are broken or lost.
    WrittenOff(i32),
    /// So many were counted on the shelf.
    Counted(i32),
}

/// What became of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Changed {
    /// So many are on hand now.
    To(i32),
    /// There are fewer than were to go: `stock_not_negative`.
    BelowZero,
    /// More than can be counted.
    TooMany,
    /// There is no such variant.
    NoSuchVariant,
}

/// Variants by SKU, those behind `after`; at most `limit`. `search` is the beginnings of words of the product or its SKUs.
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

/// One variant.
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

/// The ledger of a variant, newest first, lines older than `after`; at most `limit`.
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

/// How many variants of what is on sale there is nothing of.
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

/// Changes what is on hand and writes the ledger. After anything but [`Changed::To`] the transaction is of no more use.
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

/// What is on hand, and nobody changes it until the transaction ends.
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
