//! Links in mails, which anybody may ask for. Asking for somebody who has an account and for nobody is the same work and has the
//! same answer: who there is, `notifications` finds out when it writes the mail.

use axum::Json;
use axum::response::{IntoResponse as _, Response};
use http::StatusCode;
use shared::app::App;
use shared::http::{ApiError, Fields, FromFields};
use shared::outbox::Happened;
use shared::throttles::{Limit, Subject};
use shared::users::{Origin, kept_address, store};
use utoipa::ToSchema;

use super::limits;
use crate::{Auth, news};

/// Where a link is to go.
#[derive(ToSchema)]
pub(crate) struct LinkRequest {
    /// The account's address.
    #[schema(format = "email", max_length = 254, example = "ana@example.com")]
    pub email: String,
}

impl FromFields for LinkRequest {
    fn read(fields: &mut Fields) -> Option<Self> {
        fields.email("email").map(|email| Self { email: kept_address(&email) })
    }
}

/// Counts the mail, and asks for it.
pub(super) async fn ask(
    auth: &Auth,
    request: LinkRequest,
    origin: &Origin,
    asked: impl FnOnce(String) -> Happened,
) -> Result<StatusCode, ApiError> {
    let happened = count(auth, &request, origin, asked).await?;
    write(auth, happened, origin).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// The same, except that somebody who has no active account hears so: 400 and a list of one message. Counted first, so nobody
/// tries a thousand addresses.
pub(super) async fn ask_if_there_is_one(
    auth: &Auth,
    request: LinkRequest,
    origin: &Origin,
    asked: impl FnOnce(String) -> Happened,
) -> Result<Response, ApiError> {
    let happened = count(auth, &request, origin, asked).await?;
    if !is_active(&auth.app, &request.email).await? {
        let refusal = Json(["User with given email does not exist."]);
        return Ok((StatusCode::BAD_REQUEST, refusal).into_response());
    }
    write(auth, happened, origin).await?;
    Ok(StatusCode::NO_CONTENT.into_response())
}

async fn count(
    auth: &Auth,
    request: &LinkRequest,
    origin: &Origin,
    asked: impl FnOnce(String) -> Happened,
) -> Result<Happened, ApiError> {
    let happened = asked(request.email.clone());
    let to = (Limit::MailTo, Subject::mail(happened.kind(), &request.email));
    limits::count(&auth.app, &[(Limit::MailFrom, Subject::origin(origin)), to]).await?;
    Ok(happened)
}

async fn write(auth: &Auth, happened: Happened, origin: &Origin) -> Result<(), ApiError> {
    let mut tx = auth.app.db.begin().await?;
    let event = news::write(&mut tx, &auth.app, happened).await?;
    tx.commit().await?;
    news::send(auth, &event, origin).await;
    Ok(())
}

async fn is_active(app: &App, email: &str) -> Result<bool, ApiError> {
    let mut tx = app.db.read().await?;
    let found = store::credentials(&mut tx, email).await?;
    tx.commit().await?;
    Ok(found.is_some_and(|found| found.is_active))
}
