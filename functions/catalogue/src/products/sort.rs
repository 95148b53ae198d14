//! In what order products come, and how a cursor keeps a place in it.

use serde::{Deserialize, Serialize};
use shared::catalogue::store::list::{Listed, Place, SortKey, SortOrder};
use shared::http::{ApiError, Cursor};
use shared::ids::ProductId;
use shared::time::Timestamp;
use utoipa::ToSchema;

/// In what order products come; `price` is that of the cheapest variant.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub(crate) enum ProductOrdering {
    /// By name.
    #[serde(rename = "name")]
    Name,
    /// By name, backwards.
    #[serde(rename = "-name")]
    NameDown,
    /// The cheapest first.
    #[serde(rename = "price")]
    Price,
    /// The dearest first.
    #[serde(rename = "-price")]
    PriceDown,
    /// The oldest first.
    #[serde(rename = "created_at")]
    Oldest,
    /// The newest first.
    #[serde(rename = "-created_at")]
    Newest,
    /// Those that fit the words of `search` best.
    #[serde(rename = "relevance")]
    Relevance,
    /// As somebody arranged them in `category`; those that are only in a category below it come after.
    #[serde(rename = "manual")]
    Manual,
}

impl ProductOrdering {
    /// The index that this order walks, and which way.
    pub(crate) const fn walk(self) -> (SortKey, SortOrder) {
        match self {
            Self::Name => (SortKey::Name, SortOrder::Asc),
            Self::NameDown => (SortKey::Name, SortOrder::Desc),
            Self::Price => (SortKey::Price, SortOrder::Asc),
            Self::PriceDown => (SortKey::Price, SortOrder::Desc),
            Self::Oldest => (SortKey::CreatedAt, SortOrder::Asc),
            Self::Newest => (SortKey::CreatedAt, SortOrder::Desc),
            Self::Relevance => (SortKey::Rank, SortOrder::Desc),
            Self::Manual => (SortKey::Position, SortOrder::Asc),
        }
    }
}

/// What a cursor keeps of a product: the order it belongs to, the sort key in it, and the id.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct ListKey(ProductOrdering, KeptPlace, ProductId);

/// A sort key in a cursor; of a time the microseconds.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(untagged)]
enum KeptPlace {
    Number(i64),
    Text(String),
}

impl ListKey {
    /// Of a row of a list.
    pub(crate) fn of(listed: &Listed, ordering: ProductOrdering) -> Self {
        let place = match listed.place(ordering.walk().0) {
            Place::CreatedAt(at) => KeptPlace::Number(at.micros()),
            Place::Name(name) => KeptPlace::Text(name),
            Place::Price(number) | Place::Rank(number) | Place::Position(number) => KeptPlace::Number(number),
        };
        Self(ordering, place, listed.id)
    }

    /// Where to go on; 400 where the cursor is of another order, or was made by somebody else.
    fn place(&self, ordering: ProductOrdering) -> Result<(Place, ProductId), ApiError> {
        let Self(made_for, place, id) = self;
        if *made_for != ordering {
            return Err(ApiError::field("cursor", "This cursor belongs to another ordering."));
        }
        let place = match (ordering.walk().0, place) {
            (SortKey::CreatedAt, KeptPlace::Number(micros)) if KNOWN_TIMES.contains(micros) => {
                Place::CreatedAt(Timestamp::from_micros(*micros))
            }
            (SortKey::Price, KeptPlace::Number(minor)) => Place::Price(*minor),
            (SortKey::Rank, KeptPlace::Number(rank)) => Place::Rank(*rank),
            (SortKey::Position, KeptPlace::Number(position)) => Place::Position(*position),
            (SortKey::Name, KeptPlace::Text(name)) if !name.contains('\0') => Place::Name(name.clone()),
            _ => return Err(ApiError::field("cursor", "Invalid cursor.")),
        };
        Ok((place, *id))
    }
}

/// The years 0 to 9999 or so: PostgreSQL refuses a time it cannot keep.
const KNOWN_TIMES: std::ops::Range<i64> = -62_000_000_000_000_000..253_000_000_000_000_000;

/// Where the cursor says to go on.
pub(crate) fn place(
    cursor: Option<&Cursor<ListKey>>,
    ordering: ProductOrdering,
) -> Result<Option<(Place, ProductId)>, ApiError> {
    cursor.map(|cursor| cursor.key.place(ordering)).transpose()
}
