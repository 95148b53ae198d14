//! Lists the mails that have failed: `GET /auth/failed_mails/`.

use axum::Json;
use axum::extract::State;
use shared::app::App;
use shared::http::{ApiError, Page, PageQuery, PageRequest, Requires, StaffProblems};
use shared::mail::store::resend::{FailedMail, count_failed, list_failed};
use shared::users::permissions::Customers;

/// List mails that have failed, newest first
///
/// A mail fails when its recipient's address or its content is refused, or when it could not be sent for three days. Other mails are sent again by
/// themselves.
#[utoipa::path(
    get,
    path = "/auth/failed_mails/",
    tag = "auth",
    operation_id = "list_failed_mails",
    security(("bearer" = ["customers"]), ("api_key" = ["customers"])),
    params(PageQuery),
    responses((status = 200, body = Page<FailedMail>, description = "A page of the mails that have failed."), StaffProblems)
)]
pub(crate) async fn list_failed_mails(
    State(app): State<App>,
    _: Requires<Customers>,
    request: PageRequest,
) -> Result<Json<Page<FailedMail>>, ApiError> {
    let mut tx = app.db.read().await?;
    let page = request.read(&mut tx, list_failed, count_failed, |mail| mail.id).await?;
    tx.commit().await?;
    Ok(Json(page))
}
