//! List the audit log: `GET /auth/audit/`.

use axum::Json;
use axum::extract::State;
use shared::app::App;
use shared::app::db::Tx;
use shared::audit::{AuditEntry, AuditFilter, store};
use shared::http::{ApiError, Fields, FromFields, Page, PageQuery, PageRequest, Query, RequiresUser, StaffProblems};
use shared::ids::UserId;
use shared::time::Timestamp;
use shared::users::permissions::Settings;
use utoipa::IntoParams;

use super::moment;

/// Which lines of the log.
#[derive(Debug, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct AuditQuery {
    /// About this account.
    #[param(required = false)]
    pub user_id: Option<UserId>,
    /// Done by this account.
    #[param(required = false)]
    pub actor_id: Option<UserId>,
    /// Of this kind: `logged_in`, `roles_assigned`…
    #[param(required = false)]
    pub kind: Option<String>,
    /// From then on.
    #[param(required = false)]
    pub from: Option<Timestamp>,
    /// Before then.
    #[param(required = false)]
    pub to: Option<Timestamp>,
}

impl FromFields for AuditQuery {
    fn read(fields: &mut Fields) -> Option<Self> {
        let user_id = fields.filter("user_id", Fields::id);
        let actor_id = fields.filter("actor_id", Fields::id);
        let kind = fields.filter("kind", |fields, name| fields.text(name, 50));
        let from = fields.filter("from", moment);
        let to = fields.filter("to", moment);
        Some(Self { user_id: user_id?.map(UserId), actor_id: actor_id?.map(UserId), kind: kind?, from: from?, to: to? })
    }
}

/// List the audit log, newest first
///
/// Written once and never changed; kept for 400 days.
#[utoipa::path(
    get,
    path = "/auth/audit/",
    tag = "auth",
    operation_id = "list_audit",
    security(("bearer" = ["settings"])),
    params(AuditQuery, PageQuery),
    responses((status = 200, body = Page<AuditEntry>, description = "A page of the log."), StaffProblems)
)]
pub(crate) async fn list_audit(
    State(app): State<App>,
    _: RequiresUser<Settings>,
    Query(query): Query<AuditQuery>,
    request: PageRequest,
) -> Result<Json<Page<AuditEntry>>, ApiError> {
    let AuditQuery { user_id, actor_id, kind, from, to } = query;
    let filter = AuditFilter { user: user_id, actor: actor_id, kind, from, to };
    let mut tx = app.db.read().await?;
    let list = async |tx: &mut Tx, bounds| store::list(tx, &filter, bounds).await;
    let count = async |tx: &mut Tx| store::count(tx, &filter).await;
    let page = request.read(&mut tx, list, count, |line| line.id).await?;
    tx.commit().await?;
    Ok(Json(page))
}
