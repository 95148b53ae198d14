//! Removes all roles from an account: `DELETE /auth/staff/{user_id}/`.

use axum::extract::State;
use http::StatusCode;
use shared::app::App;
use shared::http::{ApiError, PathId, Problem, RequiresUser, StaffProblems};
use shared::ids::UserId;
use shared::users::ClientInfo;
use shared::users::permissions::Settings;

use super::assign_roles::assign;

/// Remove an account from the staff
///
/// Removes all roles from the account. The account itself stays, and a superuser stays a superuser. The rules are those for setting roles.
#[utoipa::path(
    delete,
    path = "/auth/staff/{user_id}/",
    tag = "auth",
    operation_id = "remove_from_staff",
    security(("bearer" = ["settings"])),
    params(("user_id" = UserId, Path, description = "Id of the account.")),
    responses(
        (status = 204, description = "The account has no roles any more."),
        StaffProblems,
        (
            status = 403,
            body = Problem,
            description = "You do not have the permission; or the account is your own; or it is a superuser's and you are not one; \
                or you do not have all permissions of its roles."
        ),
        (status = 404, body = Problem, description = "No staff member has this id."),
    )
)]
pub(crate) async fn remove_from_staff(
    State(app): State<App>,
    RequiresUser(author, _): RequiresUser<Settings>,
    PathId(user): PathId<UserId>,
    client_info: ClientInfo,
) -> Result<StatusCode, ApiError> {
    let mut tx = app.db.begin().await?;
    if !assign(&app, &mut tx, &author, user, &[], &client_info).await?.is_staff {
        return Err(ApiError::NotFound);
    }
    tx.commit().await?;
    Ok(StatusCode::NO_CONTENT)
}
