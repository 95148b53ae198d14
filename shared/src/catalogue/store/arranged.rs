//! The products of a category in the order that staff gave them.
//!
//! First come the products in the category itself, by their position in it (those without one have the last), then those that are only in
//! categories below it, by id, because there is no order across two categories.

use sqlx::{Postgres, QueryBuilder};

use super::filter::{Filter, Subtree};
use super::row::{SortOrder, Walk};
use super::two_parts::{self, TwoParts};
use crate::ids::CategoryId;

struct Arranged {
    /// The conditions without the category, which the two parts add themselves.
    filter: Filter,
    category: CategoryId,
    below: Vec<CategoryId>,
}

impl TwoParts for Arranged {
    const ORDER: SortOrder = SortOrder::Asc;
    const HEAD_COLUMNS: [&'static str; 2] = ["pc.position", "pc.product_id"];
    const HEAD_ROW: &'static str = "pc.position, pc.product_id";
    /// A key after every position, 2147483647 included.
    const TAIL_KEY: i64 = 2_147_483_648;

    fn push_head(&self, sql: &mut QueryBuilder<Postgres>) {
        sql.push("select pc.product_id as id, pc.position::bigint as key from product_categories pc join products p on p.id = pc.product_id");
        sql.push(" where pc.category_id = ").push_bind(self.category).push(" and ");
        self.push_filter(sql);
    }

    fn push_tail(&self, sql: &mut QueryBuilder<Postgres>) {
        sql.push("p.category_ids && ").push_bind(self.below.clone());
        sql.push(" and not p.category_ids && array[").push_bind(self.category).push("] and ");
        self.push_filter(sql);
    }
}

impl Arranged {
    fn push_filter(&self, sql: &mut QueryBuilder<Postgres>) {
        self.filter.push_words(sql, "p.search_document");
        self.filter.push_conditions(sql);
    }
}

/// Builds the query for the products that pass the filter; returns `None` if the filter has no category.
pub(super) fn query(filter: &Filter, walk: &Walk) -> Option<QueryBuilder<Postgres>> {
    let Subtree { top, all } = filter.category.as_ref()?;
    let below = all.iter().copied().filter(|category| category != top).collect();
    let arranged = Arranged { filter: Filter { category: None, ..filter.clone() }, category: *top, below };
    let mut sql = QueryBuilder::new("with ");
    two_parts::push(&mut sql, &arranged, walk);
    Some(sql)
}
