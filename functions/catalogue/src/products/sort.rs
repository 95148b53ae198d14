//! Orderings of the product list, and the cursors of its pages.

use serde::{Deserialize, Serialize};
use shared::catalogue::store::list::{CursorKey, ListRow, Sort, SortKey};
use shared::http::ApiError;
use shared::ids::ProductId;
use shared::time::Timestamp;
use utoipa::ToSchema;

/// Ordering of a product list. A minus sign reverses it, `price` is that of the cheapest variant, `relevance` needs `search`, and `manual`, the
/// order that staff chose, needs `category`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub(crate) enum ProductOrdering {
    /// Ascending by name.
    #[serde(rename = "name")]
    Name,
    /// Descending by name.
    #[serde(rename = "-name")]
    NameDown,
    /// The cheapest product first.
    #[serde(rename = "price")]
    Price,
    /// The most expensive product first.
    #[serde(rename = "-price")]
    PriceDown,
    /// The oldest product first.
    #[serde(rename = "created_at")]
    Oldest,
    /// The newest product first.
    #[serde(rename = "-created_at")]
    Newest,
    /// Best match for the words of `search` first.
    #[serde(rename = "relevance")]
    Relevance,
    /// In the order that staff gave the products of `category`; those that are only in a category below it come last.
    #[serde(rename = "manual")]
    Manual,
}

impl ProductOrdering {
    /// Returns the sort key and the order of the list.
    pub(crate) const fn sort(self) -> Sort {
        match self {
            Self::Name => SortKey::Name.asc(),
            Self::NameDown => SortKey::Name.desc(),
            Self::Price => SortKey::Price.asc(),
            Self::PriceDown => SortKey::Price.desc(),
            Self::Oldest => SortKey::CreatedAt.asc(),
            Self::Newest => SortKey::CreatedAt.desc(),
            Self::Relevance => SortKey::Rank.desc(),
            Self::Manual => SortKey::Position.asc(),
        }
    }
}

/// The key of a cursor: the ordering that it belongs to, the sort key of a product in it, and the product's id.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct ProductCursor(ProductOrdering, CursorValue, ProductId);

/// A sort key in a cursor; a time is stored in microseconds.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(untagged)]
enum CursorValue {
    Number(i64),
    Text(String),
}

impl ProductCursor {
    /// Returns the cursor of a row in a list with this ordering.
    pub(crate) fn of(row: &ListRow, ordering: ProductOrdering) -> Self {
        let value = match row.cursor_key(ordering.sort().key) {
            CursorKey::CreatedAt(at) => CursorValue::Number(at.micros()),
            CursorKey::Name(name) => CursorValue::Text(name),
            CursorKey::Price(number) | CursorKey::Rank(number) | CursorKey::Position(number) => {
                CursorValue::Number(number)
            }
        };
        Self(ordering, value, row.id)
    }

    /// Returns the sort key and the id of the row. Answers 400 if the cursor belongs to another ordering or is invalid.
    pub(crate) fn key(&self, ordering: ProductOrdering) -> Result<(CursorKey, ProductId), ApiError> {
        let Self(own_ordering, value, id) = self;
        if *own_ordering != ordering {
            return Err(ApiError::field(
                "cursor",
                "The cursor belongs to another ordering. Request the first page again.",
            ));
        }
        let key = match (ordering.sort().key, value) {
            (SortKey::CreatedAt, CursorValue::Number(micros)) if VALID_TIMES.contains(micros) => {
                CursorKey::CreatedAt(Timestamp::from_micros(*micros))
            }
            (SortKey::Price, CursorValue::Number(minor)) => CursorKey::Price(*minor),
            (SortKey::Rank, CursorValue::Number(rank)) => CursorKey::Rank(*rank),
            (SortKey::Position, CursorValue::Number(position)) => CursorKey::Position(*position),
            (SortKey::Name, CursorValue::Text(name)) => CursorKey::Name(name.clone()),
            _ => return Err(ApiError::field("cursor", "Invalid cursor.")),
        };
        Ok((key, *id))
    }
}

/// The years 0 to 9999, approximately: PostgreSQL refuses a time that it cannot store.
const VALID_TIMES: std::ops::Range<i64> = -62_000_000_000_000_000..253_000_000_000_000_000;
