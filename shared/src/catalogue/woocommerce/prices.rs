//! The price of a row: the sale price while there is a sale, with the regular price as the price before the reduction.

use chrono::{NaiveDate, NaiveDateTime};

use super::columns::{Column, Columns};
use crate::catalogue::product_file::Row;
use crate::catalogue::product_import::OnlyPrice;
use crate::money::{Currency, Money};
use crate::patch::Patch;
use crate::time::Timestamp;

/// The price that shoppers pay, and the one before a reduction; or only one of the two prices of a file, if it has no column of the other.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Prices {
    pub(super) price: Option<Money>,
    pub(super) compare_at: Patch<Money>,
    pub(super) only: Option<OnlyPrice>,
}

/// Reads the prices of a row at this time.
pub(super) fn read(row: &Row, columns: &Columns, currency: Currency, now: Timestamp) -> Result<Prices, String> {
    let regular = row.money(columns, Column::RegularPrice, currency)?;
    let sale = row.money(columns, Column::SalePrice, currency)?;
    let sale = if is_on_sale(row, columns, now)? { sale } else { None };
    if regular.is_none() && columns.has(Column::RegularPrice) {
        return Err(format!("\"{}\" is empty", columns.name(Column::RegularPrice)));
    }
    let only = |only| Prices { only: Some(only), ..Prices::default() };
    Ok(match (regular, sale, columns.has(Column::SalePrice)) {
        (Some(regular), _, false) => only(OnlyPrice::Regular(regular)),
        (Some(regular), Some(sale), true) if sale < regular => {
            Prices { price: Some(sale), compare_at: Patch::Set(regular), only: None }
        }
        (Some(regular), _, true) => Prices { price: Some(regular), compare_at: Patch::Clear, only: None },
        (None, sale, true) => only(OnlyPrice::Sale(sale)),
        (None, _, false) => Prices::default(),
    })
}

/// Returns true if the sale of a row has begun and has not ended.
fn is_on_sale(row: &Row, columns: &Columns, now: Timestamp) -> Result<bool, String> {
    let now = now.seconds();
    let has_begun = time(row, columns, Column::SaleStarts, false)?.is_none_or(|start| start <= now);
    let has_ended = time(row, columns, Column::SaleEnds, true)?.is_some_and(|end| end < now);
    Ok(has_begun && !has_ended)
}

/// Reads a date with or without a time, as seconds since 1970. The file does not say in which time zone it is, so it is taken for UTC.
fn time(row: &Row, columns: &Columns, column: Column, at_end_of_day: bool) -> Result<Option<i64>, String> {
    let Some(text) = row.cell(columns, column) else { return Ok(None) };
    let with_time = ["%Y-%m-%d %H:%M:%S", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M"];
    let time = with_time.iter().find_map(|format| NaiveDateTime::parse_from_str(text, format).ok());
    let of_day = || {
        let day = NaiveDate::parse_from_str(text, "%Y-%m-%d").ok()?;
        if at_end_of_day { day.and_hms_opt(23, 59, 59) } else { day.and_hms_opt(0, 0, 0) }
    };
    match time.or_else(of_day) {
        Some(time) => Ok(Some(time.and_utc().timestamp())),
        None => Err(format!("\"{}\" is \"{text}\": it must be a date, such as 2026-11-30", columns.name(column))),
    }
}
