//! Rows of product lists, the keys by which these lists are sorted, and walks along a list.

use sqlx::{Postgres, QueryBuilder};

use crate::app::db::KeysetBounds;
use crate::catalogue::{Card, Status};
use crate::ids::ProductId;
use crate::time::Timestamp;

/// The columns of a product's card: one row of `products p` and no join.
pub(super) const CARD_COLUMNS: &str = "p.id, p.status, p.card";

/// Key by which a list is sorted; products with equal keys are sorted by id.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SortKey {
    /// Time at which the product was created.
    CreatedAt,
    /// Name of the product.
    Name,
    /// Price of the cheapest variant.
    Price,
    /// Rank of the product for the words of the search.
    Rank,
    /// Position in the category by which the list is filtered.
    Position,
}

impl SortKey {
    /// Sorts from the smallest key.
    pub const fn asc(self) -> Sort {
        Sort { key: self, order: SortOrder::Asc }
    }

    /// Sorts from the largest key.
    pub const fn desc(self) -> Sort {
        Sort { key: self, order: SortOrder::Desc }
    }
}

/// Key and direction by which a list is sorted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sort {
    /// Key by which the list is sorted.
    pub key: SortKey,
    /// Direction of the list.
    pub order: SortOrder,
}

/// Direction in which a list is sorted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SortOrder {
    /// From the smallest key.
    Asc,
    /// From the largest key.
    Desc,
}

impl SortOrder {
    pub(super) const fn opposite(self) -> Self {
        match self {
            Self::Asc => Self::Desc,
            Self::Desc => Self::Asc,
        }
    }
}

/// Sort key of a row, as a cursor stores it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CursorKey {
    /// Time in a list by time.
    CreatedAt(Timestamp),
    /// Name in a list by name.
    Name(String),
    /// Price in minor units, in a list by price.
    Price(i64),
    /// Rank in a list by rank.
    Rank(i64),
    /// Position in the order of a category.
    Position(i64),
}

/// Bounds of a page of products: sort key and id of the row next to it.
pub type ProductBounds = KeysetBounds<(CursorKey, ProductId)>;

/// A product in a list.
#[derive(Clone, Debug)]
pub struct ListRow {
    /// Id of the product.
    pub id: ProductId,
    /// The card, which everyone may see.
    pub card: Card,
    /// The status, which only staff see.
    pub status: Status,
    key: i64,
    name: Option<String>,
}

impl ListRow {
    /// Returns the sort key of the row in a list sorted by `key`.
    pub fn cursor_key(&self, key: SortKey) -> CursorKey {
        match key {
            SortKey::CreatedAt => CursorKey::CreatedAt(Timestamp::from_micros(self.key)),
            SortKey::Name => CursorKey::Name(self.name.clone().unwrap_or_default()),
            SortKey::Price => CursorKey::Price(self.key),
            SortKey::Rank => CursorKey::Rank(self.key),
            SortKey::Position => CursorKey::Position(self.key),
        }
    }
}

/// A row as the database returns it: [`CARD_COLUMNS`] and the sort key.
#[derive(sqlx::FromRow)]
pub(super) struct CardRow {
    id: ProductId,
    status: String,
    card: Card,
    /// The sort key if it is a number: microseconds, minor units, a rank or a position.
    key: Option<i64>,
    /// The sort key in lists by name.
    name: Option<String>,
}

impl TryFrom<CardRow> for ListRow {
    type Error = sqlx::Error;

    fn try_from(CardRow { id, status, card, key, name }: CardRow) -> sqlx::Result<Self> {
        let status =
            status.parse::<Status>().map_err(|_| sqlx::Error::Decode(format!("a product is `{status}`").into()))?;
        Ok(Self { id, card, status, key: key.unwrap_or_default(), name })
    }
}

/// A walk along a sorted list: its direction, the row after which it begins, and its maximum length.
pub(super) struct Walk {
    pub(super) order: SortOrder,
    pub(super) from: Option<(CursorKey, ProductId)>,
    pub(super) limit: i64,
}

impl Walk {
    /// Plans the walk that reads a page of a list in this order: a page before a row is read backwards.
    pub(super) fn new(order: SortOrder, bounds: ProductBounds) -> Self {
        let KeysetBounds { after, before, limit } = bounds;
        match before {
            Some(before) => Self { order: order.opposite(), from: Some(before), limit },
            None => Self { order, from: after, limit },
        }
    }

    /// Returns the number in the key from which the walk begins, if it has one, and the id.
    pub(super) fn start_number(&self) -> Option<(i64, ProductId)> {
        match &self.from {
            Some((CursorKey::Price(number) | CursorKey::Rank(number) | CursorKey::Position(number), id)) => {
                Some((*number, *id))
            }
            Some((CursorKey::CreatedAt(at), id)) => Some((at.micros(), *id)),
            Some((CursorKey::Name(_), _)) | None => None,
        }
    }

    /// Appends ` and (key, id) > ($1, $2)`, or nothing if the walk begins at an end of the list.
    pub(super) fn push_beyond(&self, sql: &mut QueryBuilder<Postgres>, columns: &'static str) {
        let Some((key, id)) = &self.from else { return };
        sql.push(" and (").push(columns).push(if self.order == SortOrder::Asc { ") > (" } else { ") < (" });
        match key {
            CursorKey::CreatedAt(at) => sql.push_bind(*at),
            CursorKey::Name(name) => sql.push_bind(name.clone()),
            CursorKey::Price(number) | CursorKey::Rank(number) | CursorKey::Position(number) => sql.push_bind(*number),
        };
        sql.push(", ").push_bind(*id).push(")");
    }

    /// Appends ` and id > $1`, for rows with the key from which the walk begins.
    pub(super) fn push_beyond_id(&self, sql: &mut QueryBuilder<Postgres>, column: &'static str, id: ProductId) {
        sql.push(" and ").push(column).push(if self.order == SortOrder::Asc { " > " } else { " < " }).push_bind(id);
    }

    /// Appends ` order by a asc, b asc limit $1`.
    pub(super) fn push_order(&self, sql: &mut QueryBuilder<Postgres>, columns: &[&'static str]) {
        let order = if self.order == SortOrder::Asc { " asc" } else { " desc" };
        for (at, column) in columns.iter().enumerate() {
            sql.push(if at == 0 { " order by " } else { ", " }).push(column).push(order);
        }
        sql.push(" limit ").push_bind(self.limit);
    }
}
