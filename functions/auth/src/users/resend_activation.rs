//! `POST /auth/users/resend_activation/`: ask for the link that switches a new account on, once more.

use axum::extract::State;
use http::StatusCode;
use shared::http::{ApiError, Body, MaybeBearer, PublicProblems};
use shared::outbox::EventKind;
use shared::users::ClientInfo;

use super::link_request::{RequestLink, ask};
use crate::AuthState;

/// Ask for another link to activate an account
///
/// It goes to the address, if there is an account that waits for it, and is good for three days. The answer is the same if there
/// is none. 400 without a body where the shop wants no activation.
#[utoipa::path(
    post,
    path = "/auth/users/resend_activation/",
    tag = "auth",
    operation_id = "resend_activation",
    request_body = RequestLink,
    responses(
        (status = 204, description = "If there is such an account, the mail is on its way."),
        PublicProblems,
        (status = 400, description = "`FieldErrors` or a `Problem`, as everywhere; and without a body where this shop sends no such mail."),
    )
)]
pub(crate) async fn resend_activation(
    State(auth): State<AuthState>,
    MaybeBearer(_): MaybeBearer,
    client_info: ClientInfo,
    Body(request): Body<RequestLink>,
) -> Result<StatusCode, ApiError> {
    if !auth.options.send_activation_email {
        return Ok(StatusCode::BAD_REQUEST);
    }
    ask(&auth, request, &client_info, |email| EventKind::ActivationAsked { email }).await
}
