//! Imports in SQL.

use std::collections::HashMap;

use uuid::Uuid;

use super::super::{
    Beside, FileKind, Import, ImportBadRow, LEASE_SECONDS, MOST_ATTEMPTS, MOST_BAD_ROWS, TransferCounts, TransferStatus,
};
use crate::app::db::Tx;
use crate::catalogue::shopify::BadRow;
use crate::catalogue::shopify::records::Place;
use crate::catalogue::store::entries::{Saved, Stock};
use crate::catalogue::store::write::Change;
use crate::ids::ImportId;
use crate::time::Timestamp;

/// A file that is to come.
#[derive(Clone, Debug)]
pub struct NewImport<'a> {
    /// Which.
    pub id: ImportId,
    /// What it is.
    pub kind: FileKind,
    /// What its number on hand means.
    pub stock: Stock,
    /// Where it will lie.
    pub storage_key: &'a str,
    /// How large it is.
    pub bytes: i64,
}

/// Notes one.
pub async fn insert(tx: &mut Tx, new: &NewImport<'_>, now: Timestamp) -> sqlx::Result<()> {
    let stock = match new.stock {
        Stock::Begins => "begins",
        Stock::Counted => "counted",
    };
    sqlx::query!(
        "insert into imports (id, kind, stock, storage_key, bytes, created_at) values ($1, $2, $3, $4, $5, $6)",
        new.id as _,
        new.kind.as_str(),
        stock,
        new.storage_key,
        new.bytes,
        now as _
    )
    .execute(&mut *tx)
    .await
    .map(drop)
}

/// One import.
pub async fn find(tx: &mut Tx, id: ImportId) -> sqlx::Result<Option<Import>> {
    Ok(read(tx, Some(id), Beside::default(), 1).await?.pop())
}

/// Imports beside this one, the nearest first: the older ones from the newest on, or the newer ones from the oldest on. At most `limit`.
pub async fn list(tx: &mut Tx, beside: Beside<ImportId>, limit: i64) -> sqlx::Result<Vec<Import>> {
    read(tx, None, beside, limit).await
}

/// How many there are.
pub async fn count(tx: &mut Tx) -> sqlx::Result<i64> {
    sqlx::query_scalar!(r#"select count(*) as "count!" from imports"#).fetch_one(&mut *tx).await
}

async fn read(tx: &mut Tx, only: Option<ImportId>, beside: Beside<ImportId>, limit: i64) -> sqlx::Result<Vec<Import>> {
    let rows = sqlx::query!(
        "select id, kind, stock, status, bytes, bytes_done, products_created, products_updated, products_unchanged, products_left_out,
                variants_created, variants_updated, variants_unchanged, variants_removed, bad_rows, error, created_at, started_at,
                finished_at
           from imports
          where ($1::uuid is null or id = $1) and ($2::uuid is null or id < $2) and ($3::uuid is null or id > $3)
          order by case when $3::uuid is null then id end desc, id
          limit $4",
        only as _,
        beside.after as _,
        beside.before as _,
        limit
    )
    .fetch_all(&mut *tx)
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| Import {
            id: row.id,
            kind: FileKind::ShopifyCsv,
            stock: row.stock,
            status: TransferStatus::named(&row.status),
            bytes: row.bytes,
            bytes_done: row.bytes_done,
            products: TransferCounts {
                created: row.products_created,
                updated: row.products_updated,
                unchanged: row.products_unchanged,
            },
            products_left_out: row.products_left_out,
            variants: TransferCounts {
                created: row.variants_created,
                updated: row.variants_updated,
                unchanged: row.variants_unchanged,
            },
            variants_removed: row.variants_removed,
            bad_rows: row.bad_rows,
            error: row.error,
            created_at: row.created_at,
            started_at: row.started_at,
            finished_at: row.finished_at,
        })
        .collect())
}

