//! Limits on failed log-ins: `POST /auth/jwt/create/`.

use std::sync::Arc;

use serde_json::json;
use shared::testing::{Answer, Client, TestApp};
use shared::users::links::Purpose;
use sqlx::PgPool;
use tokio::task::JoinSet;

use crate::mailed_links::a_link;
use crate::{PASSWORD, log_in, register, service, sql};

const NEW_PASSWORD: &str = "some other harbour";
const ANA: &str = "ana@example.com";
const UNKNOWN: &str = "nobody@example.com";

/// Tries to log in with a wrong password, with all of these at the same time.
async fn try_at_once(attempts: impl Iterator<Item = (Client, String)>) -> Vec<Answer> {
    let attempts = attempts.map(|(client, email)| async move {
        client.post("/auth/jwt/create/", json!({"email": email, "password": "wrong"})).await
    });
    attempts.collect::<JoinSet<_>>().join_all().await
}

/// Logs Ana in from many clients, as often as an account can log in in an hour.
async fn use_up_the_log_ins_of_ana(app: &TestApp) {
    for n in 0..60 {
        let client = app.anonymous().at(&format!("203.0.113.{n}"));
        client.post("/auth/jwt/create/", json!({"email": ANA, "password": PASSWORD})).await.expect(200);
    }
}

fn count_with_status(answers: &[Answer], status: u16) -> usize {
    answers.iter().filter(|answer| answer.status == status).count()
}

