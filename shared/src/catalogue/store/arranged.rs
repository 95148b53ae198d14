//! The products of a category in the order that somebody gave them.
//!
//! First those in the category itself, by their position in it (those without one have the last), then those that are only below it, by id:
//! nobody has said how the orders of two categories mix.

use super::card::Row;
use super::filter::{Filter, Subtree};
use super::list::SortOrder;
use crate::app::db::Tx;
use crate::catalogue::Card;
use crate::ids::{CategoryId, ProductId};

/// What is below comes behind every position, 2147483647 included. Which is only looked for where a page has room for it.
macro_rules! up {
    ($sought:literal $conditions:literal $card:literal [$($arguments:tt)*] { $tx:ident, $place:ident, $id:ident, $limit:ident, $top:ident, $below:ident }) => {
        sqlx::query_as!(
            Row,
            "with arranged as materialized (
                 select pc.product_id as id, pc.position::bigint as place
                   from product_categories pc join products p on p.id = pc.product_id
                  where pc.category_id = $20 and ($17::bigint is null or (pc.position, pc.product_id) > ($17, $18::bigint)) and " + $sought + " and " + $conditions + "
                  order by pc.position, pc.product_id limit $19
             ), below as (
                 select p.id, 2147483648::bigint as place from products p
                  where p.category_ids && $21::bigint[] and not p.category_ids && array[$20::bigint] and " + $sought + " and " + $conditions + "
                    and ($17 is null or $17 < 2147483648 or p.id > $18) and (select count(*) from arranged) < $19
                  order by p.id limit $19
             )
             select " + $card + ", found.place as key, null as name
               from (select * from arranged union all select * from below) found join products p on p.id = found.id
              order by found.place, p.id limit $19",
            $($arguments)*,
            $place,
            $id as _,
            $limit,
            $top as _,
            &$below as _
        )
        .fetch_all(&mut *$tx)
        .await
    };
}

/// The same from a place back to the beginning, or from the end.
macro_rules! down {
    ($sought:literal $conditions:literal $card:literal [$($arguments:tt)*] { $tx:ident, $place:ident, $id:ident, $limit:ident, $top:ident, $below:ident }) => {
        sqlx::query_as!(
            Row,
            "with below as materialized (
                 select p.id, 2147483648::bigint as place from products p
                  where p.category_ids && $21::bigint[] and not p.category_ids && array[$20::bigint] and " + $sought + " and " + $conditions + "
                    and ($17::bigint is null or ($17 = 2147483648 and p.id < $18::bigint))
                  order by p.id desc limit $19
             ), arranged as (
                 select pc.product_id as id, pc.position::bigint as place
                   from product_categories pc join products p on p.id = pc.product_id
                  where pc.category_id = $20 and ($17 is null or (pc.position, pc.product_id) < ($17, $18)) and " + $sought + " and " + $conditions + "
                    and (select count(*) from below) < $19
                  order by pc.position desc, pc.product_id desc limit $19
             )
             select " + $card + ", found.place as key, null as name
               from (select * from below union all select * from arranged) found join products p on p.id = found.id
              order by found.place desc, p.id desc limit $19",
            $($arguments)*,
            $place,
            $id as _,
            $limit,
            $top as _,
            &$below as _
        )
        .fetch_all(&mut *$tx)
        .await
    };
}

/// Products that pass the filter, walked this way, those beyond `after`; at most `limit`.
pub(super) async fn list(
    tx: &mut Tx,
    filter: &Filter,
    way: SortOrder,
    after: Option<(i64, ProductId)>,
    limit: i64,
) -> sqlx::Result<Vec<Row>> {
    let Some(Subtree { top, all }) = &filter.category else { return Ok(Vec::new()) };
    let below: Vec<CategoryId> = all.iter().copied().filter(|category| category != top).collect();
    // Said by the walk itself, once for each half of it.
    let filter = &Filter { category: None, ..filter.clone() };
    let (place, id) = after.unzip();
    match way {
        SortOrder::Asc => with_filter!(filter, up! { tx, place, id, limit, top, below }),
        SortOrder::Desc => with_filter!(filter, down! { tx, place, id, limit, top, below }),
    }
}
