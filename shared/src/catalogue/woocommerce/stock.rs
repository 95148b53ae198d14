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
    let untracked = Stock { track_inventory: Some(false), on_hand: None, ..none };
    let Some(word) = row.word(columns, Column::InStock) else { return Ok(untracked) };
    match (word.flag(), word.as_str()) {
        (Some(true), _) | (None, "instock") => Ok(untracked),
        (Some(false), _) | (None, "outofstock") => Ok(none),
        (None, "backorder" | "onbackorder") => Ok(Stock { allow_backorder: Some(true), ..none }),
        (None, _) => Err(row.wrong(columns, Column::InStock, "it must be 1, 0 or backorder")),
    }
}

/// Returns true if the units of a variation are those of its product, which all variations share.
pub(super) fn is_shared(variation: &Row, head: &Row, columns: &Columns) -> bool {
    match variation.word(columns, Column::Stock) {
        Some(word) => word.as_str() == "parent",
        None => head.cell(columns, Column::Stock).is_some(),
    }
}

fn backorders(row: &Row, columns: &Columns) -> Result<Option<bool>, String> {
    let Some(word) = row.word(columns, Column::Backorders) else { return Ok(None) };
    match (word.flag(), word.as_str()) {
        (Some(flag), _) => Ok(Some(flag)),
        (None, "notify") => Ok(Some(true)),
        (None, _) => Err(row.wrong(columns, Column::Backorders, "it must be 0, 1 or notify")),
    }
}
