//! Finds which rows of a file belong to which product. It keeps positions and not rows, because a file has a hundred thousand of them.

use std::collections::HashMap;
use std::io::{self, BufRead};

use super::columns::{Column, Columns};
use crate::catalogue::product_file::records::{Place, Records};
use crate::catalogue::product_file::{Row, RowError};

/// The products of a file.
#[derive(Debug, Default)]
pub(super) struct Index {
    products: Vec<Product>,
    by_handle: HashMap<String, usize>,
    by_id: HashMap<String, usize>,
    strays: Vec<(Place, RowError)>,
    /// Products and strays, in the order of the file: the position at which each begins.
    order: Vec<(Place, Entry)>,
    /// False if a row is damaged that may have been a variation of any product.
    pub(super) is_whole: bool,
    /// The end of the file.
    pub(super) end: Place,
}

/// A product with the positions of its rows.
#[derive(Debug)]
pub(super) struct Product {
    /// The name by which the product is known: its SKU, or its id if it has none, as in the column `Parent`.
    pub(super) handle: String,
    pub(super) head: Place,
    pub(super) is_variable: bool,
    pub(super) variations: Vec<Place>,
    /// Errors because of which the product is refused, whatever its cells say.
    pub(super) errors: Vec<RowError>,
}

#[derive(Clone, Copy, Debug)]
enum Entry {
    Product(usize),
    Stray(usize),
}

/// The next item of a file.
pub(super) enum Item<'i> {
    Product(&'i Product),
    /// An error of a row that belongs to no product.
    Stray(&'i RowError),
}

/// The type of a row.
enum Kind {
    Simple,
    Variable,
    Variation,
    /// A type of WooCommerce that cannot be sold here.
    NotSold,
    /// A type of an extension, or a damaged one: the row may be a variation.
    Unknown,
    /// No type: the row is damaged.
    Missing,
}

/// A variation whose product is not known yet.
struct Pending {
    place: Place,
    parent: String,
    error: Option<String>,
}

impl Index {
    /// Reads all rows.
    pub(super) fn read<R: BufRead>(mut records: Records<R>, columns: &Columns) -> io::Result<Self> {
        let mut index = Self { is_whole: true, ..Self::default() };
        let mut pending = Vec::new();
        while let Some(record) = records.record()? {
            let mut row = Row::new(record, columns);
            if let Some(at) = swallowed_row(&row, columns) {
                row.note_swallowed_row(columns, at);
            }
            index.is_whole &= row.error.is_none();
            match kind(&row, columns) {
                Kind::Variation => pending.push(Pending {
                    place: row.place,
                    parent: row.cell(columns, Column::Parent).unwrap_or_default().to_owned(),
                    error: row.error,
                }),
                kind @ (Kind::Simple | Kind::Variable) => {
                    let error = not_a_variation(&row, columns);
                    index.is_whole &= error.is_none();
                    index.add(&row, columns, matches!(kind, Kind::Variable), error);
                }
                kind @ (Kind::NotSold | Kind::Unknown) => {
                    index.is_whole &= matches!(kind, Kind::NotSold) && not_a_variation(&row, columns).is_none();
                    index.add(&row, columns, true, Some(other_type(&row, columns)));
                }
                Kind::Missing => {
                    index.is_whole = false;
                    let missing = || format!("\"{}\" is empty", columns.name(Column::Type));
                    index.stray(row.place, row.error.unwrap_or_else(missing));
                }
            }
        }
        index.end = records.place();
        pending.into_iter().for_each(|variation| index.attach(variation, columns));
        index.sort();
        Ok(index)
    }

    fn add(&mut self, row: &Row, columns: &Columns, is_variable: bool, error: Option<String>) {
        let error = row.error.clone().or(error);
        let id = row.cell(columns, Column::Id);
        let sku = row.cell(columns, Column::Sku).map(str::to_owned);
        let Some(handle) = sku.or_else(|| id.map(|id| format!("id:{id}"))) else {
            self.stray(row.place, error.unwrap_or_else(|| "the product has neither an SKU nor an ID".to_owned()));
            return;
        };
        let twice = self.by_handle.get(&handle).or_else(|| id.and_then(|id| self.by_id.get(id))).copied();
        if let Some(product) = twice.and_then(|at| self.products.get_mut(at)) {
            let reason = format!("the product \"{handle}\" is already on line {}", product.head.line);
            product.errors.push(RowError { line: row.place.line, reason: error.unwrap_or(reason) });
            return;
        }
        let at = self.products.len();
        self.by_handle.insert(handle.clone(), at);
        if let Some(id) = id {
            self.by_id.insert(id.to_owned(), at);
        }
        let errors = error.map(|reason| RowError { line: row.place.line, reason }).into_iter().collect();
        self.products.push(Product { handle, head: row.place, is_variable, variations: Vec::new(), errors });
    }

    fn stray(&mut self, place: Place, reason: String) {
        self.strays.push((place, RowError { line: place.line, reason }));
    }

    /// Gives a variation to its product, which is named by its SKU or by its id. If the file has no such product, the SKU of one of its
    /// products may be damaged, so the variation may belong to any of them.
    fn attach(&mut self, Pending { place, parent, error }: Pending, columns: &Columns) {
        let of_id = parent.strip_prefix("id:").and_then(|id| self.by_id.get(id.trim()));
        let found = of_id.or_else(|| self.by_handle.get(&parent)).copied();
        let Some(product) = found.and_then(|at| self.products.get_mut(at)) else {
            self.is_whole = false;
            let reason = if parent.is_empty() {
                format!("\"{}\" is empty, so the product of the variation is unknown", columns.name(Column::Parent))
            } else {
                format!("the product \"{parent}\" of the variation is not in the file; export it with its variations")
            };
            self.stray(place, error.unwrap_or(reason));
            return;
        };
        // The variation may be one of another product.
        self.is_whole &= product.is_variable;
        if let Some(reason) = error {
            product.errors.push(RowError { line: place.line, reason });
        } else if !product.is_variable && product.errors.is_empty() {
            let reason = format!("the product \"{parent}\" of the variation is not variable");
            product.errors.push(RowError { line: place.line, reason });
        }
        product.variations.push(place);
    }

    fn sort(&mut self) {
        let first = |product: &Product| {
            product
                .variations
                .first()
                .copied()
                .filter(|place| place.offset < product.head.offset)
                .unwrap_or(product.head)
        };
        let products = self.products.iter().enumerate().map(|(at, product)| (first(product), Entry::Product(at)));
        let strays = self.strays.iter().enumerate().map(|(at, (place, _))| (*place, Entry::Stray(at)));
        self.order = products.chain(strays).collect();
        self.order.sort_by_key(|(place, _)| place.offset);
    }

    /// Returns the number of products.
    pub(super) fn products(&self) -> usize {
        self.products.len()
    }

    /// Returns the first product or stray that begins at this position or behind it.
    pub(super) fn next(&self, from: Place) -> Option<Item<'_>> {
        let (_, entry) = self.order.get(self.at(from))?;
        match entry {
            Entry::Product(at) => self.products.get(*at).map(Item::Product),
            Entry::Stray(at) => self.strays.get(*at).map(|(_, error)| Item::Stray(error)),
        }
    }

    /// Returns the position at which the one behind it begins.
    pub(super) fn after(&self, from: Place) -> Place {
        self.order.get(self.at(from) + 1).map_or(self.end, |(place, _)| *place)
    }

    fn at(&self, from: Place) -> usize {
        self.order.partition_point(|(place, _)| place.offset < from.offset)
    }
}

