//! Statements that read pages of products.

use sqlx::QueryBuilder;

use super::filter::Filter;
use super::row::{CardRow, Walk};
use super::walk::Index;
use super::{arranged, ranked, walk};
use crate::app::db::Tx;

pub use super::row::{CursorKey, ListRow, ProductBounds, Sort, SortKey, SortOrder};

/// Lists a page of the products that pass the filter, sorted in this way. A list by rank is empty without words in the filter,
/// and a list by position without a category.
pub async fn list(
    tx: &mut Tx,
    filter: &Filter,
    Sort { key, order }: Sort,
    bounds: ProductBounds,
) -> sqlx::Result<Vec<ListRow>> {
    let walk = Walk::new(order, bounds);
    let query = match key {
        SortKey::CreatedAt => Some(walk::query(filter, &Index::CREATED_AT, &walk)),
        SortKey::Name => Some(walk::query(filter, &Index::NAME, &walk)),
        SortKey::Price => Some(walk::query(filter, &Index::PRICE, &walk)),
        SortKey::Rank => ranked::query(filter, &walk),
        SortKey::Position => arranged::query(filter, &walk),
    };
    let Some(mut query) = query else { return Ok(Vec::new()) };
    let rows: Vec<CardRow> = query.build_query_as().fetch_all(&mut *tx).await?;
    rows.into_iter().map(ListRow::try_from).collect()
}

/// Counts the products that pass the filter.
pub async fn count(tx: &mut Tx, filter: &Filter) -> sqlx::Result<i64> {
    let mut sql = QueryBuilder::new("select count(*) from product_index p");
    filter.push_document(&mut sql);
    sql.push(" where ");
    filter.push_words(&mut sql, "d.search_document");
    filter.push_conditions(&mut sql);
    sql.build_query_scalar().fetch_one(&mut *tx).await
}
