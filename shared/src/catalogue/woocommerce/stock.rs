//! The stock of a row: whether it is tracked, how much of it there is, and whether more than that can be ordered.

use super::columns::{Column, Columns};
use crate::catalogue::product_file::Row;

/// The stock of a simple product or of a variation; `None` where the file says nothing.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Stock {
    pub(super) on_hand: Option<i32>,
    pub(super) track_inventory: Option<bool>,
    pub(super) allow_backorder: Option<bool>,
}

/// Reads the stock of a row.
pub(super) fn read(row: &Row, columns: &Columns) -> Result<Stock, String> {
    let allow_backorder = backorders(row, columns)?;
    if !columns.has(Column::Stock) {
        return Ok(Stock { allow_backorder, ..Stock::default() });
    }
    if let Some(units) = row.units(columns, Column::Stock)? {
        return Ok(Stock { on_hand: Some(units), track_inventory: Some(true), allow_backorder });
    }
    // Without a number, the shop does not track the units and only says whether there are some.
    let none = Stock { on_hand: Some(0), track_inventory: Some(true), allow_backorder };
    Ok(match row.cell(columns, Column::InStock).map(str::to_ascii_lowercase).as_deref() {
        None | Some("1" | "yes" | "true" | "instock") => Stock { track_inventory: Some(false), on_hand: None, ..none },
        Some("0" | "no" | "false" | "outofstock") => none,
        Some("backorder" | "onbackorder") => Stock { allow_backorder: Some(true), ..none },
        Some(other) => {
            return Err(format!("\"{}\" is \"{other}\": it must be 1, 0 or backorder", columns.name(Column::InStock)));
        }
    })
}

/// Returns true if the units of a variation are those of its product, which all variations share.
pub(super) fn is_shared(variation: &Row, head: &Row, columns: &Columns) -> bool {
    match variation.cell(columns, Column::Stock) {
        Some(cell) => cell.eq_ignore_ascii_case("parent"),
        None => head.cell(columns, Column::Stock).is_some(),
    }
}

fn backorders(row: &Row, columns: &Columns) -> Result<Option<bool>, String> {
    match row.cell(columns, Column::Backorders).map(str::to_ascii_lowercase).as_deref() {
        None => Ok(None),
        Some("1" | "yes" | "true" | "notify") => Ok(Some(true)),
        Some("0" | "no" | "false") => Ok(Some(false)),
        Some(other) => {
            Err(format!("\"{}\" is \"{other}\": it must be 0, 1 or notify", columns.name(Column::Backorders)))
        }
    }
}
