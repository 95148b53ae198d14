//! Statements that read earlier prices of variants.

use std::collections::HashMap;

use crate::app::db::Tx;
use crate::ids::{ProductId, VariantId};
use crate::money::Money;

/// Returns, for each reduced variant of these products, the lowest price at which it was for sale in the 30 days before the reduction. A
/// variant that was never for sale before is missing.
///
/// The reduction began when the variant last got a price other than its current one, or a higher `compare_at_price`, whichever is later.
pub async fn lowest_before_reductions(tx: &mut Tx, products: &[ProductId]) -> sqlx::Result<HashMap<VariantId, Money>> {
    let rows = sqlx::query!(
        r#"select variant_id as "variant_id!: VariantId", price as "price!: Money" from lowest_prices_before_reductions($1)"#,
        products as _
    )
    .fetch_all(&mut *tx)
    .await?;
    Ok(rows.into_iter().map(|row| (row.variant_id, row.price)).collect())
}
