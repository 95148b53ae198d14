//! Reading brands.

use crate::app::db::Tx;
use crate::catalogue::{Brand, IdOrSlug};
use crate::ids::BrandId;

/// Where a page of brands goes on: behind this name and id.
pub type ListKey = (String, BrandId);

/// Brands by name, those behind `after`; at most `limit`.
pub async fn list_after(tx: &mut Tx, after: Option<&ListKey>, limit: i64) -> sqlx::Result<Vec<Brand>> {
    sqlx::query_as!(
        Brand,
        "select id, name, slug from brands
          where $1::text is null or (name, id) > ($1, $2::bigint)
          order by name, id limit $3",
        after.map(|(name, _)| name),
        after.map(|(_, id)| id) as _,
        limit
    )
    .fetch_all(&mut *tx)
    .await
}

/// Brands by name, from `before` backwards; at most `limit`.
pub async fn list_before(tx: &mut Tx, before: &ListKey, limit: i64) -> sqlx::Result<Vec<Brand>> {
    sqlx::query_as!(
        Brand,
        "select id, name, slug from brands
          where (name, id) < ($1, $2::bigint)
          order by name desc, id desc limit $3",
        before.0,
        before.1 as _,
        limit
    )
    .fetch_all(&mut *tx)
    .await
}

/// How many brands there are.
pub async fn count(tx: &mut Tx) -> sqlx::Result<i64> {
    sqlx::query_scalar!(r#"select count(*) as "count!" from brands"#).fetch_one(&mut *tx).await
}

/// The brand with this id or slug.
pub async fn find(tx: &mut Tx, brand: &IdOrSlug) -> sqlx::Result<Option<Brand>> {
    sqlx::query_as!(
        Brand,
        "select id, name, slug from brands where id = $1 or slug = $2 order by id = $1 desc limit 1",
        brand.id,
        brand.slug
    )
    .fetch_optional(&mut *tx)
    .await
}

/// The same beside its version.
pub async fn find_with_version(tx: &mut Tx, brand: &IdOrSlug) -> sqlx::Result<Option<(Brand, i64)>> {
    let row = sqlx::query!(
        "select id, name, slug, version from brands where id = $1 or slug = $2 order by id = $1 desc limit 1",
        brand.id,
        brand.slug
    )
    .fetch_optional(&mut *tx)
    .await?;
    Ok(row.map(|row| (Brand { id: row.id, name: row.name, slug: row.slug }, row.version)))
}
