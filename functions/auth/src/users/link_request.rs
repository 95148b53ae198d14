//! Links in mails, which anybody may ask for. Asking for somebody who has an account and for nobody is the same work and has the
//! same answer: who there is, `notifications` finds out when it writes the mail.

use axum::Json;
use axum::response::{IntoResponse as _, Response};
use http::StatusCode;
use shared::app::App;
use shared::http::{ApiError, Request};
use shared::outbox::EventKind;
use shared::throttles::{Limit, Subject};
use shared::users::{ClientInfo, kept_address, store};

use super::limits;
use crate::{AuthState, news};

/// The account that a link is for.
#[derive(Request)]
pub(crate) struct RequestLink {
    /// E-mail address of the account.
    #[field(email, map = |email| kept_address(&email))]
    #[schema(example = "ana@example.com")]
    pub email: String,
}

/// Counts the mail, and asks for it.
pub(super) async fn ask(
    auth: &AuthState,
    request: RequestLink,
    client_info: &ClientInfo,
    asked: impl FnOnce(String) -> EventKind,
) -> Result<StatusCode, ApiError> {
    let kind = count(auth, &request, client_info, asked).await?;
    write(auth, kind, client_info).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// The same, except that somebody who has no active account hears so: 400 and a list of one message. Counted first, so nobody
/// tries a thousand addresses.
pub(super) async fn ask_if_there_is_one(
    auth: &AuthState,
    request: RequestLink,
    client_info: &ClientInfo,
    asked: impl FnOnce(String) -> EventKind,
) -> Result<Response, ApiError> {
    let kind = count(auth, &request, client_info, asked).await?;
    if !is_active(&auth.app, &request.email).await? {
        let refusal = Json(["User with given email does not exist."]);
        return Ok((StatusCode::BAD_REQUEST, refusal).into_response());
    }
    write(auth, kind, client_info).await?;
    Ok(StatusCode::NO_CONTENT.into_response())
}

async fn count(
    auth: &AuthState,
    request: &RequestLink,
    client_info: &ClientInfo,
    asked: impl FnOnce(String) -> EventKind,
) -> Result<EventKind, ApiError> {
    let kind = asked(request.email.clone());
    let to = (Limit::MailTo, Subject::mail(kind.as_str(), &request.email));
    limits::count(&auth.app, &[(Limit::MailFrom, Subject::client_info(client_info)), to]).await?;
    Ok(kind)
}

async fn write(auth: &AuthState, kind: EventKind, client_info: &ClientInfo) -> Result<(), ApiError> {
    let mut tx = auth.app.db.begin().await?;
    let event = news::write(&mut tx, &auth.app, kind).await?;
    tx.commit().await?;
    news::send(auth, &event, client_info).await;
    Ok(())
}

async fn is_active(app: &App, email: &str) -> Result<bool, ApiError> {
    let mut tx = app.db.read().await?;
    let found = store::credentials(&mut tx, email).await?;
    tx.commit().await?;
    Ok(found.is_some_and(|found| found.is_active))
}
