//! Products by how well they fit the words that are sought.
//!
//! First those that have all the words in their title (name, brand, categories, tags, SKUs), by rank; then those that have some in the
//! description alone, rank 0, the newest first. Reading a title takes a few microseconds, so of a word that is in very many only so many are
//! ranked, and the others come with rank 0: a common word costs no more in a large catalogue than in a small one.

use super::card::Row;
use super::filter::Filter;
use super::list::SortOrder;
use crate::app::db::Tx;
use crate::catalogue::Card;
use crate::ids::ProductId;

/// Hands on what it is given and, before it, the beginning of the query: the products with the words in their title that are ranked, and which of
/// them are sold as what was typed.
macro_rules! with_candidates {
    ($sought:literal $conditions:literal $card:literal $arguments:tt { $macro:ident! $tokens:tt }) => {
        $macro! {
            ["with sold_as as materialized (
                 select product_id as id from product_variants where sku = any ($21) and archived_at is null
                 union select id from products where sku = any ($21)
             ), candidates as materialized (
                 select p.id, p.title_words from product_index p
                  where p.id in (select id from sold_as) and p.title_words @@ $1::text::tsquery and " + $conditions + "
                  union all
                 (select p.id, p.title_words from product_index p
                   where p.id not in (select id from sold_as) and p.title_words @@ $1::text::tsquery and " + $conditions + " limit 1000)
             ), "]
            $sought $conditions $card $arguments $tokens
        }
    };
}

/// A rank is one more than: 100,000 for a SKU that was typed as it is, 10,000 for whole words, and up to 1,000 by where and how often the
/// words stand in the title, and how long it is. The rows beyond those with a rank are only looked for where a page has room for them.
macro_rules! down {
    ([$($candidates:tt)*] $sought:literal $conditions:literal $card:literal [$($arguments:tt)*] { $tx:ident, $rank:ident, $id:ident, $limit:ident, $whole:ident, $skus:ident }) => {
        sqlx::query_as!(
            Row,
            $($candidates)* + "titled as materialized (
                 select id, rank from (
                    select id, 1 + 100000 * (id in (select id from sold_as))::int + 10000 * (title_words @@ $20::text::tsquery)::int
                               + (1000 * ts_rank('{0, 0, 0.4, 1}', title_words, $1::text::tsquery, 1))::bigint as rank from candidates) r
                  where $17::bigint is null or (rank, id) < ($17, $18::bigint)
                  order by rank desc, id desc limit $19
             ), others as (
                 select p.id, 0::bigint as rank from products p
                  where " + $sought + " and " + $conditions + " and p.id not in (select id from candidates)
                    and ($17 is null or $17 > 0 or p.id < $18) and (select count(*) from titled) < $19
                  order by p.id desc limit $19
             )
             select " + $card + ", found.rank as key, null as name
               from (select * from titled union all select * from others) found join products p on p.id = found.id
              order by found.rank desc, p.id desc limit $19",
            $($arguments)*,
            $rank,
            $id as _,
            $limit,
            $whole,
            &$skus
        )
        .fetch_all(&mut *$tx)
        .await
    };
}

/// The same from a place back to the beginning.
macro_rules! up {
    ([$($candidates:tt)*] $sought:literal $conditions:literal $card:literal [$($arguments:tt)*] { $tx:ident, $rank:ident, $id:ident, $limit:ident, $whole:ident, $skus:ident }) => {
        sqlx::query_as!(
            Row,
            $($candidates)* + "others as materialized (
                 select p.id, 0::bigint as rank from products p
                  where " + $sought + " and " + $conditions + " and p.id not in (select id from candidates) and $17::bigint = 0 and p.id > $18::bigint
                  order by p.id limit $19
             ), titled as (
                 select id, rank from (
                    select id, 1 + 100000 * (id in (select id from sold_as))::int + 10000 * (title_words @@ $20::text::tsquery)::int
                               + (1000 * ts_rank('{0, 0, 0.4, 1}', title_words, $1::text::tsquery, 1))::bigint as rank from candidates) r
                  where (rank, id) > ($17, $18) and (select count(*) from others) < $19
                  order by rank, id limit $19
             )
             select " + $card + ", found.rank as key, null as name
               from (select * from others union all select * from titled) found join products p on p.id = found.id
              order by found.rank, p.id limit $19",
            $($arguments)*,
            $rank,
            $id as _,
            $limit,
            $whole,
            &$skus
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
    let Some(query) = filter.query() else { return Ok(Vec::new()) };
    // A query says of each word that more may follow; without that it is whole.
    let whole = query.replace(":*", "");
    let spellings = |typed: &String| [typed.clone(), typed.to_uppercase(), typed.to_lowercase()];
    let skus: Vec<String> = filter.typed.iter().flat_map(spellings).collect();
    let (rank, id) = after.unzip();
    match way {
        SortOrder::Desc => with_filter!(filter, with_candidates! { down! { tx, rank, id, limit, whole, skus } }),
        SortOrder::Asc => with_filter!(filter, with_candidates! { up! { tx, rank, id, limit, whole, skus } }),
    }
}
