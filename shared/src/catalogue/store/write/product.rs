//! What every change of a product begins and ends with, and where it is filed.

use crate::app::db::Tx;
use crate::catalogue::IdOrSlug;
use crate::ids::{CategoryId, ProductId};
use crate::stock::store::lock_stock_of;
use crate::time::Timestamp;

/// Locks a product for a change, whatever its status: the stock of its variants first, as checkout does, then its row. Answers its
/// version as it is under the lock; `None` where there is no such product.
///
/// One product in a transaction, or several in id order with all of their stock locked beforehand.
pub async fn lock_product(tx: &mut Tx, product: &IdOrSlug) -> sqlx::Result<Option<(ProductId, i64)>> {
    let id = sqlx::query_scalar!(
        "select id from products where id = $1 or slug = $2 order by id = $1 desc limit 1",
        product.id,
        product.slug
    )
    .fetch_optional(&mut *tx)
    .await?;
    let Some(id) = id else { return Ok(None) };
    lock_stock_of(tx, id).await?;
    let row = sqlx::query!("select id, version from products where id = $1 for update", id as _)
        .fetch_optional(&mut *tx)
        .await?;
    Ok(row.map(|row| (row.id, row.version)))
}

/// Counts a change of the product, whatever of it changed.
pub async fn bump_version(tx: &mut Tx, product: ProductId, now: Timestamp) -> sqlx::Result<()> {
    sqlx::query!("update products set updated_at = $2 where id = $1", product as _, now as _)
        .execute(&mut *tx)
        .await
        .map(drop)
}

/// In these categories and in no others.
pub async fn set_product_categories(tx: &mut Tx, product: ProductId, categories: &[CategoryId]) -> sqlx::Result<()> {
    sqlx::query!(
        "delete from product_categories where product_id = $1 and category_id <> all ($2::bigint[])",
        product as _,
        categories as _
    )
    .execute(&mut *tx)
    .await?;
    sqlx::query!(
        "insert into product_categories (product_id, category_id)
         select distinct $1::bigint, category_id from unnest($2::bigint[]) as t (category_id)
         on conflict do nothing",
        product as _,
        categories as _
    )
    .execute(&mut *tx)
    .await
    .map(drop)
}

/// Rewrites what lists show and search finds of these products.
pub async fn refresh_product_cards(tx: &mut Tx, products: &[ProductId]) -> sqlx::Result<()> {
    sqlx::query!("select refresh_product_cards($1)", products as _).fetch_one(&mut *tx).await.map(drop)
}
