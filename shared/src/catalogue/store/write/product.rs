//! Statements that write the rows of products: locks, inserts, updates, categories and the default variant.

use std::collections::HashMap;

use serde_json::Value;

use crate::app::db::Tx;
use crate::catalogue::IdOrSlug;
use crate::ids::{BrandId, CategoryId, ProductId, VariantId};
use crate::money::{Currency, Money};
use crate::stock::Units;
use crate::stock::store::{lock_stock_of_all, write_off};
use crate::time::Timestamp;
use crate::users::Stamp;

/// A product as it is under its lock.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LockedProduct {
    /// The product's id.
    pub id: ProductId,
    /// Number of changes so far.
    pub version: i64,
    /// The variant that staff chose to be shown first.
    pub default_variant: Option<VariantId>,
}

/// The state that [`lock_products`] found under the locks.
#[derive(Clone, Debug, Default)]
pub struct LockedProducts {
    /// Units of each variant.
    pub stock: HashMap<VariantId, Units>,
    /// Number of changes of each product so far.
    pub versions: HashMap<ProductId, i64>,
}

/// Locks a product of any status for a change. Returns `None` if there is no such product.
///
/// A transaction locks one product, or several at once with [`lock_products`].
pub async fn lock_product(tx: &mut Tx, product: &IdOrSlug) -> sqlx::Result<Option<LockedProduct>> {
    let id = sqlx::query_scalar!(
        "select id from products where id = $1 or slug = $2 order by id = $1 desc limit 1",
        product.id,
        product.slug
    )
    .fetch_optional(&mut *tx)
    .await?;
    let Some(id) = id else { return Ok(None) };
    lock_stock_of_all(tx, &[id]).await?;
    sqlx::query_as!(
        LockedProduct,
        "select id, version, default_variant_id as default_variant from products where id = $1 for update",
        id as _
    )
    .fetch_optional(&mut *tx)
    .await
}

/// Locks these products for a change: the stock of all their variants first, as checkout does, then the products by id.
pub async fn lock_products(tx: &mut Tx, products: &[ProductId]) -> sqlx::Result<LockedProducts> {
    let stock = lock_stock_of_all(tx, products).await?;
    let rows =
        sqlx::query!("select id, version from products where id = any ($1) order by id for update", products as _)
            .fetch_all(&mut *tx)
            .await?;
    Ok(LockedProducts { stock, versions: rows.into_iter().map(|row| (row.id, row.version)).collect() })
}

/// Makes this transaction the only one that gives products slugs, until it ends. Comes before any row.
pub async fn lock_product_slugs(tx: &mut Tx) -> sqlx::Result<()> {
    sqlx::query!(r#"select lock_product_slugs() as "done: ()""#).fetch_one(&mut *tx).await.map(drop)
}

/// Makes this transaction the only one that imports products, creates products, or creates or renames brands, until it ends.
pub async fn lock_imports(tx: &mut Tx) -> sqlx::Result<()> {
    sqlx::query!(r#"select lock_catalogue_imports() as "done: ()""#).fetch_one(&mut *tx).await.map(drop)
}

/// Increases the version of each of these products. Before a change of prices, so that the price history names its actor.
pub async fn bump_versions(tx: &mut Tx, products: &[ProductId], stamp: Stamp) -> sqlx::Result<()> {
    sqlx::query!(
        "update products set updated_at = $2, actor_user_id = $3, actor_api_key_id = $4 where id = any ($1)",
        products as _,
        stamp.at as _,
        stamp.by.user() as _,
        stamp.by.api_key() as _
    )
    .execute(&mut *tx)
    .await
    .map(drop)
}

/// Rewrites the cards and the search documents of these products.
pub async fn refresh_product_cards(tx: &mut Tx, products: &[ProductId]) -> sqlx::Result<()> {
    sqlx::query!("select refresh_product_cards($1)", products as _).fetch_one(&mut *tx).await.map(drop)
}

/// A product's own columns.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProductRow {
    /// The name of a new product in files. It does not change afterwards.
    pub handle: String,
    /// The product's name in URLs.
    pub slug: String,
    /// The product's name.
    pub name: String,
    /// The brand, if the product has one.
    pub brand: Option<BrandId>,
    /// The product's own SKU, which is not the SKU of a variant.
    pub sku: Option<String>,
    /// The description as sanitised HTML.
    pub description: String,
    /// The price to which each variant's `price_adjustment` is added.
    pub base_price: Money,
    /// Words by which shoppers find the product.
    pub tags: Vec<String>,
    /// The publication status: `draft`, `active` or `archived`.
    pub status: String,
    /// The time at which the product becomes visible to shoppers.
    pub publish_at: Option<Timestamp>,
    /// The time at which the product stops being visible to shoppers.
    pub unpublish_at: Option<Timestamp>,
}

/// The columns of products, each as a list.
#[derive(Default)]
struct Columns {
    handles: Vec<String>,
    slugs: Vec<String>,
    names: Vec<String>,
    brands: Vec<Option<i64>>,
    skus: Vec<Option<String>>,
    descriptions: Vec<String>,
    base_prices: Vec<i64>,
    tags: Vec<Value>,
    statuses: Vec<String>,
    publish_at: Vec<Option<Timestamp>>,
    unpublish_at: Vec<Option<Timestamp>>,
}

impl<'r> FromIterator<&'r ProductRow> for Columns {
    fn from_iter<I: IntoIterator<Item = &'r ProductRow>>(rows: I) -> Self {
        let mut columns = Self::default();
        for row in rows {
            columns.handles.push(row.handle.clone());
            columns.slugs.push(row.slug.clone());
            columns.names.push(row.name.clone());
            columns.brands.push(row.brand.map(|brand| brand.0));
            columns.skus.push(row.sku.clone());
            columns.descriptions.push(row.description.clone());
            columns.base_prices.push(row.base_price.minor());
            columns.tags.push(row.tags.clone().into());
            columns.statuses.push(row.status.clone());
            columns.publish_at.push(row.publish_at);
            columns.unpublish_at.push(row.unpublish_at);
        }
        columns
    }
}

