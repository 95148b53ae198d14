//! Returns an account: `GET /auth/users/{id}/`.

use axum::Json;
use axum::extract::State;
use shared::app::App;
use shared::http::{ApiError, CurrentUser, PathId, Problem, Problems};
use shared::ids::UserId;

use super::User;
use super::authorize::{Access, account};

/// Get an account
///
/// You can get your own account. With the permission `customers` you can get all accounts.
#[utoipa::path(
    get,
    path = "/auth/users/{id}/",
    tag = "auth",
    operation_id = "get_user",
    security(("bearer" = [])),
    params(("id" = i64, Path, description = "Id of the account.")),
    responses(
        (status = 200, body = User, description = "The account."),
        (status = 404, body = Problem, description = "There is no such account, or you may not see it."),
        Problems,
    )
)]
pub(crate) async fn get_user(
    State(app): State<App>,
    CurrentUser(caller): CurrentUser,
    PathId(id): PathId<UserId>,
) -> Result<Json<User>, ApiError> {
    let mut tx = app.db.read().await?;
    let found = account(&mut tx, &caller, id, Access::Read).await?;
    tx.commit().await?;
    Ok(Json(found.into()))
}
