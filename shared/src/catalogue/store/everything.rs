//! Pages of all products that shoppers see, the most frequent request of a shop.

use super::row::{CardRow, CursorKey, ListRow, ProductBounds, Sort, SortKey, SortOrder, Walk};
use crate::app::db::{Call, Db};
use crate::time::Timestamp;

/// Lists a page of the products that shoppers see at this time, sorted in this way; at most 101 rows. One round trip. Without a
/// filter there is no rank and no position, so such lists are empty.
pub async fn list_everything(
    db: &Db,
    now: Timestamp,
    Sort { key, order }: Sort,
    bounds: ProductBounds,
) -> sqlx::Result<Vec<ListRow>> {
    let walk = Walk::new(order, bounds);
    let order = match (key, walk.order) {
        (SortKey::CreatedAt, SortOrder::Asc) => "created-at",
        (SortKey::CreatedAt, SortOrder::Desc) => "created-at-down",
        (SortKey::Price, SortOrder::Asc) => "price",
        (SortKey::Price, SortOrder::Desc) => "price-down",
        (SortKey::Name, SortOrder::Asc) => "name",
        (SortKey::Name, SortOrder::Desc) => "name-down",
        (SortKey::Rank | SortKey::Position, _) => return Ok(Vec::new()),
    };
    let name = match &walk.from {
        Some((CursorKey::Name(name), _)) => Some(name.as_str()),
        Some(_) | None => None,
    };
    let call = Call::new("list_cards")
        .slug(order)
        .bigint(walk.start_number().map(|(number, _)| number))
        .text(name)
        .bigint(walk.from.as_ref().map(|(_, id)| id.0))
        .bigint(walk.limit)
        .bigint(now.micros());
    let rows: Vec<CardRow> = db.call(call).await?;
    rows.into_iter().map(ListRow::try_from).collect()
}
