//! The catalogue in SQL, as the staff sees it: drafts and what is archived included.

use crate::app::db::Tx;
use crate::ids::ProductId;
use crate::money::Money;

/// A row of the list.
#[derive(Clone, Debug)]
pub struct ProductRow {
    /// Which.
    pub id: ProductId,
    /// What it is called.
    pub name: String,
    /// Its own SKU, where it has one beside its variants'.
    pub sku: Option<String>,
    /// `draft`, `active` or `archived`.
    pub status: String,
    /// What the cheapest variant costs.
    pub price_min: Money,
    /// And the dearest.
    pub price_max: Money,
    /// ISO 4217.
    pub currency: String,
    /// Whether any variant is on hand.
    pub is_available: bool,
    /// How many variants it has.
    pub variants: i64,
}

/// Products, newest first, those older than `after`; at most `limit`. `search` is the beginnings of words of the product or its SKUs.
pub async fn list(
    tx: &mut Tx,
    search: Option<&str>,
    after: Option<ProductId>,
    limit: i64,
) -> sqlx::Result<Vec<ProductRow>> {
    sqlx::query_as!(
        ProductRow,
        r#"select id, name, sku, status, price_min, price_max, currency, is_available,
                  (select count(*) from product_variants v where v.product_id = p.id) as "variants!"
             from products p
            where ($1::text is null or search_document @@ search_query($1))
              and ($2::bigint is null or id < $2)
            order by id desc
            limit $3"#,
        search,
        after as _,
        limit
    )
    .fetch_all(&mut *tx)
    .await
}
