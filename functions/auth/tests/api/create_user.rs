//! Register a user: `POST /auth/users/`.

use std::sync::Arc;

use auth::{AuthState, Lifetimes};
use serde_json::json;
use shared::app::db::PoolSettings;
use shared::testing::{Answer, RecordingQueue, START, TestApp, service_db_with};
use shared::time::Timestamp;
use sqlx::PgPool;

use crate::{PASSWORD, keys, register, registration, service};

fn statuses(answers: [Answer; 2]) -> [u16; 2] {
    let mut statuses = answers.map(|answer| answer.status);
    statuses.sort();
    statuses
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn an_account_is_stored_without_its_password(db: PgPool) {
    let app = service(db);

    let answer = app.anonymous().post("/auth/users/", registration("ana")).await.expect(201);

    let id = answer.body["id"].as_i64().unwrap();
    assert_eq!(answer.body, json!({"username": "ana", "email": "ana@example.com", "id": id}));
    let (password_hash, created_at): (String, Timestamp) =
        sqlx::query_as("select password_hash, created_at from users where id = $1")
            .bind(id)
            .fetch_one(&app.db)
            .await
            .unwrap();
    assert!(password_hash.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{password_hash}");
    assert_eq!(created_at, START);
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn the_same_password_has_different_hashes(db: PgPool) {
    let app = service(db);
    register(&app, "ana").await;
    register(&app, "ben").await;
    assert_eq!(app.count("select count(distinct password_hash) from users").await, 2);
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn a_registration_never_creates_staff(db: PgPool) {
    let app = service(db);
    let mut body = registration("ana");
    for field in ["is_staff", "is_superuser", "is_active"] {
        body[field] = json!(field != "is_active");
    }
    body["id"] = json!(1_000_000);

    let answer = app.anonymous().post("/auth/users/", body).await.expect(201);

    assert_ne!(answer.body["id"], 1_000_000);
    assert_eq!(app.count("select count(*) from users where is_active and not is_staff and not is_superuser").await, 1);
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn only_the_domain_of_an_email_address_is_lowercased(db: PgPool) {
    let app = service(db);
    let body = json!({"email": "  Ana.B@EXAMPLE.Com ", "username": " ana ", "password": PASSWORD});
    let answer = app.anonymous().post("/auth/users/", body).await.expect(201);
    assert_eq!((&answer.body["email"], &answer.body["username"]), (&json!("Ana.B@example.com"), &json!("ana")));
    assert_eq!(app.count("select count(*) from users where email = 'Ana.B@example.com'").await, 1);
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn an_account_is_one_in_every_spelling_of_its_domain(db: PgPool) {
    let app = service(db);
    let spellings = ["müller.example", "xn--mller-kva.example", "MÜLLER.example", "mu\u{308}ller.example"];
    let body =
        |domain: &str, name: &str| json!({"email": format!("kunde@{domain}"), "username": name, "password": PASSWORD});
    let answer = app.anonymous().post("/auth/users/", body(spellings[1], "kunde")).await.expect(201);
    assert_eq!(answer.body["email"], "kunde@müller.example");
    for spelling in spellings {
        crate::log_in(&app, &format!("kunde@{spelling}"), PASSWORD).await.expect(200);
        app.anonymous().post("/auth/users/", body(spelling, "other")).await.expect(400);
    }
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn mails_to_an_account_are_in_the_language_that_was_accepted_at_registration(db: PgPool) {
    let app = service(db);
    let register = async |name: &str, languages: &str| {
        app.anonymous().header("accept-language", languages).post("/auth/users/", registration(name)).await.expect(201);
    };
    register("ana", "de-AT, en;q=0.5").await;
    register("ben", "fr").await;
    assert_eq!(
        app.count("select count(*) from users where (username, locale) in (('ana', 'de'), ('ben', 'en'))").await,
        2
    );
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn names_of_150_and_passwords_of_128_characters_are_accepted(db: PgPool) {
    let app = service(db);
    let (username, password) = ("ü".repeat(150), "ä7 z".repeat(32));
    let body = json!({"email": "ana@example.com", "username": username, "password": password});
    app.anonymous().post("/auth/users/", body).await.expect(201);
    crate::log_in(&app, "ana@example.com", &password).await.expect(200);
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn concurrent_registrations_with_one_email_address_create_one_account(db: PgPool) {
    let app = service(db);
    let client = app.anonymous();
    for round in 0..5 {
        let mut bodies = [registration("ana"), registration("ben")];
        for (capitals, body) in bodies.iter_mut().enumerate() {
            let local = if capitals == 0 { "Ana" } else { "ana" };
            body["email"] = json!(format!("{local}{round}@example.com"));
            body["username"] = json!(format!("user-{round}-{capitals}"));
        }
        let [a, b] = bodies;

        let (a, b) = tokio::join!(client.post("/auth/users/", a), client.post("/auth/users/", b));

        let refused = if a.status == 400 { &a } else { &b };
        assert_eq!(refused.body, json!({"email": ["user with this email already exists."]}));
        assert_eq!(statuses([a, b]), [201, 400]);
    }
    assert_eq!(app.count("select count(*) from users").await, 5);
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn concurrent_registrations_with_one_username_create_one_account(db: PgPool) {
    let app = service(db);
    let client = app.anonymous();
    let (a, mut b) = (registration("ana"), registration("ana"));
    b["email"] = json!("ben@example.com");

    let (a, b) = tokio::join!(client.post("/auth/users/", a), client.post("/auth/users/", b));

    let refused = if a.status == 400 { &a } else { &b };
    assert_eq!(refused.body, json!({"username": ["user with this username already exists."]}));
    assert_eq!(statuses([a, b]), [201, 400]);
    assert_eq!(app.count("select count(*) from users").await, 1);
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn registering_needs_no_token_but_refuses_an_invalid_one(db: PgPool) {
    let app = service(db);
    let answer = app.anonymous().bearer("a.b.c").post("/auth/users/", registration("ana")).await.expect(401);
    assert_eq!(answer.body["code"], "token_not_valid");
    assert_eq!(app.count("select count(*) from users").await, 0);
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn a_refused_registration_needs_one_connection_only(db: PgPool) {
    let one_connection = service_db_with(&db, PoolSettings { max_connections: 1 });
    let app = TestApp::with_state(db, auth::router(), |mut app, signer| {
        app.db = one_connection;
        AuthState {
            app,
            keys: keys(signer.clone()),
            lifetimes: Lifetimes::default(),
            queue: Arc::new(RecordingQueue::default()),
        }
    });
    register(&app, "ana").await;
    for _ in 0..2 {
        let refused = app.anonymous().post("/auth/users/", registration("ana")).await.expect(400);
        assert_eq!(refused.body.as_object().unwrap().len(), 2, "both are taken: {}", refused.text);
    }
    register(&app, "ben").await;
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn a_username_that_looks_like_another_is_refused(db: PgPool) {
    let app = service(db);
    register(&app, "staff").await;
    let client = app.anonymous();
    let register = async |username: &str, email: &str| {
        client.post("/auth/users/", json!({"email": email, "username": username, "password": PASSWORD})).await
    };
    let taken = json!({"username": ["user with this username already exists."]});
    for name in ["Staff", "STAFF", "ｓｔａｆｆ", "staﬀ"] {
        assert_eq!(register(name, "eve@example.com").await.expect(400).body, taken, "{name}");
    }
    let invisible = json!({"username": ["A username must not contain invisible characters."]});
    for name in ["staff\u{200b}", "staff\u{202e}x", "a\nb", "a\u{1b}b"] {
        assert_eq!(register(name, "eve@example.com").await.expect(400).body, invisible, "{name:?}");
    }
    let mixed = json!({"username": ["A username must not mix Latin, Greek and Cyrillic letters."]});
    assert_eq!(register("st\u{430}ff", "eve@example.com").await.expect(400).body, mixed);
    register("мария", "maria@example.com").await.expect(201);
    assert_eq!(app.count("select count(*) from users").await, 2);
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn a_change_of_the_username_follows_the_same_rules(db: PgPool) {
    let app = service(db);
    register(&app, "staff").await;
    register(&app, "ana").await;
    let ana = app.anonymous().bearer(&crate::tokens(&app, "ana").await.access);
    for name in ["STAFF", "an\u{200b}a", "\u{430}na"] {
        ana.patch("/auth/users/me/", json!({"username": name})).await.expect(400);
        ana.put("/auth/users/me/", json!({"username": name})).await.expect(400);
    }
    // Another case of her own name is free to her.
    ana.patch("/auth/users/me/", json!({"username": "Ana"})).await.expect(200);
}
