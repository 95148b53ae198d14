//! Lists of two parts: a head, whose products have their own keys, and after it a tail, whose products all have the same key.

use sqlx::{Postgres, QueryBuilder};

use super::row::{CARD_COLUMNS, SortOrder, Walk};

/// A list of two parts.
pub(super) trait TwoParts {
    /// Order of the list in which the tail comes after the head.
    const ORDER: SortOrder;
    /// Key and id of a product in the head.
    const HEAD_COLUMNS: [&'static str; 2];
    /// Key and id as a row.
    const HEAD_ROW: &'static str;
    /// Key of every product in the tail.
    const TAIL_KEY: i64;

    /// Appends a `select` of `id` and `key` of the head, up to and with its conditions.
    fn push_head(&self, sql: &mut QueryBuilder<Postgres>);

    /// Appends the conditions on `products p` that make up the tail.
    fn push_tail(&self, sql: &mut QueryBuilder<Postgres>);
}

#[derive(Clone, Copy)]
enum Part {
    Head,
    Tail,
}

impl Part {
    const fn name(self) -> &'static str {
        match self {
            Self::Head => "head",
            Self::Tail => "tail",
        }
    }
}

/// Appends the rest of a query after its `with`: the part that the walk passes first and, only if a page has room for it, the other.
pub(super) fn push<L: TwoParts>(sql: &mut QueryBuilder<Postgres>, list: &L, walk: &Walk) {
    let (first, second) = if walk.order == L::ORDER { (Part::Head, Part::Tail) } else { (Part::Tail, Part::Head) };
    sql.push(first.name()).push(" as materialized (");
    push_part(sql, list, walk, first);
    push_part_order::<L>(sql, walk, first);
    sql.push("), ").push(second.name()).push(" as (");
    push_part(sql, list, walk, second);
    sql.push(" and (select count(*) from ").push(first.name()).push(") < ").push_bind(walk.limit);
    push_part_order::<L>(sql, walk, second);
    sql.push(") select ").push(CARD_COLUMNS).push(", found.key, null as name from (select * from ").push(first.name());
    sql.push(" union all select * from ").push(second.name()).push(") found join products p on p.id = found.id");
    walk.push_order(sql, &["found.key", "p.id"]);
}

fn push_part<L: TwoParts>(sql: &mut QueryBuilder<Postgres>, list: &L, walk: &Walk, part: Part) {
    match part {
        Part::Head => {
            list.push_head(sql);
            walk.push_beyond(sql, L::HEAD_ROW);
        }
        Part::Tail => {
            sql.push("select p.id, ").push_bind(L::TAIL_KEY).push(" as key from products p where ");
            list.push_tail(sql);
            match walk.start_number() {
                Some((key, id)) if key == L::TAIL_KEY => walk.push_beyond_id(sql, "p.id", id),
                // Backwards from a row of the head, the walk does not reach the tail.
                Some(_) if walk.order != L::ORDER => {
                    sql.push(" and false");
                }
                Some(_) | None => {}
            }
        }
    }
}

fn push_part_order<L: TwoParts>(sql: &mut QueryBuilder<Postgres>, walk: &Walk, part: Part) {
    match part {
        Part::Head => walk.push_order(sql, &L::HEAD_COLUMNS),
        Part::Tail => walk.push_order(sql, &["p.id"]),
    }
}