/// Asserts that the request was throttled and returns the seconds to wait.
fn seconds_to_wait(answer: &Answer) -> i64 {
    assert_eq!(answer.status, 429, "{}", answer.text);
    let wait = answer.header("retry-after").parse().unwrap();
    let detail = format!("Request was throttled. Expected available in {wait} seconds.");
    assert_eq!(answer.body, json!({"detail": detail, "code": "throttled"}));
    wait
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn five_of_three_hundred_concurrent_wrong_passwords_are_checked(db: PgPool) {
    let app = service(db);
    register(&app, "ana").await;

    let answers = try_at_once((0..300).map(|_| (app.anonymous(), ANA.to_owned()))).await;

    assert_eq!((count_with_status(&answers, 401), count_with_status(&answers, 429)), (5, 295));
    assert!(answers.iter().filter(|answer| answer.status == 429).all(|answer| seconds_to_wait(answer) == 1));
    // Until the client has to wait as well, an attempt that is not checked leaves what a checked one leaves.
    assert_eq!(app.count("select count(*) from audit_log where kind = 'log_in_failed'").await, 50);
    app.clock.advance(1);
    let answers = try_at_once((0..20).map(|_| (app.anonymous(), ANA.to_owned()))).await;
    assert_eq!((count_with_status(&answers, 401), count_with_status(&answers, 429)), (1, 19));
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn the_correct_password_waits_too_and_then_resets_the_count(db: PgPool) {
    let app = service(db);
    register(&app, "ana").await;
    for _ in 0..7 {
        app.clock.advance(4);
        log_in(&app, ANA, "wrong").await.expect(401);
    }
    assert_eq!(seconds_to_wait(&log_in(&app, ANA, PASSWORD).await), 4);
    app.clock.advance(3);
    assert_eq!(seconds_to_wait(&log_in(&app, ANA, PASSWORD).await), 1);
    assert_eq!(app.count("select count(*) from sign_ins").await, 0);
    app.clock.advance(1);
    log_in(&app, ANA, PASSWORD).await.expect(200);
    for _ in 0..5 {
        log_in(&app, ANA, "wrong").await.expect(401);
    }
    assert_eq!(seconds_to_wait(&log_in(&app, ANA, "wrong").await), 1, "the count began again");
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn the_wait_doubles_up_to_15_minutes_and_resets_after_a_day(db: PgPool) {
    let app = service(db);
    register(&app, "ana").await;
    for email in [ANA, UNKNOWN] {
        for _ in 0..4 {
            log_in(&app, email, "wrong").await.expect(401);
        }
        for expected in [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 900, 900] {
            log_in(&app, email, "wrong").await.expect(401);
            assert_eq!(seconds_to_wait(&log_in(&app, email, "wrong").await), expected, "{email}");
            app.clock.advance(expected);
        }
        app.clock.advance(86_400 - 900);
        for _ in 0..5 {
            log_in(&app, email, "wrong").await.expect(401);
        }
    }
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn an_account_is_protected_against_many_clients_at_once(db: PgPool) {
    let app = service(db);
    register(&app, "ana").await;
    // All spellings of the address count for one account.
    let spellings = ["ana@example.com", "ANA@example.com", " Ana@Example.com "];
    let attempts = (0..100).map(|n| (app.anonymous().at(&format!("203.0.113.{n}")), spellings[n % 3].to_owned()));
    let answers = try_at_once(attempts).await;
    assert_eq!((count_with_status(&answers, 401), count_with_status(&answers, 429)), (5, 95));
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn one_client_cannot_try_many_accounts(db: PgPool) {
    let app = Arc::new(service(db));
    register(&app, "ana").await;
    // The whole /64 is one client.
    let guesser = |n: u32| app.anonymous().at(&format!("2001:db8::{n:x}"));
    let answers = try_at_once((0..60).map(|n| (guesser(n), format!("user-{n}@example.com")))).await;
    assert_eq!((count_with_status(&answers, 401), count_with_status(&answers, 429)), (50, 10));
    let body = json!({"email": ANA, "password": PASSWORD});
    assert_eq!(seconds_to_wait(&guesser(99).post("/auth/jwt/create/", body.clone()).await), 1);
    // An attempt that the limit of the client refused does not count for the account.
    assert_eq!(app.count("select count(*) from throttles where scope = 'log_in_as'").await, 50);
    app.anonymous().at("2001:db8:0:1::1").post("/auth/jwt/create/", body).await.expect(200);
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn an_account_logs_in_60_times_an_hour(db: PgPool) {
    let app = service(db);
    register(&app, "ana").await;
    register(&app, "ben").await;
    use_up_the_log_ins_of_ana(&app).await;
    // The right password is refused without a trace, and does not lock anything else.
    for _ in 0..7 {
        assert_eq!(seconds_to_wait(&log_in(&app, ANA, PASSWORD).await), 3600);
    }
    for table in ["sign_ins", "refresh_tokens", "audit_log where kind = 'logged_in'"] {
        let rows: i64 = sqlx::query_scalar(sqlx::AssertSqlSafe(format!("select count(*) from {table}")))
            .fetch_one(&app.db)
            .await
            .unwrap();
        assert_eq!(rows, 60, "{table}");
    }
    log_in(&app, ANA, "wrong").await.expect(401);
    log_in(&app, "ben@example.com", PASSWORD).await.expect(200);
    app.clock.advance(3600);
    log_in(&app, ANA, PASSWORD).await.expect(200);
}

/// Each of these has cost a hash.
#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn log_ins_over_the_limit_of_an_account_count_for_their_client(db: PgPool) {
    let app = service(db);
    register(&app, "ana").await;
    register(&app, "ben").await;
    use_up_the_log_ins_of_ana(&app).await;
    let client = app.anonymous().at("198.51.100.1");
    for _ in 0..50 {
        let refused = client.post("/auth/jwt/create/", json!({"email": ANA, "password": PASSWORD})).await;
        assert_eq!(seconds_to_wait(&refused), 3600);
    }
    let refused = client.post("/auth/jwt/create/", json!({"email": "ben@example.com", "password": PASSWORD})).await;
    assert_eq!(seconds_to_wait(&refused), 1);
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn an_unknown_address_gets_the_same_answers_and_leaves_the_same_rows(db: PgPool) {
    let app = service(db);
    register(&app, "ana").await;
    let mut responses = Vec::new();
    for email in [ANA, UNKNOWN] {
        let mut answers = Vec::new();
        for _ in 0..8 {
            let Answer { status, mut headers, text, .. } = log_in(&app, email, "wrong").await;
            headers.remove("x-request-id").unwrap();
            answers.push((status, headers, text));
        }
        responses.push(answers);
    }
    assert_eq!(responses[0], responses[1]);
    for (table, rows) in [
        ("select count(*) from throttles where scope = 'log_in_as'", 2),
        ("select count(*) from audit_log where kind = 'log_in_failed'", 16),
    ] {
        assert_eq!(app.count(table).await, rows, "{table}");
    }
    let text: String =
        sqlx::query_scalar("select string_agg(a::text, '') from audit_log a").fetch_one(&app.db).await.unwrap();
    assert!(!text.contains("nobody") && !text.contains("wrong"), "{text}");
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn expired_counts_are_deleted_two_at_a_time(db: PgPool) {
    let app = service(db);
    for n in 0..6 {
        log_in(&app, &format!("user-{n}@example.com"), "wrong").await.expect(401);
    }
    app.clock.advance(86_400);
    sql(&app, "delete from throttles where scope = 'log_in_from'").await;
    for (n, left) in [5, 4, 3, 4].into_iter().enumerate() {
        log_in(&app, &format!("other-{n}@example.com"), "wrong").await.expect(401);
        assert_eq!(app.count("select count(*) from throttles where scope = 'log_in_as'").await, left);
    }
}

/// An attacker who polls uses up every attempt, which must not lock the owner out of a known network.
#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn an_owner_can_log_in_from_a_known_network_during_an_attack(db: PgPool) {
    let app = service(db);
    register(&app, "ana").await;
    let good = json!({"email": ANA, "password": PASSWORD});
    let at = |address: &str| app.anonymous().at(address);
    at("203.0.113.7").post("/auth/jwt/create/", good.clone()).await.expect(200);
    for _ in 0..5 {
        at("198.51.100.1").post("/auth/jwt/create/", json!({"email": ANA, "password": "wrong"})).await.expect(401);
    }
    seconds_to_wait(&at("198.51.100.1").post("/auth/jwt/create/", good.clone()).await);
    seconds_to_wait(&at("192.0.2.1").post("/auth/jwt/create/", good.clone()).await);

    at("203.0.113.200").post("/auth/jwt/create/", good.clone()).await.expect(200);

    // Guessing is limited in the known network too, and a guess does not show that it was checked.
    for _ in 0..5 {
        let wrong = json!({"email": ANA, "password": "wrong"});
        seconds_to_wait(&at("203.0.113.7").post("/auth/jwt/create/", wrong).await);
    }
    seconds_to_wait(&at("203.0.113.7").post("/auth/jwt/create/", good).await);
}

/// A network in which an account was used must not answer otherwise for its address than for an unknown one, whatever was tried before and elsewhere.
#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn no_network_tells_whether_an_address_has_an_account(db: PgPool) {
    let app = service(db);
    register(&app, "ana").await;
    let good = json!({"email": ANA, "password": PASSWORD});
    app.anonymous().at("203.0.113.7").post("/auth/jwt/create/", good.clone()).await.expect(200);
    let mut checked_at_home = 0;
    for walk in 0..5_u64 {
        sql(&app, "delete from throttles").await;
        let mut numbers = Lcg(walk);
        for step in 0..18 {
            let network = ["198.51.100", "203.0.113", "192.0.2"][numbers.below(3)];
            let client = app.anonymous().at(&format!("{network}.{}", 10 + numbers.below(200)));
            let mut answers = Vec::new();
            for email in [ANA, UNKNOWN] {
                let answer = client.post("/auth/jwt/create/", json!({"email": email, "password": "wrong"})).await;
                answers.push((answer.status, answer.headers.get("retry-after").cloned(), answer.text));
            }
            assert_eq!(answers[0], answers[1], "walk {walk}, step {step}, from {network}");
            checked_at_home += usize::from(network == "203.0.113" && answers[0].0 == 429);
            app.clock.advance([0, 0, 1, 3][numbers.below(4)]);
        }
    }
    assert!(checked_at_home > 5, "{checked_at_home}");
}

/// A generator of numbers that look random, the same for each seed.
struct Lcg(u64);

impl Lcg {
    fn below(&mut self, end: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap() % end
    }
}

/// The owner has proven to be the owner, so no guess counts any more, not even a neighbour's.
#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn a_new_password_by_a_mailed_link_ends_every_wait(db: PgPool) {
    let app = service(db);
    let ana = register(&app, "ana").await;
    let at = |address: &str| app.anonymous().at(address);
    let with = |password: &str| json!({"email": ANA, "password": password});
    at("203.0.113.7").post("/auth/jwt/create/", with(PASSWORD)).await.expect(200);
    at("198.51.100.1").post("/auth/jwt/create/", with(PASSWORD)).await.expect(200);
    for _ in 0..20 {
        at("203.0.113.200").post("/auth/jwt/create/", with("wrong")).await;
    }
    seconds_to_wait(&at("203.0.113.7").post("/auth/jwt/create/", with(PASSWORD)).await);

    let body = a_link(&app, ana, Purpose::PasswordReset).await.with(json!({"new_password": NEW_PASSWORD}));
    at("203.0.113.7").post("/auth/users/reset_password_confirm/", body).await.expect(204);

    at("203.0.113.7").post("/auth/jwt/create/", with(NEW_PASSWORD)).await.expect(200);
    // The other network is unknown now: guesses elsewhere count for it, and a log-in from it is mailed.
    let mailed = "select count(*) from outbox where kind = 'signed_in_from_new_network'";
    let before = app.count(mailed).await;
    at("198.51.100.1").post("/auth/jwt/create/", with(NEW_PASSWORD)).await.expect(200);
    assert_eq!(app.count(mailed).await, before + 1);
}
