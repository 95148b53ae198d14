//! The log line of a request.

use std::sync::Arc;

use serde_json::{Value, json};
use shared::app::metrics::Metric;
use shared::testing::{Client, RecordedLogs, RecordingQueue, TestApp};
use shared::time::Timestamp;
use sqlx::PgPool;

use crate::{a_client, line_of};

const TRACE_ID: &str = "1-5759e988-bd862e3fe1be46a994272793";

fn a_shop(db: PgPool) -> (TestApp, Client, RecordedLogs) {
    let app = TestApp::without_routes(db);
    let client = a_client(&app, Arc::new(RecordingQueue::default()));
    (app, client, RecordedLogs::start())
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn a_request_is_logged_in_one_line_that_lambda_can_read(db: PgPool) {
    let (app, client, logs) = a_shop(db);
    let order = app.an_order().await.order;
    let ana = app.a_user().await;

    let trace = format!("Root={TRACE_ID};Parent=53995c3f42cd8ad8;Sampled=1");
    let path = format!("/api/v1/orders/{}", order.id);
    let answer = client.bearer(&ana.token).header("x-amzn-trace-id", &trace).get(&path).await.expect(404);

    let line = line_of(&logs, &answer);
    // Lambda itself reads the timestamp and the level: without a timestamp in RFC 3339 it would take errors for INFO.
    assert!(serde_json::from_value::<Timestamp>(line["timestamp"].clone()).is_ok(), "{line}");
    assert_eq!(line["level"], "INFO");
    assert_eq!(
        line["span"],
        json!({"name": "request", "request_id": answer.header("x-request-id"), "trace_id": TRACE_ID})
    );
    assert_eq!((&line["method"], &line["status"]), (&json!("GET"), &json!(404)));
    assert_eq!(line["route"], "/api/v1/orders/{id}/", "the template");
    assert_eq!(line["user_id"], ana.id.0);
    assert_eq!(line["cold_start"], true);
    assert!(line["duration_ms"].as_f64().is_some_and(|ms| ms > 0.0), "{line}");
    assert!(!line.to_string().contains(&order.id.to_string()), "{line}");
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn only_the_first_request_is_a_cold_start(db: PgPool) {
    let (app, client, logs) = a_shop(db);
    for cold_start in [true, false, false] {
        let answer = client.get("/api/v1/catalogue/").await.expect(200);
        assert_eq!(line_of(&logs, &answer)["cold_start"], cold_start);
    }
    assert_eq!(app.metrics.values_of(Metric::ColdStarts), [1]);
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn only_a_caller_with_a_valid_token_is_named(db: PgPool) {
    let (app, client, logs) = a_shop(db);
    let (ana, staff) = (app.a_user().await, app.a_staff_user().await);
    let nobody = Value::Null;
    let cart = json!({"cart_id": app.a_cart().of(ana.id).create().await});
    let as_ana = client.clone().bearer(&ana.token);
    let page =
        client.clone().header("origin", "http://shop.test").header("cookie", &format!("shop_staff={}", staff.token));
    let session = json!({"access": staff.token});

    for (answer, user) in [
        // Bearer, MaybeBearer, CurrentUser.
        (as_ana.post("/api/v1/orders/", cart.clone()).await.expect(409), &json!(ana.id)),
        (as_ana.post("/api/v1/cart/", json!({})).await.expect(201), &json!(ana.id)),
        (as_ana.get("/auth/users/me/").await.expect(200), &json!(ana.id)),
        (client.post("/api/v1/cart/", json!({})).await.expect(201), &nobody),
        (client.clone().bearer("forged").post("/api/v1/orders/", cart).await.expect(401), &nobody),
        // The pages for staff: signing in, a page, and the redirect from the sign-in form for a caller with a session.
        (page.post("/admin/session/", session).await.expect(204), &json!(staff.id)),
        (page.get("/admin/").await.expect(200), &json!(staff.id)),
        (page.get("/admin/sign-in/").await.expect(303), &json!(staff.id)),
        (client.get("/admin/").await.expect(303), &nobody),
    ] {
        let line = line_of(&logs, &answer);
        assert_eq!(&line["user_id"], user, "{line}");
    }
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn the_path_of_a_request_without_a_route_is_not_logged(db: PgPool) {
    let (_app, client, logs) = a_shop(db);
    let answer = client.get("/auth/users/activation/a-token-in-a-path/").await.expect(404);
    let line = line_of(&logs, &answer);
    assert_eq!((&line["route"], &line["status"]), (&Value::Null, &json!(404)));
    assert!(!logs.text().contains("a-token-in-a-path"), "{}", logs.text());
}
