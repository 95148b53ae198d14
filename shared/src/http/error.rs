//! The one way a request fails.

use axum::Json;
use axum::response::{IntoResponse, Response};
use http::header::{CACHE_CONTROL, LOCATION, RETRY_AFTER, WWW_AUTHENTICATE};
use http::{HeaderValue, StatusCode};
use serde::Serialize;
use serde_json::json;
use utoipa::ToSchema;

use crate::fields::FieldErrors;

/// Every failure that is not about a field: a text for people and a code for programs.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Problem {
    /// For people. May change.
    #[schema(example = "Not found.")]
    pub detail: String,
    /// For programs. Never changes.
    #[schema(example = "not_found")]
    pub code: String,
}

/// After how many seconds to try again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RetryAfter(pub u32);

/// Why a request failed: meanings, not causes.
#[derive(Debug)]
pub enum ApiError {
    /// 308: the same request is to be sent to this address, path and query, from now on.
    MovedTo(String),
    /// 400: a body or query does not hold.
    Invalid(FieldErrors),
    /// 400: what came cannot be read at all.
    Malformed {
        /// For people.
        detail: String,
        /// For programs.
        code: &'static str,
    },
    /// 401: nobody, or somebody we do not believe.
    Unauthorized(Unauthorized),
    /// 403: known, and not allowed to.
    Forbidden,
    /// 403: allowed to, but not as things are. For people, and for programs.
    Refused(&'static str, &'static str),
    /// 404: not there, or not yours.
    NotFound,
    /// 404: what it would be, such as `User`; an id that could be one of them is none.
    NoSuch(&'static str),
    /// 405. The `Allow` header is the router's affair.
    MethodNotAllowed(http::Method),
    /// 409: what is asked does not fit what is. `more` goes into the answer beside `detail` and `code`.
    Conflict {
        /// For people.
        detail: String,
        /// For programs.
        code: &'static str,
        /// More about it: an object, or null.
        more: serde_json::Value,
    },
    /// 410: it was there.
    Gone {
        /// For people.
        detail: &'static str,
        /// For programs.
        code: &'static str,
    },
    /// 412: the version that the client has read is not the current one.
    VersionConflict,
    /// 413.
    TooLarge,
    /// 415: a body of this type is not read.
    UnsupportedMediaType(String),
    /// 422: the same key for another request.
    IdempotencyKeyReused,
    /// 429.
    Throttled(RetryAfter),
    /// 503: not now.
    Unavailable(RetryAfter),
    /// 500: our fault. Shown to no one, logged once.
    Internal(anyhow::Error),
}

/// Why a caller is not let in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Unauthorized {
    /// No credentials.
    NotAuthenticated,
    /// The header is not `Bearer <token>`.
    BadHeader,
    /// The token is not taken; this is why.
    BadToken(crate::users::tokens::TokenError),
    /// The account is gone.
    UserNotFound,
    /// The account is switched off.
    UserInactive,
    /// Anything else, in the words of the endpoint.
    Other {
        /// For people.
        detail: String,
        /// For programs, where the contract has a code.
        code: Option<&'static str>,
    },
}

impl ApiError {
    /// 409 without more to say.
    pub fn conflict(code: &'static str, detail: impl Into<String>) -> Self {
        Self::Conflict { detail: detail.into(), code, more: serde_json::Value::Null }
    }

    /// 400 about one field.
    pub fn field(field: impl Into<String>, message: impl Into<String>) -> Self {
        Self::Invalid(FieldErrors::one(field, message))
    }
}

