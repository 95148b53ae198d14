//! Pages of everything that shoppers see: what the front of a shop asks for most.

use super::card::Row;
use super::list::{Listed, Place, SortKey, SortOrder};
use crate::app::db::{Call, Db};
use crate::ids::ProductId;
use crate::time::Timestamp;

/// What everybody sees at this time, sorted by `key`, walked this way, those beyond `after`; at most `limit`, which is at most 101. In one
/// exchange. There is no rank and no position without a filter: nothing is listed by those.
pub async fn list_everything(
    db: &Db,
    now: Timestamp,
    (key, way): (SortKey, SortOrder),
    after: Option<(Place, ProductId)>,
    limit: i64,
) -> sqlx::Result<Vec<Listed>> {
    let order = match (key, way) {
        (SortKey::CreatedAt, SortOrder::Asc) => "created-at",
        (SortKey::CreatedAt, SortOrder::Desc) => "created-at-down",
        (SortKey::Price, SortOrder::Asc) => "price",
        (SortKey::Price, SortOrder::Desc) => "price-down",
        (SortKey::Name, SortOrder::Asc) => "name",
        (SortKey::Name, SortOrder::Desc) => "name-down",
        (SortKey::Rank | SortKey::Position, _) => return Ok(Vec::new()),
    };
    let (place, id) = after.unzip();
    let (number, name) = match place {
        Some(Place::CreatedAt(at)) => (Some(at.micros()), None),
        Some(Place::Price(number) | Place::Rank(number) | Place::Position(number)) => (Some(number), None),
        Some(Place::Name(name)) => (None, Some(name)),
        None => (None, None),
    };
    let call = Call::new("list_cards")
        .slug(order)
        .bigint(number)
        .text(name.as_deref())
        .bigint(id.map(|ProductId(id)| id))
        .bigint(limit)
        .bigint(now.micros());
    let rows: Vec<Row> = db.call(call).await?;
    rows.into_iter().map(Listed::try_from).collect()
}