/// Inserts products in this order, with prices in this currency. Returns the id of each slug.
pub async fn insert_products(
    tx: &mut Tx,
    rows: &[&ProductRow],
    currency: Currency,
    stamp: Stamp,
) -> sqlx::Result<HashMap<String, ProductId>> {
    if rows.is_empty() {
        return Ok(HashMap::new());
    }
    let new: Columns = rows.iter().copied().collect();
    let rows = sqlx::query!(
        "insert into products
                (slug, name, brand_id, sku, description, base_price, tags, status, publish_at, unpublish_at, handle, currency, created_at,
                 updated_at, actor_user_id, actor_api_key_id)
         select t.slug, t.name, t.brand_id, t.sku, t.description, t.base_price, array(select jsonb_array_elements_text(t.tags)),
                t.status, t.publish_at, t.unpublish_at, t.handle, $12, $13, $13, $14, $15
           from unnest($1::text[], $2::text[], $3::bigint[], $4::text[], $5::text[], $6::bigint[], $7::jsonb[], $8::text[],
                       $9::timestamptz[], $10::timestamptz[], $11::text[]) with ordinality
                as t (slug, name, brand_id, sku, description, base_price, tags, status, publish_at, unpublish_at, handle, place)
          order by t.place
         returning id, slug",
        &new.slugs,
        &new.names,
        &new.brands as _,
        &new.skus as _,
        &new.descriptions,
        &new.base_prices,
        &new.tags,
        &new.statuses,
        &new.publish_at as _,
        &new.unpublish_at as _,
        &new.handles,
        currency as _,
        stamp.at as _,
        stamp.by.user() as _,
        stamp.by.api_key() as _
    )
    .fetch_all(&mut *tx)
    .await?;
    Ok(rows.into_iter().map(|row| (row.slug, row.id)).collect())
}

/// Updates products that are locked, and increases the version of each.
pub async fn update_products(tx: &mut Tx, rows: &[(ProductId, &ProductRow)], stamp: Stamp) -> sqlx::Result<()> {
    if rows.is_empty() {
        return Ok(());
    }
    let ids: Vec<i64> = rows.iter().map(|(id, _)| id.0).collect();
    let new: Columns = rows.iter().map(|(_, row)| *row).collect();
    sqlx::query!(
        "update products p
            set slug = t.slug, name = t.name, brand_id = t.brand_id, sku = t.sku, description = t.description,
                base_price = t.base_price, tags = array(select jsonb_array_elements_text(t.tags)), status = t.status,
                publish_at = t.publish_at, unpublish_at = t.unpublish_at, updated_at = $12, actor_user_id = $13,
                actor_api_key_id = $14
           from unnest($1::bigint[], $2::text[], $3::text[], $4::bigint[], $5::text[], $6::text[], $7::bigint[], $8::jsonb[],
                       $9::text[], $10::timestamptz[], $11::timestamptz[])
                as t (id, slug, name, brand_id, sku, description, base_price, tags, status, publish_at, unpublish_at)
          where p.id = t.id",
        &ids,
        &new.slugs,
        &new.names,
        &new.brands as _,
        &new.skus as _,
        &new.descriptions,
        &new.base_prices,
        &new.tags,
        &new.statuses,
        &new.publish_at as _,
        &new.unpublish_at as _,
        stamp.at as _,
        stamp.by.user() as _,
        stamp.by.api_key() as _
    )
    .execute(&mut *tx)
    .await
    .map(drop)
}

/// Sets the variant that each product shows first; `None` means the first in order.
pub async fn set_default_variants(tx: &mut Tx, defaults: &[(ProductId, Option<VariantId>)]) -> sqlx::Result<()> {
    if defaults.is_empty() {
        return Ok(());
    }
    let (products, variants): (Vec<i64>, Vec<Option<i64>>) =
        defaults.iter().map(|(product, variant)| (product.0, variant.map(|variant| variant.0))).unzip();
    sqlx::query!(
        "update products p set default_variant_id = t.variant_id
           from unnest($1::bigint[], $2::bigint[]) as t (product_id, variant_id)
          where p.id = t.product_id and p.default_variant_id is distinct from t.variant_id",
        &products,
        &variants as _
    )
    .execute(&mut *tx)
    .await
    .map(drop)
}

