//! Rules of every path: methods, slashes, and three kinds of bodies.

use http::Method;
use serde_json::{Value, json};
use shared::testing::{Answer, Client};
use shared::users::links::uid;
use sqlx::PgPool;

use crate::{PASSWORD, register, service, sql, tokens};

/// Every path with its methods, without HEAD.
const PATHS: &[(&str, &[&str])] = &[
    ("/auth/", &["GET"]),
    ("/auth/users/", &["GET", "POST"]),
    ("/auth/users/me/", &["GET", "PUT", "PATCH", "DELETE"]),
    ("/auth/users/1/", &["GET", "PUT", "PATCH", "DELETE"]),
    ("/auth/users/activation/", &["POST"]),
    ("/auth/users/resend_activation/", &["POST"]),
    ("/auth/users/set_password/", &["POST"]),
    ("/auth/users/reset_password/", &["POST"]),
    ("/auth/users/reset_password_confirm/", &["POST"]),
    ("/auth/users/set_email/", &["POST"]),
    ("/auth/users/reset_email/", &["POST"]),
    ("/auth/users/reset_email_confirm/", &["POST"]),
    ("/auth/jwt/create/", &["POST"]),
    ("/auth/jwt/refresh/", &["POST"]),
    ("/auth/jwt/verify/", &["POST"]),
];

