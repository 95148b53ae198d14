//! Returns a role: `GET /auth/roles/{id}/`.

use axum::Json;
use axum::extract::State;
use shared::app::App;
use shared::http::{ApiError, PathId, Problem, RequiresUser, StaffProblems};
use shared::ids::RoleId;
use shared::staff::Role;
use shared::staff::store::roles;
use shared::users::permissions::Settings;

/// Get a role
///
/// Returns the name and the permissions of the role.
#[utoipa::path(
    get,
    path = "/auth/roles/{id}/",
    tag = "auth",
    operation_id = "get_role",
    security(("bearer" = ["settings"])),
    params(("id" = RoleId, Path, description = "Id of the role.")),
    responses(
        (status = 200, body = Role, description = "The role."),
        (status = 404, body = Problem, description = "There is no such role."),
        StaffProblems
    )
)]
pub(crate) async fn get_role(
    State(app): State<App>,
    _: RequiresUser<Settings>,
    PathId(id): PathId<RoleId>,
) -> Result<Json<Role>, ApiError> {
    let mut tx = app.db.read().await?;
    let role = roles::find(&mut tx, id).await?;
    tx.commit().await?;
    role.map(Json).ok_or(ApiError::NotFound)
}
