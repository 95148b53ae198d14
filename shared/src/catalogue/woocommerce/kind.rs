//! The type of a row: a product, a variation, or something that cannot be sold here.

use super::columns::{Column, Columns};
use crate::catalogue::product_file::{Row, Word};

/// The type of a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Simple,
    Variable,
    Variation,
    /// A group of other products.
    Grouped,
    /// A product of another shop.
    External,
    /// A type of an extension, or a damaged one: the row may be a variation.
    Unknown,
    /// No type: the row is damaged.
    Missing,
}

impl Kind {
    /// Reads the type of a row.
    pub(super) fn of(row: &Row, columns: &Columns) -> Self {
        Self::named(row.cell(columns, Column::Type).unwrap_or_default())
    }

    /// Reads the first word of a cell, in which the type comes before other properties: `simple, downloadable, virtual`.
    pub(super) fn named(cell: &str) -> Self {
        match Word::new(cell.split(',').next().unwrap_or_default()).as_str() {
            "simple" => Self::Simple,
            "variable" => Self::Variable,
            "variation" => Self::Variation,
            "grouped" => Self::Grouped,
            "external" => Self::External,
            "" => Self::Missing,
            _ => Self::Unknown,
        }
    }

    /// Returns true for the types that WooCommerce itself has.
    pub(super) const fn is_known(self) -> bool {
        !matches!(self, Self::Unknown | Self::Missing)
    }

    /// Returns true if variations may name a product of this type as their parent. One of an unknown type may be variable.
    pub(super) const fn may_have_variations(self) -> bool {
        matches!(self, Self::Variable | Self::Unknown)
    }

    /// Returns the reason why a row of this type is not imported; `None` if it is.
    pub(super) fn refusal(self, row: &Row, columns: &Columns) -> Option<String> {
        let why = match self {
            Self::Simple | Self::Variable | Self::Variation => return None,
            Self::Missing => return Some(format!("\"{}\" is empty", columns.name(Column::Type))),
            Self::Grouped => {
                "a group of other products cannot be sold here; its products are imported by their own rows"
            }
            Self::External => "a product of another shop cannot be sold here",
            Self::Unknown => "only simple and variable products with their variations are imported",
        };
        let text = row.cell(columns, Column::Type).unwrap_or_default();
        Some(format!("\"{}\" is \"{text}\": {why}", columns.name(Column::Type)))
    }
}

/// Returns the error of a row that has a parent, as only variations do, and another type.
pub(super) fn not_a_variation(row: &Row, columns: &Columns) -> Option<String> {
    row.cell(columns, Column::Parent).map(|_| {
        let (parent, kind) = (columns.name(Column::Parent), columns.name(Column::Type));
        format!("\"{parent}\" is filled, but \"{kind}\" is not variation; correct one of them")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_word_of_a_type_is_the_same_in_any_case_and_between_blanks() {
        for (cell, kind) in [
            ("simple", Kind::Simple),
            (" Simple , virtual", Kind::Simple),
            ("VARIABLE", Kind::Variable),
            ("\u{200b}Variation", Kind::Variation),
            ("Grouped", Kind::Grouped),
            ("EXTERNAL, downloadable", Kind::External),
            ("variable-subscription", Kind::Unknown),
            ("variaton", Kind::Unknown),
            ("", Kind::Missing),
            (", virtual", Kind::Missing),
        ] {
            assert_eq!(Kind::named(cell), kind, "{cell}");
        }
    }
}
