//! `/api/v1/orders/`: checkout, and one's own orders.

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

/// What the handlers have.
#[derive(Clone, FromRef)]
pub struct Orders {
    /// What every function has.
    pub app: App,
    /// Where the news of an order goes.
    pub queue: Arc<dyn Queue>,
}

impl Orders {
    /// With the queue that the environment names.
    pub fn from_environment(app: App, environment: &Environment) -> anyhow::Result<Self> {
        Ok(Self { app, queue: Arc::new(Sqs::from_environment(environment)?) })
    }
}

/// Every route of this function.
pub fn router() -> OpenApiRouter<Orders> {
    OpenApiRouter::with_openapi(shared::http::document())
        .routes(routes!(create::create_order, list::list_orders))
        .routes(routes!(get::get_order))
}
