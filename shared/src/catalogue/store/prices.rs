//! Reading what variants cost before.

use std::collections::HashMap;

use crate::app::db::Tx;
use crate::ids::{ProductId, VariantId};
use crate::money::Money;

/// For each variant of these products that is reduced: the lowest price that anybody was asked in the 30 days before the reduction. A variant
/// that was never sold before is not among them.
///
/// The reduction began when the variant last got another price than it has, or a price before a reduction beside it, whichever is later.
pub async fn lowest_before_reductions(tx: &mut Tx, products: &[ProductId]) -> sqlx::Result<HashMap<VariantId, Money>> {
    let rows = sqlx::query!(
        r#"select variant_id as "variant_id!: VariantId", price as "price!: Money" from lowest_prices_before_reductions($1)"#,
        products as _
    )
    .fetch_all(&mut *tx)
    .await?;
    Ok(rows.into_iter().map(|row| (row.variant_id, row.price)).collect())
}
