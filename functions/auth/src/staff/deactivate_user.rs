//! Deactivates and reactivates an account: `POST /auth/users/{id}/deactivate/` and `/auth/users/{id}/reactivate/`.

use axum::extract::State;
use http::StatusCode;
use shared::app::App;
use shared::audit::{self, AuditRecord, Kind};
use shared::http::{ApiError, PathId, Problem, Requires, StaffProblems};
use shared::ids::UserId;
use shared::staff::store::{self, members};
use shared::users::links::Purpose;
use shared::users::permissions::Customers;
use shared::users::store::links;
use shared::users::store::sign_ins::{EndReason, end_all};
use shared::users::{Actor, ClientInfo, Permission};

use super::begin_change;

/// Deactivate an account
///
/// All its sign-ins end, and its owner cannot log in until it is reactivated. You cannot deactivate your own account. Only a superuser can
/// deactivate an account of staff.
#[utoipa::path(
    post,
    path = "/auth/users/{id}/deactivate/",
    tag = "auth",
    operation_id = "deactivate_user",
    security(("bearer" = ["customers"]), ("api_key" = ["customers"])),
    params(("id" = UserId, Path, description = "Id of the account.")),
    responses(
        (status = 204, description = "The account is inactive."),
        StaffProblems,
        (
            status = 403,
            body = Problem,
            description = "You do not have the permission, or the account is your own, or it is one of staff and you are not a superuser."
        ),
        (status = 404, body = Problem, description = "There is no such account."),
    )
)]
pub(crate) async fn deactivate_user(
    State(app): State<App>,
    Requires(actor, _): Requires<Customers>,
    PathId(user): PathId<UserId>,
    client_info: ClientInfo,
) -> Result<StatusCode, ApiError> {
    set_active(&app, &actor, user, false, &client_info).await
}

/// Reactivate an account
///
/// Its owner can log in again. Only a superuser can reactivate an account of staff.
#[utoipa::path(
    post,
    path = "/auth/users/{id}/reactivate/",
    tag = "auth",
    operation_id = "reactivate_user",
    security(("bearer" = ["customers"]), ("api_key" = ["customers"])),
    params(("id" = UserId, Path, description = "Id of the account.")),
    responses(
        (status = 204, description = "The account is active."),
        StaffProblems,
        (
            status = 403,
            body = Problem,
            description = "You do not have the permission, or the account is your own, or it is one of staff and you are not a superuser."
        ),
        (status = 404, body = Problem, description = "There is no such account."),
    )
)]
pub(crate) async fn reactivate_user(
    State(app): State<App>,
    Requires(actor, _): Requires<Customers>,
    PathId(user): PathId<UserId>,
    client_info: ClientInfo,
) -> Result<StatusCode, ApiError> {
    set_active(&app, &actor, user, true, &client_info).await
}

async fn set_active(
    app: &App,
    actor: &Actor,
    user: UserId,
    is_active: bool,
    client_info: &ClientInfo,
) -> Result<StatusCode, ApiError> {
    let now = app.clock.now();
    let mut tx = app.db.begin().await?;
    let is_superuser = match actor {
        Actor::Account(author) => begin_change(&mut tx, author, Permission::Customers).await?.is_superuser,
        Actor::ApiKey(_) => {
            store::begin_change(&mut tx).await?;
            false
        }
    };
    let flags = members::lock(&mut tx, user).await?.ok_or(ApiError::NotFound)?;
    let is_own = actor.account().is_some_and(|author| author.id == user);
    if is_own || ((flags.is_staff || flags.is_superuser) && !is_superuser) {
        return Err(ApiError::Forbidden);
    }
    // An account that waits for activation is inactive already. Deactivating it prevents its owner from activating it.
    let is_changed = flags.is_active != is_active || (!is_active && !members::was_deactivated(&mut tx, user).await?);
    if is_changed {
        members::set_active(&mut tx, user, is_active).await?;
        if !is_active {
            end_all(&mut tx, user, None, EndReason::Deactivated, now).await?;
            // Otherwise an older link could still activate the account or change its password or email address.
            for purpose in [Purpose::ActivateUser, Purpose::PasswordReset, Purpose::EmailReset] {
                links::revoke(&mut tx, user, purpose).await?;
            }
        }
        let kind = if is_active { Kind::Reactivated } else { Kind::Deactivated };
        audit::store::record(&mut tx, AuditRecord::by(kind, actor, Some(user)), client_info, now).await?;
    }
    tx.commit().await?;
    Ok(StatusCode::NO_CONTENT)
}
