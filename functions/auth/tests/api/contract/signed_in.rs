//! The contract of `set_password/` and `set_email/`.

use serde_json::{Value, json};
use shared::testing::TestApp;
use shared::users::AuthOptions;
use sqlx::PgPool;

use super::{BLANK, NO_STRING, NULL, REQUIRED};
use crate::{PASSWORD, register, service, service_with, sql, tokens};

const WRONG: &str = "Invalid password.";
const NEW: &str = "some other harbour";

/// Posts each body as Ana and compares the whole response.
async fn posts(app: &TestApp, path: &str, rows: Vec<(Value, Value)>) {
    register(app, "ana").await;
    register(app, "ben").await;
    let ana = app.anonymous().bearer(&tokens(app, "ana").await.access);
    let before = accounts(app).await;
    for (body, expected) in rows {
        // Wrong passwords are limited, which is not the subject of this test.
        sql(app, "delete from throttles").await;
        let answer = ana.post(path, body.clone()).await;
        assert_eq!((answer.status, &answer.body), (400, &expected), "{path} {body}");
    }
    assert_eq!(app.anonymous().post(path, json!({})).await.expect(401).body["code"], "not_authenticated");
    assert_eq!(accounts(app).await, before, "nothing was written");
}

async fn accounts(app: &TestApp) -> Vec<(String, String, bool)> {
    let all = sqlx::query_as("select email, password_hash, is_active from users order by id");
    all.fetch_all(&app.db).await.unwrap()
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn changing_a_password_answers_as_djoser_does(db: PgPool) {
    let too_short = "This password is too short. It must contain at least 8 characters.";
    let too_common = "This password is too common.";
    let numeric = "This password is entirely numeric.";
    let both = |new: Value, current: Value| json!({"new_password": new, "current_password": current});
    let rows = vec![
        (json!({}), json!({"new_password": [REQUIRED], "current_password": [REQUIRED]})),
        (both(json!(""), json!("")), json!({"new_password": [BLANK], "current_password": [BLANK]})),
        (both(json!(null), json!(null)), json!({"new_password": [NULL], "current_password": [NULL]})),
        (both(json!([]), json!({})), json!({"new_password": [NO_STRING], "current_password": [NO_STRING]})),
        (json!({"current_password": PASSWORD}), json!({"new_password": [REQUIRED]})),
        (json!({"new_password": NEW}), json!({"current_password": [REQUIRED]})),
        (both(json!(NEW), json!("a quiet harbou")), json!({"current_password": [WRONG]})),
        // The current password is checked with the fields, the new one only if all fields are valid.
        (json!({"current_password": "x"}), json!({"new_password": [REQUIRED], "current_password": [WRONG]})),
        (both(json!("12345"), json!("x")), json!({"current_password": [WRONG]})),
        (both(json!("12345"), json!(PASSWORD)), json!({"new_password": [too_short, too_common, numeric]})),
        (
            both(json!("ana@example"), json!(PASSWORD)),
            json!({"new_password": ["The password is too similar to the email."]}),
        ),
    ];
    posts(&service(db), "/auth/users/set_password/", rows).await;
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn changing_an_address_answers_as_djoser_does(db: PgPool) {
    let both = |new: Value, current: Value| json!({"new_email": new, "current_password": current});
    let taken = "user with this email already exists.";
    let no_address = "Enter a valid email address.";
    let rows = vec![
        (json!({}), json!({"new_email": [REQUIRED], "current_password": [REQUIRED]})),
        (both(json!(""), json!("")), json!({"new_email": [BLANK], "current_password": [BLANK]})),
        (both(json!(null), json!(null)), json!({"new_email": [NULL], "current_password": [NULL]})),
        (both(json!({}), json!([])), json!({"new_email": [NO_STRING], "current_password": [NO_STRING]})),
        (both(json!("anna"), json!(PASSWORD)), json!({"new_email": [no_address]})),
        (both(json!("anna"), json!("x")), json!({"new_email": [no_address], "current_password": [WRONG]})),
        (both(json!("anna@example.com"), json!("x")), json!({"current_password": [WRONG]})),
        (both(json!("ben@example.com"), json!(PASSWORD)), json!({"new_email": [taken]})),
        (both(json!("BEN@Example.com"), json!(PASSWORD)), json!({"new_email": [taken]})),
        (both(json!("ana@example.com"), json!(PASSWORD)), json!({"new_email": [taken]})),
        // The error does not say that the address is taken, as Djoser would tell every caller with a token.
        (both(json!("ben@example.com"), json!("x")), json!({"current_password": [WRONG]})),
    ];
    posts(&service(db), "/auth/users/set_email/", rows).await;
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn the_repeated_password_must_match(db: PgPool) {
    let options = AuthOptions { set_password_retype: true, ..AuthOptions::default() };
    let with =
        |new: &str, again: Value| json!({"current_password": PASSWORD, "new_password": new, "re_new_password": again});
    let mismatch = json!({"non_field_errors": ["The two password fields didn't match."]});
    let all = json!({"new_password": [REQUIRED], "re_new_password": [REQUIRED], "current_password": [REQUIRED]});
    let numeric = json!({"new_password": ["This password is entirely numeric."]});
    let rows = vec![
        (json!({}), all),
        (with(NEW, json!(null)), json!({"re_new_password": [NULL]})),
        (with(NEW, json!("some other harbou")), mismatch),
        (with("8402938475610", json!("some other harbour")), numeric),
    ];
    posts(&service_with(db, options), "/auth/users/set_password/", rows).await;
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn the_repeated_address_must_match(db: PgPool) {
    let options = AuthOptions { set_username_retype: true, ..AuthOptions::default() };
    let with = |new: &str, again: &str| json!({"current_password": PASSWORD, "new_email": new, "re_new_email": again});
    let mismatch = json!({"non_field_errors": ["The two email fields didn't match."]});
    let all = json!({"new_email": [REQUIRED], "re_new_email": [REQUIRED], "current_password": [REQUIRED]});
    let rows = vec![
        (json!({}), all),
        (with("anna@example.com", ""), json!({"re_new_email": [BLANK]})),
        (with("anna@example.com", "hanna@example.com"), mismatch),
    ];
    posts(&service_with(db, options), "/auth/users/set_email/", rows).await;
}
