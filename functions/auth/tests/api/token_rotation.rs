//! Refresh an access token with `ROTATE_REFRESH_TOKENS`: `POST /auth/jwt/refresh/`.

use serde_json::{Value, json};
use shared::testing::{Answer, TestApp};
use shared::users::AuthOptions;
use sqlx::PgPool;

use crate::signing_keys::{Key, service_with_keys};
use crate::{register, service_with, tokens};

fn service_with_rotation(db: PgPool) -> TestApp {
    service_with(db, AuthOptions { rotate_refresh_tokens: true, ..AuthOptions::default() })
}

async fn refresh(app: &TestApp, token: &str) -> Answer {
    app.anonymous().post("/auth/jwt/refresh/", json!({"refresh": token})).await
}

/// Returns the two tokens of a response and asserts that it has no other fields.
fn pair(answer: Answer) -> (String, String) {
    let body = answer.expect(200).body;
    assert_eq!(body.as_object().unwrap().len(), 2, "{body}");
    let token = |name: &str| body[name].as_str().unwrap().to_owned();
    (token("access"), token("refresh"))
}

async fn status_with(app: &TestApp, access: &str) -> u16 {
    app.anonymous().bearer(access).get("/auth/users/me/").await.status
}

fn expired() -> Value {
    json!({"detail": "Token is expired", "code": "token_not_valid"})
}

