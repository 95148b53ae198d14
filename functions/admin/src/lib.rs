//! The admin pages for staff: `/admin/`. They are rendered here, with a stylesheet and a small script, and load nothing from another host.

mod assets;
mod audit;
mod error;
mod layout;
mod list_query;
mod order;
mod orders;
mod overview;
mod products;
mod resend_mail;
mod same_origin;
mod session;
mod sign_in;
mod sign_in_link;
mod staff_page;
mod stock;
mod stock_rules;
mod variant;

use axum::Router;
use axum::middleware::map_response;
use axum::routing::{any, get, post};
use shared::app::App;
use utoipa_axum::router::OpenApiRouter;

use error::PageError;
use staff_page::StaffPage;

/// Returns every route of this function. Pages for people are not in the OpenAPI document.
pub fn router() -> OpenApiRouter<App> {
    let pages = Router::new()
        .route("/admin/", get(overview::get_overview))
        .route("/admin/orders/", get(orders::list_orders))
        .route("/admin/orders/{id}/", get(order::get_order))
        .route("/admin/orders/{id}/resend-mail/", post(resend_mail::resend_mail))
        .route("/admin/stock/", get(stock::list_stock))
        .route("/admin/stock/{variant_id}/", get(variant::get_variant).post(variant::change_stock))
        .route("/admin/stock/{variant_id}/rules/", post(stock_rules::set_stock_rules))
        .route("/admin/products/", get(products::list_products))
        .route("/admin/audit/", get(audit::list_audit))
        .route("/admin/sign-in/", get(sign_in::get_sign_in))
        .route("/admin/session/", post(session::begin_session))
        .route("/admin/sign-out/", post(session::end_session))
        .route("/admin/style.css/", get(assets::get_style))
        .route("/admin/sign-in.js/", get(assets::get_script))
        .route("/admin/{*rest}", any(not_found))
        .method_not_allowed_fallback(method_not_allowed)
        .layer(map_response(layout::set_page_headers));
    OpenApiRouter::with_openapi(shared::http::document()).merge(pages.into())
}

/// Returns the error for a known path with another method.
async fn method_not_allowed() -> PageError {
    PageError::MethodNotAllowed
}

/// Returns the error for every other path.
async fn not_found(_: StaffPage) -> PageError {
    PageError::NotFound
}
