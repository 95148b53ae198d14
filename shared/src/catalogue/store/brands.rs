//! Statements that read brands.

use crate::app::db::{KeysetBounds, Tx};
use crate::catalogue::{Brand, IdOrSlug};
use crate::ids::BrandId;

/// Lists a page of brands by name.
pub async fn list(tx: &mut Tx, bounds: KeysetBounds<(String, BrandId)>) -> sqlx::Result<Vec<Brand>> {
    let ((after, after_id), (before, before_id)) = (bounds.after.unzip(), bounds.before.unzip());
    sqlx::query_as!(
        Brand,
        "select id, name, slug from brands
          where ($1::text is null or (name, id) > ($1, $2::bigint)) and ($3::text is null or (name, id) < ($3, $4::bigint))
          order by case when $3::text is null then name end, case when $3::text is null then id end, name desc, id desc
          limit $5",
        after,
        after_id as _,
        before,
        before_id as _,
        bounds.limit
    )
    .fetch_all(&mut *tx)
    .await
}

/// Returns the number of brands.
pub async fn count(tx: &mut Tx) -> sqlx::Result<i64> {
    sqlx::query_scalar!(r#"select count(*) as "count!" from brands"#).fetch_one(&mut *tx).await
}

/// Finds the brand with this id or slug.
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

/// Finds the brand with this id or slug, and its version.
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
