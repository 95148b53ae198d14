//! How the worker goes through an import's file: it takes it, and notes each piece in the transaction that writes it.

use std::collections::HashMap;

use super::super::super::{LEASE_SECONDS, MAX_ATTEMPTS, TransferCounts};
use super::super::Lease;
use super::bad_rows::note_bad_rows;
use crate::app::db::Tx;
use crate::catalogue::shopify::BadRow;
use crate::catalogue::shopify::records::Place;
use crate::catalogue::write::RowChange;
use crate::catalogue::write::{Saved, Stock};
use crate::ids::ImportId;
use crate::time::Timestamp;

/// An import to go on with.
#[derive(Clone, Debug)]
pub struct LeasedImport {
    /// Where its file lies.
    pub storage_key: String,
    /// How large that is.
    pub bytes: u64,
    /// What its number on hand means.
    pub stock: Stock,
    /// Where the rest begins.
    pub place: Place,
    /// The names of the columns, once they are known.
    pub header: Option<Vec<String>>,
    /// Whether it was begun often and did not get on.
    pub is_stuck: bool,
}

/// Takes an import that runs and that nobody holds. `None` where there is nothing to do, or somebody else does it.
pub async fn claim(tx: &mut Tx, held: Lease<ImportId>, now: Timestamp) -> sqlx::Result<Option<LeasedImport>> {
    let row = sqlx::query!(
        "update imports set lease = $2, held_until = $3, attempts = attempts + 1
          where id = $1 and status = 'running' and held_until <= $4
         returning storage_key, bytes, stock, bytes_done, next_line, header, attempts",
        held.id as _,
        held.lease,
        now.plus_seconds(LEASE_SECONDS) as _,
        now as _
    )
    .fetch_optional(&mut *tx)
    .await?;
    Ok(row.map(|row| LeasedImport {
        storage_key: row.storage_key,
        bytes: u64::try_from(row.bytes).unwrap_or_default(),
        stock: row.stock.parse().unwrap_or(Stock::Counted),
        place: Place {
            offset: u64::try_from(row.bytes_done).unwrap_or_default(),
            line: u64::try_from(row.next_line).unwrap_or(1),
        },
        header: row.header,
        is_stuck: row.attempts > MAX_ATTEMPTS,
    }))
}

/// Whether it is still ours: nobody has stopped it, and nobody else has taken it. Held so until the transaction ends.
pub async fn hold(tx: &mut Tx, held: Lease<ImportId>) -> sqlx::Result<bool> {
    let row = sqlx::query_scalar!(
        r#"select true as "ours!" from imports where id = $1 and lease = $2 and status = 'running' for update"#,
        held.id as _,
        held.lease
    )
    .fetch_optional(&mut *tx)
    .await?;
    Ok(row.is_some())
}

/// On which line products of these slugs began before.
pub async fn begun_before(tx: &mut Tx, id: ImportId, slugs: &[String]) -> sqlx::Result<HashMap<String, u64>> {
    let rows =
        sqlx::query!("select slug, line from import_slugs where import_id = $1 and slug = any ($2)", id as _, slugs)
            .fetch_all(&mut *tx)
            .await?;
    Ok(rows.into_iter().map(|row| (row.slug, u64::try_from(row.line).unwrap_or_default())).collect())
}

/// What a piece of the file has become.
#[derive(Clone, Debug, Default)]
pub struct Chunk {
    /// Where the rest begins.
    pub place: Place,
    /// The names of the columns.
    pub header: Vec<String>,
    /// Its products, and the line on which each began.
    pub begun: Vec<(String, u64)>,
    /// What was saved.
    pub saved: Vec<Saved>,
    /// What was not.
    pub bad: Vec<BadRow>,
    /// How many products were left out.
    pub left_out: usize,
}

/// Notes how far it is, in the transaction that wrote the piece, and holds it for longer.
pub async fn note(tx: &mut Tx, held: Lease<ImportId>, piece: &Chunk, now: Timestamp) -> sqlx::Result<()> {
    let products = counts(piece.saved.iter().map(|saved| saved.product));
    let variants = counts(piece.saved.iter().flat_map(|saved| saved.variants.iter().copied()));
    let removed: u64 = piece.saved.iter().map(|saved| saved.variants_removed).sum();
    note_begun(tx, held.id, &piece.begun).await?;
    note_bad_rows(tx, held.id, &piece.bad).await?;
    sqlx::query!(
        "update imports
            set bytes_done = $2, next_line = $3, header = $4, held_until = $5, attempts = 0,
                products_created = products_created + $6, products_updated = products_updated + $7,
                products_unchanged = products_unchanged + $8, products_left_out = products_left_out + $9,
                variants_created = variants_created + $10, variants_updated = variants_updated + $11,
                variants_unchanged = variants_unchanged + $12, variants_removed = variants_removed + $13, bad_rows = bad_rows + $14
          where id = $1",
        held.id as _,
        to_i64(piece.place.offset),
        to_i64(piece.place.line),
        &piece.header,
        now.plus_seconds(LEASE_SECONDS) as _,
        products.created,
        products.updated,
        products.unchanged,
        to_i64(piece.left_out as u64),
        variants.created,
        variants.updated,
        variants.unchanged,
        to_i64(removed),
        to_i64(piece.bad.len() as u64)
    )
    .execute(&mut *tx)
    .await
    .map(drop)
}

async fn note_begun(tx: &mut Tx, id: ImportId, begun: &[(String, u64)]) -> sqlx::Result<()> {
    let (slugs, lines): (Vec<String>, Vec<i64>) =
        begun.iter().map(|(slug, line)| (slug.clone(), to_i64(*line))).unzip();
    sqlx::query!(
        "insert into import_slugs (import_id, slug, line) select $1::uuid, * from unnest($2::text[], $3::bigint[]) on conflict do nothing",
        id as _,
        &slugs,
        &lines
    )
    .execute(&mut *tx)
    .await
    .map(drop)
}

fn counts(changes: impl Iterator<Item = RowChange>) -> TransferCounts {
    let mut counts = TransferCounts::default();
    for change in changes {
        match change {
            RowChange::Inserted => counts.created += 1,
            RowChange::Updated => counts.updated += 1,
            RowChange::Unchanged => counts.unchanged += 1,
        }
    }
    counts
}

fn to_i64(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}
