//! SQL of the rows of a file that were not imported.

use super::super::super::{ImportError, MAX_REASONS};
use crate::app::db::{KeysetBounds, Tx};
use crate::catalogue::product_file::RowError;
use crate::ids::ImportId;

/// Reads a page of the errors of an import, in the order of the file.
pub async fn list_errors(tx: &mut Tx, id: ImportId, bounds: KeysetBounds<i64>) -> sqlx::Result<Vec<ImportError>> {
    sqlx::query_as!(
        ImportError,
        "select position, line, reason from import_errors
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

/// Counts the errors that are stored.
pub async fn count_errors(tx: &mut Tx, id: ImportId) -> sqlx::Result<i64> {
    sqlx::query_scalar!(r#"select count(*) as "count!" from import_errors where import_id = $1"#, id as _)
        .fetch_one(&mut *tx)
        .await
}

/// Stores the errors of a chunk, up to [`MAX_REASONS`] of the import. The import's count must not include them yet.
pub(super) async fn insert_errors(tx: &mut Tx, id: ImportId, errors: &[RowError]) -> sqlx::Result<()> {
    if errors.is_empty() {
        return Ok(());
    }
    let (lines, reasons): (Vec<i64>, Vec<String>) = errors
        .iter()
        .map(|error| (i64::try_from(error.line).unwrap_or(i64::MAX), error.reason.replace('\0', "\u{fffd}")))
        .unzip();
    sqlx::query!(
        "insert into import_errors (import_id, line, reason)
         select $1::uuid, t.line, t.reason
           from unnest($2::bigint[], $3::text[]) with ordinality as t (line, reason, place)
          where (select rows_failed from imports where id = $1) + t.place <= $4
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
