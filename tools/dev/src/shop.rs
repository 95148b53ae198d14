//! All HTTP functions in one process: the same routers as in Lambda, in the same service.

use std::sync::Arc;

use auth::{AuthState, KeyRing, Keys, Lifetimes};
use axum::Router;
use orders::OrdersState;
use shared::app::{App, service};
use shared::outbox::Queue;
use shared::storage::Storage;
use shared::transfers::JobQueue;
use transfers::TransfersState;
use uploads::{Images, UploadsState};
use utoipa::openapi::OpenApi;
use utoipa_axum::router::OpenApiRouter;

/// Everything that the functions need.
#[derive(Clone)]
pub struct Parts {
    /// State of every function.
    pub app: App,
    /// Keys of `auth`.
    pub keys: Keys,
    /// Queue of events.
    pub queue: Arc<dyn Queue>,
    /// Storage of private files.
    pub storage: Arc<dyn Storage>,
    /// Storage of public images.
    pub images: Images,
    /// Queue of `transfer-worker`.
    pub jobs: Arc<dyn JobQueue>,
}

/// Builds the whole shop.
pub fn shop(parts: Parts) -> Router {
    let Parts { app, keys, queue, storage, images, jobs } = parts;
    let auth = AuthState {
        app: app.clone(),
        keys: Arc::new(KeyRing::of(keys)),
        lifetimes: Lifetimes::default(),
        queue: queue.clone(),
    };
    let orders = OrdersState { app: app.clone(), queue };
    let transfers = TransfersState { app: app.clone(), storage: storage.clone(), jobs };
    let uploads = UploadsState::new(app.clone(), storage, images);
    let functions = OpenApiRouter::new()
        .merge(auth::router().with_state(auth))
        .merge(catalogue::router())
        .merge(cart::router())
        .merge(orders::router().with_state(orders))
        .merge(docs::router())
        .merge(admin::router())
        .merge(uploads::router().with_state(uploads))
        .merge(transfers::router().with_state(transfers));
    service(functions, app)
}

/// Returns the OpenAPI document of each function with the function's name.
pub fn documents() -> Vec<(&'static str, OpenApi)> {
    vec![
        ("auth", auth::router().into_openapi()),
        ("catalogue", catalogue::router().into_openapi()),
        ("cart", cart::router().into_openapi()),
        ("orders", orders::router().into_openapi()),
        ("docs", docs::router().into_openapi()),
        ("admin", admin::router().into_openapi()),
        ("uploads", uploads::router().into_openapi()),
        ("transfers", transfers::router().into_openapi()),
    ]
}
