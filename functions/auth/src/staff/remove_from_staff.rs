//! `DELETE /auth/staff/{user_id}/`: somebody does not work here any more.

use axum::extract::State;
use http::StatusCode;
use shared::app::App;
use shared::http::{ApiError, PathId, Problem, RequiresUser, StaffProblems};
use shared::ids::UserId;
use shared::users::ClientInfo;
use shared::users::permissions::Settings;

use super::assign_roles::assign;

/// Take all roles from an account
///
/// It stays, as a customer's; a superuser stays one. The same rules hold as for setting roles.
#[utoipa::path(
    delete,
    path = "/auth/staff/{user_id}/",
    tag = "auth",
    operation_id = "remove_from_staff",
    security(("bearer" = ["settings"])),
    params(("user_id" = UserId, Path)),
    responses(
        (status = 204, description = "They have no roles any more."),
        (status = 403, body = Problem, description = "It is oneself or a superuser, or one may not do all that is taken."),
        (status = 404, body = Problem, description = "Nobody of the staff has this account."),
        StaffProblems
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
