//! SQL of imports and exports.

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

/// Claims a running transfer that no worker has held since `before`, because its worker died or its message was lost. Imports come first, then the
/// transfer that has waited longest. From then on the transfer counts as held until `now`, so that the next call does not claim it again; a worker
/// may lease it at once.
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
