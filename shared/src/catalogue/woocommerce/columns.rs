//! The columns of the format, with their English names.

use crate::catalogue::product_file::{self, Delimiter, Meaning};

/// The columns of a file in this format.
pub(super) type Columns = product_file::Columns<Column>;

/// The unit of the weights of a file, which the shop chooses.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(in crate::catalogue) enum WeightUnit {
    Kilograms,
    Grams,
    Pounds,
    Ounces,
}

impl WeightUnit {
    /// Each unit with its name in the header.
    const NAMES: [(Self, &str); 4] =
        [(Self::Kilograms, "kg"), (Self::Grams, "g"), (Self::Pounds, "lbs"), (Self::Ounces, "oz")];

    /// Returns the number of grams of one unit.
    pub(super) const fn grams(self) -> f64 {
        match self {
            Self::Kilograms => 1_000.0,
            Self::Grams => 1.0,
            Self::Pounds => 453.592_37,
            Self::Ounces => 28.349_523_125,
        }
    }
}

/// The meaning of a column.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(in crate::catalogue) enum Column {
    Id,
    Type,
    Sku,
    Gtin,
    Name,
    Published,
    Visibility,
    ShortDescription,
    Description,
    SaleStarts,
    SaleEnds,
    InStock,
    Stock,
    Backorders,
    SalePrice,
    RegularPrice,
    Categories,
    Tags,
    Brands,
    Images,
    Parent,
    Position,
    Weight(WeightUnit),
    AttributeName(u16),
    AttributeValues(u16),
    AttributeVisible(u16),
}

const NAMES: [(Column, &str); 22] = [
    (Column::Id, "ID"),
    (Column::Type, "Type"),
    (Column::Sku, "SKU"),
    (Column::Gtin, "GTIN, UPC, EAN, or ISBN"),
    (Column::Name, "Name"),
    (Column::Published, "Published"),
    (Column::Visibility, "Visibility in catalog"),
    (Column::ShortDescription, "Short description"),
    (Column::Description, "Description"),
    (Column::SaleStarts, "Date sale price starts"),
    (Column::SaleEnds, "Date sale price ends"),
    (Column::InStock, "In stock?"),
    (Column::Stock, "Stock"),
    (Column::Backorders, "Backorders allowed?"),
    (Column::SalePrice, "Sale price"),
    (Column::RegularPrice, "Regular price"),
    (Column::Categories, "Categories"),
    (Column::Tags, "Tags"),
    (Column::Brands, "Brands"),
    (Column::Images, "Images"),
    (Column::Parent, "Parent"),
    (Column::Position, "Position"),
];

/// The columns that no other program writes with these names.
const ONLY_HERE: [Column; 7] = [
    Column::Visibility,
    Column::ShortDescription,
    Column::InStock,
    Column::Backorders,
    Column::SalePrice,
    Column::RegularPrice,
    Column::AttributeName(1),
];

impl Meaning for Column {
    const KEY: Self = Self::Id;
    const HAS_LOCAL_MONEY: bool = true;

    fn named(name: &str) -> Option<Self> {
        if let Some((column, _)) = NAMES.iter().find(|(_, known)| known.eq_ignore_ascii_case(name)) {
            return Some(*column);
        }
        let name = name.to_ascii_lowercase();
        if let Some(unit) = name.strip_prefix("weight (").and_then(|rest| rest.strip_suffix(')')) {
            let unit = WeightUnit::NAMES.iter().find(|(_, known)| *known == unit)?;
            return Some(Self::Weight(unit.0));
        }
        let (number, what) = name.strip_prefix("attribute ")?.split_once(' ')?;
        let number = number.parse().ok()?;
        match what {
            "name" => Some(Self::AttributeName(number)),
            "value(s)" => Some(Self::AttributeValues(number)),
            "visible" => Some(Self::AttributeVisible(number)),
            _ => None,
        }
    }

    fn name(self) -> String {
        if let Some((_, name)) = NAMES.iter().find(|(column, _)| *column == self) {
            (*name).to_owned()
        } else if let Self::Weight(unit) = self {
            let name = WeightUnit::NAMES.iter().find(|(known, _)| *known == unit).map_or("", |(_, name)| name);
            format!("Weight ({name})")
        } else if let Self::AttributeName(number) = self {
            format!("Attribute {number} name")
        } else if let Self::AttributeValues(number) = self {
            format!("Attribute {number} value(s)")
        } else if let Self::AttributeVisible(number) = self {
            format!("Attribute {number} visible")
        } else {
            String::new()
        }
    }

