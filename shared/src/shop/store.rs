//! SQL of the shop.

use crate::app::db::Tx;
use crate::money::Currency;

/// Returns the currency of the shop.
pub async fn currency(tx: &mut Tx) -> sqlx::Result<Currency> {
    sqlx::query_scalar!(r#"select currency as "currency: Currency" from shop"#).fetch_one(&mut *tx).await
}

/// Sets the currency of the shop, unless it has products, whose prices would become other amounts, or orders, to which sales are added up.
/// Returns false if it has.
///
/// A product that another transaction inserts at the same time makes one of the two fail, because it refers to the currency.
pub async fn set_currency(tx: &mut Tx, currency: Currency) -> sqlx::Result<bool> {
    let done = sqlx::query!(
        "update shop set currency = $1, exponent = $2
          where not exists (select from products) and not exists (select from orders)",
        currency as _,
        i32::from(currency.exponent())
    )
    .execute(&mut *tx)
    .await?;
    Ok(done.rows_affected() > 0)
}