/// Posts these fields as JSON or as one of the two kinds of forms.
async fn post_as(client: &Client, kind: &str, path: &str, fields: &Value) -> Answer {
    let pairs = fields.as_object().unwrap().iter().map(|(name, value)| (name.as_str(), value.as_str().unwrap()));
    let body = match kind {
        "multipart/form-data; boundary=----x" => {
            let part = |(name, value)| {
                format!("------x\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n")
            };
            pairs.map(part).collect::<String>() + "------x--\r\n"
        }
        "application/x-www-form-urlencoded" => {
            let pair = |(name, value): (&str, &str)| {
                format!("{name}={}", value.replace('@', "%40").replace(' ', "+").replace('ü', "%C3%BC"))
            };
            pairs.map(pair).collect::<Vec<_>>().join("&")
        }
        _ => fields.to_string(),
    };
    client.clone().header("content-type", kind).send(Method::POST, path, body.into()).await
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn a_wrong_method_returns_405_with_the_allowed_methods(db: PgPool) {
    let app = service(db);
    register(&app, "ana").await;
    let ana = app.anonymous().bearer(&tokens(&app, "ana").await.access);
    for (path, allowed) in PATHS {
        for method in ["GET", "POST", "PUT", "PATCH", "DELETE"].iter().filter(|method| !allowed.contains(method)) {
            for form in [path, path.trim_end_matches('/')] {
                let answer = ana.send_json(method.parse().unwrap(), form, json!({})).await.expect(405);
                let detail = format!("Method \"{method}\" not allowed.");
                assert_eq!(answer.body, json!({"detail": detail, "code": "method_not_allowed"}), "{form}");
                let mut allowed: Vec<&str> =
                    answer.header("allow").split(',').filter(|method| *method != "HEAD").collect();
                let mut expected = allowed.to_vec();
                allowed.sort_unstable();
                expected.sort_unstable();
                assert_eq!(allowed, expected, "{method} {form}");
            }
        }
    }
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn head_equals_get_without_a_body_in_both_slash_forms(db: PgPool) {
    let app = service(db);
    let id = register(&app, "ana").await;
    let ana = app.anonymous().bearer(&tokens(&app, "ana").await.access);
    for path in ["/auth".to_owned(), "/auth/users".to_owned(), "/auth/users/me".to_owned(), format!("/auth/users/{id}")]
    {
        for path in [path.clone(), format!("{path}/")] {
            let get = ana.get(&path).await.expect(200);
            let head = ana.send(Method::HEAD, &path, axum::body::Body::empty()).await.expect(200);
            assert!(!get.text.is_empty() && head.text.is_empty(), "{path}");
            assert_eq!(head.header("content-type"), get.header("content-type"), "{path}");
        }
    }
    let root = ana.get("/auth/").await.expect(200);
    assert_eq!(root.body, json!({"users": "http://shop.test/auth/users/"}));
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn other_paths_of_djoser_are_not_found(db: PgPool) {
    let app = service(db);
    let not_found = json!({"detail": "Not found.", "code": "not_found"});
    for path in ["/auth/token/login/", "/auth/token/logout/", "/auth/o/google/", "/auth/users/1/2/"] {
        assert_eq!(app.anonymous().post(path, json!({})).await.expect(404).body, not_found, "{path}");
    }
    // Djoser names these paths after the login field, which is the email address here.
    for path in ["/auth/users/set_username/", "/auth/users/reset_username/", "/auth/users/reset_username_confirm/"] {
        app.anonymous().post(path, json!({})).await.expect(405);
    }
}

/// Returns bodies whose responses show that each field was read.
fn bodies(ana: &str) -> [(&'static str, Value); 12] {
    let link = |more: &str, value: &str| json!({"uid": ana, "token": "no-link", more: value});
    [
        ("/auth/users/", json!({"email": "ana@example.com", "username": "ana", "password": "a quiet harboür"})),
        ("/auth/users/activation/", json!({"uid": ana, "token": "no-link"})),
        ("/auth/users/resend_activation/", json!({"email": "no address"})),
        ("/auth/users/set_password/", json!({"new_password": "12345", "current_password": PASSWORD})),
        ("/auth/users/reset_password/", json!({"email": "ana@example.com"})),
        ("/auth/users/reset_password_confirm/", link("new_password", "a quiet harboür")),
        ("/auth/users/set_email/", json!({"new_email": "ana@example.com", "current_password": PASSWORD})),
        ("/auth/users/reset_email/", json!({"email": "ana@example.com"})),
        ("/auth/users/reset_email_confirm/", link("new_email", "ben@example.com")),
        ("/auth/jwt/create/", json!({"email": "ana@example.com", "password": "a quiet harboür"})),
        ("/auth/jwt/refresh/", json!({"refresh": "a.b.c"})),
        ("/auth/jwt/verify/", json!({"token": "a.b.c"})),
    ]
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn every_post_accepts_json_and_both_kinds_of_forms_in_both_slash_forms(db: PgPool) {
    let app = service(db);
    let id = register(&app, "ana").await;
    let ana = app.anonymous().bearer(&tokens(&app, "ana").await.access);
    for (path, body) in bodies(&uid(id)) {
        sql(&app, "delete from throttles").await;
        let expected = post_as(&ana, "application/json; charset=utf-8", path, &body).await;
        assert!(!expected.text.contains("required"), "{path}: {}", expected.text);
        for kind in ["application/x-www-form-urlencoded", "multipart/form-data; boundary=----x"] {
            let answer = post_as(&ana, kind, path.trim_end_matches('/'), &body).await;
            assert_eq!((answer.status, answer.text), (expected.status, expected.text.clone()), "{path} as {kind}");
        }
    }
    // A log-in succeeds as well.
    let login = json!({"email": "ana@example.com", "password": PASSWORD});
    for kind in ["application/x-www-form-urlencoded", "multipart/form-data; boundary=----x"] {
        post_as(&app.anonymous(), kind, "/auth/jwt/create", &login).await.expect(200);
    }
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn every_post_refuses_an_unreadable_body(db: PgPool) {
    let app = service(db);
    register(&app, "ana").await;
    let ana = app.anonymous().bearer(&tokens(&app, "ana").await.access);
    for (path, _) in bodies("Mg") {
        let send = async |kind: &str, body: &str| {
            ana.clone().header("content-type", kind).send(Method::POST, path, body.to_owned().into()).await
        };
        let broken = send("application/json", "{\"email\":").await.expect(400);
        assert!(broken.body["detail"].as_str().unwrap().starts_with("JSON parse error - "), "{}", broken.text);
        assert_eq!(broken.body["code"], "parse_error");
        let list = send("application/json", "[]").await.expect(400);
        assert_eq!(list.body, json!({"non_field_errors": ["Invalid data. Expected a dictionary, but got list."]}));
        let text = send("text/plain", "email").await.expect(415);
        let detail = "Unsupported media type \"text/plain\" in request.";
        assert_eq!(text.body, json!({"detail": detail, "code": "unsupported_media_type"}));
        let no_boundary = "multipart/form-data";
        for (kind, body) in [(no_boundary, "--x--"), ("multipart/form-data; boundary=x", "--x\r\nContent-Dispos")] {
            let broken = send(kind, body).await.expect(400);
            assert!(broken.body["detail"].as_str().unwrap().starts_with("Multipart form parse error - "));
            assert_eq!(broken.body["code"], "parse_error");
        }
        send("application/json", &json!({"email": "x".repeat(270_000)}).to_string()).await.expect(413);
        let large =
            format!("--x\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\n{}\r\n--x--\r\n", "a".repeat(270_000));
        send("multipart/form-data; boundary=x", &large).await.expect(413);
    }
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn a_file_is_refused_as_a_text_and_an_empty_file_field_is_ignored(db: PgPool) {
    let app = service(db);
    let client = app.anonymous().header("content-type", "multipart/form-data; boundary=x");
    let body = |file: &str| {
        format!(
            "--x\r\nContent-Disposition: form-data; name=\"email\"; filename=\"{file}\"\r\n\
             Content-Type: text/plain\r\n\r\nana@example.com\r\n--x--\r\n"
        )
    };
    for (file, expected) in [("address.txt", "Not a valid string."), ("", "This field is required.")] {
        let answer = client.send(Method::POST, "/auth/users/reset_password/", body(file).into()).await.expect(400);
        assert_eq!(answer.body, json!({"email": [expected]}));
    }
}
