//! Statements that write brands one by one, as staff do.

use std::collections::HashSet;

use super::constraints::{has_too_many_words, or_refused};
use super::free_names::{UniqueName, free_names};
use crate::app::db::{Tx, is_violation};
use crate::catalogue::{Brand, IdOrSlug, name_key, slugify};
use crate::ids::BrandId;

/// The names of a brand.
#[derive(Clone, Copy, Debug)]
pub struct BrandNames<'a> {
    /// The brand's name.
    pub name: &'a str,
    /// The brand's name in URLs; `None` if a new brand gets one that is made from its name.
    pub slug: Option<&'a str>,
}

/// Reason why the database refuses a change of a brand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BrandRefused {
    /// Another brand has the name, by its [`name_key`].
    NameTaken,
    /// Another brand has the slug.
    SlugTaken,
    /// The brand has products.
    NotEmpty,
    /// One of its products would have more words than search can store.
    TooManyWords,
}

impl BrandRefused {
    fn of(error: &sqlx::Error) -> Option<Self> {
        if has_too_many_words(error) {
            return Some(Self::TooManyWords);
        }
        [
            ("brand_name_unique", Self::NameTaken),
            ("brand_slug_unique", Self::SlugTaken),
            ("products_brand_id_fkey", Self::NotEmpty),
        ]
        .into_iter()
        .find_map(|(constraint, refused)| is_violation(error, constraint).then_some(refused))
    }
}

/// Takes the lock that every transaction needs before it names a brand. It comes before any row and is held until the transaction ends.
pub async fn lock_brand_names(tx: &mut Tx) -> sqlx::Result<()> {
    sqlx::query!(r#"select lock_brand_names() as "done: ()""#).fetch_one(&mut *tx).await.map(drop)
}

/// Locks a brand for a change and returns it with its version under the lock; `None` if there is no such brand.
///
/// The lock is as strong as for a deletion: a product that is being written with this brand holds the brand by its foreign key, so a
/// rename waits for that product and then sees it; otherwise its card would keep the old name. The existing products are locked first,
/// because a transaction that changes a product locks the product before the brand.
pub async fn lock_brand(tx: &mut Tx, brand: &IdOrSlug) -> sqlx::Result<Option<(Brand, i64)>> {
    sqlx::query!(
        "select id from products
          where brand_id = (select id from brands where id = $1 or slug = $2 order by id = $1 desc limit 1)
          order by id for update",
        brand.id,
        brand.slug
    )
    .fetch_all(&mut *tx)
    .await?;
    let row = sqlx::query!(
        "select id, name, slug, version from brands where id = $1 or slug = $2 order by id = $1 desc limit 1 for update",
        brand.id,
        brand.slug
    )
    .fetch_optional(&mut *tx)
    .await?;
    Ok(row.map(|row| (Brand { id: row.id, name: row.name, slug: row.slug }, row.version)))
}

/// Creates a brand. The caller has locked the names.
pub async fn insert_brand(
    tx: &mut Tx,
    BrandNames { name, slug }: BrandNames<'_>,
) -> sqlx::Result<Result<BrandId, BrandRefused>> {
    let slug = match slug {
        Some(slug) => slug.to_owned(),
        None => free_names(tx, UniqueName::BrandSlug, &[slugify(name, "brand")], HashSet::new()).await?.concat(),
    };
    let inserted = sqlx::query_scalar!(
        "insert into brands (name, name_key, slug) values ($1, $2, $3) returning id",
        name,
        name_key(name),
        slug
    )
    .fetch_one(&mut *tx)
    .await;
    or_refused(inserted, BrandRefused::of)
}

/// Renames a brand. The caller has locked the names.
pub async fn rename_brand(
    tx: &mut Tx,
    before: &Brand,
    BrandNames { name, slug }: BrandNames<'_>,
) -> sqlx::Result<Result<(), BrandRefused>> {
    let slug = slug.unwrap_or(&before.slug);
    let renamed = sqlx::query!(
        "update brands set name = $2, name_key = $3, slug = $4 where id = $1",
        before.id as _,
        name,
        name_key(name),
        slug
    )
    .execute(&mut *tx)
    .await;
    if let Err(refused) = or_refused(renamed, BrandRefused::of)? {
        return Ok(Err(refused));
    }
    // Search finds its products by the name, and their cards show name and slug.
    if (before.name.as_str(), before.slug.as_str()) == (name, slug) {
        return Ok(Ok(()));
    }
    let refreshed = sqlx::query!(
        "select refresh_product_cards(array(select id from products where brand_id = $1))",
        before.id as _
    )
    .fetch_one(&mut *tx)
    .await;
    or_refused(refreshed.map(drop), BrandRefused::of)
}

/// Deletes a brand that has no products.
pub async fn delete_brand(tx: &mut Tx, id: BrandId) -> sqlx::Result<Result<(), BrandRefused>> {
    let deleted = sqlx::query!("delete from brands where id = $1", id as _).execute(&mut *tx).await;
    or_refused(deleted.map(drop), BrandRefused::of)
}
