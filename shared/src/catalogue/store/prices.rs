//! Reading what variants cost before.

use std::collections::HashMap;

use crate::app::db::Tx;
use crate::ids::{ProductId, VariantId};
use crate::money::Money;

/// For each variant of the products that is reduced: the lowest price that anybody was asked in the 30 days before the reduction. A variant
/// that was never sold before is not among them.
///
/// The reduction began when the variant last got another price than it has, or a price before a reduction beside it, whichever is later.
pub async fn lowest_before_reductions(tx: &mut Tx, products: &[ProductId]) -> sqlx::Result<HashMap<VariantId, Money>> {
    let rows = sqlx::query!(
        r#"with reduced as (
               select v.id,
                      (select min(h.at) from variant_prices h
                        where h.variant_id = v.id
                          and h.at > coalesce((select max(o.at) from variant_prices o
                                                where o.variant_id = v.id
                                                  and (o.price <> p.base_price + v.price_adjustment or not o.is_reduced)),
                                              '-infinity')) as since
                 from product_variants v join products p on p.id = v.product_id
                where p.id = any ($1) and v.compare_at_price is not null
           )
           select r.id, min(h.price) as "lowest!: Money"
             from reduced r
             join variant_prices h on h.variant_id = r.id
            where h.is_offered and h.at < r.since
              -- From the one that held when the 30 days began.
              and h.at >= coalesce((select max(o.at) from variant_prices o
                                     where o.variant_id = r.id and o.at <= r.since - interval '30 days'), '-infinity')
            group by r.id"#,
        products as _
    )
    .fetch_all(&mut *tx)
    .await?;
    Ok(rows.into_iter().map(|row| (row.id, row.lowest)).collect())
}
