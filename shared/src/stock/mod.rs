//! Stock: how many units of a variant are on hand, and the ledger of all changes.

pub mod staff;
pub mod store;

/// The reason for a change of stock other than a sale.
#[derive(Clone, Copy, Debug, PartialEq, Eq, strum::IntoStaticStr)]
#[strum(serialize_all = "snake_case")]
pub enum Reason {
    /// Units were delivered.
    Received,
    /// A count found another number.
    Counted,
    /// Units are broken or lost.
    WrittenOff,
}

impl Reason {
    /// Returns the name, as in the ledger.
    pub fn as_str(self) -> &'static str {
        self.into()
    }
}
