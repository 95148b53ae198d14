//! Log out: `POST /auth/jwt/logout/`.

use serde_json::{Value, json};
use shared::app::Clock as _;
use shared::testing::{Answer, TestApp};
use shared::users::tokens::{Claims, TokenType};
use sqlx::PgPool;

use crate::{register, service, sql, tokens};

async fn log_out(app: &TestApp, token: &str) -> Answer {
    app.anonymous().at("203.0.113.7").post("/auth/jwt/logout/", json!({"refresh": token})).await
}

fn not_valid(detail: &str) -> Value {
    json!({"detail": detail, "code": "token_not_valid"})
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn logging_out_ends_one_sign_in_with_both_its_tokens(db: PgPool) {
    let app = service(db);
    register(&app, "ana").await;
    let (current, other) = (tokens(&app, "ana").await, tokens(&app, "ana").await);

    let answer = log_out(&app, &current.refresh).await.expect(204);

    assert_eq!(answer.text, "");
    app.anonymous().bearer(&current.access).get("/auth/users/me/").await.expect(401);
    app.anonymous().bearer(&other.access).get("/auth/users/me/").await.expect(200);
    for token in [&current.access, &current.refresh] {
        let verified = app.anonymous().post("/auth/jwt/verify/", json!({"token": token})).await.expect(401);
        assert_eq!(verified.body, not_valid("Token is blacklisted"));
    }
    let refreshed = app.anonymous().post("/auth/jwt/refresh/", json!({"refresh": current.refresh})).await.expect(401);
    assert_eq!(refreshed.body, not_valid("Token is blacklisted"));
    app.anonymous().post("/auth/jwt/refresh/", json!({"refresh": other.refresh})).await.expect(200);
    assert_eq!(app.count("select count(*) from sign_ins where end_reason = 'logged_out'").await, 1);
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn logging_out_again_succeeds_and_is_logged_once(db: PgPool) {
    let app = service(db);
    register(&app, "ana").await;
    let token = tokens(&app, "ana").await.refresh;
    for _ in 0..3 {
        log_out(&app, &token).await.expect(204);
    }
    let logged = "select count(*) from audit_log where kind = 'sign_in_ended' and address = '203.0.113.7'";
    assert_eq!(app.count(logged).await, 1);
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn an_inactive_user_can_log_out(db: PgPool) {
    let app = service(db);
    register(&app, "ana").await;
    let token = tokens(&app, "ana").await.refresh;
    sql(&app, "update users set is_active = false").await;
    log_out(&app, &token).await.expect(204);
    assert_eq!(app.count("select count(*) from sign_ins where ended_at is not null").await, 1);
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn an_invalid_refresh_token_ends_no_sign_in(db: PgPool) {
    let app = service(db);
    let ana = register(&app, "ana").await;
    let tokens = tokens(&app, "ana").await;
    let claims = Claims::new(TokenType::Refresh, ana, app.random_uuid(), app.clock.now(), 60);
    let never_issued = app.signer.sign(&claims).unwrap();
    for (token, detail) in [
        (tokens.access.as_str(), "Token has wrong type"),
        ("a.b.c", "Token is invalid"),
        (&never_issued, "Token is invalid"),
    ] {
        assert_eq!(log_out(&app, token).await.expect(401).body, not_valid(detail), "{token}");
    }
    let empty = app.anonymous().post("/auth/jwt/logout/", json!({})).await.expect(400);
    assert_eq!(empty.body, json!({"refresh": ["This field is required."]}));
    assert_eq!(app.count("select count(*) from sign_ins where ended_at is not null").await, 0);

    app.clock.advance(14 * 86_400 + 10);
    assert_eq!(log_out(&app, &tokens.refresh).await.expect(401).body, not_valid("Token is expired"));
    app.clock.advance(-14 * 86_400);
    sql(&app, "delete from users").await;
    let gone = log_out(&app, &tokens.refresh).await.expect(401);
    assert_eq!(gone.body, json!({"detail": "No active account found for the given token."}));
}
