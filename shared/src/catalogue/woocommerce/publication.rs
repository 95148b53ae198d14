//! The publication of a row: whether shoppers see the product, and whether a variation is sold.

use super::columns::{Column, Columns};
use crate::catalogue::product_file::Row;

/// The meaning of a cell of `Published`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Publication {
    Public,
    /// Only staff see it: a private product, or a variation that is switched off.
    Private,
    /// A draft, or one that waits for a review.
    Draft,
}

fn publication(row: &Row, columns: &Columns) -> Result<Option<Publication>, String> {
    let Some(word) = row.word(columns, Column::Published) else { return Ok(None) };
    match (word.flag(), word.as_str()) {
        (Some(true), _) => Ok(Some(Publication::Public)),
        (Some(false), _) => Ok(Some(Publication::Private)),
        (None, "-1" | "2") => Ok(Some(Publication::Draft)),
        (None, _) => Err(row.wrong(columns, Column::Published, "it must be 1 (published), 0 (private) or -1 (draft)")),
    }
}

/// Returns true unless the shop has switched the variation off. Variations of a draft have its -1.
pub(super) fn is_enabled(row: &Row, columns: &Columns) -> Result<bool, String> {
    Ok(publication(row, columns)? != Some(Publication::Private))
}

/// Returns true if shoppers see the product. One that only its address leads to is a draft.
pub(super) fn is_published(row: &Row, columns: &Columns) -> Result<Option<bool>, String> {
    let publication = publication(row, columns)?;
    let is_hidden = row.word(columns, Column::Visibility).is_some_and(|word| word.as_str() == "hidden");
    Ok(if is_hidden { Some(false) } else { publication.map(|publication| publication == Publication::Public) })
}
