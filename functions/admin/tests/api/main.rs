//! Tests of the admin pages.
#![expect(clippy::unwrap_used, reason = "tests fail by panicking, and so do their helpers")]

mod audit;
mod currencies;
mod escaping;
mod forms;
mod orders;
mod overview;
mod products;
mod session;
mod stock;
mod who_may_see;

use axum::body::Body;
use http::Method;
use shared::ids::VariantId;
use shared::testing::{Answer, Client, TestApp, TestUser};
use sqlx::PgPool;

const ORIGIN: &str = "http://shop.test";

fn an_app(db: PgPool) -> TestApp {
    TestApp::new(db, admin::router())
}

/// Returns the pages of a shop that requires a second factor of its staff.
fn a_strict_app(db: PgPool) -> TestApp {
    TestApp::with_state(db, admin::router(), |mut app, _| {
        app.auth_options.staff_needs_second_factor = true;
        app
    })
}

/// Returns a browser with this user's token in the cookie.
fn browser_of(app: &TestApp, user: &TestUser) -> Client {
    app.anonymous().header("cookie", &format!("theme=dark; shop_staff={}", user.token))
}

/// Returns a browser of a member of staff.
async fn a_staff_browser(app: &TestApp) -> Client {
    browser_of(app, &app.a_staff_user().await)
}

/// Sends a form as these pages do.
async fn submit(client: &Client, path: &str, form: &str) -> Answer {
    let form = form.to_owned();
    client
        .clone()
        .header("origin", ORIGIN)
        .header("content-type", "application/x-www-form-urlencoded")
        .send(Method::POST, path, Body::from(form))
        .await
}

fn stock_path(variant: VariantId) -> String {
    format!("/admin/stock/{variant}/")
}