    /// Every column may belong to what a row is known by, because a variation is known by its parent and its attributes.
    fn is_identity(self) -> bool {
        true
    }

    fn is_required(self) -> bool {
        true
    }

    fn is_code(self) -> bool {
        matches!(self, Self::Sku | Self::Gtin | Self::Parent | Self::Id)
    }
}

/// Returns the number of known columns if a header is that of a product export: it must have the type of its rows, a column by which they
/// are known, and a column to import.
pub fn known_columns(header: &[String]) -> Option<usize> {
    let columns = Columns::find(header, Delimiter::default());
    (columns.has(Column::Type) && is_export(&columns)).then(|| columns.known())
}

/// Returns true if a header is that of a product export without the column that says which rows are variations.
pub fn lacks_type(header: &[String]) -> bool {
    let columns = Columns::find(header, Delimiter::default());
    !columns.has(Column::Type) && is_export(&columns)
}

fn is_export(columns: &Columns) -> bool {
    let has_name = columns.has(Column::Type) && columns.has(Column::Name);
    (columns.has(Column::Id) || columns.has(Column::Sku))
        && (has_name || ONLY_HERE.iter().any(|column| columns.has(*column)))
}

/// Returns the names of two columns of a header that have the same meaning.
pub fn column_twice(header: &[String]) -> Option<[String; 2]> {
    Columns::twice(header)
}

impl Columns {
    /// Returns the numbers of the attributes for which the file has a column of names and one of values, in order.
    pub(super) fn attributes(&self) -> Vec<u16> {
        let named = self
            .all()
            .filter_map(|column| if let Column::AttributeName(number) = column { Some(number) } else { None });
        let mut numbers: Vec<u16> = named.filter(|number| self.has(Column::AttributeValues(*number))).collect();
        numbers.sort_unstable();
        numbers
    }

    /// Returns the columns of names without one of values, and those of values without one of names, each with the column that is missing.
    pub(super) fn half_attributes(&self) -> impl Iterator<Item = (Column, Column)> + '_ {
        let other = |column| {
            if let Column::AttributeName(number) = column {
                Some(Column::AttributeValues(number))
            } else if let Column::AttributeValues(number) = column {
                Some(Column::AttributeName(number))
            } else {
                None
            }
        };
        let pairs = self.all().filter_map(move |column| Some((column, other(column)?)));
        pairs.filter(|(_, other)| !self.has(*other))
    }

    /// Returns the column of weights, if the file has one.
    pub(super) fn weight(&self) -> Option<(Column, WeightUnit)> {
        let mut units = WeightUnit::NAMES.iter().map(|(unit, _)| (Column::Weight(*unit), *unit));
        units.find(|(column, _)| self.has(*column))
    }

    /// Returns true if the file says all of a product: which variations it has, and what they cost.
    pub(super) fn has_all_variants(&self) -> bool {
        let needed =
            [Column::Name, Column::RegularPrice, Column::Parent, Column::AttributeName(1), Column::AttributeValues(1)];
        needed.iter().all(|column| self.has(*column))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(header: &str) -> Vec<String> {
        header.split('|').map(str::to_owned).collect()
    }

    #[test]
    fn columns_are_known_in_any_order_and_case() {
        let header = names("Meta: _x|attribute 2 VALUE(S)|weight (lbs)|regular price|sku|TYPE|Attribute 1 default");
        let columns = Columns::find(&header, Delimiter::Comma);
        assert_eq!(known_columns(&header), Some(5));
        assert_eq!(columns.place(Column::AttributeValues(2)), Some(1));
        assert_eq!(columns.weight(), Some((Column::Weight(WeightUnit::Pounds), WeightUnit::Pounds)));
        assert_eq!(columns.name(Column::AttributeName(3)), "Attribute 3 name");
    }

    #[test]
    fn other_files_are_not_taken_for_this_export() {
        for header in ["Title|SKU|Price", "id|name|price", "Type|Name|Regular price", "SKU|Type|Tags"] {
            assert_eq!(known_columns(&names(header)), None, "{header}");
        }
        assert!(lacks_type(&names("SKU|Regular price")));
    }
}
