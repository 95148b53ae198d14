//! Changes the name and the permissions of a role: `PUT` and `PATCH /auth/roles/{id}/`.

use axum::Json;
use axum::extract::State;
use serde_json::json;
use shared::app::App;
use shared::audit::{self, AuditRecord, Kind};
use shared::http::{ApiError, ChangeBody, PathId, Problem, RequiresUser, StaffProblems};
use shared::ids::RoleId;
use shared::staff::Role;
use shared::staff::store::roles;
use shared::users::permissions::Settings;
use shared::users::store::Account;
use shared::users::{ClientInfo, Permission};

use super::create_role::{ReplaceRole, UpdateRole};
use super::{begin_change, name_taken};

/// Replace a role
///
/// The change takes effect at once for all accounts with the role. You must have all permissions of the role before and after the change,
/// and, unless you are a superuser, the role must not be your own.
#[utoipa::path(
    put,
    path = "/auth/roles/{id}/",
    tag = "auth",
    operation_id = "replace_role",
    security(("bearer" = ["settings"])),
    params(("id" = RoleId, Path, description = "Id of the role.")),
    request_body = ReplaceRole,
    responses(
        (status = 200, body = Role, description = "The role after the change."),
        StaffProblems,
        (
            status = 403,
            body = Problem,
            description = "You do not have the permission, or the role is your own and you are not a superuser, \
                or you do not have all its permissions, before and after the change."
        ),
        (status = 404, body = Problem, description = "There is no such role."),
    )
)]
pub(crate) async fn replace_role(
    State(app): State<App>,
    RequiresUser(author, _): RequiresUser<Settings>,
    PathId(id): PathId<RoleId>,
    client_info: ClientInfo,
    body: ChangeBody<ReplaceRole>,
) -> Result<Json<Role>, ApiError> {
    change_role(&app, &author, id, body.into_update(), &client_info).await
}

/// Update a role
///
/// The change takes effect at once for all accounts with the role. You must have all permissions of the role before and after the change,
/// and, unless you are a superuser, the role must not be your own.
#[utoipa::path(
    patch,
    path = "/auth/roles/{id}/",
    tag = "auth",
    operation_id = "update_role",
    security(("bearer" = ["settings"])),
    params(("id" = RoleId, Path, description = "Id of the role.")),
    request_body = UpdateRole,
    responses(
        (status = 200, body = Role, description = "The role after the change."),
        StaffProblems,
        (
            status = 403,
            body = Problem,
            description = "You do not have the permission, or the role is your own and you are not a superuser, \
                or you do not have all its permissions, before and after the change."
        ),
        (status = 404, body = Problem, description = "There is no such role."),
    )
)]
pub(crate) async fn update_role(
    State(app): State<App>,
    RequiresUser(author, _): RequiresUser<Settings>,
    PathId(id): PathId<RoleId>,
    client_info: ClientInfo,
    body: ChangeBody<UpdateRole>,
) -> Result<Json<Role>, ApiError> {
    change_role(&app, &author, id, body, &client_info).await
}

async fn change_role(
    app: &App,
    author: &Account,
    id: RoleId,
    ChangeBody(change, read_only): ChangeBody<UpdateRole>,
    client_info: &ClientInfo,
) -> Result<Json<Role>, ApiError> {
    let mut tx = app.db.begin().await?;
    let rights = begin_change(&mut tx, author, Permission::Settings).await?;
    let before = roles::find(&mut tx, id).await?.ok_or(ApiError::NotFound)?;
    let role = Role {
        name: change.name.unwrap_or_else(|| before.name.clone()),
        permissions: change.permissions.unwrap_or(before.permissions),
        ..before.clone()
    };
    // Otherwise people could add permissions of one of their roles to another, and keep them after the first role is taken away.
    let is_own = !rights.is_superuser && roles::holders(&mut tx, id).await?.contains(&author.id);
    if is_own || !rights.cover(before.permissions) || !rights.cover(role.permissions) {
        return Err(ApiError::Forbidden);
    }
    read_only.check(&before)?;
    roles::update(&mut tx, &role).await.map_err(name_taken)?;
    let details = json!({
        "role_id": id, "name": role.name, "permissions": role.permissions,
        "name_before": before.name, "permissions_before": before.permissions,
    });
    let entry = AuditRecord::by_staff(Kind::RoleChanged, author.id, None).with(details);
    audit::store::record(&mut tx, entry, client_info, app.clock.now()).await?;
    tx.commit().await?;
    Ok(Json(role))
}
