//! Finds which rows of a file belong to which product. It keeps positions and not rows, because a file has a hundred thousand of them.

use std::collections::HashMap;
use std::io::{self, BufRead};
use std::sync::Arc;

use super::columns::{Column, Columns};
use super::kind::{Kind, not_a_variation};
use super::parent::Variation;
use crate::catalogue::name_key;
use crate::catalogue::product_file::records::{Place, Records};
use crate::catalogue::product_file::{NamedSkus, Row, RowError, Word};

/// The products of a file.
#[derive(Debug, Default)]
pub(super) struct Index {
    pub(super) products: Vec<Product>,
    pub(super) by_handle: HashMap<Arc<str>, usize>,
    pub(super) by_id: HashMap<String, usize>,
    /// Variable products by the keys of their names.
    pub(super) by_name: HashMap<Arc<str>, usize>,
    /// The SKUs of all simple products and variations.
    pub(super) skus: NamedSkus,
    strays: Vec<(Place, RowError)>,
    /// Products and strays, in the order of the file: the position at which each begins.
    order: Vec<(Place, Entry)>,
    /// False if a row may be a variation of another product than the one that it names, or of any.
    pub(super) is_whole: bool,
    /// The end of the file.
    pub(super) end: Place,
}

/// A product with the positions of its rows.
#[derive(Debug)]
pub(super) struct Product {
    /// The name by which the product is known: its SKU, or its id if it has none, as in the column `Parent`.
    pub(super) handle: Arc<str>,
    /// The key of the product's name, with which the names of its variations begin.
    pub(super) name_key: Arc<str>,
    pub(super) head: Place,
    pub(super) kind: Kind,
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

impl Index {
    /// Reads all rows.
    pub(super) fn read<R: BufRead>(mut records: Records<R>, columns: &Columns) -> io::Result<Self> {
        let mut index = Self { is_whole: true, ..Self::default() };
        let mut variations = Vec::new();
        while let Some(record) = records.record()? {
            let mut row = Row::new(record, columns);
            if let Some(at) = swallowed_row(&row, columns) {
                row.note_swallowed_row(columns, at);
            }
            index.is_whole &= row.error.is_none() && !may_lack_a_parent(&row, columns);
            match Kind::of(&row, columns) {
                Kind::Variation => variations.push(Variation::read(row, columns)),
                kind @ (Kind::Simple
                | Kind::Variable
                | Kind::Grouped
                | Kind::External
                | Kind::Unknown
                | Kind::Missing) => index.add_product(&row, columns, kind),
            }
        }
        index.end = records.place();
        // After all products, because a variation may come before its product.
        variations.into_iter().for_each(|variation| index.attach(variation, columns));
        index.sort();
        Ok(index)
    }

    /// Adds the row of a product, or a row that may be one.
    fn add_product(&mut self, row: &Row, columns: &Columns, kind: Kind) {
        let with_parent = not_a_variation(row, columns);
        self.is_whole &= kind.is_known() && with_parent.is_none();
        let error = row.error.clone().or_else(|| kind.refusal(row, columns)).or(with_parent);
        let (id, sku) = (row.word(columns, Column::Id), row.cell(columns, Column::Sku));
        let id = id.as_ref().map(Word::as_str);
        let handle = sku.map(str::to_owned).or_else(|| id.map(|id| format!("id:{id}")));
        let Some(handle) = handle.filter(|_| kind != Kind::Missing) else {
            let nameless =
                || format!("\"{}\" and \"{}\" are empty", columns.name(Column::Sku), columns.name(Column::Id));
            self.stray(row.place, error.unwrap_or_else(nameless));
            return;
        };
        if let Some((at, known_by)) = self.earlier(&handle, id, columns) {
            self.refuse_twice(at, row.place, error, &known_by);
            return;
        }
        let (at, handle): (usize, Arc<str>) = (self.products.len(), handle.into());
        self.by_handle.insert(handle.clone(), at);
        if let Some(id) = id {
            self.by_id.insert(id.to_owned(), at);
        }
        if let Some(sku) = sku.filter(|_| kind == Kind::Simple) {
            self.skus.add(sku, handle.clone());
        }
        let name_key: Arc<str> = row.cell(columns, Column::Name).map(name_key).unwrap_or_default().into();
        if kind == Kind::Variable && !name_key.is_empty() {
            self.by_name.entry(name_key.clone()).or_insert(at);
        }
        let errors = error.map(|reason| RowError { line: row.place.line, reason }).into_iter().collect();
        self.products.push(Product { handle, name_key, head: row.place, kind, variations: Vec::new(), errors });
    }

    /// Returns the product of an earlier row with this handle or this id, and which of the two it is.
    fn earlier(&self, handle: &str, id: Option<&str>, columns: &Columns) -> Option<(usize, String)> {
        let by_handle = self.by_handle.get(handle).map(|at| (*at, format!("the product \"{handle}\"")));
        let by_id = || {
            let id = id?;
            let at = self.by_id.get(id)?;
            Some((*at, format!("the {} \"{id}\"", columns.name(Column::Id))))
        };
        by_handle.or_else(by_id)
    }

    fn refuse_twice(&mut self, at: usize, place: Place, error: Option<String>, known_by: &str) {
        if let Some(product) = self.products.get_mut(at) {
            let reason = format!("{known_by} is already on line {}", product.head.line);
            product.errors.push(RowError { line: place.line, reason: error.unwrap_or(reason) });
        }
    }

    pub(super) fn stray(&mut self, place: Place, reason: String) {
        self.strays.push((place, RowError { line: place.line, reason }));
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

/// Returns true if the file may be cut off in the name of the row's product, so that it is the name of another one.
fn may_lack_a_parent(row: &Row, columns: &Columns) -> bool {
    row.may_be_cut_off() && columns.place(Column::Parent) == row.cells.len().checked_sub(1)
}

/// Returns the cell that contains another row, because a closing quote is missing: a further line with an id and a type at their places.
fn swallowed_row(row: &Row, columns: &Columns) -> Option<usize> {
    let type_at = columns.place(Column::Type)?;
    let delimiter = char::from(columns.delimiter.byte());
    let cell = |line: &str, at: usize| -> String {
        line.split(delimiter).nth(at).map(|cell| cell.trim().trim_matches('"').to_owned()).unwrap_or_default()
    };
    let has_id = |line: &str| columns.place(Column::Id).is_none_or(|at| cell(line, at).parse::<u64>().is_ok());
    let is_row = |line: &str| Kind::named(&cell(line, type_at)).is_known() && has_id(line);
    row.cells.iter().position(|cell| cell.lines().skip(1).any(is_row))
}
