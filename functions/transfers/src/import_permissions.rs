//! The permissions that an import needs.

use shared::catalogue::write::Stock;
use shared::http::ApiError;
use shared::users::Actor;

/// Fails with 403 if the actor lacks a permission that an import needs whose file has stock with this meaning. The handlers have checked `catalogue`.
pub(crate) fn check_permissions(actor: &Actor, stock: Stock) -> Result<(), ApiError> {
    if actor.permissions().include(stock.permissions()) {
        return Ok(());
    }
    Err(ApiError::ForbiddenBecause(
        "You need the permission `stock` to import the stock of a file. An import with \"stock\": \"keep\" changes no stock.",
        "stock_not_permitted",
    ))
}
