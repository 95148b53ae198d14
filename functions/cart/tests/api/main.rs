//! Tests of the cart's endpoints.
#![expect(clippy::unwrap_used, reason = "tests fail by panicking")]

mod add_item;
mod bad_input;
mod change;
mod checkout;
mod create;
mod currencies;
mod for_sale;
mod get;
mod idempotency;
mod limits;
mod list;
mod ownership;
mod removed_variants;

use serde_json::Value;
use shared::app::App;
use shared::ids::CartId;
use shared::shop::ShopOptions;
use shared::testing::{Answer, TestApp};
use sqlx::PgPool;

fn app(db: PgPool) -> TestApp {
    TestApp::new(db, cart::router())
}

/// Returns the service of a shop with these options.
fn app_with(db: PgPool, options: ShopOptions) -> TestApp {
    TestApp::with_state(db, cart::router(), |app, _| App { options, ..app })
}

fn path(cart: CartId) -> String {
    format!("/api/v1/cart/{cart}/")
}

fn items(cart: CartId) -> String {
    format!("/api/v1/cart/{cart}/items/")
}

fn item(cart: CartId, line: &Value) -> String {
    format!("/api/v1/cart/{cart}/items/{line}/")
}

fn cart_id(answer: &Answer) -> CartId {
    answer.body["id"].as_str().unwrap().parse().unwrap()
}
