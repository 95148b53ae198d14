//! SQL of stock for the admin pages.

use super::{Change, Refusal, Units};
use crate::app::db::Tx;
use crate::ids::{OrderId, ProductId, VariantId};
use crate::time::Timestamp;
use crate::users::Stamp;

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
    /// Number of units that are sold and not in stock yet.
    pub backordered: i32,
    /// True if a sale takes units from the stock. If false, the variant can always be bought.
    pub track_inventory: bool,
    /// True if the variant can be bought with too few units in stock.
    pub allow_backorder: bool,
    /// Maximum number of backordered units; `None` if there is no maximum.
    pub backorder_limit: Option<i32>,
    /// Maximum number of units that one account can have in open orders; `None` if the limit of the shop holds.
    pub quantity_limit_per_customer: Option<i32>,
    /// True if customers can buy it while it is available.
    pub is_for_sale: bool,
    /// True if a unit can be ordered while it is for sale.
    pub is_available: bool,
}

impl StockRow {
    /// Returns true if customers see it as sold out.
    pub const fn is_sold_out(&self) -> bool {
        self.is_for_sale && !self.is_available
    }
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
    /// The account or API key that changed the stock; `None` for a sale.
    pub actor: Option<String>,
}

/// Result of a change of stock.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Changed {
    /// The change is written; this many units are on hand now.
    To(i32),
    /// The stock stays as it is.
    Refused(Refusal),
    /// The variant does not exist.
    NoSuchVariant,
}

/// Lists variants by SKU, at most `limit` of those after `after`. `search` holds the beginnings of words of the product or its SKUs.
pub async fn list(
    tx: &mut Tx,
    search: Option<&str>,
    after: Option<&str>,
    limit: i64,
    now: Timestamp,
) -> sqlx::Result<Vec<StockRow>> {
    sqlx::query_as!(
        StockRow,
        r#"select v.id as variant_id, v.sku, v.name as variant_name, p.id as product_id, p.name as product_name, s.on_hand, s.backordered,
                  s.track_inventory, s.allow_backorder, s.backorder_limit, s.quantity_limit_per_customer, s.is_available,
                  v.archived_at is null and is_published(p.status, p.publish_at, p.unpublish_at, $4) as "is_for_sale!"
             from product_variants v
             join products p on p.id = v.product_id
             join stock_levels s on s.variant_id = v.id
            where ($1::text is null or p.search_document @@ search_query($1))
              and ($2::text is null or v.sku > $2)
            order by v.sku
            limit $3"#,
        search,
        after,
        limit,
        now as _
    )
    .fetch_all(&mut *tx)
    .await
}

/// Finds one variant.
pub async fn find(tx: &mut Tx, variant: VariantId, now: Timestamp) -> sqlx::Result<Option<StockRow>> {
    sqlx::query_as!(
        StockRow,
        r#"select v.id as variant_id, v.sku, v.name as variant_name, p.id as product_id, p.name as product_name, s.on_hand, s.backordered,
                  s.track_inventory, s.allow_backorder, s.backorder_limit, s.quantity_limit_per_customer, s.is_available,
                  v.archived_at is null and is_published(p.status, p.publish_at, p.unpublish_at, $2) as "is_for_sale!"
             from product_variants v
             join products p on p.id = v.product_id
             join stock_levels s on s.variant_id = v.id
            where v.id = $1"#,
        variant as _,
        now as _
    )
    .fetch_optional(&mut *tx)
    .await
}

/// Lists the ledger of a variant, newest line first, at most `limit` of those older than `after`.
pub async fn ledger(tx: &mut Tx, variant: VariantId, after: Option<i64>, limit: i64) -> sqlx::Result<Vec<LedgerLine>> {
    sqlx::query_as!(
        LedgerLine,
        "select l.id, l.change, l.on_hand_after, l.reason, l.order_id, l.at, actor_name(l.actor_user_id, l.actor_api_key_id) as actor
           from stock_ledger l
          where l.variant_id = $1 and ($2::bigint is null or l.id < $2)
          order by l.id desc
          limit $3",
        variant as _,
        after,
        limit
    )
    .fetch_all(&mut *tx)
    .await
}

/// Counts the variants that are for sale and that nobody can buy, because no unit is in stock or may be backordered.
pub async fn out_of_stock(tx: &mut Tx, now: Timestamp) -> sqlx::Result<i64> {
    sqlx::query_scalar!(
        r#"select count(*) as "variants!"
             from stock_levels s
             join product_variants v on v.id = s.variant_id
             join products p on p.id = v.product_id
            where not s.is_available and v.archived_at is null and is_published(p.status, p.publish_at, p.unpublish_at, $1)"#,
        now as _
    )
    .fetch_one(&mut *tx)
    .await
}

/// Changes the stock and writes the ledger. Units that come in go to backorders first.
pub async fn change(tx: &mut Tx, variant: VariantId, change: Change, stamp: Stamp) -> sqlx::Result<Changed> {
    let Some(before) = lock(tx, variant).await? else { return Ok(Changed::NoSuchVariant) };
    let after = match change.apply_to(before) {
        Ok(after) => after,
        Err(refusal) => return Ok(Changed::Refused(refusal)),
    };
    let on_hand = sqlx::query_scalar!(
        r#"select change_stock($1, $2, $3, $4, $5, $6) as "on_hand!""#,
        variant as _,
        after - before.on_hand,
        change.reason().as_str(),
        stamp.at as _,
        stamp.by.user() as _,
        stamp.by.api_key() as _
    )
    .fetch_one(&mut *tx)
    .await?;
    Ok(Changed::To(on_hand))
}

/// Returns the stock and locks it until the transaction ends.
async fn lock(tx: &mut Tx, variant: VariantId) -> sqlx::Result<Option<Units>> {
    sqlx::query_as!(
        Units,
        "select on_hand, backordered from stock_levels where variant_id = $1 for update",
        variant as _
    )
    .fetch_optional(&mut *tx)
    .await
}
