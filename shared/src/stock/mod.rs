//! Stock: how many units of a variant are on hand, and the ledger of all changes.

pub mod staff;
pub mod store;

use strum::{EnumString, IntoStaticStr};
use utoipa::ToSchema;

use crate::catalogue::limits::MAX_UNITS;
use crate::fields::{Fields, FromField};

/// The rules by which a variant is sold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StockRules {
    /// True if a sale takes units from the stock. If false, the variant can always be bought, whatever the stock is.
    pub track_inventory: bool,
    /// True if the variant can be bought with too few units in stock; the missing ones are backordered. It has no effect unless `track_inventory`
    /// is true.
    pub allow_backorder: bool,
    /// Maximum number of backordered units of all orders; `None` means that there is no maximum. It has no effect unless `allow_backorder` is true.
    pub backorder_limit: Option<i32>,
    /// Maximum number of units that one account can have in open orders; `None` means that the limit of the shop holds.
    pub quantity_limit_per_customer: Option<i32>,
}

impl Default for StockRules {
    fn default() -> Self {
        Self { track_inventory: true, allow_backorder: false, backorder_limit: None, quantity_limit_per_customer: None }
    }
}

/// The reason for a change of stock other than a sale.
#[derive(Clone, Copy, Debug, PartialEq, Eq, IntoStaticStr)]
#[strum(serialize_all = "snake_case")]
pub enum Reason {
    /// Units were delivered.
    Received,
    /// A count found another number.
    Counted,
    /// Units are broken or lost.
    WrittenOff,
    /// Customers sent units back.
    Returned,
    /// An earlier change was wrong.
    Corrected,
}

impl Reason {
    /// Returns the name, as in the ledger.
    pub fn as_str(self) -> &'static str {
        self.into()
    }
}

/// Reason for an adjustment. `written_off`: units are broken or lost. `returned`: customers sent units back. `corrected`: an earlier change was wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq, EnumString, ToSchema)]
#[schema(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum AdjustmentReason {
    /// Units are broken or lost; the adjustment is negative.
    WrittenOff,
    /// Customers sent units back; the adjustment is positive.
    Returned,
    /// An earlier change was wrong; the adjustment is negative or positive.
    Corrected,
}

impl AdjustmentReason {
    /// Returns true if an adjustment for this reason can have this number of units.
    const fn allows(self, units: i32) -> bool {
        match self {
            Self::WrittenOff => units < 0,
            Self::Returned => units > 0,
            Self::Corrected => units != 0,
        }
    }
}

impl FromField for AdjustmentReason {
    fn read(fields: &mut Fields, name: &str) -> Option<Self> {
        fields.choice(name, |text| text.parse().ok())
    }
}

/// A change of a variant's stock by staff. Each holds for whatever stock there is, or names the stock that it was made from: a sale in the
/// meantime is never undone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Change {
    /// This many units arrived.
    Received(i32),
    /// The stock changes by a number of units.
    Adjusted {
        /// Number of units, negative if they are removed.
        by: i32,
        /// Reason for the adjustment.
        reason: AdjustmentReason,
    },
    /// A count found a number of units.
    Counted {
        /// Number of units that were counted.
        units: i32,
        /// Number of units in stock that the person who counted saw.
        seen: i32,
    },
}

/// The units of a variant. While units are backordered, none is on hand.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Units {
    /// Number of units on hand.
    pub on_hand: i32,
    /// Number of units that are sold and not on hand yet.
    pub backordered: i32,
}

/// Reason why a change of stock is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// The reason does not allow this number of units.
    #[error("Send a negative number for written_off, a positive one for returned, and any but 0 for corrected.")]
    WrongSign,
    /// A count found units while units are backordered. Either they are not booked yet, or they went to backorders when they were booked.
    #[error(
        "{backordered} units are backordered, and units that come in go to them first, so a count finds no units. Send what came in as received."
    )]
    Backordered {
        /// Number of backordered units.
        backordered: i32,
    },
    /// The stock is not the one that the count was made from.
    #[error("The stock is now {on_hand}, not {seen}. It changed after you saw it. Count again.")]
    Moved {
        /// Number of units that the person who counted saw.
        seen: i32,
        /// Number of units on hand.
        on_hand: i32,
    },
    /// More units were to be removed than there are.
    #[error("Only {on_hand} units are in stock. You cannot remove more.")]
    BelowZero {
        /// Number of units on hand.
        on_hand: i32,
    },
    /// The stock would be larger than it may be.
    #[error("The stock is {on_hand} units and can be at most {MAX_UNITS}. Add fewer.")]
    TooMany {
        /// Number of units on hand.
        on_hand: i32,
    },
}

