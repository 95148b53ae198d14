//! Errors of the pages, which are pages too.

use axum::response::{IntoResponse, Redirect, Response};
use http::StatusCode;
use http::header::RETRY_AFTER;
use maud::html;
use shared::http::ApiError;

use crate::layout::bare_page;
use crate::sign_in_link::{SignInReason, sign_in_path};

/// The reasons why a page cannot be shown.
#[derive(Debug)]
pub(crate) enum PageError {
    /// The user must sign in, and then comes back.
    SignIn { back: String, reason: SignInReason },
    /// Status 403: staff without the permission for this page.
    NotAllowed,
    /// Status 404: no such page.
    NotFound,
    /// Status 405: the page does not accept this method.
    MethodNotAllowed,
    /// Status 400: an invalid link, form or search.
    Unreadable,
    /// Status 403: a form that was sent from another site.
    CrossOrigin,
    /// Status 503: the shop is busy.
    Busy,
    /// Status 500. The cause is logged once and not shown.
    Internal(anyhow::Error),
}

impl<E: Into<ApiError>> From<E> for PageError {
    fn from(error: E) -> Self {
        match error.into() {
            ApiError::Internal(error) => Self::Internal(error),
            ApiError::Unavailable(_) | ApiError::Throttled(_) | ApiError::ThrottledBecause(..) => Self::Busy,
            ApiError::Forbidden => Self::NotAllowed,
            ApiError::NotFound | ApiError::NoSuch(_) | ApiError::Gone { .. } => Self::NotFound,
            ApiError::MethodNotAllowed(_) => Self::MethodNotAllowed,
            ApiError::MovedTo(_)
            | ApiError::Invalid(_)
            | ApiError::Malformed { .. }
            | ApiError::Unauthorized(_)
            | ApiError::ForbiddenBecause(..)
            | ApiError::OverLimit { .. }
            | ApiError::Conflict { .. }
            | ApiError::VersionConflict
            | ApiError::TooLarge
            | ApiError::UnsupportedMediaType(_)
            | ApiError::IdempotencyKeyReused => Self::Unreadable,
        }
    }
}

impl IntoResponse for PageError {
    fn into_response(self) -> Response {
        match self {
            Self::SignIn { back, reason } => Redirect::to(&sign_in_path(&back, reason)).into_response(),
            Self::NotAllowed => page(
                StatusCode::FORBIDDEN,
                "Not allowed",
                "None of your roles allows this. Ask a colleague who can change roles.",
            ),
            Self::NotFound => page(StatusCode::NOT_FOUND, "Not found", "There is no page at this address."),
            Self::MethodNotAllowed => page(
                StatusCode::METHOD_NOT_ALLOWED,
                "Not allowed",
                "The page at this address does not accept this method.",
            ),
            Self::Unreadable => page(StatusCode::BAD_REQUEST, "Invalid request", "This link or form cannot be read."),
            Self::CrossOrigin => {
                page(StatusCode::FORBIDDEN, "Refused", "This form was not sent from one of these pages.")
            }
            Self::Busy => {
                let page = page(StatusCode::SERVICE_UNAVAILABLE, "Busy", "The shop is busy. Try again in a moment.");
                ([(RETRY_AFTER, "1")], page).into_response()
            }
            Self::Internal(error) => {
                tracing::error!(error = format!("{error:#}"), "page failed");
                page(
                    StatusCode::INTERNAL_SERVER_ERROR,
                    "Internal error",
                    "Something went wrong. The cause is in the log.",
                )
            }
        }
    }
}

fn page(status: StatusCode, title: &str, message: &str) -> Response {
    (status, bare_page(title, &html! { p { (message) } p { a href="/admin/" { "Back to overview" } } })).into_response()
}
