//! SQL of the rows of a file that were not imported.

use super::super::super::{ImportError, MAX_REASONS};
use crate::app::db::{KeysetBounds, Tx};
use crate::catalogue::shopify::BadRow;
use crate::ids::ImportId;

/// Reads a page of the bad rows of an import, in the order of the file.
pub async fn bad_rows(tx: &mut Tx, id: ImportId, bounds: KeysetBounds<i64>) -> sqlx::Result<Vec<ImportError>> {
    sqlx::query_as!(
        ImportError,
        "select position, line, reason from import_bad_rows
          where import_id = $1 and ($2::bigint is null or position > $2) and ($3::bigint is null or position < $3)
          order by case when $3::bigint is null then position end, position desc
          limit $4",
        id as _,
        bounds.after,
        bounds.before,
        bounds.limit
    )
    .fetch_all(&mut *tx)
    .await
}

/// Counts the bad rows that are stored.
pub async fn count_bad_rows(tx: &mut Tx, id: ImportId) -> sqlx::Result<i64> {
    sqlx::query_scalar!(r#"select count(*) as "count!" from import_bad_rows where import_id = $1"#, id as _)
        .fetch_one(&mut *tx)
        .await
}

/// Stores the bad rows of a chunk, up to [`MAX_REASONS`] of the import. The import's count must not include them yet.
pub(super) async fn note_bad_rows(tx: &mut Tx, id: ImportId, bad: &[BadRow]) -> sqlx::Result<()> {
    if bad.is_empty() {
        return Ok(());
    }
    let (lines, reasons): (Vec<i64>, Vec<String>) = bad
        .iter()
        .map(|bad| (i64::try_from(bad.line).unwrap_or(i64::MAX), bad.reason.replace('\0', "\u{fffd}")))
        .unzip();
    sqlx::query!(
        "insert into import_bad_rows (import_id, line, reason)
         select $1::uuid, t.line, t.reason
           from unnest($2::bigint[], $3::text[]) with ordinality as t (line, reason, place)
          where (select bad_rows from imports where id = $1) + t.place <= $4
          order by t.place",
        id as _,
        &lines,
        &reasons,
        MAX_REASONS
    )
    .execute(&mut *tx)
    .await
    .map(drop)
}
