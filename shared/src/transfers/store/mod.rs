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

/// The jobs that run and that nobody holds since this long: whoever held them died, or their message was lost. At most `limit` of each.
pub async fn abandoned(tx: &mut Tx, before: Timestamp, limit: i64) -> sqlx::Result<Vec<Job>> {
    let imports = sqlx::query_scalar!(
        r#"select id as "id: ImportId" from imports where status = 'running' and held_until < $1 order by held_until limit $2"#,
        before as _,
        limit
    )
    .fetch_all(&mut *tx)
    .await?;
    let exports = sqlx::query_scalar!(
        r#"select id as "id: ExportId" from exports where status = 'running' and held_until < $1 order by held_until limit $2"#,
        before as _,
        limit
    )
    .fetch_all(&mut *tx)
    .await?;
    Ok(imports.into_iter().map(Work::Import).chain(exports.into_iter().map(Work::Export)).map(Job::from).collect())
}
