//! The errors that requests fail with.

use std::error::Error;

use axum::Json;
use axum::response::{IntoResponse, Response};
use http::header::{LOCATION, RETRY_AFTER, WWW_AUTHENTICATE};
use http::{HeaderValue, StatusCode};
use serde::Serialize;
use serde_json::json;
use utoipa::ToSchema;

use crate::app::db::is_temporary;
use crate::fields::FieldErrors;

/// An error that is not about a field: a text for people and a code for programs.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Problem {
    /// Text for people, which may change.
    #[schema(example = "Not found.")]
    pub detail: String,
    /// Code for programs, which never changes. In all operations: `parse_error` (400), `not_authenticated`, `bad_authorization_header`,
    /// `token_not_valid`, `api_key_not_valid`, `user_not_found` and `user_inactive` (401), `permission_denied`, `second_factor_required` and
    /// `second_factor_log_in_required` (403), `not_found` (404),
    /// `version_conflict` (412), `too_large` (413), `unsupported_media_type` (415), `throttled` (429), `internal_error` (500) and
    /// `unavailable` (503). Other codes are in the descriptions of the responses.
    #[schema(example = "not_found")]
    pub code: String,
}

/// Number of seconds after which the client may try again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RetryAfter(pub u32);

/// Reasons why a request fails, by their meaning for the client.
#[derive(Debug)]
pub enum ApiError {
    /// 308: the client must send the request to this path and query from now on.
    MovedTo(String),
    /// 400: fields of the body or the query are not valid.
    Invalid(FieldErrors),
    /// 400: the request cannot be read.
    Malformed {
        /// Text for people.
        detail: String,
        /// Code for programs.
        code: &'static str,
    },
    /// 400: the request exceeds a limit. `more` is added to `detail` and `code` of the response.
    OverLimit {
        /// Text for people.
        detail: String,
        /// Code for programs.
        code: &'static str,
        /// Further fields of the response: an object.
        more: serde_json::Value,
    },
    /// 401: the credentials are missing or not valid.
    Unauthorized(Unauthorized),
    /// 403: the caller does not have the permission.
    Forbidden,
    /// 403 with its own text for people and code for programs.
    ForbiddenBecause(&'static str, &'static str),
    /// 404: the thing does not exist, or belongs to someone else.
    NotFound,
    /// 404 that names the kind of thing, such as `User`; for an id that is well-formed.
    NoSuch(&'static str),
    /// 405: the path has no such method. The router sets the `Allow` header.
    MethodNotAllowed(http::Method),
    /// 409: the request does not fit the current state. `more` is added to `detail` and `code` of the response.
    Conflict {
        /// Text for people.
        detail: String,
        /// Code for programs.
        code: &'static str,
        /// Further fields of the response: an object, or null.
        more: serde_json::Value,
    },
    /// 410: the thing existed and does not exist any more.
    Gone {
        /// Text for people.
        detail: &'static str,
        /// Code for programs.
        code: &'static str,
    },
    /// 412: the version that the client has read is not the current one.
    VersionConflict,
    /// 413: the body is too large.
    TooLarge,
    /// 415: the type of the body is not supported.
    UnsupportedMediaType(String),
    /// 422: the same idempotency key was used for another request.
    IdempotencyKeyReused,
    /// 429: there were too many requests.
    Throttled(RetryAfter),
    /// 429 with its own text for people.
    ThrottledBecause(String, RetryAfter),
    /// 503: the shop is busy, and the client may try again.
    Unavailable(RetryAfter),
    /// 500: an internal error, which is logged once and not shown.
    Internal(anyhow::Error),
}

/// Reasons why credentials are refused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Unauthorized {
    /// The request has no credentials.
    NotAuthenticated,
    /// The header is not `Bearer <token>`.
    BadHeader,
    /// The token is refused for this reason.
    BadToken(crate::users::tokens::TokenError),
    /// The account does not exist any more.
    UserNotFound,
    /// The account is inactive.
    UserInactive,
    /// Another reason, in the words of the endpoint.
    Other {
        /// Text for people.
        detail: String,
        /// Code for programs, if the contract has one.
        code: Option<&'static str>,
    },
}

impl ApiError {
    /// Makes a 409 without further fields.
    pub fn conflict(code: &'static str, detail: impl Into<String>) -> Self {
        Self::Conflict { detail: detail.into(), code, more: serde_json::Value::Null }
    }

    /// Makes a 400 for one field.
    pub fn field(field: impl Into<String>, message: impl Into<String>) -> Self {
        Self::Invalid(FieldErrors::one(field, message))
    }
}

impl From<sqlx::Error> for ApiError {
    fn from(error: sqlx::Error) -> Self {
        anyhow::Error::from(error).into()
    }
}

