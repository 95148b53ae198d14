//! What became of a form: the page that says so, and its status.

use axum::response::{IntoResponse, Response};
use http::StatusCode;
use http::header::RETRY_AFTER;
use maud::Markup;
use shared::http::{ApiError, FieldErrors, RetryAfter};

use super::layout::message;

/// What the endpoint of the same name answered, as a page says it.
#[derive(Debug)]
pub(super) enum Outcome {
    /// 200: it is done.
    Done(Markup),
    /// 400: what was typed will not do. The form comes again, with what is wrong.
    Again(Markup),
    /// 400: the link is not good, or no longer.
    LinkIsOver,
    /// 400: what the link is for was done before.
    DoneBefore,
    /// 400: a form that none of these pages made.
    Unreadable,
    /// 429 or 503: not now.
    Later(StatusCode, RetryAfter),
    /// 500. Shown to no one, logged once.
    Internal(anyhow::Error),
}

impl Outcome {
    /// Of what the use case answered; `again` shows the form once more.
    pub(super) fn of<T>(
        answer: Result<T, ApiError>,
        done: impl FnOnce() -> Markup,
        again: impl FnOnce(&FieldErrors) -> Markup,
    ) -> Self {
        match answer {
            Ok(_) => Self::Done(done()),
            Err(ApiError::Invalid(errors)) if !errors.of("uid").is_empty() || !errors.of("token").is_empty() => {
                Self::LinkIsOver
            }
            Err(ApiError::Invalid(errors)) => Self::Again(again(&errors)),
            Err(error) => error.into(),
        }
    }
}

impl From<ApiError> for Outcome {
    fn from(error: ApiError) -> Self {
        match error {
            ApiError::Refused(..) => Self::DoneBefore,
            ApiError::Throttled(after) => Self::Later(StatusCode::TOO_MANY_REQUESTS, after),
            ApiError::Unavailable(after) => Self::Later(StatusCode::SERVICE_UNAVAILABLE, after),
            ApiError::Internal(error) => Self::Internal(error),
            ApiError::MovedTo(_)
            | ApiError::Invalid(_)
            | ApiError::Malformed { .. }
            | ApiError::Unauthorized(_)
            | ApiError::Forbidden
            | ApiError::NotFound
            | ApiError::NoSuch(_)
            | ApiError::MethodNotAllowed(_)
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
        let refused = StatusCode::BAD_REQUEST;
        match self {
            Self::Done(page) => page.into_response(),
            Self::Again(page) => (refused, page).into_response(),
            Self::LinkIsOver => {
                let words =
                    "It was used already, it is more than three days old, or part of it is missing. Ask for a new one.";
                (refused, message("This link is not good any more", words)).into_response()
            }
            Self::DoneBefore => {
                (refused, message("This is done already", "Your account is active: you can log in.")).into_response()
            }
            Self::Unreadable => {
                (refused, message("Not understood", "This form cannot be read. Open the link in the mail again."))
                    .into_response()
            }
            Self::Later(status, after) => {
                let page = message("Not now", "The shop is busy. Try again in a moment.");
                (status, [(RETRY_AFTER, after.0.to_string())], page).into_response()
            }
            Self::Internal(error) => {
                tracing::error!(error = format!("{error:#}"), "a page failed");
                let page = message("Our fault", "Something went wrong on our side. Try again later.");
                (StatusCode::INTERNAL_SERVER_ERROR, page).into_response()
            }
        }
    }
}
