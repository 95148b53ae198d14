//! The author of edits.

use crate::time::Timestamp;
use crate::users::{Actor, Permission, Stamp};

/// The actor and the time of edits, and the rights that a writer of products cannot take for granted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Author {
    /// Actor and time.
    pub stamp: Stamp,
    /// True if the edits may set the stock of variants and the rules by which variants are sold. The right to the catalogue alone does not suffice.
    pub may_change_stock: bool,
}

impl Author {
    /// Returns the author of an edit that this actor requests.
    pub fn of(actor: &Actor, at: Timestamp) -> Self {
        Self { stamp: Stamp { by: actor.id(), at }, may_change_stock: actor.may(Permission::Stock) }
    }
}
