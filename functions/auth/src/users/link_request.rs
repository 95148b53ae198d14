//! Requests for links in mails, which anyone can make. A request does the same work and has the same response whether the account exists or
//! not: the `notifications` function looks for the account when it writes the mail.

use axum::Json;
use axum::response::{IntoResponse as _, Response};
use http::StatusCode;
use shared::app::App;
use shared::http::{ApiError, Request};
use shared::outbox::EventKind;
use shared::throttles::{Limit, Subject};
use shared::users::{ClientInfo, normalize_email, store};

use super::limits;
use crate::{AuthState, events};

/// The account that a link is for.
#[derive(Request)]
#[request(ignore_unknown)]
pub(crate) struct RequestLink {
    /// Email address of the account.
    #[field(email, map = |email| normalize_email(&email))]
    #[schema(example = "ana@example.com")]
    pub email: String,
}

/// Counts the request, and records and publishes the event that causes the mail.
pub(super) async fn request_link(
    auth: &AuthState,
    request: RequestLink,
    client_info: &ClientInfo,
    kind_for: impl FnOnce(String) -> EventKind,
) -> Result<StatusCode, ApiError> {
    let kind = count(auth, &request, client_info, kind_for).await?;
    publish(auth, kind, client_info).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Does the same, but returns 400 with a list of one message if there is no active account. The request is counted first, so that nobody can try
/// a thousand addresses.
pub(super) async fn request_if_found(
    auth: &AuthState,
    request: RequestLink,
    client_info: &ClientInfo,
    kind_for: impl FnOnce(String) -> EventKind,
) -> Result<Response, ApiError> {
    let kind = count(auth, &request, client_info, kind_for).await?;
    if !is_active(&auth.app, &request.email).await? {
        let refusal = Json(["User with given email does not exist."]);
        return Ok((StatusCode::BAD_REQUEST, refusal).into_response());
    }
    publish(auth, kind, client_info).await?;
    Ok(StatusCode::NO_CONTENT.into_response())
}

async fn count(
    auth: &AuthState,
    request: &RequestLink,
    client_info: &ClientInfo,
    kind_for: impl FnOnce(String) -> EventKind,
) -> Result<EventKind, ApiError> {
    let kind = kind_for(request.email.clone());
    let to = (Limit::MailTo, Subject::mail(kind.as_str(), &request.email));
    limits::count(&auth.app, &[(Limit::MailFrom, Subject::client(client_info)), to]).await?;
    Ok(kind)
}

async fn publish(auth: &AuthState, kind: EventKind, client_info: &ClientInfo) -> Result<(), ApiError> {
    let mut tx = auth.app.db.begin().await?;
    let event = events::record(&mut tx, &auth.app, kind).await?;
    tx.commit().await?;
    events::publish(auth, &event, client_info).await;
    Ok(())
}

async fn is_active(app: &App, email: &str) -> Result<bool, ApiError> {
    let mut tx = app.db.read().await?;
    let is_active = store::is_active(&mut tx, email).await?;
    tx.commit().await?;
    Ok(is_active)
}
