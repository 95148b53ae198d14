//! Tests of checkout and of the buyer's orders.
#![expect(clippy::unwrap_used, reason = "tests fail by panicking, and so do their helpers")]

mod backorders;
mod bad_input;
mod create;
mod currencies;
mod disk;
mod for_sale;
mod get;
mod idempotency;
mod limits;
mod line_order;
mod list;
mod many_buyers;
mod observed;
mod queue;
mod random_sales;
mod settings;
mod signed_out;
mod sqs;
mod untracked;
mod waiting;

use std::sync::Arc;

use orders::OrdersState;
use serde_json::{Value, json};
use shared::app::App;
use shared::ids::CartId;
use shared::outbox::Queue;
use shared::shop::ShopOptions;
use shared::testing::{Answer, RecordingQueue, TestApp, TestUser};
use sqlx::PgPool;

/// Returns the function with a queue that records its events.
fn an_app(db: PgPool) -> (TestApp, Arc<RecordingQueue>) {
    let queue = Arc::new(RecordingQueue::default());
    (an_app_with(db, queue.clone()), queue)
}

fn an_app_with(db: PgPool, queue: Arc<dyn Queue>) -> TestApp {
    TestApp::with_state(db, orders::router(), |app, _| OrdersState { app, queue })
}

/// Returns the function of a shop with these options.
fn an_app_of(db: PgPool, options: ShopOptions) -> TestApp {
    TestApp::with_state(db, orders::router(), |app, _| OrdersState {
        app: App { options, ..app },
        queue: Arc::new(RecordingQueue::default()),
    })
}

fn body(cart: CartId) -> Value {
    json!({ "cart_id": cart })
}

async fn check_out(app: &TestApp, user: &TestUser, cart: CartId) -> Answer {
    app.client_of(user).post("/api/v1/orders/", body(cart)).await
}
