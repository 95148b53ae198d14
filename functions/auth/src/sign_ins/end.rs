//! Ends one of the caller's sign-ins: `DELETE /auth/sign_ins/{id}/`.

use axum::extract::State;
use http::StatusCode;
use shared::app::App;
use shared::audit::{self, AuditRecord, Kind};
use shared::http::{ApiError, CurrentUser, PathId, Problem, Problems};
use shared::ids::SignInId;
use shared::users::ClientInfo;
use shared::users::store::sign_ins::{self, EndReason};

/// End one of your sign-ins
///
/// All its tokens become invalid at once. Use it to log out another device.
#[utoipa::path(
    delete,
    path = "/auth/sign_ins/{id}/",
    tag = "auth",
    operation_id = "end_sign_in",
    security(("bearer" = [])),
    params(("id" = SignInId, Path, description = "Id of the sign-in.")),
    responses(
        (status = 204, description = "The sign-in has ended."),
        Problems,
        (status = 404, body = Problem, description = "You have no open sign-in with this id."),
    )
)]
pub(crate) async fn end_sign_in(
    State(app): State<App>,
    CurrentUser(user): CurrentUser,
    client_info: ClientInfo,
    PathId(id): PathId<SignInId>,
) -> Result<StatusCode, ApiError> {
    let now = app.clock.now();
    let mut tx = app.db.begin().await?;
    if !sign_ins::end(&mut tx, user.id, id, EndReason::EndedByOwner, now).await? {
        return Err(ApiError::NotFound);
    }
    audit::store::record(&mut tx, AuditRecord::by_owner(Kind::SignInEnded, user.id), &client_info, now).await?;
    tx.commit().await?;
    Ok(StatusCode::NO_CONTENT)
}
