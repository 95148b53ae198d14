//! Lists the audit log: `GET /auth/audit/`.

use axum::Json;
use axum::extract::State;
use shared::app::App;
use shared::app::db::Tx;
use shared::audit::{AuditEntry, AuditFilter, store};
use shared::http::{ApiError, Page, PageQuery, PageRequest, Query, Request, RequiresUser, StaffProblems};
use shared::ids::{ApiKeyId, UserId};
use shared::time::Timestamp;
use shared::users::permissions::Settings;

use super::timestamp;

/// Maximum number of characters in the name of a kind.
const MAX_KIND: usize = 50;

/// Filters of the audit log. A blank parameter counts as left out.
#[derive(Debug, Request)]
#[request(query, blank_as_null)]
pub(crate) struct AuditQuery {
    /// Id of the account that the entries are about.
    pub user_id: Option<UserId>,
    /// Id of the account that acted.
    pub actor_id: Option<UserId>,
    /// Id of the API key that acted.
    pub actor_api_key_id: Option<ApiKeyId>,
    /// Kind of the entries, such as `logged_in`, `roles_assigned` or `prices_changed`.
    #[field(max = MAX_KIND)]
    pub kind: Option<String>,
    /// Earliest time of the entries, inclusive.
    #[field(with = timestamp)]
    pub from: Option<Timestamp>,
    /// Time before which the entries were written.
    #[field(with = timestamp)]
    pub to: Option<Timestamp>,
}

/// List the audit log, newest first
///
/// Entries never change. They are deleted after 400 days.
#[utoipa::path(
    get,
    path = "/auth/audit/",
    tag = "auth",
    operation_id = "list_audit",
    security(("bearer" = ["settings"])),
    params(AuditQuery, PageQuery),
    responses((status = 200, body = Page<AuditEntry>, description = "A page of the audit log."), StaffProblems)
)]
pub(crate) async fn list_audit(
    State(app): State<App>,
    _: RequiresUser<Settings>,
    Query(query): Query<AuditQuery>,
    request: PageRequest,
) -> Result<Json<Page<AuditEntry>>, ApiError> {
    let AuditQuery { user_id, actor_id, actor_api_key_id, kind, from, to } = query;
    let filter = AuditFilter { user: user_id, actor: actor_id, actor_api_key: actor_api_key_id, kind, from, to };
    let mut tx = app.db.read().await?;
    let list = async |tx: &mut Tx, bounds| store::list(tx, &filter, bounds).await;
    let count = async |tx: &mut Tx| store::count(tx, &filter).await;
    let page = request.read(&mut tx, list, count, |entry| entry.id).await?;
    tx.commit().await?;
    Ok(Json(page))
}
