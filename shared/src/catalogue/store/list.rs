//! Reading pages of products.
//!
//! Each of the three sort keys has an index, `(key, id) where status = 'active'`, and one of all products for the staff; each is walked in
//! both directions: six queries that differ in a column and a comparison. Their text is put together from literals at compile time,
//! because an `order by` that depends on an argument cannot walk an index.

use super::card::Row;
use super::filter::Filter;
use super::{arranged, ranked};
use crate::app::db::Tx;
use crate::catalogue::{Card, Status};
use crate::ids::ProductId;
use crate::time::Timestamp;

/// What a list is sorted by; equal keys by id.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SortKey {
    /// When the product came into the catalogue.
    CreatedAt,
    /// Its name.
    Name,
    /// Its cheapest variant's price.
    Price,
    /// How well it fits the words that are sought.
    Rank,
    /// Its place in the category that the list is of.
    Position,
}

/// Which way an index is walked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SortOrder {
    /// From the smallest key.
    Asc,
    /// From the largest key.
    Desc,
}

/// The sort key of a row; of a price the minor units.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Place {
    /// In a list by time.
    CreatedAt(Timestamp),
    /// In a list by name.
    Name(String),
    /// In a list by price.
    Price(i64),
    /// In a list by rank.
    Rank(i64),
    /// In the order of a category.
    Position(i64),
}

/// A product in a list, and what is not shown to everybody.
#[derive(Clone, Debug)]
pub struct Listed {
    /// Which.
    pub id: ProductId,
    /// What is shown.
    pub card: Card,
    /// How far it is.
    pub status: Status,
    pub(super) key: i64,
    pub(super) name: Option<String>,
}

impl Listed {
    /// Where it stands in the list, which is sorted so.
    pub fn place(&self, key: SortKey) -> Place {
        match key {
            SortKey::CreatedAt => Place::CreatedAt(Timestamp::from_micros(self.key)),
            SortKey::Name => Place::Name(self.name.clone().unwrap_or_default()),
            SortKey::Price => Place::Price(self.key),
            SortKey::Rank => Place::Rank(self.key),
            SortKey::Position => Place::Position(self.key),
        }
    }
}

/// One of the six walks: from `(key, id)` on, or from the end of the index where that is null.
macro_rules! walk {
    ($sought:literal $conditions:literal $card:literal [$($arguments:tt)*] {
        $tx:ident, $column:literal $type:literal $shown:literal $beyond:literal $order:literal, $key:ident, $id:ident, $limit:ident
    }) => {
        sqlx::query_as!(
            Row,
            "select " + $card + ", " + $shown + " from products p where " + $sought + " and " + $conditions
                + " and ($17::" + $type + " is null or (p." + $column + ", p.id) " + $beyond + " ($17, $18::bigint))
              order by p." + $column + $order + ", p.id" + $order
                + " limit $19",
            $($arguments)*,
            $key as _,
            $id as _,
            $limit
        )
        .fetch_all(&mut *$tx)
        .await?
    };
}

/// Products sorted by `key`, walked this way, those beyond `after`; at most `limit`. By rank only where words are sought, by position only
/// where the filter has a category: nothing is listed else.
pub async fn list(
    tx: &mut Tx,
    filter: &Filter,
    (key, way): (SortKey, SortOrder),
    after: Option<(Place, ProductId)>,
    limit: i64,
) -> sqlx::Result<Vec<Listed>> {
    let (place, id) = after.unzip();
    let (at, name, number) = match place {
        Some(Place::CreatedAt(at)) => (Some(at), None, None),
        Some(Place::Name(name)) => (None, Some(name), None),
        Some(Place::Price(number) | Place::Rank(number) | Place::Position(number)) => (None, None, Some(number)),
        None => (None, None, None),
    };
    let rows = match (key, way) {
        (SortKey::CreatedAt, SortOrder::Asc) => {
            with_filter!(
                filter,
                walk! { tx, "created_at" "timestamptz" "micros(p.created_at) as key, null as name" ">" " asc", at, id, limit }
            )
        }
        (SortKey::CreatedAt, SortOrder::Desc) => {
            with_filter!(
                filter,
                walk! { tx, "created_at" "timestamptz" "micros(p.created_at) as key, null as name" "<" " desc", at, id, limit }
            )
        }
        (SortKey::Name, SortOrder::Asc) => {
            with_filter!(filter, walk! { tx, "name" "text" "null::bigint as key, p.name" ">" " asc", name, id, limit })
        }
        (SortKey::Name, SortOrder::Desc) => {
            with_filter!(filter, walk! { tx, "name" "text" "null::bigint as key, p.name" "<" " desc", name, id, limit })
        }
        (SortKey::Price, SortOrder::Asc) => {
            with_filter!(
                filter,
                walk! { tx, "price_min" "bigint" r#"p.price_min as "key: i64", null as name"# ">" " asc", number, id, limit }
            )
        }
        (SortKey::Price, SortOrder::Desc) => {
            with_filter!(
                filter,
                walk! { tx, "price_min" "bigint" r#"p.price_min as "key: i64", null as name"# "<" " desc", number, id, limit }
            )
        }
        (SortKey::Rank, way) => ranked::list(tx, filter, way, number.zip(id), limit).await?,
        (SortKey::Position, way) => arranged::list(tx, filter, way, number.zip(id), limit).await?,
    };
    rows.into_iter().map(Listed::try_from).collect()
}

macro_rules! count {
    ($sought:literal $conditions:literal $card:literal [$($arguments:tt)*] { $tx:ident }) => {
        sqlx::query_scalar!(
            // The documents are only joined where words are sought that many products have.
            r#"select count(*) as "count!" from product_index p left join products d on d.id = p.id
                where ($1::text is null or $16::bigint[] is not null or d.search_document @@ $1::text::tsquery) and "# + $conditions,
            $($arguments)*
        )
        .fetch_one(&mut *$tx)
        .await
    };
}

/// How many products pass the filter.
pub async fn count(tx: &mut Tx, filter: &Filter) -> sqlx::Result<i64> {
    with_filter!(filter, count! { tx })
}
