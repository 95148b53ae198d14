//! The caller who changes the catalogue, and the line about the change in the audit log.

use axum::extract::{FromRef, FromRequestParts};
use http::request::Parts;
use serde_json::Value;

use super::{ApiError, Requires};
use crate::app::App;
use crate::app::db::Tx;
use crate::audit::{self, AuditRecord, Kind};
use crate::time::Timestamp;
use crate::users::{Actor, ClientInfo, permissions};

/// A caller with the permission `catalogue`. Every operation that changes the catalogue, or an import or export, has one and records what it did.
#[derive(Clone, Debug)]
pub struct Editor {
    /// The person or the program.
    pub actor: Actor,
    client_info: ClientInfo,
}

impl<S: Send + Sync> FromRequestParts<S> for Editor
where
    App: FromRef<S>,
{
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, ApiError> {
        let Requires(actor, _) = Requires::<permissions::Catalogue>::from_request_parts(parts, state).await?;
        let Ok(client_info) = ClientInfo::from_request_parts(parts, state).await;
        Ok(Self { actor, client_info })
    }
}

impl Editor {
    /// Writes a line into the audit log, in the transaction of the change that it reports.
    pub async fn record(&self, tx: &mut Tx, kind: Kind, details: Value, now: Timestamp) -> sqlx::Result<()> {
        let record = AuditRecord::by(kind, &self.actor, None).with(details);
        audit::store::record(tx, record, &self.client_info, now).await
    }
}
