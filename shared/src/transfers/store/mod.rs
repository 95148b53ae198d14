//! Imports and exports in SQL.

pub mod exports;
pub mod imports;

mod forget;
mod lease;

use crate::app::db::Tx;
use crate::ids::{ExportId, ImportId};
use crate::time::Timestamp;

use super::{Job, Work};

pub use forget::forget;
pub use lease::{JobEnd, Lease, TransferId, release};

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
