//! Answers to a token that is missing, malformed, expired or of the wrong type.

use serde_json::{Value, json};
use shared::app::Clock as _;
use shared::testing::{Answer, TestApp};
use shared::users::tokens::{Claims, TokenType};
use sqlx::PgPool;

use crate::{register, service, sql, tokens};

const ME: &str = "/auth/users/me/";

/// Requests the account with this header, asserts a 401 that names the scheme, and returns its body.
async fn refusal(app: &TestApp, header: &str) -> Value {
    let answer = app.anonymous().header("authorization", header).get(ME).await.expect(401);
    assert_eq!(answer.header("www-authenticate"), "Bearer realm=\"api\"");
    answer.body
}

fn not_valid(message: &str) -> Value {
    json!({
        "detail": "Given token not valid for any token type",
        "code": "token_not_valid",
        "messages": [{"token_class": "AccessToken", "token_type": "access", "message": message}],
    })
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn a_request_without_a_token_returns_401_for_any_body(db: PgPool) {
    let app = service(db);
    let anonymous = app.anonymous();
    let answers: [Answer; 5] = [
        anonymous.get(ME).await,
        anonymous.put(ME, json!({})).await,
        anonymous.patch(ME, json!({"username": null})).await,
        anonymous.send_json("DELETE".parse().unwrap(), ME, json!([])).await,
        anonymous.header("content-type", "text/plain").put(ME, json!({})).await,
    ];
    for answer in answers {
        let body = answer.expect(401).body;
        let detail = "Authentication credentials were not provided.";
        assert_eq!(body, json!({"detail": detail, "code": "not_authenticated"}));
    }
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn another_scheme_counts_as_no_credentials(db: PgPool) {
    let app = service(db);
    register(&app, "ana").await;
    let access = tokens(&app, "ana").await.access;
    for header in [&format!("bearer {access}"), &format!("JWT {access}"), "Basic YW5hOmFuYQ==", &access, ""] {
        assert_eq!(refusal(&app, header).await["code"], "not_authenticated", "{header}");
    }
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn an_authorization_header_without_exactly_two_words_is_refused(db: PgPool) {
    let app = service(db);
    let detail = "Authorization header must contain two space-delimited values";
    for header in ["Bearer", "Bearer ", "Bearer a b"] {
        let expected = json!({"detail": detail, "code": "bad_authorization_header"});
        assert_eq!(refusal(&app, header).await, expected, "{header}");
    }
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn expired_tokens_refresh_tokens_and_invalid_tokens_get_different_errors(db: PgPool) {
    let app = service(db);
    register(&app, "ana").await;
    let tokens = tokens(&app, "ana").await;
    assert_eq!(refusal(&app, &format!("Bearer {}", tokens.refresh)).await, not_valid("Token has wrong type"));
    for invalid in ["x", "a.b.c", "..", &tokens.access[1..], &format!("{}.", tokens.access)] {
        assert_eq!(refusal(&app, &format!("Bearer {invalid}")).await, not_valid("Token is invalid"), "{invalid}");
    }
    app.clock.advance(15 * 60 + 10);
    assert_eq!(refusal(&app, &format!("Bearer {}", tokens.access)).await, not_valid("Token is expired"));
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn a_token_without_a_valid_user_id_is_refused(db: PgPool) {
    let app = service(db);
    let ana = app.a_user().await.id;
    let claims = Claims::new(TokenType::Access, ana, app.random_uuid(), app.clock.now(), 60);
    for user_id in ["ana".to_owned(), format!("+{ana}"), String::new()] {
        let mut claims = claims.clone().of_sign_in(TestApp::sign_in_of(ana));
        claims.user_id = user_id;
        let token = app.signer.sign(&claims).unwrap();
        let detail = "Token contained no recognizable user identification";
        let expected = json!({"detail": detail, "code": "token_not_valid"});
        assert_eq!(refusal(&app, &format!("Bearer {token}")).await, expected, "{}", claims.user_id);
    }
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn a_deleted_or_inactive_user_gets_a_specific_error(db: PgPool) {
    let app = service(db);
    register(&app, "ana").await;
    let header = format!("Bearer {}", tokens(&app, "ana").await.access);
    sql(&app, "update users set is_active = false").await;
    assert_eq!(refusal(&app, &header).await, json!({"detail": "User is inactive", "code": "user_inactive"}));
    sql(&app, "delete from users").await;
    assert_eq!(refusal(&app, &header).await, json!({"detail": "User not found", "code": "user_not_found"}));
}
