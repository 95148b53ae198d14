//! A product's card and its place in a list, as a list reads them: one row and no join.

use super::list::Listed;
use crate::catalogue::{Card, Status};
use crate::ids::ProductId;

/// A card as a list comes upon it.
#[derive(sqlx::FromRow)]
pub(super) struct Row {
    pub(super) id: ProductId,
    pub(super) status: String,
    pub(super) card: Card,
    /// The sort key where that is a number: microseconds, minor units, a rank or a position.
    pub(super) key: Option<i64>,
    /// The sort key in lists by name.
    pub(super) name: Option<String>,
}

impl TryFrom<Row> for Listed {
    type Error = sqlx::Error;

    fn try_from(Row { id, status, card, key, name }: Row) -> sqlx::Result<Self> {
        let status =
            Status::named(&status).ok_or_else(|| sqlx::Error::Decode(format!("a product is `{status}`").into()))?;
        Ok(Self { id, card, status, key: key.unwrap_or_default(), name })
    }
}