impl Change {
    /// Returns the number of units on hand after the change, before any of them go to backorders.
    pub fn apply_to(self, Units { on_hand, backordered }: Units) -> Result<i32, Refusal> {
        let after = match self {
            Self::Received(units) => on_hand.saturating_add(units),
            Self::Adjusted { by, reason } if !reason.allows(by) => return Err(Refusal::WrongSign),
            Self::Adjusted { by, .. } => on_hand.saturating_add(by),
            Self::Counted { units: 1.., .. } if backordered > 0 => return Err(Refusal::Backordered { backordered }),
            Self::Counted { seen, .. } if seen != on_hand => return Err(Refusal::Moved { seen, on_hand }),
            Self::Counted { units, .. } => units,
        };
        match after {
            ..0 => Err(Refusal::BelowZero { on_hand }),
            0..=MAX_UNITS => Ok(after),
            _ => Err(Refusal::TooMany { on_hand }),
        }
    }

    /// Returns the reason of the line in the ledger.
    pub const fn reason(self) -> Reason {
        match self {
            Self::Received(_) => Reason::Received,
            Self::Counted { .. } => Reason::Counted,
            Self::Adjusted { reason: AdjustmentReason::WrittenOff, .. } => Reason::WrittenOff,
            Self::Adjusted { reason: AdjustmentReason::Returned, .. } => Reason::Returned,
            Self::Adjusted { reason: AdjustmentReason::Corrected, .. } => Reason::Corrected,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_change_keeps_the_stock_within_its_limits() {
        let corrected = |by| Change::Adjusted { by, reason: AdjustmentReason::Corrected };
        let counted = |units, seen| Change::Counted { units, seen };
        for (change, before, after) in [
            (Change::Received(MAX_UNITS), 0, Ok(MAX_UNITS)),
            (Change::Received(MAX_UNITS), 1, Err(Refusal::TooMany { on_hand: 1 })),
            (Change::Received(1), MAX_UNITS, Err(Refusal::TooMany { on_hand: MAX_UNITS })),
            (corrected(1), MAX_UNITS - 1, Ok(MAX_UNITS)),
            (corrected(2), MAX_UNITS - 1, Err(Refusal::TooMany { on_hand: MAX_UNITS - 1 })),
            (corrected(-3), 3, Ok(0)),
            (corrected(-4), 3, Err(Refusal::BelowZero { on_hand: 3 })),
            (corrected(-MAX_UNITS), MAX_UNITS, Ok(0)),
            (corrected(0), 3, Err(Refusal::WrongSign)),
            (Change::Adjusted { by: 1, reason: AdjustmentReason::WrittenOff }, 3, Err(Refusal::WrongSign)),
            (Change::Adjusted { by: -1, reason: AdjustmentReason::Returned }, 3, Err(Refusal::WrongSign)),
            (counted(MAX_UNITS, 0), 0, Ok(MAX_UNITS)),
            (counted(MAX_UNITS + 1, 0), 0, Err(Refusal::TooMany { on_hand: 0 })),
            (counted(9, 10), 10, Ok(9)),
            (counted(9, 10), 6, Err(Refusal::Moved { seen: 10, on_hand: 6 })),
            (counted(10, 10), 6, Err(Refusal::Moved { seen: 10, on_hand: 6 })),
        ] {
            let before = Units { on_hand: before, backordered: 0 };
            assert_eq!(change.apply_to(before), after, "{change:?} of {before:?}");
        }
    }

    #[test]
    fn a_count_finds_no_units_while_some_are_backordered() {
        let counted = |units, seen| Change::Counted { units, seen };
        for (change, after) in [
            (counted(4, 0), Err(Refusal::Backordered { backordered: 6 })),
            (counted(4, 4), Err(Refusal::Backordered { backordered: 6 })),
            (counted(0, 0), Ok(0)),
            (counted(0, 4), Err(Refusal::Moved { seen: 4, on_hand: 0 })),
            (Change::Received(4), Ok(4)),
            (Change::Adjusted { by: 4, reason: AdjustmentReason::Returned }, Ok(4)),
        ] {
            assert_eq!(change.apply_to(Units { on_hand: 0, backordered: 6 }), after, "{change:?}");
        }
    }
}
