//! Stock: how many units of a variant are on hand, and the ledger that says how that came about.

pub mod staff;
pub mod store;

/// Why units came or went, other than by a sale.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reason {
    /// A delivery.
    Received,
    /// Somebody counted, and it was another number.
    Counted,
    /// Broken, or lost.
    WrittenOff,
}

impl Reason {
    /// As the ledger has it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Received => "received",
            Self::Counted => "counted",
            Self::WrittenOff => "written_off",
        }
    }
}
