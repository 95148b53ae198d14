//! Deletes a role: `DELETE /auth/roles/{id}/`.

use axum::extract::State;
use http::StatusCode;
use serde_json::json;
use shared::app::App;
use shared::audit::{self, AuditRecord, Kind};
use shared::http::{ApiError, PathId, Problem, RequiresUser, StaffProblems};
use shared::ids::RoleId;
use shared::staff::store::roles;
use shared::users::permissions::Settings;
use shared::users::{ClientInfo, Permission};

use super::begin_change;

/// Delete a role
///
/// All accounts lose the role; those without another role are not staff any more. You must have all permissions of the role,
/// and, unless you are a superuser, the role must not be your own.
#[utoipa::path(
    delete,
    path = "/auth/roles/{id}/",
    tag = "auth",
    operation_id = "delete_role",
    security(("bearer" = ["settings"])),
    params(("id" = RoleId, Path, description = "Id of the role.")),
    responses(
        (status = 204, description = "The role is deleted."),
        StaffProblems,
        (
            status = 403,
            body = Problem,
            description = "You do not have the permission, or the role is your own and you are not a superuser, \
                or you do not have all its permissions."
        ),
        (status = 404, body = Problem, description = "There is no such role."),
    )
)]
pub(crate) async fn delete_role(
    State(app): State<App>,
    RequiresUser(author, _): RequiresUser<Settings>,
    PathId(id): PathId<RoleId>,
    client_info: ClientInfo,
) -> Result<StatusCode, ApiError> {
    let mut tx = app.db.begin().await?;
    let rights = begin_change(&mut tx, &author, Permission::Settings).await?;
    let role = roles::find(&mut tx, id).await?.ok_or(ApiError::NotFound)?;
    let holders = roles::lock_holders(&mut tx, id).await?;
    let is_own = !rights.is_superuser && holders.contains(&author.id);
    if is_own || !rights.cover(role.permissions) {
        return Err(ApiError::Forbidden);
    }
    roles::delete(&mut tx, id).await?;
    let details = json!({"role_id": id, "name": role.name, "permissions": role.permissions, "taken_from": holders});
    let entry = AuditRecord::by_staff(Kind::RoleDeleted, author.id, None).with(details);
    audit::store::record(&mut tx, entry, &client_info, app.clock.now()).await?;
    tx.commit().await?;
    Ok(StatusCode::NO_CONTENT)
}
