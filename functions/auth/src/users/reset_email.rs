//! Requests a link to change the email address: `POST /auth/users/reset_email/`.

use axum::extract::State;
use axum::response::{IntoResponse as _, Response};
use shared::http::{ApiError, Body, MaybeBearer, PublicProblems};
use shared::outbox::EventKind;
use shared::users::ClientInfo;

use super::link_request::{RequestLink, request_if_found, request_link};
use crate::AuthState;

/// Request a link to reset your email address
///
/// If there is an active account, a link is sent to its current email address. The link is valid for at most a day, works once, and replaces an
/// earlier one. The response is the same if there is no account, unless the shop has `USERNAME_RESET_SHOW_EMAIL_NOT_FOUND`: then it is 400 with a list of one message.
#[utoipa::path(
    post,
    path = "/auth/users/reset_email/",
    tag = "auth",
    operation_id = "reset_email",
    request_body = RequestLink,
    responses(
        (status = 204, description = "If there is such an account, the mail will be sent."),
        PublicProblems,
        (status = 400, description = "`FieldErrors` or a `Problem`; or a list of one message if the shop says whether the account exists."),
    )
)]
pub(crate) async fn reset_email(
    State(auth): State<AuthState>,
    MaybeBearer(_): MaybeBearer,
    client_info: ClientInfo,
    Body(request): Body<RequestLink>,
) -> Result<Response, ApiError> {
    let kind_for = |email| EventKind::EmailResetRequested { email };
    if auth.app.auth_options.shows_email_not_found() {
        return request_if_found(&auth, request, &client_info, kind_for).await;
    }
    request_link(&auth, request, &client_info, kind_for).await.map(|status| status.into_response())
}
