//! Verify a token: `POST /auth/jwt/verify/`.

use serde_json::json;
use shared::testing::{Answer, TestApp};
use sqlx::PgPool;

use crate::{register, service, sql, tokens};

async fn verify(app: &TestApp, token: &str) -> Answer {
    app.anonymous().post("/auth/jwt/verify/", json!({"token": token})).await
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn valid_tokens_of_both_types_are_accepted(db: PgPool) {
    let app = service(db);
    register(&app, "ana").await;
    let tokens = tokens(&app, "ana").await;
    for token in [&tokens.access, &tokens.refresh] {
        assert_eq!(verify(&app, token).await.expect(200).body, json!({}));
    }
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn each_type_expires_after_its_own_lifetime(db: PgPool) {
    let app = service(db);
    register(&app, "ana").await;
    let tokens = tokens(&app, "ana").await;
    let expired = json!({"detail": "Token is expired", "code": "token_not_valid"});
    app.clock.advance(15 * 60 + 10);
    assert_eq!(verify(&app, &tokens.access).await.expect(401).body, expired);
    verify(&app, &tokens.refresh).await.expect(200);
    app.clock.advance(14 * 86_400);
    assert_eq!(verify(&app, &tokens.refresh).await.expect(401).body, expired);
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn a_refresh_token_that_is_revoked_or_without_its_user_is_refused(db: PgPool) {
    let app = service(db);
    register(&app, "ana").await;
    let token = tokens(&app, "ana").await.refresh;
    for (statement, detail) in [
        ("update refresh_tokens set revoked_at = now()", "Token is blacklisted"),
        ("delete from refresh_tokens", "Token is invalid"),
        ("delete from users", "Token is invalid"),
    ] {
        sql(&app, statement).await;
        let answer = verify(&app, &token).await.expect(401);
        assert_eq!(answer.body, json!({"detail": detail, "code": "token_not_valid"}), "{statement}");
    }
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn an_access_token_without_its_sign_in_or_its_user_is_refused(db: PgPool) {
    let app = service(db);
    register(&app, "ana").await;
    let token = tokens(&app, "ana").await.access;
    for (statement, detail) in [
        ("update sign_ins set ended_at = now(), end_reason = 'ended_by_owner'", "Token is blacklisted"),
        ("delete from users", "Token is invalid"),
    ] {
        sql(&app, statement).await;
        let answer = verify(&app, &token).await.expect(401);
        assert_eq!(answer.body, json!({"detail": detail, "code": "token_not_valid"}), "{statement}");
    }
}