/// Returns those of these categories that do not exist.
pub async fn missing_categories(tx: &mut Tx, categories: &[CategoryId]) -> sqlx::Result<Vec<CategoryId>> {
    if categories.is_empty() {
        return Ok(Vec::new());
    }
    sqlx::query_scalar!(
        r#"select t.id as "id!: CategoryId" from unnest($1::bigint[]) as t (id)
            where not exists (select from categories c where c.id = t.id)"#,
        categories as _
    )
    .fetch_all(&mut *tx)
    .await
}

/// Takes products out of categories.
pub async fn remove_from_categories(tx: &mut Tx, pairs: &[(ProductId, CategoryId)]) -> sqlx::Result<()> {
    if pairs.is_empty() {
        return Ok(());
    }
    let (products, categories): (Vec<i64>, Vec<i64>) = pairs.iter().map(|(one, other)| (one.0, other.0)).unzip();
    sqlx::query!(
        "delete from product_categories p using unnest($1::bigint[], $2::bigint[]) as t (product_id, category_id)
          where p.product_id = t.product_id and p.category_id = t.category_id",
        &products,
        &categories
    )
    .execute(&mut *tx)
    .await
    .map(drop)
}

/// Puts products into categories.
pub async fn add_to_categories(tx: &mut Tx, pairs: &[(ProductId, CategoryId)]) -> sqlx::Result<()> {
    if pairs.is_empty() {
        return Ok(());
    }
    let (products, categories): (Vec<i64>, Vec<i64>) = pairs.iter().map(|(one, other)| (one.0, other.0)).unzip();
    sqlx::query!(
        "insert into product_categories (product_id, category_id)
         select * from unnest($1::bigint[], $2::bigint[])
             on conflict do nothing",
        &products,
        &categories
    )
    .execute(&mut *tx)
    .await
    .map(drop)
}

/// Deletes a product with everything that belongs to it. Returns false if orders or carts refer to one of its variants: it is then archived
/// instead.
///
/// The product is locked, stock first, so a checkout that took some of its stock has committed and is visible here. Its variants are locked for
/// the same reason against carts, as in [`super::remove_variants`].
pub async fn delete_or_archive_product(tx: &mut Tx, id: ProductId, stamp: Stamp) -> sqlx::Result<bool> {
    let variants: Vec<VariantId> =
        sqlx::query_scalar!("select id from product_variants where product_id = $1 order by id for update", id as _)
            .fetch_all(&mut *tx)
            .await?;
    let is_used = sqlx::query_scalar!(
        r#"select exists (select from order_lines l where l.variant_id = any ($1))
               or exists (select from cart_lines l where l.variant_id = any ($1)) as "is_used!""#,
        &variants as _
    )
    .fetch_one(&mut *tx)
    .await?;
    if is_used {
        sqlx::query!(
            "update products set status = 'archived', updated_at = $2, actor_user_id = $3, actor_api_key_id = $4 where id = $1",
            id as _,
            stamp.at as _,
            stamp.by.user() as _,
            stamp.by.api_key() as _
        )
        .execute(&mut *tx)
        .await?;
        return Ok(false);
    }
    write_off(tx, &variants, stamp).await?;
    sqlx::query!("delete from products where id = $1", id as _).execute(&mut *tx).await?;
    Ok(true)
}

/// Remembers the state of the transaction, so that [`undo_to_savepoint`] can return to it.
pub async fn set_savepoint(tx: &mut Tx) -> sqlx::Result<()> {
    sqlx::query!("savepoint one_product").execute(&mut *tx).await.map(drop)
}

/// Undoes everything since [`set_savepoint`].
pub async fn undo_to_savepoint(tx: &mut Tx) -> sqlx::Result<()> {
    sqlx::query!("rollback to savepoint one_product").execute(&mut *tx).await.map(drop)
}

/// Remembers the state of the transaction before a dry run, for [`undo_dry_run`].
pub async fn set_dry_run_savepoint(tx: &mut Tx) -> sqlx::Result<()> {
    sqlx::query!("savepoint dry_run").execute(&mut *tx).await.map(drop)
}

/// Undoes everything since [`set_dry_run_savepoint`].
pub async fn undo_dry_run(tx: &mut Tx) -> sqlx::Result<()> {
    sqlx::query!("rollback to savepoint dry_run").execute(&mut *tx).await.map(drop)
}

/// Checks the constraints that are otherwise checked when the transaction ends.
pub async fn check_deferred_constraints(tx: &mut Tx) -> sqlx::Result<()> {
    sqlx::query!("set constraints all immediate").execute(&mut *tx).await?;
    sqlx::query!("set constraints all deferred").execute(&mut *tx).await.map(drop)
}
