//! Refresh an access token: `POST /auth/jwt/refresh/`.

use serde_json::{Value, json};
use shared::app::Clock as _;
use shared::testing::{Answer, TestApp};
use shared::users::tokens::{Claims, TokenType};
use sqlx::PgPool;

use crate::{register, service, sql, tokens};

async fn refresh(app: &TestApp, token: &str) -> Answer {
    app.anonymous().post("/auth/jwt/refresh/", json!({"refresh": token})).await
}

fn not_valid(detail: &str) -> Value {
    json!({"detail": detail, "code": "token_not_valid"})
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn a_refresh_token_can_be_used_many_times(db: PgPool) {
    let app = service(db);
    register(&app, "ana").await;
    let token = tokens(&app, "ana").await.refresh;
    for _ in 0..3 {
        app.clock.advance(86_400);
        let answer = refresh(&app, &token).await.expect(200);
        let access = answer.body["access"].as_str().unwrap();
        assert_eq!(answer.body, json!({"access": access}), "there is no new refresh token");
        app.anonymous().bearer(access).get("/auth/users/me/").await.expect(200);
    }
    assert_eq!(app.count("select count(*) from refresh_tokens").await, 1);
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn a_refresh_token_expires_after_14_days(db: PgPool) {
    let app = service(db);
    register(&app, "ana").await;
    let token = tokens(&app, "ana").await.refresh;
    app.clock.advance(14 * 86_400 - 1);
    refresh(&app, &token).await.expect(200);
    app.clock.advance(10);
    let answer = refresh(&app, &token).await.expect(401);
    assert_eq!(answer.body, not_valid("Token is expired"));
    assert_eq!(answer.header("www-authenticate"), "Bearer realm=\"api\"");
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn a_revoked_token_is_blacklisted(db: PgPool) {
    let app = service(db);
    register(&app, "ana").await;
    let token = tokens(&app, "ana").await.refresh;
    sql(&app, "update refresh_tokens set revoked_at = now()").await;
    assert_eq!(refresh(&app, &token).await.expect(401).body, not_valid("Token is blacklisted"));
    // This holds for an inactive user too.
    sql(&app, "update users set is_active = false").await;
    assert_eq!(refresh(&app, &token).await.expect(401).body, not_valid("Token is blacklisted"));
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn a_token_of_a_deleted_or_inactive_user_is_refused(db: PgPool) {
    let app = service(db);
    register(&app, "ana").await;
    let token = tokens(&app, "ana").await.refresh;
    let no_account = json!({"detail": "No active account found for the given token."});
    sql(&app, "update users set is_active = false").await;
    assert_eq!(refresh(&app, &token).await.expect(401).body, no_account);
    sql(&app, "delete from users").await;
    assert_eq!(refresh(&app, &token).await.expect(401).body, no_account);
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn a_token_that_was_never_issued_is_invalid(db: PgPool) {
    let app = service(db);
    let ana = register(&app, "ana").await;
    let ben = register(&app, "ben").await;
    tokens(&app, "ben").await;
    let bens = sqlx::query_scalar("select id from refresh_tokens").fetch_one(&app.db).await.unwrap();
    // A token without a row; one with the id of a token of another user; one with a known id and other claims.
    for (user, id) in [(ana, app.random_uuid()), (ana, bens), (ben, bens)] {
        let claims = Claims::new(TokenType::Refresh, user, id, app.clock.now(), 60);
        let token = app.signer.sign(&claims).unwrap();
        assert_eq!(refresh(&app, &token).await.expect(401).body, not_valid("Token is invalid"));
    }
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn an_access_token_has_the_wrong_type(db: PgPool) {
    let app = service(db);
    register(&app, "ana").await;
    let token = tokens(&app, "ana").await.access;
    assert_eq!(refresh(&app, &token).await.expect(401).body, not_valid("Token has wrong type"));
}
