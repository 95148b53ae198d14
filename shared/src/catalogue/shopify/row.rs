//! The rows of a file: each has the handle of its product.

use std::sync::Arc;

use super::{Column, Columns};
use crate::catalogue::product_file::Row;
use crate::catalogue::product_file::records::Record;

/// A SKU of a row, and the handle of its product.
#[derive(Debug)]
pub(super) struct HandleAndSku {
    pub(super) handle: Arc<str>,
    pub(super) sku: String,
}

/// Reads a record as a row.
pub(super) fn read(record: Record, columns: &Columns) -> Row {
    let mut row = Row::new(record, columns);
    if let Some(at) = swallowed_row(&row, columns) {
        row.note_swallowed_row(columns, at);
    }
    row
}

/// Returns the SKU of a row with the handle; `None` if the row has no SKU or is malformed.
pub(super) fn handle_and_sku(row: &Row, columns: &Columns) -> Option<HandleAndSku> {
    let sku = row.error.is_none().then(|| row.cell(columns, Column::Sku))??;
    Some(HandleAndSku { handle: row.key.as_str().into(), sku: sku.to_owned() })
}

/// Returns the reason why a row without a handle is not imported.
pub(super) fn without_handle(row: &Row, columns: &Columns) -> String {
    row.error.clone().unwrap_or_else(|| format!("\"{}\" is empty", columns.name(Column::Handle)))
}

/// Returns the cell that contains another row of the same product, because a closing quote is missing. In a text for people, a line that has
/// the handle at that place counts only if it has the delimiters of a whole row.
fn swallowed_row(row: &Row, columns: &Columns) -> Option<usize> {
    let delimiter = char::from(columns.delimiter.byte());
    let handle_at = columns.place(Column::Handle).filter(|_| !row.key.is_empty())?;
    let is_prose = |at| [Column::Body, Column::ImageAltText].iter().any(|column| columns.place(*column) == Some(at));
    let is_row = |line: &str| line.split(delimiter).nth(handle_at).is_some_and(|cell| cell.trim() == row.key);
    let is_whole_row = |line: &str| is_row(line) && line.split(delimiter).count() >= columns.width;
    row.cells.iter().enumerate().position(|(at, cell)| {
        let mut further = cell.lines().skip(1);
        if is_prose(at) { further.any(is_whole_row) } else { further.any(is_row) }
    })
}
