//! Options of a shop that change the public requests.

use serde_json::{Value, json};
use shared::testing::TestApp;
use shared::users::AuthOptions;
use shared::users::links::Purpose;
use sqlx::PgPool;

use super::{BLANK, REQUIRED};
use crate::mailed_links::{a_link, published_events};
use crate::{PASSWORD, register, service_with};

const NEW: &str = "some other harbour";

fn mismatch(what: &str) -> Value {
    json!({"non_field_errors": [format!("The two {what} fields didn't match.")]})
}

async fn assert_refused(app: &TestApp, path: &str, body: Value, expected: Value) {
    let answer = app.anonymous().post(path, body.clone()).await.expect(400);
    assert_eq!(answer.body, expected, "{path} {body}");
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn registering_can_require_the_password_twice(db: PgPool) {
    let app = service_with(db, AuthOptions { user_create_password_retype: true, ..AuthOptions::default() });
    let path = "/auth/users/";
    let with = |name: &str, password: &str, again: Value| json!({"email": format!("{name}@example.com"), "username": name, "password": password, "re_password": again});
    let all = json!({"email": [REQUIRED], "username": [REQUIRED], "password": [REQUIRED], "re_password": [REQUIRED]});
    assert_refused(&app, path, json!({}), all).await;
    assert_refused(&app, path, with("ana", PASSWORD, json!("")), json!({"re_password": [BLANK]})).await;
    assert_refused(&app, path, with("ana", PASSWORD, json!(NEW)), mismatch("password")).await;
    let numeric = json!({"password": ["This password is entirely numeric."]});
    assert_refused(&app, path, with("ana", "8402938475610", json!(NEW)), numeric).await;
    app.anonymous().post(path, with("ana", PASSWORD, json!(PASSWORD))).await.expect(201);
    // A taken name is reported before the mismatch, and a taken address only after a good password.
    let taken = json!({"username": ["user with this username already exists."]});
    assert_refused(&app, path, with("ana", PASSWORD, json!(NEW)), taken).await;
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn a_reset_by_link_can_require_the_new_value_twice(db: PgPool) {
    let options = AuthOptions {
        password_reset_confirm_retype: true,
        username_reset_confirm_retype: true,
        ..AuthOptions::default()
    };
    let app = service_with(db, options);
    let ana = register(&app, "ana").await;

    let path = "/auth/users/reset_password_confirm/";
    let link = a_link(&app, ana, Purpose::PasswordReset).await;
    let missing = json!({"re_new_password": [REQUIRED]});
    assert_refused(&app, path, link.with(json!({"new_password": NEW})), missing).await;
    let body = link.with(json!({"new_password": NEW, "re_new_password": PASSWORD}));
    assert_refused(&app, path, body, mismatch("password")).await;
    let body = link.with(json!({"new_password": NEW, "re_new_password": NEW}));
    app.anonymous().post(path, body).await.expect(204);

    let path = "/auth/users/reset_email_confirm/";
    let link = a_link(&app, ana, Purpose::EmailReset).await;
    assert_refused(&app, path, json!({}), json!({"new_email": [REQUIRED], "re_new_email": [REQUIRED]})).await;
    let body = link.with(json!({"new_email": "anna@example.com", "re_new_email": "hanna@example.com"}));
    assert_refused(&app, path, body, mismatch("email")).await;
    let body = link.with(json!({"new_email": "anna@example.com", "re_new_email": "anna@example.com"}));
    app.anonymous().post(path, body).await.expect(204);
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn requesting_a_link_can_reveal_that_there_is_no_account(db: PgPool) {
    for (options, db) in [
        (AuthOptions { password_reset_show_email_not_found: true, ..AuthOptions::default() }, db.clone()),
        (AuthOptions { username_reset_show_email_not_found: true, ..AuthOptions::default() }, db),
    ] {
        let app = service_with(db, options);
        sqlx::query("truncate users, outbox, throttles cascade").execute(&app.db).await.unwrap();
        register(&app, "ana").await;
        register(&app, "ben").await;
        sqlx::query("update users set is_active = false where username = 'ben'").execute(&app.db).await.unwrap();
        for path in ["/auth/users/reset_password/", "/auth/users/reset_email/"] {
            let no_account = json!(["User with given email does not exist."]);
            for who in ["ben", "nobody"] {
                assert_refused(&app, path, json!({"email": format!("{who}@example.com")}), no_account.clone()).await;
            }
            assert_refused(&app, path, json!({}), json!({"email": [REQUIRED]})).await;
            app.anonymous().post(path, json!({"email": "Ana@example.com"})).await.expect(204);
        }
        assert_eq!(
            published_events(&app).await,
            ["email_reset_requested Ana@example.com", "password_reset_requested Ana@example.com"]
        );
    }
}
