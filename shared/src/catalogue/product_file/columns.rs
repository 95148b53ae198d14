//! The columns of a file, found by their names in any order and any case. Columns that the shop does not use are ignored.

use std::collections::HashMap;
use std::fmt::Debug;
use std::hash::Hash;

use super::Delimiter;
use super::numbers::Decimals;

/// The meaning of a column in a format.
pub(in crate::catalogue) trait Meaning: Copy + Debug + Eq + Hash {
    /// The column by which the rows of a product belong together.
    const KEY: Self;
    /// True if the program that writes the format separates the decimals of prices as the shop's country does.
    const HAS_LOCAL_MONEY: bool = false;

    /// Returns the meaning of a column with this name.
    fn named(name: &str) -> Option<Self>;

    /// Returns the name that the format has for the column.
    fn name(self) -> String;

    /// Returns true if the column tells the rows of a file apart.
    fn is_identity(self) -> bool;

    /// Returns true if a row that may be cut off is only read with the column's cell.
    fn is_required(self) -> bool;

    /// Returns true if the column has codes, whose leading zeros an apostrophe protects from spreadsheets.
    fn is_code(self) -> bool;

    /// Returns true if an export puts apostrophes before formulas within the column's cells.
    fn has_guards(self) -> bool {
        false
    }
}

/// The positions of the columns.
#[derive(Clone, Debug)]
pub(in crate::catalogue) struct Columns<C> {
    places: HashMap<C, (usize, String)>,
    /// The positions of the columns that have guards ([`Meaning::has_guards`]).
    guarded: Vec<usize>,
    /// The number of all columns.
    pub(in crate::catalogue) width: usize,
    /// The character between two cells.
    pub(in crate::catalogue) delimiter: Delimiter,
    pub(super) decimals: Decimals,
}

impl<C: Meaning> Columns<C> {
    /// Finds the columns by the names in a header.
    pub(in crate::catalogue) fn find(header: &[String], delimiter: Delimiter) -> Self {
        let mut places = HashMap::new();
        for (at, name) in header.iter().enumerate() {
            let name = name.trim();
            if let Some(column) = C::named(name) {
                places.entry(column).or_insert_with(|| (at, name.to_owned()));
            }
        }
        let decimals = match delimiter {
            Delimiter::Comma if C::HAS_LOCAL_MONEY => Decimals::LocalMoney,
            Delimiter::Comma => Decimals::Point,
            Delimiter::Semicolon | Delimiter::Tab | Delimiter::VerticalBar => Decimals::PointOrComma,
        };
        let guarded = places.iter().filter(|(column, _)| column.has_guards()).map(|(_, (at, _))| *at).collect();
        Self { places, guarded, width: header.len(), delimiter, decimals }
    }

    /// Returns the names of the first two columns of a header that have the same meaning.
    pub(in crate::catalogue) fn twice(header: &[String]) -> Option<[String; 2]> {
        let mut seen: HashMap<C, &str> = HashMap::new();
        header.iter().map(|name| name.trim()).find_map(|name| {
            let first = seen.insert(C::named(name)?, name)?;
            Some([first.to_owned(), name.to_owned()])
        })
    }

    /// Returns true if the file has this column.
    pub(in crate::catalogue) fn has(&self, column: C) -> bool {
        self.places.contains_key(&column)
    }

    /// Returns the columns that are known, in no order.
    pub(in crate::catalogue) fn all(&self) -> impl Iterator<Item = C> + '_ {
        self.places.keys().copied()
    }

    /// Returns the number of columns that are known.
    pub(in crate::catalogue) fn known(&self) -> usize {
        self.places.len()
    }

    /// Returns true if the shop uses the column at this index.
    pub(super) fn uses(&self, index: usize) -> bool {
        self.places.values().any(|(at, _)| *at == index)
    }

    /// Returns true if the column at this index has guards ([`Meaning::has_guards`]).
    pub(super) fn has_guards(&self, index: usize) -> bool {
        self.guarded.contains(&index)
    }

    /// Returns the position of a column, if the file has it.
    pub(in crate::catalogue) fn place(&self, column: C) -> Option<usize> {
        self.places.get(&column).map(|(at, _)| *at)
    }

    /// Returns true if a row that the file ends with after this number of cells says enough: nothing by which it is known may be cut off.
    pub(super) fn suffice(&self, cells: usize) -> bool {
        self.places.iter().all(|(column, (at, _))| match (column.is_identity(), column.is_required()) {
            (true, _) => at + 1 < cells,
            (false, true) => *at < cells,
            (false, false) => true,
        })
    }

    /// Returns what to call the column at this index: `the column "Title"`, or `column 3` if the shop does not use it.
    pub(super) fn name_at(&self, index: usize) -> String {
        match self.places.values().find(|(at, _)| *at == index) {
            Some((_, name)) => format!("the column \"{name}\""),
            None => format!("column {}", index + 1),
        }
    }

    /// Returns the name that the file has for a column, or else the one of the format.
    pub(in crate::catalogue) fn name(&self, column: C) -> String {
        self.places.get(&column).map_or_else(|| column.name(), |(_, name)| name.clone())
    }
}
