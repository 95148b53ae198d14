//! SQL of the handles of a file whose rows are not next to each other.

use super::super::Lease;
use crate::app::db::Tx;
use crate::catalogue::product_file::Recognised;
use crate::catalogue::shopify::Scattered;
use crate::ids::ImportId;

/// Reads the handles that [`record_scan`] has stored.
pub async fn scattered_handles(tx: &mut Tx, id: ImportId) -> sqlx::Result<Scattered> {
    let rows =
        sqlx::query!("select handle, line, again_on_line from import_scattered_handles where import_id = $1", id as _)
            .fetch_all(&mut *tx)
            .await?;
    let line = |line: i64| u64::try_from(line).unwrap_or_default();
    let mut scattered = Scattered::default();
    for row in rows {
        scattered.add(&row.handle, line(row.line), line(row.again_on_line));
    }
    Ok(scattered)
}

/// Stores the result of reading the whole file once: its format, and the handles whose rows are not next to each other.
pub async fn record_scan(
    tx: &mut Tx,
    held: Lease<ImportId>,
    file: &Recognised,
    scattered: &Scattered,
) -> sqlx::Result<()> {
    let (mut handles, mut lines, mut again) = (Vec::new(), Vec::new(), Vec::new());
    for (handle, line, again_on_line) in scattered.iter() {
        handles.push(handle.replace('\0', "\u{fffd}"));
        lines.push(i64::try_from(line).unwrap_or(i64::MAX));
        again.push(i64::try_from(again_on_line).unwrap_or(i64::MAX));
    }
    sqlx::query!(
        "insert into import_scattered_handles (import_id, handle, line, again_on_line)
         select $1::uuid, * from unnest($2::text[], $3::bigint[], $4::bigint[]) on conflict do nothing",
        held.id as _,
        &handles,
        &lines,
        &again
    )
    .execute(&mut *tx)
    .await?;
    sqlx::query!(
        "update imports
            set kind = $7, encoding = $2, delimiter = $3, header = $4, bytes_done = $5, next_line = $6, attempts = 0
          where id = $1",
        held.id as _,
        file.format.dialect.encoding.as_str(),
        file.format.dialect.delimiter.as_str(),
        &file.header,
        i64::try_from(file.place.offset).unwrap_or(i64::MAX),
        i64::try_from(file.place.line).unwrap_or(i64::MAX),
        file.format.kind.as_str()
    )
    .execute(&mut *tx)
    .await
    .map(drop)
}
