//! The carts of users and guests: `/api/v1/cart/`.

mod add_item;
mod create;
mod delete;
mod get;
mod get_item;
mod list;
mod list_items;
mod open;
mod remove_item;
mod update_item;

use shared::app::App;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

/// Returns every route of this function.
pub fn router() -> OpenApiRouter<App> {
    OpenApiRouter::with_openapi(shared::http::document())
        .routes(routes!(list::list_carts, create::create_cart))
        .routes(routes!(get::get_cart, delete::delete_cart))
        .routes(routes!(list_items::list_cart_items, add_item::add_cart_item))
        .routes(routes!(get_item::get_cart_item, update_item::update_cart_item, remove_item::remove_cart_item))
}
