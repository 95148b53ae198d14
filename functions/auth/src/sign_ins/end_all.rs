//! `DELETE /auth/sign_ins/`: the end of all one's sign-ins, or of all others.

use axum::extract::State;
use http::StatusCode;
use shared::app::App;
use shared::audit::{self, AuditRecord, Kind};
use shared::http::{ApiError, CurrentUser, Fields, FromFields, Problems, Query};
use shared::users::ClientInfo;
use shared::users::store::sign_ins::{self, EndReason};
use utoipa::IntoParams;

/// Which sign-ins are to end.
#[derive(Debug, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct SignInsToEnd {
    /// Whether the one that asks goes on.
    #[param(default = false, required = false)]
    pub but_current: bool,
}

impl FromFields for SignInsToEnd {
    fn read(fields: &mut Fields) -> Option<Self> {
        let but_current = fields.maybe("but_current", Fields::boolean)?;
        Some(Self { but_current: but_current.unwrap_or_default() })
    }
}

/// End all one's sign-ins, or all others
#[utoipa::path(
    delete,
    path = "/auth/sign_ins/",
    tag = "auth",
    operation_id = "end_sign_ins",
    security(("bearer" = [])),
    params(SignInsToEnd),
    responses((status = 204, description = "They have ended."), Problems)
)]
pub(crate) async fn end_sign_ins(
    State(app): State<App>,
    CurrentUser(user): CurrentUser,
    client_info: ClientInfo,
    Query(SignInsToEnd { but_current }): Query<SignInsToEnd>,
) -> Result<StatusCode, ApiError> {
    let now = app.clock.now();
    let kept = user.sign_in.filter(|_| but_current);
    let mut tx = app.db.begin().await?;
    sign_ins::end_all(&mut tx, user.id, kept, EndReason::EndedByOwner, now).await?;
    audit::store::record(&mut tx, AuditRecord::by_owner(Kind::AllSignInsEnded, user.id), &client_info, now).await?;
    tx.commit().await?;
    Ok(StatusCode::NO_CONTENT)
}