fn blacklisted() -> Value {
    json!({"detail": "Token is blacklisted", "code": "token_not_valid"})
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn each_refresh_returns_a_new_refresh_token_and_extends_the_sign_in(db: PgPool) {
    let app = service_with_rotation(db);
    register(&app, "ana").await;
    let mut token = tokens(&app, "ana").await.refresh;
    for _ in 0..4 {
        app.clock.advance(10 * 86_400);
        let (access, next) = pair(refresh(&app, &token).await);
        assert_ne!(next, token);
        assert_eq!(status_with(&app, &access).await, 200);
        token = next;
    }
    assert_eq!(app.count("select count(*) from sign_ins").await, 1);
    let in_step = "select count(*) from sign_ins s
                    where last_used_at = (select max(issued_at) from refresh_tokens t where t.family_id = s.id)
                      and expires_at = (select max(expires_at) from refresh_tokens t where t.family_id = s.id)";
    assert_eq!(app.count(in_step).await, 1);
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn a_sign_in_ends_after_ninety_days_however_often_it_is_refreshed(db: PgPool) {
    let app = service_with_rotation(db);
    register(&app, "ana").await;
    let mut token = tokens(&app, "ana").await.refresh;
    for _ in 0..8 {
        app.clock.advance(10 * 86_400);
        token = pair(refresh(&app, &token).await).1;
    }
    app.clock.advance(10 * 86_400 - 60);
    let (access, last) = pair(refresh(&app, &token).await);
    assert_eq!(status_with(&app, &access).await, 200);

    // The last second is not one of them, and clocks may differ by five.
    app.clock.advance(66);

    assert_eq!(refresh(&app, &last).await.expect(401).body, expired());
    assert_eq!(status_with(&app, &access).await, 401);
    assert_eq!(app.count("select count(*) from sign_ins where expires_at = created_at + interval '90 days'").await, 1);
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn a_sign_in_that_is_older_than_a_new_setting_allows_is_not_refreshed(db: PgPool) {
    let app = service_with_rotation(db);
    register(&app, "ana").await;
    let token = tokens(&app, "ana").await.refresh;
    // As if the sign-in could have lasted longer when it began.
    sqlx::query("update sign_ins set created_at = created_at - interval '90 days'").execute(&app.db).await.unwrap();

    assert_eq!(refresh(&app, &token).await.expect(401).body, expired());
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn a_client_whose_response_was_lost_may_retry_within_seconds(db: PgPool) {
    let app = service_with_rotation(db);
    register(&app, "ana").await;
    let first = tokens(&app, "ana").await.refresh;
    let (_, lost) = pair(refresh(&app, &first).await);
    app.clock.advance(10);
    let (access, next) = pair(refresh(&app, &first).await);
    assert_ne!(next, lost);
    app.clock.advance(60);
    assert_eq!(status_with(&app, &access).await, 200);
    pair(refresh(&app, &next).await);
    assert_eq!(app.count("select count(*) from audit_log where kind = 'refresh_token_reused'").await, 0);
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn reusing_a_token_later_ends_its_sign_in_only(db: PgPool) {
    let app = service_with_rotation(db);
    register(&app, "ana").await;
    let elsewhere = tokens(&app, "ana").await;
    let stolen = tokens(&app, "ana").await.refresh;
    let (access, next) = pair(refresh(&app, &stolen).await);
    app.clock.advance(11);
    assert_eq!(status_with(&app, &access).await, 200);

    let thief = app.anonymous().at("203.0.113.7");
    let refused = thief.post("/auth/jwt/refresh/", json!({"refresh": stolen})).await.expect(401);
    assert_eq!(refused.body, blacklisted());

    assert_eq!(status_with(&app, &access).await, 401, "the access token is invalid at once");
    for token in [&next, &stolen] {
        assert_eq!(refresh(&app, token).await.expect(401).body, blacklisted());
    }
    let verified = app.anonymous().post("/auth/jwt/verify/", json!({"token": access})).await.expect(401);
    assert_eq!(verified.body, blacklisted());
    let logged = "select count(*) from audit_log where kind = 'refresh_token_reused'";
    assert_eq!(app.count(logged).await, 1);
    let logged_without_actor = "select count(*) from audit_log a join users u on u.id = a.user_id
                  where kind = 'refresh_token_reused' and address = '203.0.113.7' and actor_user_id is null";
    assert_eq!(app.count(logged_without_actor).await, 1);
    assert_eq!(app.count("select count(*) from sign_ins where end_reason = 'token_reused'").await, 1);
    assert_eq!(status_with(&app, &elsewhere.access).await, 200);
    pair(refresh(&app, &elsewhere.refresh).await);
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn concurrent_refreshes_all_return_valid_tokens(db: PgPool) {
    let app = service_with_rotation(db);
    register(&app, "ana").await;
    let token = tokens(&app, "ana").await.refresh;
    let [a, b, c] = [(), (), ()].map(|()| refresh(&app, &token));
    let (a, b, c) = tokio::join!(a, b, c);
    let pairs = [pair(a), pair(b), pair(c)];
    let first_use = app.count("select count(used_at) from refresh_tokens").await;
    assert_eq!((first_use, app.count("select count(*) from refresh_tokens").await), (1, 4));
    app.clock.advance(11);
    for (access, next) in &pairs {
        assert_eq!(status_with(&app, access).await, 200);
        pair(refresh(&app, next).await);
    }
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn a_sign_in_is_refreshed_120_times_an_hour(db: PgPool) {
    let app = service_with_rotation(db);
    register(&app, "ana").await;
    let (mut token, elsewhere) = (tokens(&app, "ana").await.refresh, tokens(&app, "ana").await.refresh);
    for _ in 0..120 {
        token = pair(refresh(&app, &token).await).1;
    }
    for _ in 0..3 {
        let refused = refresh(&app, &token).await.expect(429);
        assert_eq!((&refused.body["code"], refused.header("retry-after")), (&json!("throttled"), "3600"));
    }
    assert_eq!(app.count("select count(*) from refresh_tokens").await, 2 + 120);
    assert_eq!(app.count("select count(*) from refresh_tokens where used_at is null").await, 2, "it was not used up");
    pair(refresh(&app, &elsewhere).await);

    app.clock.advance(3600);
    pair(refresh(&app, &token).await);
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn a_stolen_token_ends_its_sign_in_over_the_limit(db: PgPool) {
    let app = service_with_rotation(db);
    register(&app, "ana").await;
    let stolen = tokens(&app, "ana").await.refresh;
    let mut token = stolen.clone();
    for _ in 0..120 {
        token = pair(refresh(&app, &token).await).1;
    }
    app.clock.advance(11);
    assert_eq!(refresh(&app, &stolen).await.expect(401).body, blacklisted());
    assert_eq!(app.count("select count(*) from sign_ins where end_reason = 'token_reused'").await, 1);
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn concurrent_reuses_of_a_token_are_refused_and_logged_once(db: PgPool) {
    let app = service_with_rotation(db);
    register(&app, "ana").await;
    let token = tokens(&app, "ana").await.refresh;
    pair(refresh(&app, &token).await);
    app.clock.advance(11);
    let [a, b, c] = [(), (), ()].map(|()| refresh(&app, &token));
    let (a, b, c) = tokio::join!(a, b, c);
    for answer in [a, b, c] {
        assert_eq!(answer.expect(401).body, blacklisted());
    }
    assert_eq!(app.count("select count(*) from audit_log where kind = 'refresh_token_reused'").await, 1);
    assert_eq!(app.count("select count(*) from refresh_tokens").await, 2, "there is no new token");
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn rotation_can_be_turned_on_and_off_during_a_sign_in(db: PgPool) {
    let key = Key::new();
    let service_with_rotation = |on| {
        let options = AuthOptions { rotate_refresh_tokens: on, ..AuthOptions::default() };
        service_with_keys(db.clone(), &key, &[&key], options)
    };
    let (off, on) = (service_with_rotation(false), service_with_rotation(true));
    register(&off, "ana").await;
    let old = tokens(&off, "ana").await.refresh;
    refresh(&off, &old).await.expect(200);

    let (_, next) = pair(refresh(&on, &old).await);

    let unchanged = refresh(&off, &next).await.expect(200).body;
    assert_eq!(unchanged, json!({"access": unchanged["access"]}));
    // A token that was rotated stays used.
    off.clock.advance(11);
    assert_eq!(refresh(&off, &old).await.expect(401).body, blacklisted());
    assert_eq!(refresh(&off, &next).await.expect(401).body, blacklisted());
}