/// Rows that were not taken beside this one, the nearest first, in the order in which they were found or against it; at most `limit`.
pub async fn bad_rows(tx: &mut Tx, id: ImportId, beside: Beside<i64>, limit: i64) -> sqlx::Result<Vec<ImportBadRow>> {
    sqlx::query_as!(
        ImportBadRow,
        "select position, line, reason from import_bad_rows
          where import_id = $1 and ($2::bigint is null or position > $2) and ($3::bigint is null or position < $3)
          order by case when $3::bigint is not null then position end desc, position
          limit $4",
        id as _,
        beside.after,
        beside.before,
        limit
    )
    .fetch_all(&mut *tx)
    .await
}

/// How many are kept of them.
pub async fn count_bad_rows(tx: &mut Tx, id: ImportId) -> sqlx::Result<i64> {
    sqlx::query_scalar!(r#"select count(*) as "count!" from import_bad_rows where import_id = $1"#, id as _)
        .fetch_one(&mut *tx)
        .await
}

/// Where an import's file is to lie.
pub async fn storage_key(tx: &mut Tx, id: ImportId) -> sqlx::Result<Option<String>> {
    sqlx::query_scalar!("select storage_key from imports where id = $1", id as _).fetch_optional(&mut *tx).await
}

/// Starts one that waits.
pub async fn start(tx: &mut Tx, id: ImportId, now: Timestamp) -> sqlx::Result<()> {
    sqlx::query!(
        "update imports set status = 'running', held_until = $2, started_at = $2 where id = $1 and status = 'waiting'",
        id as _,
        now as _
    )
    .execute(&mut *tx)
    .await
    .map(drop)
}

/// Stops one that has not ended. The piece that somebody is just writing is finished first.
pub async fn cancel(tx: &mut Tx, id: ImportId, now: Timestamp) -> sqlx::Result<()> {
    end(tx, id, Ended { status: "cancelled", error: None }, now).await
}

/// Whose an import is while it is worked on.
#[derive(Clone, Copy, Debug)]
pub struct Held {
    /// Which import.
    pub id: ImportId,
    /// Nobody else's number.
    pub lease: Uuid,
}

/// An import to go on with.
#[derive(Clone, Debug)]
pub struct Claimed {
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
pub async fn claim(tx: &mut Tx, held: Held, now: Timestamp) -> sqlx::Result<Option<Claimed>> {
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
    Ok(row.map(|row| Claimed {
        storage_key: row.storage_key,
        bytes: u64::try_from(row.bytes).unwrap_or_default(),
        stock: if row.stock == "begins" { Stock::Begins } else { Stock::Counted },
        place: Place {
            offset: u64::try_from(row.bytes_done).unwrap_or_default(),
            line: u64::try_from(row.next_line).unwrap_or(1),
        },
        header: row.header,
        is_stuck: row.attempts > MOST_ATTEMPTS,
    }))
}

/// Whether it is still ours: nobody has stopped it, and nobody else has taken it. Held so until the transaction ends.
pub async fn hold(tx: &mut Tx, held: Held) -> sqlx::Result<bool> {
    let row = sqlx::query_scalar!(
        r#"select true as "ours!" from imports where id = $1 and lease = $2 and status = 'running' for update"#,
        held.id as _,
        held.lease
    )
    .fetch_optional(&mut *tx)
    .await?;
    Ok(row.is_some())
}

/// Gives it back before its time, so that the next may take it at once.
pub async fn release(tx: &mut Tx, held: Held, now: Timestamp) -> sqlx::Result<()> {
    sqlx::query!(
        "update imports set held_until = $3 where id = $1 and lease = $2 and status = 'running'",
        held.id as _,
        held.lease,
        now as _
    )
    .execute(&mut *tx)
    .await
    .map(drop)
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
pub struct Piece {
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
pub async fn note(tx: &mut Tx, held: Held, piece: &Piece, now: Timestamp) -> sqlx::Result<()> {
    let products = counts(piece.saved.iter().map(|saved| saved.product));
    let variants = counts(piece.saved.iter().flat_map(|saved| saved.variants.iter().copied()));
    let removed: u64 = piece.saved.iter().map(|saved| saved.variants_removed).sum();
    note_rows(tx, held.id, piece).await?;
    sqlx::query!(
        "update imports
            set bytes_done = $2, next_line = $3, header = $4, held_until = $5, attempts = 0,
                products_created = products_created + $6, products_updated = products_updated + $7,
                products_unchanged = products_unchanged + $8, products_left_out = products_left_out + $9,
                variants_created = variants_created + $10, variants_updated = variants_updated + $11,
                variants_unchanged = variants_unchanged + $12, variants_removed = variants_removed + $13, bad_rows = bad_rows + $14
          where id = $1",
        held.id as _,
        signed(piece.place.offset),
        signed(piece.place.line),
        &piece.header,
        now.plus_seconds(LEASE_SECONDS) as _,
        products.created,
        products.updated,
        products.unchanged,
        signed(piece.left_out as u64),
        variants.created,
        variants.updated,
        variants.unchanged,
        signed(removed),
        signed(piece.bad.len() as u64)
    )
    .execute(&mut *tx)
    .await
    .map(drop)
}

async fn note_rows(tx: &mut Tx, id: ImportId, piece: &Piece) -> sqlx::Result<()> {
    let (slugs, lines): (Vec<String>, Vec<i64>) =
        piece.begun.iter().map(|(slug, line)| (slug.clone(), signed(*line))).unzip();
    sqlx::query!(
        "insert into import_slugs (import_id, slug, line) select $1::uuid, * from unnest($2::text[], $3::bigint[]) on conflict do nothing",
        id as _,
        &slugs,
        &lines
    )
    .execute(&mut *tx)
    .await?;
    if piece.bad.is_empty() {
        return Ok(());
    }
    let (lines, reasons): (Vec<i64>, Vec<String>) =
        piece.bad.iter().map(|bad| (signed(bad.line), bad.reason.replace('\0', "\u{fffd}"))).unzip();
    sqlx::query!(
        "insert into import_bad_rows (import_id, line, reason)
         select $1::uuid, t.line, t.reason
           from unnest($2::bigint[], $3::text[]) with ordinality as t (line, reason, place)
          where (select bad_rows from imports where id = $1) + t.place <= $4
          order by t.place",
        id as _,
        &lines,
        &reasons,
        MOST_BAD_ROWS
    )
    .execute(&mut *tx)
    .await
    .map(drop)
}

/// How an import ended.
#[derive(Clone, Copy, Debug)]
pub struct Ended<'a> {
    status: &'static str,
    error: Option<&'a str>,
}

impl<'a> Ended<'a> {
    /// The whole file was gone through.
    pub const DONE: Self = Self { status: "done", error: None };

    /// It cannot be gone through.
    pub const fn failed(because: &'a str) -> Self {
        Self { status: "failed", error: Some(because) }
    }
}

/// Ends one that has not ended.
pub async fn end(tx: &mut Tx, id: ImportId, ended: Ended<'_>, now: Timestamp) -> sqlx::Result<()> {
    sqlx::query!(
        "update imports set status = $2, error = $3, finished_at = $4, held_until = null, lease = null
          where id = $1 and finished_at is null",
        id as _,
        ended.status,
        ended.error,
        now as _
    )
    .execute(&mut *tx)
    .await?;
    sqlx::query!("delete from import_slugs where import_id = $1", id as _).execute(&mut *tx).await.map(drop)
}

fn counts(changes: impl Iterator<Item = Change>) -> TransferCounts {
    let mut counts = TransferCounts::default();
    for change in changes {
        match change {
            Change::Inserted => counts.created += 1,
            Change::Updated => counts.updated += 1,
            Change::Unchanged => counts.unchanged += 1,
        }
    }
    counts
}

fn signed(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}
