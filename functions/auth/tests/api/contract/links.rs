//! Public requests: requesting links and opening them.

use serde_json::{Value, json};
use shared::testing::TestApp;
use shared::users::AuthOptions;
use shared::users::links::{Purpose, uid};
use sqlx::PgPool;

use super::{BLANK, NO_STRING, NULL, REQUIRED};
use crate::mailed_links::{a_link, register_and_activate};
use crate::{register, service, service_with, sql};

const NO_USER: &str = "Invalid user id or user doesn't exist.";
const NO_TOKEN: &str = "Invalid token for given user.";
const NO_ADDRESS: &str = "Enter a valid email address.";
const NEW: &str = "some other harbour";

/// Posts each body and compares the whole response.
async fn posts(app: &TestApp, path: &str, rows: Vec<(Value, Value)>) {
    for (body, expected) in rows {
        let answer = app.anonymous().post(path, body.clone()).await;
        assert_eq!((answer.status, &answer.body), (400, &expected), "{path} {body}");
    }
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn requesting_a_link_answers_the_same_for_every_address(db: PgPool) {
    let app = service_with(db, AuthOptions { send_activation_email: true, ..AuthOptions::default() });
    register_and_activate(&app, "ana").await;
    register(&app, "ben").await;
    for path in ["/auth/users/reset_password/", "/auth/users/reset_email/", "/auth/users/resend_activation/"] {
        sql(&app, "delete from throttles").await;
        for who in ["ana", "ben", "nobody"] {
            let body = json!({"email": format!("{who}@example.com")});
            let answer = app.anonymous().post(path, body).await.expect(204);
            assert_eq!(answer.text, "", "{path} {who}");
        }
        let rows = vec![
            (json!({}), json!({"email": [REQUIRED]})),
            (json!({"email": ""}), json!({"email": [BLANK]})),
            (json!({"email": null}), json!({"email": [NULL]})),
            (json!({"email": []}), json!({"email": [NO_STRING]})),
            (json!({"email": "ana"}), json!({"email": [NO_ADDRESS]})),
        ];
        posts(&app, path, rows).await;
    }
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn resending_an_activation_is_refused_without_the_option(db: PgPool) {
    let app = service(db);
    register(&app, "ana").await;
    for email in ["ana@example.com", "nobody@example.com"] {
        let answer = app.anonymous().post("/auth/users/resend_activation/", json!({"email": email})).await.expect(400);
        assert_eq!(answer.text, "");
    }
    posts(&app, "/auth/users/resend_activation/", vec![(json!({}), json!({"email": [REQUIRED]}))]).await;
    assert_eq!(app.count("select count(*) from outbox").await, 0);
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn activating_answers_as_djoser_does(db: PgPool) {
    let app = service(db);
    let ana = register(&app, "ana").await;
    let link = a_link(&app, ana, Purpose::ActivateUser).await;
    let rows = vec![
        (json!({}), json!({"uid": [REQUIRED], "token": [REQUIRED]})),
        (json!({"uid": "", "token": ""}), json!({"uid": [BLANK], "token": [BLANK]})),
        (json!({"uid": null, "token": null}), json!({"uid": [NULL], "token": [NULL]})),
        (json!({"uid": [], "token": {}}), json!({"uid": [NO_STRING], "token": [NO_STRING]})),
        (json!({"uid": "!", "token": link.token}), json!({"uid": [NO_USER]})),
        (json!({"uid": "OTk5OTk5", "token": link.token}), json!({"uid": [NO_USER]})),
        (json!({"uid": link.uid, "token": "x"}), json!({"token": [NO_TOKEN]})),
        (json!({"uid": link.uid, "token": "1-00000000000000000000000000000000"}), json!({"token": [NO_TOKEN]})),
    ];
    posts(&app, "/auth/users/activation/", rows).await;
    for _ in 0..2 {
        let stale = app.anonymous().post("/auth/users/activation/", link.with(json!({}))).await.expect(403);
        assert_eq!(stale.body, json!({"detail": "Stale token for given user.", "code": "stale_token"}));
    }
    sql(&app, "delete from mailed_links").await;
    sql(&app, "update users set is_active = false").await;
    let link = a_link(&app, ana, Purpose::ActivateUser).await;
    let answer = app.anonymous().post("/auth/users/activation/", link.with(json!({}))).await.expect(204);
    assert_eq!(answer.text, "");
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn resetting_a_password_answers_as_djoser_does(db: PgPool) {
    let app = service(db);
    let ana = register(&app, "ana").await;
    let link = a_link(&app, ana, Purpose::PasswordReset).await;
    let path = "/auth/users/reset_password_confirm/";
    let numeric = "This password is entirely numeric.";
    let required = json!({"uid": [REQUIRED], "token": [REQUIRED], "new_password": [REQUIRED]});
    let rows = vec![
        (json!({}), required),
        (
            json!({"uid": "", "token": null, "new_password": []}),
            json!({"uid": [BLANK], "token": [NULL], "new_password": [NO_STRING]}),
        ),
        (json!({"uid": "!", "token": link.token, "new_password": NEW}), json!({"uid": [NO_USER]})),
        (json!({"uid": "OTk5OTk5", "token": link.token, "new_password": NEW}), json!({"uid": [NO_USER]})),
        (json!({"uid": link.uid, "token": "x", "new_password": NEW}), json!({"token": [NO_TOKEN]})),
        // The password alone is checked before the link, its similarity to the name of the user after it.
        (json!({"uid": "!", "token": "x", "new_password": "8402938475610"}), json!({"new_password": [numeric]})),
        (json!({"uid": link.uid, "token": "x", "new_password": "ana@example"}), json!({"token": [NO_TOKEN]})),
        (link.with(json!({"new_password": "8402938475610"})), json!({"new_password": [numeric]})),
        (
            link.with(json!({"new_password": "ana@example"})),
            json!({"new_password": ["The password is too similar to the email."]}),
        ),
    ];
    posts(&app, path, rows).await;
    // None of these requests used the link up.
    let answer = app.anonymous().post(path, link.with(json!({"new_password": NEW}))).await.expect(204);
    assert_eq!(answer.text, "");
    posts(&app, path, vec![(link.with(json!({"new_password": NEW})), json!({"token": [NO_TOKEN]}))]).await;
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn resetting_an_address_answers_as_djoser_does(db: PgPool) {
    let app = service(db);
    let ana = register(&app, "ana").await;
    register(&app, "ben").await;
    let link = a_link(&app, ana, Purpose::EmailReset).await;
    let path = "/auth/users/reset_email_confirm/";
    let new = "anna@example.com";
    let taken = json!({"new_email": ["user with this email already exists."]});
    let rows = vec![
        (json!({}), json!({"new_email": [REQUIRED]})),
        (json!({"uid": "", "token": "", "new_email": ""}), json!({"new_email": [BLANK]})),
        (json!({"new_email": null}), json!({"new_email": [NULL]})),
        (json!({"new_email": {}}), json!({"new_email": [NO_STRING]})),
        (json!({"new_email": "anna"}), json!({"new_email": [NO_ADDRESS]})),
        (json!({"new_email": new}), json!({"uid": [NO_USER]})),
        (json!({"uid": "!", "new_email": new}), json!({"uid": [NO_USER]})),
        (json!({"uid": uid(ana), "new_email": new}), json!({"token": [NO_TOKEN]})),
        (json!({"uid": uid(ana), "token": "x", "new_email": new}), json!({"token": [NO_TOKEN]})),
        // Only a caller with a valid link learns that an address is taken.
        (json!({"uid": uid(ana), "token": "x", "new_email": "ben@example.com"}), json!({"token": [NO_TOKEN]})),
        (link.with(json!({"new_email": "BEN@example.com"})), taken.clone()),
        (link.with(json!({"new_email": "ana@example.com"})), taken),
    ];
    posts(&app, path, rows).await;
    let answer = app.anonymous().post(path, link.with(json!({"new_email": new}))).await.expect(204);
    assert_eq!(answer.text, "");
    posts(&app, path, vec![(link.with(json!({"new_email": new})), json!({"token": [NO_TOKEN]}))]).await;
}
