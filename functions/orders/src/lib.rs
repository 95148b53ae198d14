//! Checkout, and the caller's orders: `/api/v1/orders/`.

mod create;
mod get;
mod list;

use std::sync::Arc;

use axum::extract::FromRef;
use shared::app::{App, Environment};
use shared::aws::Sqs;
use shared::outbox::Queue;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

/// The state of the handlers.
#[derive(Clone, FromRef)]
pub struct OrdersState {
    /// State that every function has.
    pub app: App,
    /// Queue of the order events.
    pub queue: Arc<dyn Queue>,
}

impl OrdersState {
    /// Creates the state with the queue that the environment names.
    pub fn from_environment(app: App, environment: &Environment) -> anyhow::Result<Self> {
        Ok(Self { app, queue: Arc::new(Sqs::from_environment(environment)?) })
    }
}

/// Returns every route of this function.
pub fn router() -> OpenApiRouter<OrdersState> {
    OpenApiRouter::with_openapi(shared::http::document())
        .routes(routes!(create::create_order, list::list_orders))
        .routes(routes!(get::get_order))
}
