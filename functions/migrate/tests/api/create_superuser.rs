//! The first of the staff.

use std::sync::Arc;

use migrate::{Migrate, handle};
use serde_json::{Value, json};
use shared::app::SystemRng;
use shared::testing::TestApp;
use shared::users::passwords::verify;
use sqlx::PgPool;

use crate::connector;

async fn create(app: &TestApp, fields: Value) -> anyhow::Result<Value> {
    let migrate =
        Migrate { connector: connector(&app.db), currency: None, clock: app.clock.clone(), rng: Arc::new(SystemRng) };
    let mut event = json!({
        "action": "create_superuser",
        "email": "Ana@Example.com",
        "username": "ana",
        "password": "correct horse battery",
    });
    event.as_object_mut().unwrap().extend(fields.as_object().unwrap().clone());
    Ok(serde_json::to_value(handle(&migrate, event).await?)?)
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn they_are_staff_and_their_password_opens_the_account(db: PgPool) {
    let app = TestApp::without_routes(db);

    let done = create(&app, json!({})).await.unwrap();

    assert_eq!(done["action"], "create_superuser");
    assert_eq!((&done["email"], &done["username"]), (&json!("Ana@example.com"), &json!("ana")));
    assert!(!done.to_string().contains("correct horse"), "{done}");
    let (id, password_hash): (i64, String) =
        sqlx::query_as("select id, password_hash from users where is_staff and is_superuser and is_active")
            .fetch_one(&app.db)
            .await
            .unwrap();
    assert_eq!(done["id"], id);
    assert!(verify("correct horse battery".to_owned(), Some(password_hash)).await.unwrap());
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn an_account_that_exists_is_left_as_it_is(db: PgPool) {
    let app = TestApp::without_routes(db);
    let user = app.a_user().await;

    let error = create(&app, json!({"email": user.email})).await.unwrap_err();

    assert_eq!(error.to_string(), "user with this email already exists.");
    assert_eq!(app.count("select count(*) from users where not is_superuser").await, 1);
    assert_eq!(app.count("select count(*) from users").await, 1);
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn what_no_account_may_be_is_refused(db: PgPool) {
    let app = TestApp::without_routes(db);
    for (fields, said) in [
        (json!({"password": "12345678"}), "This password is too common."),
        (json!({"password": ""}), "This password is too short."),
        (json!({"email": "ana"}), "the email address is not valid"),
        (json!({"email": "@example.com"}), "the email address is not valid"),
        (json!({"username": " "}), "a username has 1 to 150 characters"),
        (json!({"username": "a\0b"}), "null characters are not allowed"),
        (json!({"is_staff": true}), "the event names no action of `migrate`"),
        (json!({"password": null}), "the event names no action of `migrate`"),
    ] {
        let error = create(&app, fields.clone()).await.unwrap_err();
        assert!(error.to_string().contains(said), "{fields}: {error}");
    }
    assert_eq!(app.count("select count(*) from users").await, 0);
}
