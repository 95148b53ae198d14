//! Products of a file that are read and written together.

use std::sync::Arc;

use super::{NamedSkus, Row};
use crate::catalogue::product_import::ProductImport;

/// Maximum numbers of products and of variants that are read and written together; only the last product may exceed the second.
pub(in crate::catalogue) const PRODUCTS_AT_ONCE: usize = 100;
pub(in crate::catalogue) const VARIANTS_AT_ONCE: usize = 1_000;

/// A row that cannot be imported, with the reason.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RowError {
    /// Line on which the row begins, from 1.
    pub line: u64,
    /// Reason for people to read.
    pub reason: String,
}

/// Records the error of a row, and returns what was read. Only the first error of a row counts.
pub(in crate::catalogue) fn note<T>(errors: &mut Vec<RowError>, row: &Row, read: Result<T, String>) -> Option<T> {
    if let Err(reason) = &read
        && errors.iter().all(|error| error.line != row.place.line)
    {
        errors.push(RowError { line: row.place.line, reason: reason.clone() });
    }
    read.ok()
}

/// Products that are written together.
#[derive(Clone, Debug, Default)]
pub struct Batch {
    /// The products, each with the line on which it begins.
    pub entries: Vec<(u64, ProductImport)>,
    /// The errors, in the order of the file.
    pub errors: Vec<RowError>,
    /// Number of products that are skipped because of them.
    pub skipped: usize,
    /// The SKUs of all these products, skipped ones included, and of the rows around them as far as a row of these products may be among them:
    /// of the product before and the row behind if rows of a product stand together, or else of the whole file.
    pub skus: Arc<NamedSkus>,
}

impl Batch {
    /// Returns the number of products, skipped ones included.
    pub fn products(&self) -> usize {
        self.entries.len() + self.skipped
    }

    /// Records that a product was skipped, and why.
    pub fn skip(&mut self, line: u64, reason: String) {
        self.errors.push(RowError { line, reason });
        self.skipped += 1;
    }
}
