//! Writing a product as staff do: told by its id, with a slug that may change, and refused with a reason.

use crate::app::db::{Tx, is_violation};
use crate::catalogue::Status;
use crate::ids::{BrandId, CategoryId, ProductId, VariantId};
use crate::money::Money;
use crate::time::Timestamp;

/// A product's own fields as they are to be.
#[derive(Clone, Debug)]
pub struct ProductState {
    /// Its name in URLs.
    pub slug: String,
    /// What it is called.
    pub name: String,
    /// Whose it is.
    pub brand: Option<BrandId>,
    /// Its own SKU, beside those of its variants.
    pub sku: Option<String>,
    /// HTML, already cleaned.
    pub description: String,
    /// What its variants' `price_adjustment` is added to.
    pub base_price: Money,
    /// Words to find it by.
    pub tags: Vec<String>,
    /// How far it is.
    pub status: Status,
    /// From when it is for sale.
    pub publish_at: Option<Timestamp>,
    /// Until when.
    pub unpublish_at: Option<Timestamp>,
}

/// Why the database refuses it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ProductRefused {
    /// Another product has the slug.
    SlugTaken,
    /// Another product has the SKU.
    SkuTaken,
    /// There is no such brand.
    NoSuchBrand,
    /// One of the categories is not there.
    NoSuchCategory,
    /// It would end before it is published.
    EndsBeforeItBegins,
    /// Another variant has the SKU.
    VariantSkuTaken,
    /// Two variants would have the same values.
    VariantsAlike,
    /// A variant's price would be negative.
    PriceNegative,
    /// One of the values is not there any more.
    NoSuchValue,
    /// It says more than search can keep.
    TooManyWords,
}

impl ProductRefused {
    fn of(error: &sqlx::Error) -> Option<Self> {
        if has_too_many_words(error) {
            return Some(Self::TooManyWords);
        }
        [
            ("product_slug_unique", Self::SlugTaken),
            ("product_sku_unique", Self::SkuTaken),
            ("products_brand_id_fkey", Self::NoSuchBrand),
            ("product_categories_category_id_fkey", Self::NoSuchCategory),
            ("product_is_published_before_it_ends", Self::EndsBeforeItBegins),
            ("variant_sku_unique", Self::VariantSkuTaken),
            ("variant_combination_unique", Self::VariantsAlike),
            ("variant_price_not_negative", Self::PriceNegative),
            ("variant_value_belongs_to_its_attribute", Self::NoSuchValue),
        ]
        .into_iter()
        .find_map(|(constraint, refused)| is_violation(error, constraint).then_some(refused))
    }
}

/// Of program_limit_exceeded there is one that a product can cause, or what it is called by: its search document.
pub(super) fn has_too_many_words(error: &sqlx::Error) -> bool {
    error.as_database_error().and_then(|error| error.code()).as_deref() == Some("54000")
}

/// What was done, or why the database refuses it. After a refusal the transaction is of no more use.
pub fn judged<T>(done: sqlx::Result<T>) -> sqlx::Result<Result<T, ProductRefused>> {
    match done {
        Ok(value) => Ok(Ok(value)),
        Err(error) => ProductRefused::of(&error).map(Err).ok_or(error),
    }
}

/// Makes a product without variants, images and categories.
pub async fn insert_product(tx: &mut Tx, new: &ProductState, now: Timestamp) -> sqlx::Result<ProductId> {
    sqlx::query_scalar!(
        "insert into products
                (slug, name, brand_id, sku, description, base_price, tags, status, publish_at, unpublish_at, created_at, updated_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $11)
         returning id",
        new.slug,
        new.name,
        new.brand as _,
        new.sku,
        new.description,
        new.base_price as _,
        &new.tags,
        new.status.as_str(),
        new.publish_at as _,
        new.unpublish_at as _,
        now as _
    )
    .fetch_one(&mut *tx)
    .await
}

/// Changes a product's own fields. It has been locked, and [`super::bump_version`] counts the change.
pub async fn update_product(tx: &mut Tx, id: ProductId, to: &ProductState) -> sqlx::Result<()> {
    sqlx::query!(
        "update products
            set slug = $2, name = $3, brand_id = $4, sku = $5, description = $6, base_price = $7, tags = $8, status = $9,
                publish_at = $10, unpublish_at = $11
          where id = $1",
        id as _,
        to.slug,
        to.name,
        to.brand as _,
        to.sku,
        to.description,
        to.base_price as _,
        &to.tags,
        to.status.as_str(),
        to.publish_at as _,
        to.unpublish_at as _
    )
    .execute(&mut *tx)
    .await
    .map(drop)
}

/// Those of these categories that are not there.
pub async fn missing_categories(tx: &mut Tx, categories: &[CategoryId]) -> sqlx::Result<Vec<CategoryId>> {
    sqlx::query_scalar!(
        r#"select t.id as "id!: CategoryId" from unnest($1::bigint[]) as t (id)
            where not exists (select from categories c where c.id = t.id)"#,
        categories as _
    )
    .fetch_all(&mut *tx)
    .await
}

/// The variant that somebody said is to be shown first.
pub async fn default_variant(tx: &mut Tx, id: ProductId) -> sqlx::Result<Option<VariantId>> {
    sqlx::query_scalar!("select default_variant_id from products where id = $1", id as _).fetch_one(&mut *tx).await
}

/// Shows this variant first; none: the first in order.
pub async fn set_default_variant(tx: &mut Tx, id: ProductId, variant: Option<VariantId>) -> sqlx::Result<()> {
    sqlx::query!(
        "update products set default_variant_id = $2 where id = $1 and default_variant_id is distinct from $2",
        id as _,
        variant as _
    )
    .execute(&mut *tx)
    .await
    .map(drop)
}

/// Deletes a product with all that is its own. `false` where orders refer to a variant of it: it is archived then, and stays.
///
/// It has been locked, stock first: whoever bought of it meanwhile has committed, and is seen.
pub async fn delete_or_archive_product(tx: &mut Tx, id: ProductId) -> sqlx::Result<bool> {
    let done = sqlx::query!(
        "delete from products p
          where p.id = $1
            and not exists (select from product_variants v join order_lines l on l.variant_id = v.id where v.product_id = p.id)",
        id as _
    )
    .execute(&mut *tx)
    .await?;
    if done.rows_affected() > 0 {
        return Ok(true);
    }
    sqlx::query!("update products set status = 'archived' where id = $1", id as _).execute(&mut *tx).await?;
    Ok(false)
}
