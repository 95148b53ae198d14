//! Statements that read the category tree.

use std::collections::HashMap;

use super::category_counts::{Places, product_counts};
use crate::app::db::Tx;
use crate::catalogue::{Category, CategoryChild, CategoryRow, CategorySummary, IdOrSlug};
use crate::ids::{CategoryId, ProductId};
use crate::time::Timestamp;

/// Lists every category, siblings in order.
pub async fn all(tx: &mut Tx, now: Timestamp) -> sqlx::Result<Vec<CategoryRow>> {
    let rows = sqlx::query_as!(Place, "select id, parent_id, name, slug from categories order by position, name, id")
        .fetch_all(&mut *tx)
        .await?;
    with_counts(tx, rows, now).await
}

/// A category and its parent.
struct Place {
    id: CategoryId,
    parent_id: Option<CategoryId>,
    name: String,
    slug: String,
}

async fn with_counts(tx: &mut Tx, categories: Vec<Place>, now: Timestamp) -> sqlx::Result<Vec<CategoryRow>> {
    let places = categories.iter().map(|place| (place.id, place.parent_id)).collect();
    let counts = product_counts(tx, &places, now).await?;
    let row = |Place { id, parent_id, name, slug }| CategoryRow {
        parent_id,
        product_count: counts.get(&id).copied().unwrap_or_default(),
        summary: CategorySummary { id, name, slug },
    };
    Ok(categories.into_iter().map(row).collect())
}

/// Finds the category with this id or slug, with its path and its children.
pub async fn find(tx: &mut Tx, category: &IdOrSlug, now: Timestamp) -> sqlx::Result<Option<Category>> {
    let path = path(tx, category).await?;
    let Some(summary) = path.last().cloned() else { return Ok(None) };
    let own = sqlx::query!("select parent_id, version from categories where id = $1", summary.id as _)
        .fetch_one(&mut *tx)
        .await?;
    let children = sqlx::query_as!(
        CategorySummary,
        "select id, name, slug from categories where parent_id = $1 order by position, name, id",
        summary.id as _
    )
    .fetch_all(&mut *tx)
    .await?;
    let places = places_below(tx, summary.id).await?;
    let counts = product_counts(tx, &places, now).await?;
    let count = |id| counts.get(&id).copied().unwrap_or_default();
    let children = children.into_iter().map(|child| CategoryChild { product_count: count(child.id), summary: child });
    Ok(Some(Category {
        parent_id: own.parent_id,
        product_count: count(summary.id),
        children: children.collect(),
        version: own.version,
        summary,
        path,
    }))
}

/// Returns this category and all below it, each with its parent. The category itself has no parent here.
async fn places_below(tx: &mut Tx, top: CategoryId) -> sqlx::Result<Places> {
    let rows = sqlx::query!(
        r#"with recursive down as (
               select $1::bigint as id, null::bigint as parent_id
               union
               select c.id, c.parent_id from categories c join down on c.parent_id = down.id
           )
           select id as "id!: CategoryId", parent_id as "parent_id: CategoryId" from down"#,
        top as _
    )
    .fetch_all(&mut *tx)
    .await?;
    Ok(rows.into_iter().map(|row| (row.id, row.parent_id)).collect())
}

/// Finds the id of the category with this id or slug.
pub async fn find_id(tx: &mut Tx, category: &IdOrSlug) -> sqlx::Result<Option<CategoryId>> {
    sqlx::query_scalar!(
        "select id from categories where id = $1 or slug = $2 order by id = $1 desc limit 1",
        category.id,
        category.slug
    )
    .fetch_optional(&mut *tx)
    .await
}

/// Lists the products to which staff gave a position in a category, in that order. Products without one have the position 2147483647.
pub async fn arranged_products(tx: &mut Tx, category: CategoryId) -> sqlx::Result<Vec<ProductId>> {
    sqlx::query_scalar!(
        "select product_id from product_categories where category_id = $1 and position < 2147483647
          order by position, product_id",
        category as _
    )
    .fetch_all(&mut *tx)
    .await
}

/// Returns the current slug of the category that had this slug before.
pub async fn renamed_from(tx: &mut Tx, slug: &str) -> sqlx::Result<Option<String>> {
    sqlx::query_scalar!(
        "select c.slug from old_category_slugs o join categories c on c.id = o.category_id where o.slug = $1",
        slug
    )
    .fetch_optional(&mut *tx)
    .await
}

/// Lists the category with this id or slug and all categories below it, siblings in order; empty if there is no such category. The first category has no `parent_id` here, so
/// that it is the top of the tree.
pub async fn subtree(tx: &mut Tx, category: &IdOrSlug, now: Timestamp) -> sqlx::Result<Vec<CategoryRow>> {
    let rows = sqlx::query_as!(
        Place,
        r#"with recursive down as (
               select id, null::bigint as parent_id
                 from (select id from categories where id = $1 or slug = $2 order by id = $1 desc limit 1) self
               union
               select c.id, c.parent_id from categories c join down on c.parent_id = down.id
           )
           select c.id, down.parent_id as "parent_id: CategoryId", c.name, c.slug
             from down join categories c on c.id = down.id
            order by c.position, c.name, c.id"#,
        category.id,
        category.slug
    )
    .fetch_all(&mut *tx)
    .await?;
    with_counts(tx, rows, now).await
}

/// Returns the path from the top of the tree down to the category itself.
async fn path(tx: &mut Tx, category: &IdOrSlug) -> sqlx::Result<Vec<CategorySummary>> {
    sqlx::query_as!(
        CategorySummary,
        r#"with recursive up as (
               select id, parent_id, name, slug, 0 as steps
                 from (select * from categories where id = $1 or slug = $2 order by id = $1 desc limit 1) self
               union all
               select c.id, c.parent_id, c.name, c.slug, up.steps + 1 from categories c join up on c.id = up.parent_id
           )
           select id as "id!: CategoryId", name as "name!", slug as "slug!" from up order by steps desc"#,
        category.id,
        category.slug
    )
    .fetch_all(&mut *tx)
    .await
}

/// Returns the names that lead to each of these categories, from the top of the tree down.
pub(super) async fn names_to(tx: &mut Tx, categories: &[CategoryId]) -> sqlx::Result<HashMap<CategoryId, Vec<String>>> {
    let rows = sqlx::query!(
        r#"with recursive up as (
               select id as category_id, parent_id, name, 0 as steps from categories where id = any ($1)
               union all
               select up.category_id, c.parent_id, c.name, up.steps + 1 from categories c join up on c.id = up.parent_id
           )
           select category_id as "category_id!: CategoryId", array_agg(name order by steps desc) as "names!"
             from up group by category_id"#,
        categories as _
    )
    .fetch_all(&mut *tx)
    .await?;
    Ok(rows.into_iter().map(|row| (row.category_id, row.names)).collect())
}

/// Returns the categories of each of these products, by name.
pub(super) async fn of_products(
    tx: &mut Tx,
    products: &[ProductId],
) -> sqlx::Result<HashMap<ProductId, Vec<CategorySummary>>> {
    let rows = sqlx::query!(
        "select pc.product_id, c.id, c.name, c.slug
           from product_categories pc join categories c on c.id = pc.category_id
          where pc.product_id = any ($1)
          order by c.name, c.id",
        products as _
    )
    .fetch_all(&mut *tx)
    .await?;
    let mut categories: HashMap<ProductId, Vec<CategorySummary>> = HashMap::new();
    for row in rows {
        let category = CategorySummary { id: row.id, name: row.name, slug: row.slug };
        categories.entry(row.product_id).or_default().push(category);
    }
    Ok(categories)
}
