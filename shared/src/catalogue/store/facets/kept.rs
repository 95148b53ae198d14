//! The counts of large lists, which take too long to count for each request. A timed job counts them again and again.
//!
//! They are those of the lists that most shoppers open: all products, and a category with everything below it, without another filter. What is
//! kept are ids and numbers; names are read for each request.

use sqlx::QueryBuilder;

use super::rows::{NAMED, sorted};
use super::{Wanted, counting};
use crate::app::db::Tx;
use crate::catalogue::store::category_counts::{Places, product_counts};
use crate::catalogue::store::filter::{Filter, subtree};
use crate::catalogue::{Facets, IdOrSlug, Visibility};
use crate::ids::CategoryId;
use crate::shop;
use crate::time::Timestamp;

/// Minimum number of products for sale in a list whose counts are kept. Smaller lists are counted for each request, which takes some 20 ms at
/// most.
pub const LARGE: i64 = 20_000;

/// Seconds after which a list is counted again.
const COUNTED_EVERY_SECONDS: i64 = 600;

/// Seconds for which counts are used. If the timed job does not run any more, lists are counted for each request again, which is slow but right.
const USED_FOR_SECONDS: i64 = 3_600;

/// The lock of the counting itself: two runs of the job at once share the work.
const LOCK: i64 = 3_003;

/// A list whose counts may be kept: all products for sale, or those in a category and below it.
type List = Option<CategoryId>;

/// Returns the kept counts of the list, if the filter asks for such a list and they are new enough.
pub(super) async fn find(tx: &mut Tx, filter: &Filter, wanted: Wanted) -> sqlx::Result<Option<Facets>> {
    let Visibility::Shoppers(now) = filter.visibility else { return Ok(None) };
    if !filter.has_only_a_category() {
        return Ok(None);
    }
    let kept = sqlx::query!(
        r#"select counts::text as "counts!", counted_at as "counted_at: Timestamp" from kept_facets
            where category_id is not distinct from $1 and counted_at > $2"#,
        filter.category.as_ref().map(|category| category.top) as _,
        now.plus_seconds(-USED_FOR_SECONDS) as _
    )
    .fetch_optional(&mut *tx)
    .await?;
    let Some(kept) = kept else { return Ok(None) };
    let mut sql = QueryBuilder::new(
        "with counted (kind, id, n) as (
             select c ->> 0, (c ->> 1)::bigint, (c ->> 2)::bigint from jsonb_array_elements(",
    );
    sql.push_bind(kept.counts).push("::jsonb) c where c ->> 0 = any (").push_bind(wanted.kinds()).push(")").push(NAMED);
    let facets = sorted(sql.build_query_as().fetch_all(&mut *tx).await?, wanted, filter.currency);
    Ok(Some(Facets { counted_at: Some(kept.counted_at), ..facets }))
}

/// Returns the lists with at least this many products for sale that are to be counted, those first that have waited longest. Deletes the counts of
/// lists that have fewer now.
pub async fn due(tx: &mut Tx, now: Timestamp, minimum: i64) -> sqlx::Result<Vec<List>> {
    let large = large(tx, now, minimum).await?;
    let ids: Vec<CategoryId> = large.iter().copied().flatten().collect();
    sqlx::query!(
        "delete from kept_facets where not case when category_id is null then $1 else category_id = any ($2) end",
        large.contains(&None),
        &ids as _
    )
    .execute(&mut *tx)
    .await?;
    let kept = sqlx::query!(
        r#"select category_id as "category: CategoryId", counted_at as "counted_at: Timestamp" from kept_facets"#
    )
    .fetch_all(&mut *tx)
    .await?;
    let counted_at = |list: List| kept.iter().find(|kept| kept.category == list).map(|kept| kept.counted_at);
    let mut due: Vec<(Option<Timestamp>, List)> = large.into_iter().map(|list| (counted_at(list), list)).collect();
    due.retain(|(counted_at, _)| counted_at.is_none_or(|at| at <= latest(now)));
    due.sort_unstable();
    Ok(due.into_iter().map(|(_, list)| list).collect())
}

/// Returns the latest time at which a list was counted that is counted again now.
fn latest(now: Timestamp) -> Timestamp {
    now.plus_seconds(-COUNTED_EVERY_SECONDS)
}

/// Returns the lists with at least this many products for sale.
async fn large(tx: &mut Tx, now: Timestamp, minimum: i64) -> sqlx::Result<Vec<List>> {
    let found = sqlx::query_scalar!(
        r#"select count(*) as "count!" from (
               select from product_index p where is_published(p.status, p.publish_at, p.unpublish_at, $1) limit $2) found"#,
        now as _,
        minimum
    )
    .fetch_one(&mut *tx)
    .await?;
    if found < minimum {
        return Ok(Vec::new());
    }
    let rows = sqlx::query!(
        r#"select id as "id: CategoryId", parent_id as "parent_id: CategoryId" from categories order by id"#
    )
    .fetch_all(&mut *tx)
    .await?;
    let places: Places = rows.iter().map(|row| (row.id, row.parent_id)).collect();
    let counts = product_counts(tx, &places, now).await?;
    let is_large = |id: &CategoryId| counts.get(id).is_some_and(|products| *products >= minimum);
    Ok(std::iter::once(None).chain(rows.iter().map(|row| row.id).filter(is_large).map(Some)).collect())
}

/// Counts the list and keeps the counts, unless another transaction counts now or has just counted this list. Returns true if it has counted.
pub async fn count(tx: &mut Tx, list: List, now: Timestamp) -> sqlx::Result<bool> {
    let is_due = sqlx::query_scalar!(
        r#"select pg_try_advisory_xact_lock($1) and not exists (
               select from kept_facets where category_id is not distinct from $2 and counted_at > $3) as "is_due!""#,
        LOCK,
        list as _,
        latest(now) as _
    )
    .fetch_one(&mut *tx)
    .await?;
    let category = match list {
        Some(id) if is_due => subtree(tx, &IdOrSlug { id: Some(id.0), slug: String::new() }).await?,
        _ => None,
    };
    if !is_due || category.is_none() && list.is_some() {
        return Ok(false);
    }
    let currency = shop::store::currency(tx).await?;
    let filter = Filter { category, currency, ..Filter::everything(Visibility::Shoppers(now)) };
    let mut sql = QueryBuilder::new("insert into kept_facets (category_id, counted_at, counts) select ");
    sql.push_bind(list).push(", ").push_bind(now);
    sql.push(", coalesce(jsonb_agg(jsonb_build_array(kind, id, count)), '[]') from (");
    counting(&mut sql, &filter, Wanted::ALL);
    sql.push(
        ") counted on conflict (category_id) do update set counted_at = excluded.counted_at, counts = excluded.counts",
    );
    sql.build().execute(&mut *tx).await?;
    Ok(true)
}
