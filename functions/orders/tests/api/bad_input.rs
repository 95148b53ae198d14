//! Invalid requests get a 4xx and change nothing.

use axum::body::Body;
use http::Method;
use serde_json::{Value, json};
use sqlx::PgPool;

use super::an_app;

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn an_invalid_body_is_refused_field_by_field(db: PgPool) {
    let (app, _) = an_app(db);
    let ana = app.a_user().await;
    let client = app.client_of(&ana);
    let cart = "00000000-0000-4000-8000-000000000000";
    for (body, expected) in [
        (json!({}), json!({"cart_id": ["This field is required."]})),
        (json!({"cart_id": null}), json!({"cart_id": ["This field may not be null."]})),
        (json!({"cart_id": 7}), json!({"cart_id": ["Must be a valid UUID."]})),
        (json!({"cart_id": "\u{0}"}), json!({"cart_id": ["Must be a valid UUID."]})),
        (json!({"cart_id": "'; drop table orders; --"}), json!({"cart_id": ["Must be a valid UUID."]})),
        (
            json!({"cart_id": cart, "expected_total": "-1"}),
            json!({"expected_total": ["Ensure this value is greater than or equal to 0."]}),
        ),
        (json!({"cart_id": cart, "expected_total": "1e9"}), json!({"expected_total": ["A valid number is required."]})),
        (json!({"cart_id": cart, "expected_total": [1]}), json!({"expected_total": ["A valid number is required."]})),
        (
            json!({"cart_id": cart, "expectedTotal": "1.00"}),
            json!({"expectedTotal": ["Unknown field. Did you mean \"expected_total\"?"]}),
        ),
        (
            json!({"cart": cart, "total": "1.00"}),
            json!({
                "cart_id": ["This field is required."],
                "cart": ["Unknown field. Did you mean \"cart_id\"?"],
                "total": ["Unknown field. The known fields are: cart_id, expected_total."],
            }),
        ),
        (json!([]), json!({"non_field_errors": ["Invalid data. Expected a dictionary, but got list."]})),
    ] {
        assert_eq!(client.post("/api/v1/orders/", body).await.expect(400).body, expected);
    }
    client.post("/api/v1/orders/", json!({"cart_id": cart})).await.expect(404);
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn an_unreadable_body_is_refused(db: PgPool) {
    let (app, _) = an_app(db);
    let ana = app.a_user().await;
    let client = app.client_of(&ana).header("content-type", "application/json");
    let broken = client.send(Method::POST, "/api/v1/orders/", Body::from("{\"cart_id\":")).await.expect(400);
    assert!(broken.body["detail"].as_str().unwrap().starts_with("JSON parse error - "));
    let huge = client.send(Method::POST, "/api/v1/orders/", Body::from(vec![b' '; 10_000_000])).await.expect(413);
    assert_eq!(huge.body["code"], "too_large");
    let text = client
        .header("content-type", "text/plain")
        .send(Method::POST, "/api/v1/orders/", Body::from("x"))
        .await
        .expect(415);
    assert_eq!(text.body["detail"], "Unsupported media type \"text/plain\" in request.");
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn an_idempotency_key_has_1_to_255_characters(db: PgPool) {
    let (app, _) = an_app(db);
    let ana = app.a_user().await;
    for key in ["", &"x".repeat(256)] {
        let answer = app
            .client_of(&ana)
            .header("idempotency-key", key)
            .post("/api/v1/orders/", json!({"cart_id": "00000000-0000-4000-8000-000000000000"}))
            .await;
        assert!(answer.expect(400).body["Idempotency-Key"].is_array());
    }
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn the_limit_of_an_idempotency_key_counts_characters_and_not_bytes(db: PgPool) {
    let (app, _) = an_app(db);
    let ana = app.a_user().await;
    // The cart does not exist, so a key that is accepted gets 404.
    for (characters, status) in [(255, 404), (256, 400)] {
        app.client_of(&ana)
            .header("idempotency-key", &"é".repeat(characters))
            .post("/api/v1/orders/", json!({"cart_id": "00000000-0000-4000-8000-000000000000"}))
            .await
            .expect(status);
    }
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn a_caller_without_a_token_gets_401_before_validation(db: PgPool) {
    let (app, _) = an_app(db);
    for path in ["/api/v1/orders/", "/api/v1/orders/nonsense/", "/api/v1/orders"] {
        let answer = app.anonymous().get(path).await.expect(401);
        assert_eq!(answer.header("www-authenticate"), "Bearer realm=\"api\"");
    }
    let answer = app.anonymous().post("/api/v1/orders/", Value::Null).await.expect(401);
    assert_eq!(answer.body["code"], "not_authenticated");
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn another_method_returns_405_with_the_allowed_methods(db: PgPool) {
    let (app, _) = an_app(db);
    let answer = app.anonymous().delete("/api/v1/orders/").await.expect(405);
    assert_eq!(answer.body, json!({"detail": "Method \"DELETE\" not allowed.", "code": "method_not_allowed"}));
    assert_eq!(answer.header("allow"), "POST,GET,HEAD");
    let answer = app.anonymous().get("/api/v1/nowhere").await.expect(404);
    assert_eq!(answer.body["code"], "not_found");
    assert_ne!(answer.header("x-request-id"), "");
}
