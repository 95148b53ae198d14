//! Reading the category tree.

use std::collections::HashMap;

use crate::app::db::Tx;
use crate::catalogue::{Category, CategorySummary, IdOrSlug};
use crate::ids::{CategoryId, ProductId};

/// Every category beside its parent's id, siblings in order.
pub async fn all(tx: &mut Tx) -> sqlx::Result<Vec<(Option<CategoryId>, CategorySummary)>> {
    let rows = sqlx::query!("select id, parent_id, name, slug from categories order by position, name, id")
        .fetch_all(&mut *tx)
        .await?;
    Ok(rows
        .into_iter()
        .map(|row| (row.parent_id, CategorySummary { id: row.id, name: row.name, slug: row.slug }))
        .collect())
}

/// The category with this id or slug, with what is around it.
pub async fn find(tx: &mut Tx, category: &IdOrSlug) -> sqlx::Result<Option<Category>> {
    let path = path(tx, category).await?;
    let Some(summary) = path.last().cloned() else { return Ok(None) };
    let children = sqlx::query_as!(
        CategorySummary,
        "select id, name, slug from categories where parent_id = $1 order by position, name, id",
        summary.id as _
    )
    .fetch_all(&mut *tx)
    .await?;
    Ok(Some(Category { summary, path, children }))
}

/// From the top down to the category itself. `cycle`, because nothing in the table keeps a tree a tree.
async fn path(tx: &mut Tx, category: &IdOrSlug) -> sqlx::Result<Vec<CategorySummary>> {
    sqlx::query_as!(
        CategorySummary,
        r#"with recursive up as (
               select id, parent_id, name, slug, 0 as steps
                 from (select * from categories where id = $1 or slug = $2 order by id = $1 desc limit 1) self
               union all
               select c.id, c.parent_id, c.name, c.slug, up.steps + 1 from categories c join up on c.id = up.parent_id
           ) cycle id set is_cycle using visited
           select id as "id!: CategoryId", name as "name!", slug as "slug!" from up where not is_cycle order by steps desc"#,
        category.id,
        category.slug
    )
    .fetch_all(&mut *tx)
    .await
}

/// The ids of the category with this id or slug and of all below it; empty where there is no such category.
pub async fn with_descendants(tx: &mut Tx, category: &IdOrSlug) -> sqlx::Result<Vec<CategoryId>> {
    sqlx::query_scalar!(
        r#"with recursive down as (
               select id
                 from (select id from categories where id = $1 or slug = $2 order by id = $1 desc limit 1) self
               union
               select c.id from categories c join down on c.parent_id = down.id
           )
           select id as "id!: CategoryId" from down"#,
        category.id,
        category.slug
    )
    .fetch_all(&mut *tx)
    .await
}

/// The categories of each of these products, by name.
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
