//! Ends all of the caller's sign-ins, or all others: `DELETE /auth/sign_ins/`.

use axum::extract::State;
use http::StatusCode;
use shared::app::App;
use shared::audit::{self, AuditRecord, Kind};
use shared::http::{ApiError, CurrentUser, Problems, Query, Request};
use shared::users::ClientInfo;
use shared::users::store::sign_ins::{self, EndReason};

/// The sign-ins to end.
#[derive(Debug, Request)]
#[request(query)]
pub(crate) struct SignInsToEnd {
    /// True to keep the sign-in of this request.
    #[field(default = false)]
    pub but_current: bool,
}

/// End all your sign-ins
///
/// All their tokens become invalid at once. With `but_current=true` the sign-in of this request continues.
#[utoipa::path(
    delete,
    path = "/auth/sign_ins/",
    tag = "auth",
    operation_id = "end_sign_ins",
    security(("bearer" = [])),
    params(SignInsToEnd),
    responses((status = 204, description = "The sign-ins have ended."), Problems)
)]
pub(crate) async fn end_sign_ins(
    State(app): State<App>,
    CurrentUser(user): CurrentUser,
    client_info: ClientInfo,
    Query(SignInsToEnd { but_current }): Query<SignInsToEnd>,
) -> Result<StatusCode, ApiError> {
    let now = app.clock.now();
    let continuing = but_current.then_some(user.sign_in);
    let mut tx = app.db.begin().await?;
    let ended = sign_ins::end_all(&mut tx, user.id, continuing, EndReason::EndedByOwner, now).await?;
    // A request that ends nothing leaves no line, because it can be repeated without end.
    if ended > 0 {
        audit::store::record(&mut tx, AuditRecord::by_owner(Kind::AllSignInsEnded, user.id), &client_info, now).await?;
    }
    tx.commit().await?;
    Ok(StatusCode::NO_CONTENT)
}