/// Reads the first word of the type: `simple, downloadable, virtual`.
fn kind(row: &Row, columns: &Columns) -> Kind {
    let cell = row.cell(columns, Column::Type).unwrap_or_default().to_ascii_lowercase();
    match cell.split(',').next().map_or("", str::trim) {
        "simple" => Kind::Simple,
        "variable" => Kind::Variable,
        "variation" => Kind::Variation,
        "" => Kind::Missing,
        "grouped" | "external" => Kind::NotSold,
        _ => Kind::Unknown,
    }
}

/// Returns the error of a row that has a parent, as only variations do, and another type.
fn not_a_variation(row: &Row, columns: &Columns) -> Option<String> {
    row.cell(columns, Column::Parent).map(|_| {
        let (parent, kind) = (columns.name(Column::Parent), columns.name(Column::Type));
        format!("\"{parent}\" is filled, but \"{kind}\" is not variation; correct one of them")
    })
}

fn other_type(row: &Row, columns: &Columns) -> String {
    let text = row.cell(columns, Column::Type).unwrap_or_default();
    let name = columns.name(Column::Type);
    match text.split(',').next().map_or("", str::trim) {
        "grouped" => format!(
            "\"{name}\" is \"{text}\": a group of other products cannot be sold here; its products are imported by their own rows"
        ),
        "external" => format!("\"{name}\" is \"{text}\": a product of another shop cannot be sold here"),
        _ => format!("\"{name}\" is \"{text}\": only simple and variable products with their variations are imported"),
    }
}

/// Returns the cell that contains another row, because a closing quote is missing: a further line with an id and a type at their places.
fn swallowed_row(row: &Row, columns: &Columns) -> Option<usize> {
    let type_at = columns.place(Column::Type)?;
    let delimiter = char::from(columns.delimiter.byte());
    let types = ["simple", "variable", "variation", "grouped", "external"];
    let cell = |line: &str, at: usize| {
        line.split(delimiter).nth(at).map(|cell| cell.trim().trim_matches('"').to_ascii_lowercase()).unwrap_or_default()
    };
    let has_id = |line: &str| columns.place(Column::Id).is_none_or(|at| cell(line, at).parse::<u64>().is_ok());
    let is_row = |line: &str| types.contains(&cell(line, type_at).as_str()) && has_id(line);
    row.cells.iter().position(|cell| cell.lines().skip(1).any(is_row))
}
