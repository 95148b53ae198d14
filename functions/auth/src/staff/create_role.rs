//! Creates a role: `POST /auth/roles/`.

use axum::Json;
use axum::extract::State;
use http::StatusCode;
use serde_json::json;
use shared::app::App;
use shared::audit::{self, AuditRecord, Kind};
use shared::fields::{ReadOnly, ReadOnlyName};
use shared::http::{ApiError, Body, Problem, Request, RequiresUser, StaffProblems};
use shared::staff::store::roles;
use shared::staff::{MAX_NAME, Role};
use shared::users::permissions::Settings;
use shared::users::{ClientInfo, Permission, Permissions};

use super::{MAX_VALUES, begin_change, name_taken, permissions};

const READ_ONLY: ReadOnly = &[ReadOnlyName::fixed("created_at", ""), ReadOnlyName::fixed("id", "")];

/// A role to create.
#[derive(Debug, Request)]
#[request(update = UpdateRole, replace = ReplaceRole, read_only = READ_ONLY)]
pub(crate) struct CreateRole {
    /// Unique name of the role.
    #[field(max = MAX_NAME)]
    #[schema(example = "Warehouse")]
    pub name: String,
    /// Permissions of accounts with the role. You can only give permissions that you have.
    #[field(max = MAX_VALUES, with = permissions, schema = Vec<Permission>)]
    pub permissions: Permissions,
}

/// Create a role
///
/// Nobody has the role until you assign it with `PUT /auth/staff/{user_id}/`.
#[utoipa::path(
    post,
    path = "/auth/roles/",
    tag = "auth",
    operation_id = "create_role",
    security(("bearer" = ["settings"])),
    request_body = CreateRole,
    responses(
        (status = 201, body = Role, description = "The new role."),
        StaffProblems,
        (status = 403, body = Problem, description = "You do not have the permission, or you do not have all permissions of the new role."),
    )
)]
pub(crate) async fn create_role(
    State(app): State<App>,
    RequiresUser(author, _): RequiresUser<Settings>,
    client_info: ClientInfo,
    Body(new): Body<CreateRole>,
) -> Result<(StatusCode, Json<Role>), ApiError> {
    let now = app.clock.now();
    let mut tx = app.db.begin().await?;
    if !begin_change(&mut tx, &author, Permission::Settings).await?.cover(new.permissions) {
        return Err(ApiError::Forbidden);
    }
    let role = roles::insert(&mut tx, &new.name, new.permissions, now).await.map_err(name_taken)?;
    let details = json!({"role_id": role.id, "name": role.name, "permissions": role.permissions});
    let entry = AuditRecord::by_staff(Kind::RoleCreated, author.id, None).with(details);
    audit::store::record(&mut tx, entry, &client_info, now).await?;
    tx.commit().await?;
    Ok((StatusCode::CREATED, Json(role)))
}
