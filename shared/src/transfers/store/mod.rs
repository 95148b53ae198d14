//! Imports and exports in SQL.

pub mod exports;
pub mod imports;

mod forget;

use uuid::Uuid;

use crate::app::db::Tx;
use crate::ids::{ExportId, ImportId};
use crate::time::Timestamp;

use super::{Job, Work};

pub use forget::forget;

/// Whose a file is while it is worked on.
#[derive(Clone, Copy, Debug)]
pub struct Lease<I> {
    /// Which import or export.
    pub id: I,
    /// Nobody else's number.
    pub lease: Uuid,
}

/// How an import or an export ended.
#[derive(Clone, Copy, Debug)]
pub struct JobEnd<'a> {
    status: &'static str,
    error: Option<&'a str>,
}

impl<'a> JobEnd<'a> {
    /// The whole file was gone through.
    pub const DONE: Self = Self { status: "done", error: None };
    /// Somebody has stopped it.
    pub const CANCELLED: Self = Self { status: "cancelled", error: None };

    /// It cannot be gone through.
    pub const fn failed(because: &'a str) -> Self {
        Self { status: "failed", error: Some(because) }
    }
}

/// Claims a transfer that runs and that no worker has held since `before`, the one that has waited longest, imports first: its worker died,
/// or its message was lost. Until `now` is as old, no one else claims it; a worker may still take it at once.
pub async fn claim_abandoned(tx: &mut Tx, before: Timestamp, now: Timestamp) -> sqlx::Result<Option<Job>> {
    let import = sqlx::query_scalar!(
        r#"update imports set held_until = $2
            where id = (select id from imports where status = 'running' and held_until < $1
                         order by held_until limit 1 for update skip locked)
           returning id as "id: ImportId""#,
        before as _,
        now as _
    )
    .fetch_optional(&mut *tx)
    .await?;
    if let Some(import) = import {
        return Ok(Some(Work::Import(import).into()));
    }
    let export = sqlx::query_scalar!(
        r#"update exports set held_until = $2
            where id = (select id from exports where status = 'running' and held_until < $1
                         order by held_until limit 1 for update skip locked)
           returning id as "id: ExportId""#,
        before as _,
        now as _
    )
    .fetch_optional(&mut *tx)
    .await?;
    Ok(export.map(|export| Work::Export(export).into()))
}