impl From<anyhow::Error> for ApiError {
    fn from(error: anyhow::Error) -> Self {
        let is_away = |cause: &(dyn Error + 'static)| cause.downcast_ref().is_some_and(is_temporary);
        if error.chain().any(is_away) {
            tracing::error!(error = format!("{error:#}"), "database busy or unreachable");
            return Self::Unavailable(RetryAfter(1));
        }
        Self::Internal(error)
    }
}

impl From<FieldErrors> for ApiError {
    fn from(errors: FieldErrors) -> Self {
        Self::Invalid(errors)
    }
}

impl From<Unauthorized> for ApiError {
    fn from(reason: Unauthorized) -> Self {
        Self::Unauthorized(reason)
    }
}

impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        match self {
            Self::MovedTo(address) => (StatusCode::PERMANENT_REDIRECT, [(LOCATION, address.as_str())]).into_response(),
            Self::Invalid(errors) => (StatusCode::BAD_REQUEST, Json(errors)).into_response(),
            Self::Malformed { detail, code } => problem(StatusCode::BAD_REQUEST, &detail, code),
            Self::Unauthorized(reason) => reason.into_response(),
            Self::Forbidden => problem(
                StatusCode::FORBIDDEN,
                "You do not have permission to perform this action.",
                "permission_denied",
            ),
            Self::ForbiddenBecause(detail, code) => problem(StatusCode::FORBIDDEN, detail, code),
            Self::NotFound => problem(StatusCode::NOT_FOUND, "Not found.", "not_found"),
            Self::NoSuch(what) => {
                problem(StatusCode::NOT_FOUND, &format!("No {what} matches the given query."), "not_found")
            }
            Self::MethodNotAllowed(method) => problem(
                StatusCode::METHOD_NOT_ALLOWED,
                &format!("Method \"{method}\" not allowed."),
                "method_not_allowed",
            ),
            Self::OverLimit { detail, code, more } => problem_with(StatusCode::BAD_REQUEST, &detail, code, more),
            Self::Conflict { detail, code, more } => problem_with(StatusCode::CONFLICT, &detail, code, more),
            Self::Gone { detail, code } => problem(StatusCode::GONE, detail, code),
            Self::VersionConflict => problem(
                StatusCode::PRECONDITION_FAILED,
                "It has been changed since you read it. Read it again and repeat your change.",
                "version_conflict",
            ),
            Self::TooLarge => problem(
                StatusCode::PAYLOAD_TOO_LARGE,
                "The request's body is too large. Send less at once.",
                "too_large",
            ),
            Self::UnsupportedMediaType(found) => problem(
                StatusCode::UNSUPPORTED_MEDIA_TYPE,
                &format!("Unsupported media type \"{found}\" in request."),
                "unsupported_media_type",
            ),
            Self::IdempotencyKeyReused => problem(
                StatusCode::UNPROCESSABLE_ENTITY,
                "This Idempotency-Key was used for another request. Use a new key.",
                "idempotency_key_reused",
            ),
            Self::Throttled(after) => {
                let detail = format!("Request was throttled. Expected available in {} seconds.", after.0);
                later(problem(StatusCode::TOO_MANY_REQUESTS, &detail, "throttled"), after)
            }
            Self::ThrottledBecause(detail, after) => {
                later(problem(StatusCode::TOO_MANY_REQUESTS, &detail, "throttled"), after)
            }
            Self::Unavailable(after) => {
                later(problem(StatusCode::SERVICE_UNAVAILABLE, "The shop is busy. Try again.", "unavailable"), after)
            }
            Self::Internal(error) => {
                tracing::error!(error = format!("{error:#}"), "request failed");
                problem(StatusCode::INTERNAL_SERVER_ERROR, "Internal error. Try again later.", "internal_error")
            }
        }
    }
}

impl IntoResponse for Unauthorized {
    fn into_response(self) -> Response {
        let body = match &self {
            Self::NotAuthenticated => {
                json!({"detail": "Authentication credentials were not provided.", "code": "not_authenticated"})
            }
            Self::BadHeader => json!({
                "detail": "Authorization header must contain two space-delimited values",
                "code": "bad_authorization_header",
            }),
            Self::BadToken(error @ crate::users::tokens::TokenError::NoUser) => {
                json!({"detail": error.to_string(), "code": "token_not_valid"})
            }
            Self::BadToken(error) => json!({
                "detail": "Given token not valid for any token type",
                "code": "token_not_valid",
                "messages": [{"token_class": "AccessToken", "token_type": "access", "message": error.to_string()}],
            }),
            Self::UserNotFound => json!({"detail": "User not found", "code": "user_not_found"}),
            Self::UserInactive => json!({"detail": "User is inactive", "code": "user_inactive"}),
            Self::Other { detail, code: Some(code) } => json!({"detail": detail, "code": code}),
            Self::Other { detail, code: None } => json!({"detail": detail}),
        };
        let challenge = [(WWW_AUTHENTICATE, HeaderValue::from_static("Bearer realm=\"api\""))];
        (StatusCode::UNAUTHORIZED, challenge, Json(body)).into_response()
    }
}

fn problem(status: StatusCode, detail: &str, code: &str) -> Response {
    (status, Json(Problem { detail: detail.to_owned(), code: code.to_owned() })).into_response()
}

fn problem_with(status: StatusCode, detail: &str, code: &str, more: serde_json::Value) -> Response {
    let mut body = json!({"detail": detail, "code": code});
    if let (Some(body), serde_json::Value::Object(more)) = (body.as_object_mut(), more) {
        body.extend(more);
    }
    (status, Json(body)).into_response()
}

fn later(mut response: Response, after: RetryAfter) -> Response {
    response.headers_mut().insert(RETRY_AFTER, HeaderValue::from(after.0));
    response
}
