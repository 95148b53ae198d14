//! The contract with clients of Djoser: exact requests and responses.

mod general;
mod links;
mod options;
mod signed_in;
mod users;

use serde_json::{Value, json};
use sqlx::PgPool;

use crate::{PASSWORD, register, service, tokens};

const REQUIRED: &str = "This field is required.";
const BLANK: &str = "This field may not be blank.";
const NULL: &str = "This field may not be null.";
const NO_STRING: &str = "Not a valid string.";
const NUL_CHARACTER: &str = "Null characters are not allowed.";

/// Posts each body and compares the whole response.
async fn posts(db: PgPool, path: &str, rows: Vec<(Value, u16, Value)>) {
    let app = service(db);
    register(&app, "ana").await;
    for (body, status, expected) in rows {
        let answer = app.anonymous().post(path, body.clone()).await;
        assert_eq!((answer.status, &answer.body), (status, &expected), "{path} {body}");
        if status == 401 {
            assert_eq!(answer.header("www-authenticate"), "Bearer realm=\"api\"");
        }
    }
    assert_eq!(app.count("select count(*) from users").await, 1, "nothing was written");
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn registering_answers_as_djoser_does(db: PgPool) {
    let with = |changes: Value| {
        let mut body = json!({"email": "ben@example.com", "username": "ben", "password": PASSWORD});
        body.as_object_mut().unwrap().extend(changes.as_object().unwrap().clone());
        body
    };
    let too_long = |max: u32| format!("Ensure this field has no more than {max} characters.");
    let username_taken = json!(["user with this username already exists."]);
    let email_taken = json!(["user with this email already exists."]);
    let too_short = "This password is too short. It must contain at least 8 characters.";
    let too_common = "This password is too common.";
    posts(
        db,
        "/auth/users/",
        vec![
            (json!({}), 400, json!({"email": [REQUIRED], "username": [REQUIRED], "password": [REQUIRED]})),
            (with(json!({"email": ""})), 400, json!({"email": [BLANK]})),
            (with(json!({"username": "  "})), 400, json!({"username": [BLANK]})),
            (with(json!({"password": ""})), 400, json!({"password": [BLANK]})),
            (with(json!({"email": null})), 400, json!({"email": [NULL]})),
            (with(json!({"username": null, "password": null})), 400, json!({"username": [NULL], "password": [NULL]})),
            (with(json!({"username": ["ben"]})), 400, json!({"username": [NO_STRING]})),
            (with(json!({"password": true})), 400, json!({"password": [NO_STRING]})),
            (with(json!({"username": "b\u{0}n"})), 400, json!({"username": [NUL_CHARACTER]})),
            (with(json!({"password": "a quiet\u{0} harbour"})), 400, json!({"password": [NUL_CHARACTER]})),
            (with(json!({"email": "ben"})), 400, json!({"email": ["Enter a valid email address."]})),
            (
                with(json!({"email": format!("{}@example.com", "b".repeat(250))})),
                400,
                json!({"email": [too_long(254)]}),
            ),
            (with(json!({"username": "b".repeat(151)})), 400, json!({"username": [too_long(150)]})),
            (with(json!({"password": "b4 ".repeat(43)})), 400, json!({"password": [too_long(128)]})),
            (with(json!({"username": "ana"})), 400, json!({"username": username_taken})),
            (with(json!({"email": "ana@example.com"})), 400, json!({"email": email_taken})),
            (with(json!({"email": "ANA@Example.Com"})), 400, json!({"email": email_taken})),
            (
                with(json!({"email": "ana@example.com", "username": "ana"})),
                400,
                json!({"email": email_taken, "username": username_taken}),
            ),
            (with(json!({"password": "q7#Zw"})), 400, json!({"password": [too_short]})),
            (with(json!({"password": "Password1"})), 400, json!({"password": [too_common]})),
            (
                with(json!({"password": "8402938475610"})),
                400,
                json!({"password": ["This password is entirely numeric."]}),
            ),
            (
                with(json!({"password": "12345"})),
                400,
                json!({"password": [too_short, too_common, "This password is entirely numeric."]}),
            ),
            (
                with(json!({"username": "benjamin.lee", "password": "benjamin-lee"})),
                400,
                json!({"password": ["The password is too similar to the username."]}),
            ),
            (
                with(json!({"email": "lighthouse@example.com", "password": "lighthouse7"})),
                400,
                json!({"password": ["The password is too similar to the email."]}),
            ),
            // The password validators run after all other checks.
            (
                with(json!({"email": "ben", "password": "12345"})),
                400,
                json!({"email": ["Enter a valid email address."]}),
            ),
            (with(json!({"username": "ana", "password": "12345"})), 400, json!({"username": username_taken})),
            // A taken address is reported after them, because reporting it costs a hash.
            (with(json!({"email": "ana@example.com", "password": "q7#Zw"})), 400, json!({"password": [too_short]})),
        ],
    )
    .await;
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn logging_in_answers_as_djoser_does(db: PgPool) {
    let refused = json!({"detail": "No active account found with the given credentials"});
    posts(
        db,
        "/auth/jwt/create/",
        vec![
            (json!({}), 400, json!({"email": [REQUIRED], "password": [REQUIRED]})),
            (json!({"email": "", "password": ""}), 400, json!({"email": [BLANK], "password": [BLANK]})),
            (json!({"email": null, "password": null}), 400, json!({"email": [NULL], "password": [NULL]})),
            (
                json!({"email": {}, "password": "\u{0}"}),
                400,
                json!({"email": [NO_STRING], "password": [NUL_CHARACTER]}),
            ),
            (json!({"email": "ana@example.com", "password": "a quiet harbou"}), 401, refused.clone()),
            (json!({"email": "ana@example.com", "password": " a quiet harbour"}), 401, refused.clone()),
            (json!({"email": "ben@example.com", "password": PASSWORD}), 401, refused.clone()),
            (json!({"email": "ana", "password": PASSWORD}), 401, refused),
        ],
    )
    .await;
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn refreshing_and_verifying_answer_as_djoser_does(db: PgPool) {
    let app = service(db);
    register(&app, "ana").await;
    let access = tokens(&app, "ana").await.access;
    let invalid = json!({"detail": "Token is invalid", "code": "token_not_valid"});
    let wrong_type = json!({"detail": "Token has wrong type", "code": "token_not_valid"});
    for (path, field) in [("/auth/jwt/refresh/", "refresh"), ("/auth/jwt/verify/", "token")] {
        for (body, status, expected) in [
            (json!({}), 400, json!({field: [REQUIRED]})),
            (json!({field: ""}), 400, json!({field: [BLANK]})),
            (json!({field: null}), 400, json!({field: [NULL]})),
            (json!({field: [1]}), 400, json!({field: [NO_STRING]})),
            (json!({field: 7}), 401, invalid.clone()),
            (json!({field: "a.b.c"}), 401, invalid.clone()),
            (json!({field: format!("{access}x")}), 401, invalid.clone()),
            (
                json!({"refresh": access}),
                if field == "refresh" { 401 } else { 400 },
                match field {
                    "refresh" => wrong_type.clone(),
                    _ => json!({"token": [REQUIRED]}),
                },
            ),
        ] {
            let answer = app.anonymous().post(path, body.clone()).await;
            assert_eq!((answer.status, &answer.body), (status, &expected), "{path} {body}");
        }
    }
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn renaming_and_deleting_an_account_answer_as_djoser_does(db: PgPool) {
    let app = service(db);
    register(&app, "ana").await;
    register(&app, "ben").await;
    let ana = app.anonymous().bearer(&tokens(&app, "ana").await.access);
    let me = "/auth/users/me/";
    let taken = json!({"username": ["user with this username already exists."]});
    let too_long = json!({"username": ["Ensure this field has no more than 150 characters."]});
    let rows = [
        ("PUT", json!({}), json!({"username": [REQUIRED]})),
        ("PUT", json!({"username": "ben"}), taken.clone()),
        ("PUT", json!({"username": null}), json!({"username": [NULL]})),
        ("PATCH", json!({"username": "ben"}), taken),
        ("PATCH", json!({"username": null}), json!({"username": [NULL]})),
        ("PATCH", json!({"username": " "}), json!({"username": [BLANK]})),
        ("PATCH", json!({"username": {}}), json!({"username": [NO_STRING]})),
        ("PATCH", json!({"username": "a".repeat(151)}), too_long),
        ("DELETE", json!({}), json!({"current_password": [REQUIRED]})),
        ("DELETE", json!({"current_password": ""}), json!({"current_password": [BLANK]})),
        ("DELETE", json!({"current_password": "a quiet harbou"}), json!({"current_password": ["Invalid password."]})),
    ];
    for (method, body, expected) in rows {
        let answer = ana.send_json(method.parse().unwrap(), me, body.clone()).await;
        assert_eq!((answer.status, &answer.body), (400, &expected), "{method} {body}");
    }
    assert_eq!(app.count("select count(*) from users where username in ('ana', 'ben')").await, 2);
}
