//! The result of a form, as a page with a status.

use axum::response::{IntoResponse, Response};
use http::StatusCode;
use http::header::RETRY_AFTER;
use maud::Markup;
use shared::http::{ApiError, FieldErrors, RetryAfter};

use super::layout::message;

/// Result of the JSON endpoint, to be shown as a page.
#[derive(Debug)]
pub(super) enum Outcome {
    /// 200: the change is made.
    Done(Markup),
    /// 400: the input is not valid. The form is shown again with the errors.
    InvalidInput(Markup),
    /// 400: the link is not valid, or not any more.
    InvalidLink,
    /// 400: the account was activated before.
    AlreadyActive,
    /// 400: the form does not come from one of these pages.
    Unreadable,
    /// 429 or 503: the client can try again later.
    RetryLater(StatusCode, RetryAfter),
    /// 500: an internal error, which is logged and not shown.
    Internal(anyhow::Error),
}

impl Outcome {
    /// Makes a page of the result of the endpoint; `form` makes the form again, with these errors.
    pub(super) fn from_result<T>(
        answer: Result<T, ApiError>,
        done: impl FnOnce() -> Markup,
        form: impl FnOnce(&FieldErrors) -> Markup,
    ) -> Self {
        match answer {
            Ok(_) => Self::Done(done()),
            Err(ApiError::Invalid(errors)) if !errors.of("uid").is_empty() || !errors.of("token").is_empty() => {
                Self::InvalidLink
            }
            Err(ApiError::Invalid(errors)) => Self::InvalidInput(form(&errors)),
            Err(error) => error.into(),
        }
    }
}

impl From<ApiError> for Outcome {
    fn from(error: ApiError) -> Self {
        match error {
            ApiError::ForbiddenBecause(..) => Self::AlreadyActive,
            ApiError::Throttled(after) | ApiError::ThrottledBecause(_, after) => {
                Self::RetryLater(StatusCode::TOO_MANY_REQUESTS, after)
            }
            ApiError::Unavailable(after) => Self::RetryLater(StatusCode::SERVICE_UNAVAILABLE, after),
            ApiError::Internal(error) => Self::Internal(error),
            ApiError::MovedTo(_)
            | ApiError::Invalid(_)
            | ApiError::Malformed { .. }
            | ApiError::Unauthorized(_)
            | ApiError::Forbidden
            | ApiError::NotFound
            | ApiError::NoSuch(_)
            | ApiError::MethodNotAllowed(_)
            | ApiError::OverLimit { .. }
            | ApiError::Conflict { .. }
            | ApiError::Gone { .. }
            | ApiError::VersionConflict
            | ApiError::TooLarge
            | ApiError::UnsupportedMediaType(_)
            | ApiError::IdempotencyKeyReused => Self::Unreadable,
        }
    }
}

impl IntoResponse for Outcome {
    fn into_response(self) -> Response {
        let bad_request = StatusCode::BAD_REQUEST;
        match self {
            Self::Done(page) => page.into_response(),
            Self::InvalidInput(page) => (bad_request, page).into_response(),
            Self::InvalidLink => {
                let words = "It was used already, it has expired, there is a newer one, or a part of it is missing. Request a new one.";
                (bad_request, message("This link is no longer valid", words)).into_response()
            }
            Self::AlreadyActive => {
                (bad_request, message("Your account is active already", "You can log in.")).into_response()
            }
            Self::Unreadable => {
                (bad_request, message("The form could not be read", "Open the link in the mail again.")).into_response()
            }
            Self::RetryLater(status, after) => {
                let page = message("Please wait", "The shop is busy. Try again in a moment.");
                (status, [(RETRY_AFTER, after.0.to_string())], page).into_response()
            }
            Self::Internal(error) => {
                tracing::error!(error = format!("{error:#}"), "page failed");
                let page = message("Internal error", "Something went wrong in the shop. Try again later.");
                (StatusCode::INTERNAL_SERVER_ERROR, page).into_response()
            }
        }
    }
}
