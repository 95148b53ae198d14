//! The lease under which a worker holds an import or an export, and its end.

use sqlx::{Encode, Postgres, QueryBuilder, Type};
use uuid::Uuid;

use crate::app::db::Tx;
use crate::ids::{ExportId, ImportId};
use crate::time::Timestamp;

/// The id of an import or an export.
pub trait TransferId: Copy + for<'q> Encode<'q, Postgres> + Type<Postgres> {
    /// Table whose rows have these ids.
    const TABLE: &'static str;
}

impl TransferId for ImportId {
    const TABLE: &'static str = "imports";
}

impl TransferId for ExportId {
    const TABLE: &'static str = "exports";
}

/// The right of one worker to work on an import or an export.
#[derive(Clone, Copy, Debug)]
pub struct Lease<I> {
    /// Id of the import or export.
    pub id: I,
    /// Random id of the lease, by which the row tells this worker from others.
    pub lease: Uuid,
}

/// The end of an import or an export.
#[derive(Clone, Copy, Debug)]
pub struct JobEnd<'a> {
    status: &'static str,
    error: Option<&'a str>,
}

impl<'a> JobEnd<'a> {
    /// The end after the whole file was processed.
    pub const DONE: Self = Self { status: "done", error: None };
    /// The end because a user has cancelled it.
    pub const CANCELLED: Self = Self { status: "cancelled", error: None };

    /// Returns the end because the file cannot be processed, for this reason.
    pub const fn failed(reason: &'a str) -> Self {
        Self { status: "failed", error: Some(reason) }
    }
}

/// Gives up the lease before it expires, so that another worker may claim the import or export at once.
pub async fn release<I: TransferId>(tx: &mut Tx, held: Lease<I>, now: Timestamp) -> sqlx::Result<()> {
    let mut sql = QueryBuilder::<Postgres>::new("update ");
    sql.push(I::TABLE).push(" set held_until = ").push_bind(now);
    sql.push(" where id = ").push_bind(held.id).push(" and lease = ").push_bind(held.lease);
    sql.push(" and status = 'running'").build().execute(&mut *tx).await.map(drop)
}

/// Ends an import or export that has not ended; returns false if it already had.
pub(super) async fn end<I: TransferId>(tx: &mut Tx, id: I, ended: JobEnd<'_>, now: Timestamp) -> sqlx::Result<bool> {
    let mut sql = QueryBuilder::<Postgres>::new("update ");
    sql.push(I::TABLE).push(" set status = ").push_bind(ended.status).push(", error = ").push_bind(ended.error);
    sql.push(", finished_at = ").push_bind(now).push(", held_until = null, lease = null where id = ").push_bind(id);
    let done = sql.push(" and finished_at is null").build().execute(&mut *tx).await?;
    Ok(done.rows_affected() > 0)
}
