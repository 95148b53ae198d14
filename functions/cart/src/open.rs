//! The check that a cart can still be used.

use shared::carts::Status;
use shared::http::ApiError;

/// Refuses a cart that this caller cannot use, and one that became an order.
pub(crate) fn refuse_unless_open(status: Option<Status>) -> Result<(), ApiError> {
    match status {
        Some(Status::Open) => Ok(()),
        Some(Status::Ordered) => {
            Err(ApiError::Gone { detail: "This cart became an order. Create a new cart.", code: "cart_ordered" })
        }
        None => Err(ApiError::NotFound),
    }
}
