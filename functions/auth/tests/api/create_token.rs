//! Log in: `POST /auth/jwt/create/`.

use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use serde_json::{Value, json};
use shared::testing::START;
use shared::time::Timestamp;
use sqlx::PgPool;
use uuid::Uuid;

use crate::{PASSWORD, log_in, register, service, sql, tokens};

/// Returns a part of a token: 0 is the header, 1 the claims.
fn part(token: &str, number: usize) -> Value {
    let part = token.split('.').nth(number).unwrap();
    serde_json::from_slice(&BASE64_URL_SAFE_NO_PAD.decode(part).unwrap()).unwrap()
}

fn claims(token: &str) -> Value {
    part(token, 1)
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn a_log_in_returns_tokens_for_15_minutes_and_14_days(db: PgPool) {
    let app = service(db);
    let ana = register(&app, "ana").await;

    let tokens = tokens(&app, "ana").await;

    for (token, kind, typ, lifetime) in
        [(&tokens.access, "access", "at+jwt", 900), (&tokens.refresh, "refresh", "JWT", 1_209_600)]
    {
        assert_eq!(part(token, 0)["typ"], typ);
        let claims = claims(token);
        assert_eq!(claims["token_type"], kind);
        assert_eq!(claims["iat"], START.seconds());
        assert_eq!(claims["exp"], START.seconds() + lifetime);
        assert_eq!(claims["user_id"], json!(ana.to_string()), "the id is a text");
        let id = claims["jti"].as_str().unwrap();
        assert!(id.len() == 32 && id.chars().all(|c| c.is_ascii_hexdigit()), "{id}");
    }
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn an_access_token_gives_access_until_it_expires(db: PgPool) {
    let app = service(db);
    let id = register(&app, "ana").await;
    let ana = app.anonymous().bearer(&tokens(&app, "ana").await.access);

    let me = ana.get("/auth/users/me/").await.expect(200);
    assert_eq!(me.body, json!({"username": "ana", "id": id.0, "email": "ana@example.com"}));

    app.clock.advance(15 * 60 - 1);
    ana.get("/auth/users/me/").await.expect(200);
    app.clock.advance(10);
    ana.get("/auth/users/me/").await.expect(401);
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn only_the_digest_of_a_refresh_token_is_stored(db: PgPool) {
    let app = service(db);
    let ana = register(&app, "ana").await;
    let refresh = tokens(&app, "ana").await.refresh;
    let uuid = |claim: &str| Uuid::parse_str(claims(&refresh)[claim].as_str().unwrap()).unwrap();
    let (id, sign_in) = (uuid("jti"), uuid("sid"));

    type Row = (i64, Uuid, Timestamp, Timestamp, bool);
    let row: Row = sqlx::query_as(
        "select user_id, family_id, issued_at, expires_at, token_sha256 = sha256(convert_to($2, 'UTF8'))
           from refresh_tokens where id = $1",
    )
    .bind(id)
    .bind(&refresh)
    .fetch_one(&app.db)
    .await
    .unwrap();

    assert_eq!(row, (ana.0, sign_in, START, START.plus_seconds(1_209_600), true));
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn a_successful_log_in_sets_last_login_at(db: PgPool) {
    let app = service(db);
    register(&app, "ana").await;
    log_in(&app, "ana@example.com", "wrong").await.expect(401);
    assert_eq!(app.count("select count(last_login_at) from users").await, 0);
    assert_eq!(app.count("select count(*) from refresh_tokens").await, 0);

    app.clock.advance(60);
    log_in(&app, "ana@example.com", PASSWORD).await.expect(200);

    let at: Timestamp = sqlx::query_scalar("select last_login_at from users").fetch_one(&app.db).await.unwrap();
    assert_eq!(at, START.plus_seconds(60));
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn a_log_in_ignores_the_case_of_the_email_address(db: PgPool) {
    let app = service(db);
    register(&app, "ana").await;
    register(&app, "Ben").await;
    for email in ["ana@example.com", "ANA@EXAMPLE.COM", " ana@example.com ", "Ben@example.com", "ben@example.com"] {
        log_in(&app, email, PASSWORD).await.expect(200);
    }
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn an_inactive_account_gets_the_same_answer_as_an_unknown_one(db: PgPool) {
    let app = service(db);
    register(&app, "ana").await;
    sql(&app, "update users set is_active = false").await;
    let answer = log_in(&app, "ana@example.com", PASSWORD).await.expect(401);
    assert_eq!(answer.body, json!({"detail": "No active account found with the given credentials"}));
    assert_eq!(answer.header("www-authenticate"), "Bearer realm=\"api\"");
    assert_eq!(app.count("select count(*) from refresh_tokens").await, 0);
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn an_account_without_a_usable_password_cannot_log_in(db: PgPool) {
    let app = service(db);
    let user = app.a_user().await;
    for password in ["!", PASSWORD] {
        log_in(&app, &user.email, password).await.expect(401);
    }
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn an_invalid_token_in_the_header_does_not_prevent_a_log_in(db: PgPool) {
    let app = service(db);
    register(&app, "ana").await;
    let body = json!({"email": "ana@example.com", "password": PASSWORD});
    for header in ["Bearer a.b.c", "Bearer", "Bearer a b"] {
        let client = app.anonymous().header("authorization", header);
        let pair = client.post("/auth/jwt/create/", body.clone()).await.expect(200).body;
        client.post("/auth/jwt/refresh/", json!({"refresh": pair["refresh"]})).await.expect(200);
        client.post("/auth/jwt/verify/", json!({"token": pair["access"]})).await.expect(200);
    }
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn a_log_in_deletes_refresh_tokens_that_expired_a_day_ago(db: PgPool) {
    let app = service(db);
    register(&app, "ana").await;
    register(&app, "ben").await;
    tokens(&app, "ana").await;
    tokens(&app, "ben").await;

    app.clock.advance(14 * 86_400 + 86_000);
    tokens(&app, "ana").await;
    assert_eq!(app.count("select count(*) from refresh_tokens").await, 3, "they expired less than a day ago");
    app.clock.advance(401);
    tokens(&app, "ana").await;
    assert_eq!(
        app.count("select count(*) from refresh_tokens").await,
        3,
        "two tokens of Ana and the one of Ben, who did not log in"
    );
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn successful_and_failed_log_ins_are_in_the_audit_log(db: PgPool) {
    let app = service(db);
    let ana = register(&app, "ana").await;
    let client = app.anonymous().at("203.0.113.7").header("user-agent", "Ana's phone");
    for (email, password, status) in [
        ("ana@example.com", PASSWORD, 200),
        ("ana@example.com", "wrong", 401),
        ("a quiet harbour", "ana@example.com", 401),
    ] {
        client.post("/auth/jwt/create/", json!({"email": email, "password": password})).await.expect(status);
    }
    type Line = (String, Option<i64>, Option<i64>, Option<String>, Option<String>, Value);
    let lines: Vec<Line> = sqlx::query_as(
        "select kind, user_id, actor_user_id, address, user_agent, details from audit_log
          where kind like 'log%' order by id",
    )
    .fetch_all(&app.db)
    .await
    .unwrap();
    let line = |kind: &str, whose, actor, details: Value| {
        let (address, agent) = (Some("203.0.113.7".to_owned()), Some("Ana's phone".to_owned()));
        (kind.to_owned(), whose, actor, address, agent, details)
    };
    let expected = [
        line("logged_in", Some(ana.0), Some(ana.0), json!({})),
        line("log_in_failed", Some(ana.0), None, json!({"reason": "password"})),
        line("log_in_failed", None, None, json!({"reason": "password"})),
    ];
    assert_eq!(lines, expected);
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn only_a_log_in_from_a_new_network_is_published(db: PgPool) {
    let app = service(db);
    register(&app, "ana").await;
    let events = "select count(*) from outbox where kind = 'signed_in_from_new_network' and sent_at is not null";
    let body = json!({"email": "ana@example.com", "password": PASSWORD});
    for (address, published) in [
        (None, 0),
        (Some("203.0.113.7"), 0), // the first known network
        (Some("203.0.113.200"), 0),
        (Some("2001:db8:1::1"), 1),
        (Some("2001:db8:1:2::1"), 1),
        (None, 1),
        (Some("198.51.100.1"), 2),
        (Some("203.0.113.7"), 2),
    ] {
        let client = address.map_or_else(|| app.anonymous(), |address| app.anonymous().at(address));
        client.post("/auth/jwt/create/", body.clone()).await.expect(200);
        assert_eq!(app.count(events).await, published, "{address:?}");
    }
    let newest = "select count(*) from outbox o join sign_ins s on s.id = (o.payload->>'sign_in_id')::uuid
                   where s.network in ('2001:db8:1::/48', '198.51.100.0/24')";
    assert_eq!(app.count(newest).await, 2);
}
