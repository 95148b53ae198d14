//! Limits on requested mails, registrations and password checks.

use serde_json::{Value, json};
use shared::testing::{Answer, TestApp};
use shared::users::AuthOptions;
use sqlx::PgPool;

use crate::{PASSWORD, register, registration, service, service_with, sql, tokens};

const MAIL_REQUESTS: [&str; 3] =
    ["/auth/users/reset_password/", "/auth/users/reset_email/", "/auth/users/resend_activation/"];

fn service_with_activation(db: PgPool) -> TestApp {
    service_with(db, AuthOptions { send_activation_email: true, ..AuthOptions::default() })
}

fn assert_throttled(answer: &Answer, seconds: u32) {
    let detail = format!("Request was throttled. Expected available in {seconds} seconds.");
    assert_eq!((answer.status, &answer.body), (429, &json!({"detail": detail, "code": "throttled"})));
    assert_eq!(answer.header("retry-after"), seconds.to_string());
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn known_and_unknown_addresses_get_five_mails_an_hour(db: PgPool) {
    let app = service_with_activation(db);
    register(&app, "ana").await;
    sql(&app, "delete from outbox").await;
    for path in MAIL_REQUESTS {
        sql(&app, "delete from throttles").await;
        sql(&app, "delete from outbox").await;
        let mut answers = Vec::new();
        for address in ["ana@example.com", "nobody@example.com"] {
            for attempt in 0_u8..7 {
                // The requests come from different clients, in upper and lower case.
                let client = app.anonymous().at(&format!("203.0.113.{attempt}"));
                let email = if attempt % 2 == 0 { address.to_owned() } else { address.to_uppercase() };
                let answer = client.post(path, json!({"email": email})).await;
                if attempt >= 5 {
                    assert_throttled(&answer, 3600);
                }
                answers.push((answer.status, answer.text));
            }
        }
        assert_eq!(answers[..7], answers[7..], "{path}");
        assert_eq!(app.count("select count(*) from outbox").await, 10, "{path}");
    }
    app.clock.advance(3600);
    app.anonymous().post(MAIL_REQUESTS[0], json!({"email": "ana@example.com"})).await.expect(204);
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn addresses_with_tags_share_the_limit_of_their_mailbox(db: PgPool) {
    let app = service(db);
    let ask = async |email: &str| app.anonymous().post(MAIL_REQUESTS[0], json!({"email": email})).await;
    for number in 0..5 {
        ask(&format!("bomb+{number}@victim.example")).await.expect(204);
    }
    assert_throttled(&ask("bomb+5@victim.example").await, 3600);
    assert_throttled(&ask("bomb@victim.example").await, 3600);
    ask("bob@victim.example").await.expect(204);
    // The event has the address as it was typed.
    assert_eq!(app.count("select count(*) from outbox where payload->>'email' = 'bomb+3@victim.example'").await, 1);
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn each_kind_of_mail_has_its_own_limit(db: PgPool) {
    let app = service_with_activation(db);
    let ana = json!({"email": "ana@example.com"});
    for path in MAIL_REQUESTS {
        for _ in 0..5 {
            app.anonymous().post(path, ana.clone()).await.expect(204);
        }
        assert_throttled(&app.anonymous().post(path, ana.clone()).await, 3600);
    }
    register(&app, "ana").await;
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn only_the_correct_password_reveals_that_an_address_is_taken(db: PgPool) {
    let app = service(db);
    register(&app, "ana").await;
    register(&app, "ben").await;
    let ana = app.anonymous().bearer(&tokens(&app, "ana").await.access);
    for current_password in [json!(null), json!("wrong")] {
        let body = json!({"new_email": "ben@example.com", "current_password": current_password});
        let answer = ana.post("/auth/users/set_email/", body).await.expect(400);
        assert_eq!(answer.body.as_object().unwrap().keys().collect::<Vec<_>>(), ["current_password"]);
    }
    let body = json!({"new_email": "ben@example.com", "current_password": PASSWORD});
    assert!(ana.post("/auth/users/set_email/", body).await.expect(400).body["new_email"].is_array());
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn a_client_can_request_50_mails_an_hour(db: PgPool) {
    let app = service(db);
    let ask = async |client: &str, number: u8| {
        let client = app.anonymous().at(client);
        client.post(MAIL_REQUESTS[usize::from(number % 2)], json!({"email": format!("{number}@example.com")})).await
    };
    for number in 0..50 {
        ask("203.0.113.7", number).await.expect(204);
    }
    assert_throttled(&ask("203.0.113.7", 50).await, 3600);
    ask("203.0.113.8", 50).await.expect(204);
    // A refused request does not count for its address.
    assert_eq!(app.count("select count(*) from throttles where scope = 'mail_to'").await, 51);
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn a_client_can_register_50_times_an_hour_and_fail_ten_times(db: PgPool) {
    let app = service(db);
    register(&app, "ana").await;
    let register = async |client: &str, name: &str| {
        let mut body = registration(name);
        body["username"] = json!(format!("{name}-{client}"));
        app.anonymous().at(client).post("/auth/users/", body).await
    };
    for number in 0..50 {
        register("203.0.113.7", &format!("user-{number}")).await.expect(201);
    }
    assert_throttled(&register("203.0.113.7", "ben").await, 3600);

    // Answers about taken addresses are counted apart. A refused password is not counted, because it tells nothing.
    for _ in 0..10 {
        register("203.0.113.8", "ana").await.expect(400);
        let weak = json!({"email": "ana@example.com", "username": "x", "password": "x"});
        let refused = app.anonymous().at("203.0.113.8").post("/auth/users/", weak).await.expect(400);
        assert!(refused.body["email"].is_null());
    }
    assert_throttled(&register("203.0.113.8", "ana").await, 3600);
    assert_throttled(&register("203.0.113.8", "nobody").await, 3600);
    register("203.0.113.9", "nobody").await.expect(201);
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn registrations_with_one_address_are_limited_if_they_send_mail(db: PgPool) {
    let app = service_with_activation(db);
    for attempt in 0_u8..6 {
        let client = app.anonymous().at(&format!("203.0.113.{attempt}"));
        let answer = client.post("/auth/users/", registration("ana")).await;
        match attempt {
            0..5 => assert_eq!(answer.status, 201),
            _ => assert_throttled(&answer, 3600),
        }
    }
}

async fn assert_five_changes_an_hour(app: &TestApp, path: &str, bodies: impl Fn(u8) -> Value) {
    register(app, "ana").await;
    let ana = app.anonymous().bearer(&tokens(app, "ana").await.access);
    for number in 0..5 {
        ana.post(path, bodies(number)).await.expect(204);
    }
    assert_throttled(&ana.post(path, bodies(5)).await, 3600);
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn a_password_can_change_five_times_an_hour(db: PgPool) {
    let password = |number: u8| if number == 0 { PASSWORD.to_owned() } else { format!("some harbour {number}") };
    let body = |number| json!({"current_password": password(number), "new_password": password(number + 1)});
    assert_five_changes_an_hour(&service(db), "/auth/users/set_password/", body).await;
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn an_email_address_can_change_five_times_an_hour(db: PgPool) {
    let body = |number| json!({"current_password": PASSWORD, "new_email": format!("ana-{number}@example.com")});
    assert_five_changes_an_hour(&service(db), "/auth/users/set_email/", body).await;
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn guesses_of_the_current_password_are_limited(db: PgPool) {
    let app = service(db);
    register(&app, "ana").await;
    let ana = app.anonymous().bearer(&tokens(&app, "ana").await.access);
    let body = json!({"current_password": "x", "new_password": "some other harbour"});
    for _ in 0..5 {
        ana.post("/auth/users/set_password/", body.clone()).await.expect(400);
    }
    for path in ["/auth/users/set_password/", "/auth/users/set_email/"] {
        ana.post(path, body.clone()).await.expect(429);
    }
    assert_eq!(app.count("select count(*) from audit_log where kind = 'password_check_failed'").await, 5);
}

/// Otherwise a stranger would keep any address from registering, and its owner would get no mail with a way out.
#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn refused_registrations_do_not_use_up_those_of_the_owner_of_the_address(db: PgPool) {
    let app = service_with_activation(db);
    register(&app, "taken").await;
    let from = |client: &str| app.anonymous().at(client);
    let of_ana = |username: &str, password: &str| json!({"email": "ana@example.com", "username": username, "password": password});
    for _ in 0..6 {
        from("198.51.100.7").post("/auth/users/", of_ana("ana", "12345678")).await.expect(400);
        from("198.51.100.7").post("/auth/users/", of_ana("taken", PASSWORD)).await.expect(400);
    }
    from("203.0.113.50").post("/auth/users/", of_ana("ana", PASSWORD)).await.expect(201);
}
