//! Writing products, their images and their categories.

use super::Written;
use crate::app::db::Tx;
use crate::catalogue::IdOrSlug;
use crate::ids::{BrandId, CategoryId, ProductId, VariantId};
use crate::money::Money;
use crate::stock::store::lock_stock_of;
use crate::time::Timestamp;

/// A product as it is to be.
#[derive(Clone, Copy, Debug)]
pub struct NewProduct<'a> {
    /// Which product.
    pub slug: &'a str,
    /// What it is called.
    pub name: &'a str,
    /// Whose it is.
    pub brand: Option<BrandId>,
    /// Its own SKU, beside those of its variants.
    pub sku: Option<&'a str>,
    /// HTML, already cleaned.
    pub description: &'a str,
    /// What its variants' `price_adjustment` is added to.
    pub base_price: Money,
    /// Words to find it by.
    pub tags: &'a [String],
    /// `draft`, `active` or `archived`.
    pub status: &'a str,
}

/// An image as it is to be.
#[derive(Clone, Copy, Debug)]
pub struct NewImage<'a> {
    /// Where it is: absolute, or from the API's root (`/…`).
    pub url: &'a str,
    /// What it shows, for those who do not see it.
    pub alt_text: &'a str,
    /// The variant it shows, if it shows one.
    pub variant: Option<VariantId>,
}

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

/// The product with this slug, as described. Locks the stock of its variants before it touches it.
///
/// One product in a transaction: stock is locked in variant order, and two products' variants may lie mixed.
pub async fn upsert_product(tx: &mut Tx, product: &NewProduct<'_>, now: Timestamp) -> sqlx::Result<Written<ProductId>> {
    match lock_product(tx, &IdOrSlug { id: None, slug: product.slug.to_owned() }).await? {
        None => Ok(Written::inserted(insert(tx, product, now).await?)),
        Some((id, _)) => Ok(Written::found(id, update(tx, id, product, now).await?)),
    }
}

async fn insert(tx: &mut Tx, product: &NewProduct<'_>, now: Timestamp) -> sqlx::Result<ProductId> {
    sqlx::query_scalar!(
        "insert into products (slug, name, brand_id, sku, description, base_price, tags, status, created_at, updated_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $9)
         returning id",
        product.slug,
        product.name,
        product.brand as _,
        product.sku,
        product.description,
        product.base_price as _,
        product.tags,
        product.status,
        now as _
    )
    .fetch_one(&mut *tx)
    .await
}

async fn update(tx: &mut Tx, id: ProductId, product: &NewProduct<'_>, now: Timestamp) -> sqlx::Result<bool> {
    let done = sqlx::query!(
        "update products
            set name = $2, brand_id = $3, sku = $4, description = $5, base_price = $6, tags = $7, status = $8, updated_at = $9
          where id = $1
            and (name, brand_id, sku, description, base_price, tags, status) is distinct from ($2, $3, $4, $5, $6, $7, $8)",
        id as _,
        product.name,
        product.brand as _,
        product.sku,
        product.description,
        product.base_price as _,
        product.tags,
        product.status,
        now as _
    )
    .execute(&mut *tx)
    .await?;
    Ok(done.rows_affected() > 0)
}

/// Notes that something of the product changed: a variant, an image, its categories.
pub async fn touch_product(tx: &mut Tx, product: ProductId, now: Timestamp) -> sqlx::Result<()> {
    sqlx::query!("update products set updated_at = $2 where id = $1", product as _, now as _)
        .execute(&mut *tx)
        .await
        .map(drop)
}

/// These images and no others, in this order. An image that stays in its place keeps its id. Whether anything changed.
pub async fn replace_images(tx: &mut Tx, product: ProductId, images: &[NewImage<'_>]) -> sqlx::Result<bool> {
    let urls: Vec<String> = images.iter().map(|image| image.url.to_owned()).collect();
    let alt_texts: Vec<String> = images.iter().map(|image| image.alt_text.to_owned()).collect();
    let variants: Vec<Option<VariantId>> = images.iter().map(|image| image.variant).collect();
    let changed = sqlx::query_scalar!(
        r#"with wanted as (
               select url, alt_text, variant_id, (place - 1)::integer as display_order
                 from unnest($2::text[], $3::text[], $4::bigint[]) with ordinality as t (url, alt_text, variant_id, place)
           ), updated as (
               update product_images i set url = w.url, alt_text = w.alt_text, variant_id = w.variant_id
                 from wanted w
                where i.product_id = $1 and i.display_order = w.display_order
                  and (i.url, i.alt_text, i.variant_id) is distinct from (w.url, w.alt_text, w.variant_id)
               returning i.id
           ), removed as (
               delete from product_images i
                where i.product_id = $1 and not exists (select from wanted w where w.display_order = i.display_order)
               returning i.id
           ), added as (
               insert into product_images (product_id, variant_id, url, alt_text, display_order)
               select $1, w.variant_id, w.url, w.alt_text, w.display_order
                 from wanted w
                where not exists (
                      select from product_images i where i.product_id = $1 and i.display_order = w.display_order)
                order by w.display_order
               returning id
           )
           select (select count(*) from updated) + (select count(*) from removed) + (select count(*) from added) as "count!""#,
        product as _,
        &urls,
        &alt_texts,
        variants as _
    )
    .fetch_one(&mut *tx)
    .await?;
    Ok(changed > 0)
}

/// In these categories and in no others. Whether anything changed.
pub async fn set_product_categories(tx: &mut Tx, product: ProductId, categories: &[CategoryId]) -> sqlx::Result<bool> {
    let removed = sqlx::query!(
        "delete from product_categories where product_id = $1 and category_id <> all ($2::bigint[])",
        product as _,
        categories as _
    )
    .execute(&mut *tx)
    .await?;
    let added = sqlx::query!(
        "insert into product_categories (product_id, category_id)
         select distinct $1::bigint, category_id from unnest($2::bigint[]) as t (category_id)
         on conflict do nothing",
        product as _,
        categories as _
    )
    .execute(&mut *tx)
    .await?;
    Ok(removed.rows_affected() + added.rows_affected() > 0)
}

/// Rewrites what lists show and search finds of these products.
pub async fn refresh_product_cards(tx: &mut Tx, products: &[ProductId]) -> sqlx::Result<()> {
    sqlx::query!("select refresh_product_cards($1)", products as _).fetch_one(&mut *tx).await.map(drop)
}
