//! Requests another activation mail: `POST /auth/users/resend_activation/`.

use axum::extract::State;
use http::StatusCode;
use shared::http::{ApiError, Body, MaybeBearer, PublicProblems};
use shared::outbox::EventKind;
use shared::users::ClientInfo;

use super::link_request::{RequestLink, request_link};
use crate::AuthState;

/// Request another activation mail
///
/// If an account with this email address waits for activation, a link is sent to it. The link expires after three days and replaces an earlier one. The
/// response is the same if there is no such account. If the shop has no activation, the response is 400 without a body.
#[utoipa::path(
    post,
    path = "/auth/users/resend_activation/",
    tag = "auth",
    operation_id = "resend_activation",
    request_body = RequestLink,
    responses(
        (status = 204, description = "If there is such an account, the mail will be sent."),
        PublicProblems,
        (status = 400, description = "`FieldErrors` or a `Problem`; without a body if the shop has no activation."),
    )
)]
pub(crate) async fn resend_activation(
    State(auth): State<AuthState>,
    MaybeBearer(_): MaybeBearer,
    client_info: ClientInfo,
    Body(request): Body<RequestLink>,
) -> Result<StatusCode, ApiError> {
    if !auth.app.auth_options.send_activation_email {
        return Ok(StatusCode::BAD_REQUEST);
    }
    request_link(&auth, request, &client_info, |email| EventKind::ActivationRequested { email }).await
}
