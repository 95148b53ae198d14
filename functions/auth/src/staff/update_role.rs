//! `PUT` and `PATCH /auth/roles/{id}/`: another name, other permissions.

use axum::Json;
use axum::extract::State;
use serde_json::json;
use shared::app::App;
use shared::audit::{self, AuditRecord, Kind};
use shared::http::{ApiError, Body, PathId, Problem, RequiresUser, StaffProblems};
use shared::ids::RoleId;
use shared::staff::Role;
use shared::staff::store::roles;
use shared::users::permissions::Settings;
use shared::users::store::Account;
use shared::users::{ClientInfo, Permission};

use super::create_role::{CreateRole, UpdateRole};
use super::{begin_change, name_taken};

/// Replace a role
///
/// It holds at once for everybody who has the role. Only for who may do all that the role allows, before and after; but for superusers
/// nobody changes a role that they have themselves.
#[utoipa::path(
    put,
    path = "/auth/roles/{id}/",
    tag = "auth",
    operation_id = "replace_role",
    security(("bearer" = ["settings"])),
    params(("id" = RoleId, Path)),
    request_body = CreateRole,
    responses(
        (status = 200, body = Role, description = "The role as it is now."),
        (status = 403, body = Problem, description = "One may not do all of that oneself, or has the role."),
        (status = 404, body = Problem, description = "There is no such role."),
        StaffProblems
    )
)]
pub(crate) async fn replace_role(
    State(app): State<App>,
    RequiresUser(author, _): RequiresUser<Settings>,
    PathId(id): PathId<RoleId>,
    client_info: ClientInfo,
    Body(new): Body<CreateRole>,
) -> Result<Json<Role>, ApiError> {
    change_role(&app, &author, id, new.into(), &client_info).await
}

/// Change a role
///
/// It holds at once for everybody who has the role. Only for who may do all that the role allows, before and after; but for superusers
/// nobody changes a role that they have themselves.
#[utoipa::path(
    patch,
    path = "/auth/roles/{id}/",
    tag = "auth",
    operation_id = "update_role",
    security(("bearer" = ["settings"])),
    params(("id" = RoleId, Path)),
    request_body = UpdateRole,
    responses(
        (status = 200, body = Role, description = "The role as it is now."),
        (status = 403, body = Problem, description = "One may not do all of that oneself, or has the role."),
        (status = 404, body = Problem, description = "There is no such role."),
        StaffProblems
    )
)]
pub(crate) async fn update_role(
    State(app): State<App>,
    RequiresUser(author, _): RequiresUser<Settings>,
    PathId(id): PathId<RoleId>,
    client_info: ClientInfo,
    Body(change): Body<UpdateRole>,
) -> Result<Json<Role>, ApiError> {
    change_role(&app, &author, id, change, &client_info).await
}

async fn change_role(
    app: &App,
    author: &Account,
    id: RoleId,
    change: UpdateRole,
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
    // Who widened a role of their own by what they have from another would keep it when the other is taken from them.
    let is_own = !rights.is_superuser && roles::holders(&mut tx, id).await?.contains(&author.id);
    if is_own || !rights.cover(before.permissions) || !rights.cover(role.permissions) {
        return Err(ApiError::Forbidden);
    }
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
