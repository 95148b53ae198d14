//! How a page fails: in words, on a page.

use axum::response::{IntoResponse, Redirect, Response};
use http::StatusCode;
use http::header::RETRY_AFTER;
use maud::html;
use shared::http::ApiError;

use crate::layout::bare_page;
use crate::sign_in::{SignInReason, sign_in_path};
use crate::staff_page::StaffPage;

/// Why there is no page.
#[derive(Debug)]
pub(crate) enum PageError {
    /// To be signed in first, and led back then.
    SignIn { back: String, because: SignInReason },
    /// 403: one of the staff, and not for this.
    NotAllowed,
    /// 404.
    NotFound,
    /// 405: a page that is only looked at, or a form that is only sent.
    AnotherMethod,
    /// 400: a link or a form that none of these pages made.
    Unreadable,
    /// 403: a form on a page that is not ours.
    AnotherOrigin,
    /// 503.
    Busy,
    /// 500. Shown to no one, logged once.
    Internal(anyhow::Error),
}

impl<E: Into<ApiError>> From<E> for PageError {
    fn from(error: E) -> Self {
        match error.into() {
            ApiError::Internal(error) => Self::Internal(error),
            ApiError::Unavailable(_) | ApiError::Throttled(_) => Self::Busy,
            ApiError::Forbidden => Self::NotAllowed,
            ApiError::NotFound | ApiError::NoSuch(_) | ApiError::Gone { .. } => Self::NotFound,
            ApiError::MethodNotAllowed(_) => Self::AnotherMethod,
            ApiError::MovedTo(_)
            | ApiError::Invalid(_)
            | ApiError::Malformed { .. }
            | ApiError::Unauthorized(_)
            | ApiError::Refused(..)
            | ApiError::Conflict { .. }
            | ApiError::ChangedMeanwhile
            | ApiError::TooLarge
            | ApiError::UnsupportedMediaType(_)
            | ApiError::IdempotencyKeyReused => Self::Unreadable,
        }
    }
}

impl IntoResponse for PageError {
    fn into_response(self) -> Response {
        match self {
            Self::SignIn { back, because } => Redirect::to(&sign_in_path(&back, because)).into_response(),
            Self::NotAllowed => page(
                StatusCode::FORBIDDEN,
                "Not allowed",
                "None of your roles allows this. Somebody who may change roles can give you one that does.",
            ),
            Self::NotFound => page(StatusCode::NOT_FOUND, "Not found", "There is nothing at this address."),
            Self::AnotherMethod => page(
                StatusCode::METHOD_NOT_ALLOWED,
                "Not allowed",
                "There is something at this address, and it cannot be asked for in this way.",
            ),
            Self::Unreadable => page(StatusCode::BAD_REQUEST, "Not understood", "This link or form cannot be read."),
            Self::AnotherOrigin => {
                page(StatusCode::FORBIDDEN, "Refused", "This form was not sent from one of these pages.")
            }
            Self::Busy => {
                let page = page(StatusCode::SERVICE_UNAVAILABLE, "Busy", "The shop is busy. Try again in a moment.");
                ([(RETRY_AFTER, "1")], page).into_response()
            }
            Self::Internal(error) => {
                tracing::error!(error = format!("{error:#}"), "a page failed");
                page(StatusCode::INTERNAL_SERVER_ERROR, "Our fault", "Something went wrong. The log says what.")
            }
        }
    }
}

fn page(status: StatusCode, title: &str, words: &str) -> Response {
    (status, bare_page(title, &html! { p { (words) } p { a href="/admin/" { "To the overview" } } })).into_response()
}

/// A path that is there, in another way.
pub(crate) async fn method_not_allowed() -> PageError {
    PageError::AnotherMethod
}

/// Every other path.
pub(crate) async fn not_found(_: StaffPage) -> PageError {
    PageError::NotFound
}
