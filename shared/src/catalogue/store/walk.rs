//! Lists by time, name and price, which walk an index.
//!
//! Each of the three sort keys has an index, `(key, id) where status = 'active'`, and one of all products for staff; each is walked in both
//! directions. The column stands in the text of the query, because an `order by` that depends on an argument cannot walk an index.

use sqlx::{Postgres, QueryBuilder};

use super::filter::Filter;
use super::row::{CARD_COLUMNS, Walk};

/// An index that a list walks.
pub(super) struct Index {
    /// The columns of the index.
    columns: [&'static str; 2],
    /// The columns as a row, which is compared with the row where the walk begins.
    row: &'static str,
    /// The sort key as columns of a `CardRow`.
    shown: &'static str,
}

impl Index {
    pub(super) const CREATED_AT: Self = Self {
        columns: ["p.created_at", "p.id"],
        row: "p.created_at, p.id",
        shown: "micros(p.created_at) as key, null as name",
    };
    pub(super) const NAME: Self =
        Self { columns: ["p.name", "p.id"], row: "p.name, p.id", shown: "null::bigint as key, p.name" };
    pub(super) const PRICE: Self =
        Self { columns: ["p.price_min", "p.id"], row: "p.price_min, p.id", shown: "p.price_min as key, null as name" };
}

/// Builds the query for the products that pass the filter, in the order of the index.
pub(super) fn query(filter: &Filter, index: &Index, walk: &Walk) -> QueryBuilder<Postgres> {
    let mut sql = QueryBuilder::new("select ");
    sql.push(CARD_COLUMNS).push(", ").push(index.shown).push(" from products p where ");
    filter.push_words(&mut sql, "p.search_document");
    filter.push_conditions(&mut sql);
    walk.push_beyond(&mut sql, index.row);
    walk.push_order(&mut sql, &index.columns);
    sql
}
