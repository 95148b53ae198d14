//! `POST /auth/users/reset_password/`: ask for a link to choose another password.

use axum::extract::State;
use axum::response::{IntoResponse as _, Response};
use shared::http::{ApiError, Body, MaybeBearer, PublicProblems};
use shared::outbox::EventKind;
use shared::users::ClientInfo;

use super::link_request::{RequestLink, ask, ask_if_there_is_one};
use crate::AuthState;

/// Ask for a link to choose another password
///
/// It goes to the address, if there is an active account, and is good for three days. The answer is the same if there is none,
/// unless the shop has `PASSWORD_RESET_SHOW_EMAIL_NOT_FOUND`: then it is 400 and a list with one message.
#[utoipa::path(
    post,
    path = "/auth/users/reset_password/",
    tag = "auth",
    operation_id = "reset_password",
    request_body = RequestLink,
    responses(
        (status = 204, description = "If there is such an account, the mail is on its way."),
        PublicProblems,
        (status = 400, description = "`FieldErrors` or a `Problem`, as everywhere; or a list with one message, where this shop says whether there is such an account."),
    )
)]
pub(crate) async fn reset_password(
    State(auth): State<AuthState>,
    MaybeBearer(_): MaybeBearer,
    client_info: ClientInfo,
    Body(request): Body<RequestLink>,
) -> Result<Response, ApiError> {
    let asked = |email| EventKind::PasswordResetAsked { email };
    if auth.options.shows_email_not_found() {
        return ask_if_there_is_one(&auth, request, &client_info, asked).await;
    }
    ask(&auth, request, &client_info, asked).await.map(|status| status.into_response())
}
