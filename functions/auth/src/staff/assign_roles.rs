//! Sets the roles of an account: `PUT /auth/staff/{user_id}/`.

use axum::Json;
use axum::extract::State;
use serde_json::json;
use shared::app::App;
use shared::app::db::Tx;
use shared::audit::{self, AuditRecord, Kind};
use shared::http::{ApiError, Body, FieldErrors, PathId, Problem, Request, RequiresUser, StaffProblems};
use shared::ids::{RoleId, UserId};
use shared::staff::store::{members, roles};
use shared::staff::{AccountFlags, Role, StaffMember};
use shared::users::permissions::Settings;
use shared::users::store::{Account, proven};
use shared::users::{ClientInfo, Permission};

use super::{MAX_VALUES, begin_change};

/// The roles to assign to an account.
#[derive(Debug, Request)]
pub(crate) struct AssignRoles {
    /// Ids of all roles of the account. An account without any role is not staff.
    #[field(max = MAX_VALUES)]
    pub roles: Vec<RoleId>,
}

/// Set the roles of an account
///
/// The account has exactly these roles afterwards; with at least one it is staff. You cannot set your own roles. To give or
/// take a role, you must have all permissions of the role. Only a superuser sets the roles of a superuser. An account gets a role only after it
/// has proven its email address, by any mailed link: another person may have registered with it, and may be logged in. If it has not, ask its owner
/// to request a new password and to set it with the link in the mail, and repeat the request.
#[utoipa::path(
    put,
    path = "/auth/staff/{user_id}/",
    tag = "auth",
    operation_id = "assign_roles",
    security(("bearer" = ["settings"])),
    params(("user_id" = UserId, Path, description = "Id of the account.")),
    request_body = AssignRoles,
    responses(
        (status = 200, body = StaffMember, description = "The account with its roles."),
        StaffProblems,
        (
            status = 403,
            body = Problem,
            description = "You do not have the permission; or the account is your own; or it is a superuser's and you are not one; \
                or you do not have all permissions of the roles that change."
        ),
        (status = 404, body = Problem, description = "There is no such account."),
        (status = 409, body = Problem, description = "The account has not proven its email address, and one of the roles is new to it: `address_not_proven`."),
    )
)]
pub(crate) async fn assign_roles(
    State(app): State<App>,
    RequiresUser(author, _): RequiresUser<Settings>,
    PathId(user): PathId<UserId>,
    client_info: ClientInfo,
    Body(AssignRoles { roles }): Body<AssignRoles>,
) -> Result<Json<StaffMember>, ApiError> {
    let mut tx = app.db.begin().await?;
    assign(&app, &mut tx, &author, user, &roles, &client_info).await?;
    let member = members::find(&mut tx, user).await?;
    tx.commit().await?;
    Ok(Json(member))
}

const NOT_PROVEN: &str = "This account has not proven its email address, so another person may have registered with it. Ask the owner of the address to \
    request a new password and to set it with the link in the mail. Then give the roles.";

/// Gives an account these roles and no others. Returns its flags before the change.
pub(super) async fn assign(
    app: &App,
    tx: &mut Tx,
    author: &Account,
    user: UserId,
    wanted: &[RoleId],
    client_info: &ClientInfo,
) -> Result<AccountFlags, ApiError> {
    let rights = begin_change(tx, author, Permission::Settings).await?;
    let flags = members::lock(tx, user).await?.ok_or(ApiError::NotFound)?;
    let before = roles::of_user(tx, user).await?;
    let known = find_roles(tx, wanted).await?;
    let (given, taken) = (not_among(&known, &before), not_among(&before, &known));
    let (given, taken): (Vec<_>, Vec<_>) = (given.collect(), taken.collect());
    let is_covered = given.iter().chain(&taken).all(|role| rights.cover(role.permissions));
    if user == author.id || !rights.may_change(&flags) || !is_covered {
        return Err(ApiError::Forbidden);
    }
    // The lock of the account keeps its address as it is.
    if !given.is_empty() && !proven::has_proven_address(tx, user).await? {
        return Err(ApiError::conflict("address_not_proven", NOT_PROVEN));
    }
    members::assign(tx, user, wanted).await?;
    let ids = |roles: &[Role]| roles.iter().map(|role| role.id).collect::<Vec<_>>();
    let details = json!({"roles": ids(&known), "roles_before": ids(&before)});
    let entry = AuditRecord::by_staff(Kind::RolesAssigned, author.id, Some(user)).with(details);
    audit::store::record(tx, entry, client_info, app.clock.now()).await?;
    Ok(flags)
}

/// Returns these roles; fails with 400 if one of them does not exist.
async fn find_roles(tx: &mut Tx, wanted: &[RoleId]) -> Result<Vec<Role>, ApiError> {
    let known = roles::find_all(tx, wanted).await?;
    let mut errors = FieldErrors::default();
    for id in wanted.iter().filter(|id| known.iter().all(|role| role.id != **id)) {
        errors.add("roles", format!("Invalid pk \"{id}\" - object does not exist."));
    }
    if errors.is_empty() { Ok(known) } else { Err(errors.into()) }
}

/// Returns the roles that are not among the others.
fn not_among<'r>(roles: &'r [Role], others: &'r [Role]) -> impl Iterator<Item = &'r Role> {
    roles.iter().filter(|role| others.iter().all(|other| other.id != role.id))
}
