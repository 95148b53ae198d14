//! The columns of a user table.

use std::collections::HashMap;

/// A row: values by the column's name. `None` is null.
pub(super) type Row = HashMap<String, Option<String>>;

/// Columns that every user table has.
const REQUIRED: [&str; 2] = ["email", "password"];

/// Returns true if these are the columns of a user table.
pub(super) fn is_user_table<'n>(columns: impl Iterator<Item = &'n str> + Clone) -> bool {
    REQUIRED.iter().all(|required| columns.clone().any(|column| column == *required))
}
