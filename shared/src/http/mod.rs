//! How the functions speak to clients: what comes in, what goes out, and how it fails.

mod api_key;
mod base_url;
mod body;
mod caller;
mod error;
mod fields;
mod openapi;
mod page;
mod path;

pub use base_url::BaseUrl;
pub use body::{Body, Query};
pub use caller::{CurrentUser, MaybeBearer, MaybePermitted, Requires, RequiresUser, UnverifiedUser};
pub use error::{ApiError, FieldErrors, Problem, RetryAfter, Unauthorized};
pub use fields::{Fields, FromFields};
pub use openapi::{Problems, PublicProblems, StaffProblems, document};
pub use page::{Page, PageQuery, PageRequest};
pub use path::{PathId, Two};
