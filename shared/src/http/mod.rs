//! The HTTP interface of all functions: requests, responses and errors.

mod api_key;
mod base_url;
mod body;
mod caller;
mod editor;
mod error;
mod idempotency;
mod language;
mod openapi;
mod page;
mod path;
mod repeatable;

pub use crate::fields::{FieldErrors, Fields, FromFields, Request};
pub use base_url::BaseUrl;
pub(crate) use base_url::is_https;
pub use body::{Body, ChangeBody, Query};
pub use caller::{CurrentUser, MaybeBearer, MaybePermitted, Requires, RequiresUser, UnverifiedUser, forbidden};
pub use editor::Editor;
pub use error::{ApiError, Problem, RetryAfter, Unauthorized};
pub use idempotency::{IDEMPOTENT_REPLAYED, IdempotencyKey, digest};
pub use language::AcceptLanguage;
pub use openapi::{Problems, PublicProblems, StaffProblems, document};
pub use page::{Page, PageQuery, PageRequest};
pub use path::{PathId, Two};
pub use repeatable::{Repeatable, RepeatableBody};
