//! Sends a mail again that has failed: `POST /auth/failed_mails/{id}/resend/`.

use axum::extract::State;
use http::StatusCode;
use serde_json::json;
use shared::app::App;
use shared::audit::{self, AuditRecord, Kind};
use shared::http::{ApiError, PathId, Problem, Requires, StaffProblems};
use shared::ids::EventId;
use shared::mail::store::resend::{ResendError, resend_failed};
use shared::users::ClientInfo;
use shared::users::permissions::Customers;

/// Resend a mail that has failed
///
/// The mail is written again with the data as it is now, to the recipient's address as it is now, and leaves within two minutes. If it fails again, it
/// is in the list of mails that have failed again. A mail can be sent again for a week after its last try.
#[utoipa::path(
    post,
    path = "/auth/failed_mails/{id}/resend/",
    tag = "auth",
    operation_id = "resend_mail",
    security(("bearer" = ["customers"]), ("api_key" = ["customers"])),
    params(("id" = EventId, Path, description = "Id of the mail.")),
    responses(
        (status = 204, description = "The mail is about to be sent."),
        StaffProblems,
        (status = 404, body = Problem, description = "There is no such mail."),
        (status = 409, body = Problem, description = "`mail_not_failed`: the mail was sent, or is still being sent."),
        (status = 410, body = Problem, description = "`event_deleted`: what the mail is about is not known any more."),
    )
)]
pub(crate) async fn resend_mail(
    State(app): State<App>,
    Requires(actor, _): Requires<Customers>,
    PathId(id): PathId<EventId>,
    client_info: ClientInfo,
) -> Result<StatusCode, ApiError> {
    let now = app.clock.now();
    let mut tx = app.db.begin().await?;
    let (kind, user) = resend_failed(&mut tx, id, now).await?.map_err(refuse)?;
    let record = AuditRecord::by(Kind::MailResent, &actor, user).with(json!({"mail_id": id, "mail_kind": kind}));
    audit::store::record(&mut tx, record, &client_info, now).await?;
    tx.commit().await?;
    Ok(StatusCode::NO_CONTENT)
}

fn refuse(error: ResendError) -> ApiError {
    match error {
        ResendError::NotFound => ApiError::NotFound,
        ResendError::NotFailed => {
            ApiError::conflict("mail_not_failed", "This mail was sent, or is still being sent. It needs no other try.")
        }
        ResendError::EventDeleted => ApiError::Gone {
            detail: "This mail is too old, or its account was deleted. Reach its recipient in another way.",
            code: "event_deleted",
        },
    }
}
