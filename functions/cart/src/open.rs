//! What every operation asks first: is this still a cart, and may this caller use it?

use shared::carts::Status;
use shared::http::ApiError;

/// Refuses a cart that is not there for this caller, and one that became an order.
pub(crate) fn refuse_unless_open(status: Option<Status>) -> Result<(), ApiError> {
    match status {
        Some(Status::Open) => Ok(()),
        Some(Status::Ordered) => {
            Err(ApiError::Gone { detail: "This cart became an order; make a new one.", code: "cart_ordered" })
        }
        None => Err(ApiError::NotFound),
    }
}
