//! Statements for the admin's list of products, drafts and archived ones included.

use crate::app::db::Tx;
use crate::ids::ProductId;
use crate::money::{Currency, Money};

/// A product in the list.
#[derive(Clone, Debug)]
pub struct ProductRow {
    /// Id of the product.
    pub id: ProductId,
    /// Name of the product.
    pub name: String,
    /// SKU of the product itself, in addition to those of its variants.
    pub sku: Option<String>,
    /// Publication status: `draft`, `active` or `archived`.
    pub status: String,
    /// Price of the cheapest variant.
    pub price_min: Money,
    /// Price of the most expensive variant.
    pub price_max: Money,
    /// Currency of the prices.
    pub currency: Currency,
    /// True if a unit of any variant can be ordered.
    pub is_available: bool,
    /// Number of the product's variants that are not archived.
    pub variants: i64,
}

/// Lists products older than `after`, newest first; at most `limit`. `search` has the beginnings of words of the product or its SKUs.
pub async fn list(
    tx: &mut Tx,
    search: Option<&str>,
    after: Option<ProductId>,
    limit: i64,
) -> sqlx::Result<Vec<ProductRow>> {
    sqlx::query_as!(
        ProductRow,
        r#"select id, name, sku, status, price_min, price_max, currency, is_available,
                  (select count(*) from product_variants v where v.product_id = p.id and v.archived_at is null) as "variants!"
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
