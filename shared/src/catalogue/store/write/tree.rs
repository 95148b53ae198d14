//! Writing brands and categories.

use super::Written;
use crate::app::db::Tx;
use crate::ids::{BrandId, CategoryId};

/// The brand with this slug, called this.
pub async fn upsert_brand(tx: &mut Tx, name: &str, slug: &str) -> sqlx::Result<Written<BrandId>> {
    let id = sqlx::query_scalar!("select id from brands where slug = $1", slug).fetch_optional(&mut *tx).await?;
    let Some(id) = id else {
        let id = sqlx::query_scalar!("insert into brands (name, slug) values ($1, $2) returning id", name, slug)
            .fetch_one(&mut *tx)
            .await?;
        return Ok(Written::inserted(id));
    };
    let renamed = sqlx::query!("update brands set name = $2 where id = $1 and name <> $2", id as _, name)
        .execute(&mut *tx)
        .await?;
    if renamed.rows_affected() > 0 {
        refresh_cards_of_brand(tx, id).await?;
    }
    Ok(Written::found(id, renamed.rows_affected() > 0))
}

/// The products of a brand are found by its name.
pub(super) async fn refresh_cards_of_brand(tx: &mut Tx, id: BrandId) -> sqlx::Result<()> {
    sqlx::query!("select refresh_product_cards(array(select id from products where brand_id = $1))", id as _)
        .fetch_one(&mut *tx)
        .await
        .map(drop)
}

/// The category with this slug, called this. A new one goes under `parent`, or to the top; one that is there stays where it
/// is, because staff may have moved it.
pub async fn upsert_category(
    tx: &mut Tx,
    parent: Option<CategoryId>,
    name: &str,
    slug: &str,
) -> sqlx::Result<Written<CategoryId>> {
    let id = sqlx::query_scalar!("select id from categories where slug = $1", slug).fetch_optional(&mut *tx).await?;
    let Some(id) = id else {
        let id = sqlx::query_scalar!(
            "insert into categories (parent_id, name, slug) values ($1, $2, $3) returning id",
            parent as _,
            name,
            slug
        )
        .fetch_one(&mut *tx)
        .await?;
        return Ok(Written::inserted(id));
    };
    let renamed = sqlx::query!("update categories set name = $2 where id = $1 and name <> $2", id as _, name)
        .execute(&mut *tx)
        .await?;
    if renamed.rows_affected() > 0 {
        sqlx::query!(
            "select refresh_product_cards(array(select product_id from product_categories where category_id = $1))",
            id as _
        )
        .fetch_one(&mut *tx)
        .await?;
    }
    Ok(Written::found(id, renamed.rows_affected() > 0))
}
