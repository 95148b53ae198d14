//! Registrations that become accounts, and accounts with a new address that become active, when their mailed link is opened.

use serde_json::{Value, json};
use shared::app::Clock as _;
use shared::audit::{AuditRecord, Kind, store::record};
use shared::ids::UserId;
use shared::testing::{Answer, Client, TestApp};
use shared::users::links::Purpose;
use shared::users::{AuthOptions, ClientInfo};
use sqlx::PgPool;

use crate::mailed_links::{Link, a_link, a_registration_link, audit_log, published_events, register_and_activate};
use crate::{PASSWORD, log_in, register, registration, service, service_with, sql, tokens};

const NEW_PASSWORD: &str = "some other harbour";
const ATTACKER: &str = "198.51.100.7";
const OWNER: &str = "203.0.113.7";

fn service_with_activation(db: PgPool) -> TestApp {
    service_with(db, AuthOptions { send_activation_email: true, ..AuthOptions::default() })
}

async fn activate(app: &TestApp, link: &Link) -> u16 {
    activate_with(app, link, json!({"password": PASSWORD})).await.status
}

async fn activate_with(app: &TestApp, link: &Link, more: Value) -> Answer {
    app.anonymous().at(OWNER).post("/auth/users/activation/", link.with(more)).await
}

/// Registers Ana's address from this client with this password.
async fn register_at(app: &TestApp, client: &str, password: &str) -> UserId {
    let body = json!({"email": "ana@example.com", "username": "ana", "password": password});
    UserId(app.anonymous().at(client).post("/auth/users/", body).await.expect(201).body["id"].as_i64().unwrap())
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn a_new_account_can_log_in_after_its_link_was_opened(db: PgPool) {
    let app = service_with_activation(db);
    let ana = register(&app, "ana").await;
    assert_eq!(published_events(&app).await, ["registered ana@example.com"]);
    log_in(&app, "ana@example.com", PASSWORD).await.expect(401);
    let link = a_registration_link(&app, ana).await;

    assert_eq!(activate(&app, &link).await, 204);

    log_in(&app, "ana@example.com", PASSWORD).await.expect(200);
    let mut log = audit_log(&app).await;
    log.retain(|line| !line.starts_with("log"));
    assert_eq!(log, [format!("registered {ana} {ana}"), format!("activated {ana} {ana}")]);
    assert_eq!(activate(&app, &link).await, 403, "the link was used already");
    assert_eq!(app.count("select count(*) from registrations").await, 0);
    assert_eq!(app.count("select count(*) from proven_addresses where email = 'ana@example.com'").await, 1);
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn the_link_alone_is_enough_in_the_network_of_the_registration(db: PgPool) {
    let app = service_with_activation(db);
    let ana = register_at(&app, "203.0.113.99", PASSWORD).await;
    let link = a_registration_link(&app, ana).await;
    assert_eq!(activate_with(&app, &link, json!({})).await.status, 204);
    log_in(&app, "ana@example.com", PASSWORD).await.expect(200);
    assert_eq!(published_events(&app).await, ["registered ana@example.com"]);
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn the_link_alone_never_switches_on_the_password_of_another_network(db: PgPool) {
    let app = service_with_activation(db);
    let ana = register_at(&app, ATTACKER, "password of mallory").await;
    let link = a_registration_link(&app, ana).await;

    assert_eq!(activate_with(&app, &link, json!({})).await.status, 204);

    log_in(&app, "ana@example.com", "password of mallory").await.expect(401);
    // Her account is active, and she gets a link to choose a password.
    assert_eq!(
        published_events(&app).await,
        ["password_reset_requested ana@example.com", "registered ana@example.com"]
    );
    let link = a_link(&app, ana, Purpose::PasswordReset).await;
    let body = link.with(json!({"new_password": NEW_PASSWORD}));
    app.anonymous().post("/auth/users/reset_password_confirm/", body).await.expect(204);
    log_in(&app, "ana@example.com", NEW_PASSWORD).await.expect(200);
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn the_password_of_the_person_with_the_link_counts(db: PgPool) {
    let app = service_with_activation(db);
    let ana = register_at(&app, ATTACKER, "password of mallory").await;
    let link = a_registration_link(&app, ana).await;
    for (more, expected) in [
        (json!({"password": "8402938475610"}), json!({"password": ["This password is entirely numeric."]})),
        (json!({"password": "ana@example"}), json!({"password": ["The password is too similar to the email."]})),
        (
            json!({"password": NEW_PASSWORD, "re_password": PASSWORD}),
            json!({"non_field_errors": ["The two password fields didn't match."]}),
        ),
    ] {
        assert_eq!(activate_with(&app, &link, more).await.expect(400).body, expected);
    }
    activate_with(&app, &link, json!({"password": NEW_PASSWORD})).await.expect(204);
    log_in(&app, "ana@example.com", "password of mallory").await.expect(401);
    log_in(&app, "ana@example.com", NEW_PASSWORD).await.expect(200);
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn a_registration_replaces_an_earlier_one_and_its_links(db: PgPool) {
    let app = service_with_activation(db);
    let mallory = register_at(&app, ATTACKER, "password of mallory").await;
    let of_mallory = a_registration_link(&app, mallory).await;
    app.clock.advance(1);

    let ana = register_at(&app, OWNER, PASSWORD).await;

    assert_eq!(app.count("select count(*) from registrations").await, 1);
    assert_eq!(activate(&app, &of_mallory).await, 400);
    assert_eq!(activate_with(&app, &a_registration_link(&app, ana).await, json!({})).await.status, 204);
    log_in(&app, "ana@example.com", PASSWORD).await.expect(200);
    log_in(&app, "ana@example.com", "password of mallory").await.expect(401);
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn an_address_with_an_account_answers_as_a_new_one_does(db: PgPool) {
    let app = service_with_activation(db);
    let ana = register_and_activate(&app, "ana").await;
    sql(&app, "delete from outbox").await;
    let probe = async |email: &str, name: &str| {
        let body = json!({"email": email, "username": name, "password": NEW_PASSWORD});
        let answer = app.anonymous().post("/auth/users/", body).await;
        let id = answer.body["id"].as_i64().unwrap_or_default();
        let link = Link { uid: shared::users::links::uid(UserId(id)), token: "1-0".to_owned() };
        let opened = activate_with(&app, &link, json!({})).await;
        let again = json!({"email": "eve@example.com", "username": name.to_uppercase(), "password": NEW_PASSWORD});
        let again = app.anonymous().post("/auth/users/", again).await;
        let fields: Vec<String> = answer.body.as_object().unwrap().keys().cloned().collect();
        (answer.status, fields, opened.status, opened.text, again.status, again.text)
    };

    let taken = probe("Ana@example.com", "first").await;
    let new = probe("nobody@example.com", "second").await;

    assert_eq!(taken, new);
    assert_eq!((taken.0, taken.4), (201, 400));
    assert_eq!(published_events(&app).await, ["registered Ana@example.com", "registered nobody@example.com"]);
    // The account is as it was, and no link opens the registration of its address.
    log_in(&app, "ana@example.com", PASSWORD).await.expect(200);
    let id: UserId = sqlx::query_scalar("select id from registrations where lower(email) = 'ana@example.com'")
        .fetch_one(&app.db)
        .await
        .unwrap();
    assert_ne!(id, ana);
    assert_eq!(activate(&app, &a_registration_link(&app, id).await).await, 400);
    assert_eq!(app.count("select count(*) from users").await, 1);
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn a_refused_password_or_a_taken_username_reveals_no_address(db: PgPool) {
    let app = service_with_activation(db);
    register_and_activate(&app, "ana").await;
    for email in ["ana@example.com", "nobody@example.com"] {
        let body = json!({"email": email, "username": "x", "password": "x"});
        let refused = app.anonymous().post("/auth/users/", body).await.expect(400);
        assert_eq!(refused.body.as_object().unwrap().keys().collect::<Vec<_>>(), ["password"]);
        let body = json!({"email": email, "username": "Ana", "password": NEW_PASSWORD});
        let refused = app.anonymous().post("/auth/users/", body).await.expect(400);
        assert_eq!(refused.body, json!({"username": ["user with this username already exists."]}));
    }
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn a_registered_username_is_reserved(db: PgPool) {
    let app = service_with_activation(db);
    register_and_activate(&app, "ana").await;
    register(&app, "ben").await;
    let ana = app.anonymous().bearer(&tokens(&app, "ana").await.access);
    let refused = ana.patch("/auth/users/me/", json!({"username": "BEN"})).await.expect(400);
    assert_eq!(refused.body, json!({"username": ["user with this username already exists."]}));
    let mut body = registration("ben");
    body["email"] = json!("eve@example.com");
    app.anonymous().post("/auth/users/", body).await.expect(400);
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn no_mail_is_sent_without_the_activation_option(db: PgPool) {
    let app = service(db);
    register(&app, "ana").await;
    assert_eq!(published_events(&app).await, [""; 0]);
    log_in(&app, "ana@example.com", PASSWORD).await.expect(200);
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn resending_requests_a_mail_for_any_address(db: PgPool) {
    let app = service_with_activation(db);
    for email in ["Ana@EXAMPLE.com", "nobody@example.com"] {
        app.anonymous().post("/auth/users/resend_activation/", json!({"email": email})).await.expect(204);
    }
    assert_eq!(
        published_events(&app).await,
        ["activation_requested Ana@example.com", "activation_requested nobody@example.com"]
    );
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn a_link_of_another_user_or_an_expired_one_is_refused(db: PgPool) {
    let app = service_with_activation(db);
    let (ana, ben) = (register(&app, "ana").await, register(&app, "ben").await);
    let link = a_registration_link(&app, ana).await;
    let bens = Link { uid: a_registration_link(&app, ben).await.uid, token: link.token.clone() };
    assert_eq!(activate(&app, &bens).await, 400);
    app.clock.advance(259_200);
    assert_eq!(activate(&app, &link).await, 400);
    assert_eq!(app.count("select count(*) from users").await, 0);
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn two_concurrent_clicks_activate_once(db: PgPool) {
    let app = service_with_activation(db);
    let ana = register(&app, "ana").await;
    let link = a_registration_link(&app, ana).await;
    let (a, b) = tokio::join!(activate(&app, &link), activate(&app, &link));
    assert_eq!([a.min(b), a.max(b)], [204, 403]);
    assert_eq!(app.count("select count(*) from audit_log where kind = 'activated'").await, 1);
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn no_link_reactivates_an_account_that_staff_deactivated(db: PgPool) {
    let app = service_with_activation(db);
    let ana = register(&app, "ana").await;
    let used = a_registration_link(&app, ana).await;
    assert_eq!(activate(&app, &used).await, 204);
    let unused = a_link(&app, ana, Purpose::ActivateUser).await;

    sql(&app, "update users set is_active = false").await;
    let mut tx = app.owner.begin().await.unwrap();
    let entry = AuditRecord::by_nobody(Kind::Deactivated, Some(ana));
    record(&mut tx, entry, &ClientInfo::default(), app.clock.now()).await.unwrap();
    tx.commit().await.unwrap();

    // A link that was sent later does not either, nor does a registration.
    let later = a_link(&app, ana, Purpose::ActivateUser).await;
    let body = json!({"email": "ana@example.com", "username": "another", "password": PASSWORD});
    let id = app.anonymous().post("/auth/users/", body).await.expect(201).body["id"].as_i64().unwrap();
    let of_registration = a_registration_link(&app, UserId(id)).await;
    for link in [used, unused, later, of_registration] {
        assert_eq!(activate(&app, &link).await, 400);
    }
    assert_eq!(app.count("select count(*) from users where is_active").await, 0);
    assert_eq!(app.count("select count(*) from users").await, 1);
}

/// Registers Ana, and changes her address from this client.
async fn ana_with_a_new_address(app: &TestApp, client: &str) -> (UserId, Client) {
    let ana = register_and_activate(app, "ana").await;
    let client = app.anonymous().at(client).bearer(&tokens(app, "ana").await.access);
    let body = json!({"new_email": "anna@example.com", "current_password": PASSWORD});
    client.post("/auth/users/set_email/", body).await.expect(204);
    (ana, client)
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn a_new_email_address_must_be_activated_by_its_link(db: PgPool) {
    let app = service_with_activation(db);
    let (ana, client) = ana_with_a_new_address(&app, OWNER).await;

    assert_eq!(client.get("/auth/users/me/").await.expect(401).body["code"], "user_inactive");
    assert_eq!(
        published_events(&app).await,
        [
            "activation_requested anna@example.com",
            "email_changed ana@example.com",
            "email_changed anna@example.com",
            "registered ana@example.com"
        ]
    );
    let link = a_link(&app, ana, Purpose::ActivateUser).await;
    assert_eq!(activate_with(&app, &link, json!({})).await.status, 204);
    client.get("/auth/users/me/").await.expect(200);
    log_in(&app, "anna@example.com", PASSWORD).await.expect(200);
    assert_eq!(activate_with(&app, &link, json!({"password": NEW_PASSWORD})).await.status, 403);
    log_in(&app, "anna@example.com", PASSWORD).await.expect(200);
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn the_link_to_a_new_address_gives_it_to_nobody_in_another_network(db: PgPool) {
    let app = service_with_activation(db);
    let (ana, client) = ana_with_a_new_address(&app, ATTACKER).await;
    let link = a_link(&app, ana, Purpose::ActivateUser).await;
    assert_eq!(activate_with(&app, &link, json!({})).await.status, 204);
    log_in(&app, "anna@example.com", PASSWORD).await.expect(401);
    client.get("/auth/users/me/").await.expect(401);
    let events = published_events(&app).await;
    assert!(events.contains(&"password_reset_requested anna@example.com".to_owned()), "{events:?}");
}

/// A stranger enters a delivery address and changes to Ana's address. Ana opens the link.
#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn the_link_to_a_new_address_deletes_what_a_stranger_has_planted(db: PgPool) {
    const ADDRESSES: &str = "select count(*) from user_addresses";
    let app = service_with_activation(db);
    // With another password, without one, and with the password of the account, which only its owner knows.
    for (name, more, left) in [
        ("mallory", json!({"password": NEW_PASSWORD}), 0),
        ("trudy", json!({}), 0),
        ("ben", json!({"password": PASSWORD}), 1),
    ] {
        let user = register_and_activate(&app, name).await;
        let client = app.anonymous().at(ATTACKER).bearer(&tokens(&app, name).await.access);
        let address = json!({"name": "M", "line1": "Drop street 1", "city": "Berlin", "country": "DE"});
        client.post("/auth/addresses/", address).await.expect(201);
        let body = json!({"new_email": format!("ana-{name}@example.com"), "current_password": PASSWORD});
        client.post("/auth/users/set_email/", body).await.expect(204);

        let link = a_link(&app, user, Purpose::ActivateUser).await;
        activate_with(&app, &link, more).await.expect(204);

        assert_eq!(app.count(ADDRESSES).await, left, "{name}");
    }
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn a_link_that_activates_nothing_proves_nothing(db: PgPool) {
    let app = service_with_activation(db);
    let (ana, _) = ana_with_a_new_address(&app, ATTACKER).await;
    let link = a_link(&app, ana, Purpose::ActivateUser).await;
    // As if staff had reactivated the account.
    sql(&app, "update users set is_active = true").await;
    for _ in 0..2 {
        assert_eq!(activate_with(&app, &link, json!({"password": NEW_PASSWORD})).await.status, 403);
    }
    assert_eq!(app.count("select count(*) from proven_addresses where email = 'anna@example.com'").await, 0);
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn an_address_that_an_account_has_not_proven_goes_to_its_owner(db: PgPool) {
    let app = service_with_activation(db);
    let (ana, _) = ana_with_a_new_address(&app, ATTACKER).await;
    let body = json!({"email": "anna@example.com", "username": "anna", "password": PASSWORD});
    let id = UserId(app.anonymous().post("/auth/users/", body).await.expect(201).body["id"].as_i64().unwrap());

    assert_eq!(activate(&app, &a_registration_link(&app, id).await).await, 204);

    log_in(&app, "anna@example.com", PASSWORD).await.expect(200);
    // The other account has its proven address again.
    let former: (String, bool) =
        sqlx::query_as("select email, is_active from users where id = $1").bind(ana).fetch_one(&app.db).await.unwrap();
    assert_eq!(former, ("ana@example.com".to_owned(), true));
}
