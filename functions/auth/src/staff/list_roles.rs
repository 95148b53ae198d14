//! Lists roles: `GET /auth/roles/`.

use axum::Json;
use axum::extract::State;
use shared::app::App;
use shared::http::{ApiError, Page, PageQuery, PageRequest, RequiresUser, StaffProblems};
use shared::staff::Role;
use shared::staff::store::roles;
use shared::users::permissions::Settings;

/// List roles
///
/// A role gives its permissions to the accounts that have it. Roles are sorted by id.
#[utoipa::path(
    get,
    path = "/auth/roles/",
    tag = "auth",
    operation_id = "list_roles",
    security(("bearer" = ["settings"])),
    params(PageQuery),
    responses((status = 200, body = Page<Role>, description = "A page of roles."), StaffProblems)
)]
pub(crate) async fn list_roles(
    State(app): State<App>,
    _: RequiresUser<Settings>,
    request: PageRequest,
) -> Result<Json<Page<Role>>, ApiError> {
    let mut tx = app.db.read().await?;
    let page = request.read(&mut tx, roles::list, roles::count, |role| role.id).await?;
    tx.commit().await?;
    Ok(Json(page))
}
