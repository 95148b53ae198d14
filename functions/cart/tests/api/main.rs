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
mod list;
mod ownership;
mod removed_variants;

use serde_json::Value;
use shared::ids::CartId;
use shared::testing::{Answer, TestApp};
use sqlx::PgPool;

fn app(db: PgPool) -> TestApp {
    TestApp::new(db, cart::router())
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