impl From<sqlx::Error> for ApiError {
    fn from(error: sqlx::Error) -> Self {
        // Busy or briefly away: the client may simply come again. 55P03: lock_timeout. 57014: statement_timeout.
        // 40P01, 40001: the database broke a tie. 53xxx: out of connections. 57Pxx, 08xxx: restarting.
        let away = matches!(error, sqlx::Error::PoolTimedOut | sqlx::Error::Io(_) | sqlx::Error::Tls(_));
        let busy = error.as_database_error().and_then(|database| database.code()).is_some_and(|code| {
            matches!(&*code, "55P03" | "57014" | "40P01" | "40001")
                || ["53", "57P", "08"].iter().any(|class| code.starts_with(class))
        });
        if away || busy {
            tracing::error!(error = format!("{:#}", anyhow::Error::from(error)), "the database is busy or away");
            return Self::Unavailable(RetryAfter(1));
        }
        Self::Internal(error.into())
    }
}

impl From<anyhow::Error> for ApiError {
    fn from(error: anyhow::Error) -> Self {
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
            // Somebody else may get the old address, and a browser would keep this for good.
            Self::MovedTo(address) => {
                (StatusCode::PERMANENT_REDIRECT, [(LOCATION, address.as_str()), (CACHE_CONTROL, "no-store")])
                    .into_response()
            }
            Self::Invalid(errors) => (StatusCode::BAD_REQUEST, Json(errors)).into_response(),
            Self::Malformed { detail, code } => problem(StatusCode::BAD_REQUEST, &detail, code),
            Self::Unauthorized(reason) => reason.into_response(),
            Self::Forbidden => problem(
                StatusCode::FORBIDDEN,
                "You do not have permission to perform this action.",
                "permission_denied",
            ),
            Self::Refused(detail, code) => problem(StatusCode::FORBIDDEN, detail, code),
            Self::NotFound => problem(StatusCode::NOT_FOUND, "Not found.", "not_found"),
            Self::NoSuch(what) => {
                problem(StatusCode::NOT_FOUND, &format!("No {what} matches the given query."), "not_found")
            }
            Self::MethodNotAllowed(method) => problem(
                StatusCode::METHOD_NOT_ALLOWED,
                &format!("Method \"{method}\" not allowed."),
                "method_not_allowed",
            ),
            Self::Conflict { detail, code, more } => {
                let mut body = json!({"detail": detail, "code": code});
                if let (Some(body), serde_json::Value::Object(more)) = (body.as_object_mut(), more) {
                    body.extend(more);
                }
                (StatusCode::CONFLICT, Json(body)).into_response()
            }
            Self::Gone { detail, code } => problem(StatusCode::GONE, detail, code),
            Self::VersionConflict => problem(
                StatusCode::PRECONDITION_FAILED,
                "It has been changed since you read it. Read it again.",
                "version_conflict",
            ),
            Self::TooLarge => problem(StatusCode::PAYLOAD_TOO_LARGE, "The request's body is too large.", "too_large"),
            Self::UnsupportedMediaType(found) => problem(
                StatusCode::UNSUPPORTED_MEDIA_TYPE,
                &format!("Unsupported media type \"{found}\" in request."),
                "unsupported_media_type",
            ),
            Self::IdempotencyKeyReused => problem(
                StatusCode::UNPROCESSABLE_ENTITY,
                "This Idempotency-Key was used for another request; take a new one.",
                "idempotency_key_reused",
            ),
            Self::Throttled(after) => {
                let detail = format!("Request was throttled. Expected available in {} seconds.", after.0);
                later(problem(StatusCode::TOO_MANY_REQUESTS, &detail, "throttled"), after)
            }
            Self::Unavailable(after) => {
                later(problem(StatusCode::SERVICE_UNAVAILABLE, "The shop is busy; try again.", "unavailable"), after)
            }
            Self::Internal(error) => {
                tracing::error!(error = format!("{error:#}"), "a request failed");
                problem(StatusCode::INTERNAL_SERVER_ERROR, "Something went wrong on our side.", "internal_error")
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

fn later(mut response: Response, after: RetryAfter) -> Response {
    response.headers_mut().insert(RETRY_AFTER, HeaderValue::from(after.0));
    response
}
