//! Changes of an email address by its owner and by mailed link.

use serde_json::json;
use shared::testing::{Answer, TestApp};
use shared::users::links::Purpose;
use sqlx::PgPool;

use crate::mailed_links::{Link, a_link, audit_log, published_events};
use crate::{PASSWORD, Tokens, log_in, register, service, tokens};

async fn set(app: &TestApp, Tokens { access, .. }: &Tokens, email: &str) -> Answer {
    let body = json!({"current_password": PASSWORD, "new_email": email});
    app.anonymous().bearer(access).post("/auth/users/set_email/", body).await
}

async fn reset(app: &TestApp, link: &Link, email: &str) -> Answer {
    let body = link.with(json!({"new_email": email}));
    app.anonymous().post("/auth/users/reset_email_confirm/", body).await
}

async fn is_signed_in(app: &TestApp, Tokens { access, .. }: &Tokens) -> bool {
    app.anonymous().bearer(access).get("/auth/users/me/").await.status == 200
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn a_changed_address_ends_the_other_sign_ins_and_both_addresses_get_a_mail(db: PgPool) {
    let app = service(db);
    let ana = register(&app, "ana").await;
    let (current, other) = (tokens(&app, "ana").await, tokens(&app, "ana").await);

    let answer = set(&app, &current, " Anna.B@EXAMPLE.com ").await.expect(204);

    assert_eq!(answer.text, "");
    let me = app.anonymous().bearer(&current.access).get("/auth/users/me/").await.expect(200);
    assert_eq!(me.body, json!({"username": "ana", "id": ana, "email": "Anna.B@example.com"}));
    log_in(&app, "ana@example.com", PASSWORD).await.expect(401);
    log_in(&app, "anna.b@example.com", PASSWORD).await.expect(200);
    assert!(!is_signed_in(&app, &other).await);
    assert_eq!(app.count("select count(*) from sign_ins where end_reason = 'email_changed'").await, 1);
    assert_eq!(published_events(&app).await, ["email_changed Anna.B@example.com", "email_changed ana@example.com"]);
    assert!(audit_log(&app).await.contains(&format!("email_changed {ana} {ana}")));
    assert_eq!(app.count("select count(*) from audit_log where details::text like '%@%'").await, 0);
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn an_address_can_change_its_case(db: PgPool) {
    let app = service(db);
    register(&app, "ana").await;
    let current = tokens(&app, "ana").await;
    set(&app, &current, "Ana@example.com").await.expect(204);
    assert_eq!(app.count("select count(*) from users where email = 'Ana@example.com'").await, 1);
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn a_reset_address_ends_every_sign_in_and_both_addresses_get_a_mail(db: PgPool) {
    let app = service(db);
    let ana = register(&app, "ana").await;
    let current = tokens(&app, "ana").await;
    let link = a_link(&app, ana, Purpose::EmailReset).await;

    reset(&app, &link, "anna@example.com").await.expect(204);

    log_in(&app, "anna@example.com", PASSWORD).await.expect(200);
    assert!(!is_signed_in(&app, &current).await);
    assert_eq!(published_events(&app).await, ["email_changed ana@example.com", "email_changed anna@example.com"]);
    assert!(audit_log(&app).await.contains(&format!("email_reset {ana} {ana}")));
    reset(&app, &link, "hanna@example.com").await.expect(400);
    assert_eq!(app.count("select count(*) from users where email = 'anna@example.com'").await, 1);
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn a_changed_address_revokes_every_link(db: PgPool) {
    let app = service(db);
    let (ana, ben) = (register(&app, "ana").await, register(&app, "ben").await);
    let current = tokens(&app, "ana").await;
    for user in [ana, ben] {
        for purpose in [Purpose::ActivateUser, Purpose::PasswordReset, Purpose::EmailReset] {
            a_link(&app, user, purpose).await;
        }
    }
    let link = a_link(&app, ana, Purpose::EmailReset).await;

    set(&app, &current, "anna@example.com").await.expect(204);

    assert_eq!(app.count("select count(*) from mailed_links where email = 'ana@example.com'").await, 0);
    assert_eq!(app.count("select count(*) from mailed_links where email = 'ben@example.com'").await, 3);
    reset(&app, &link, "hanna@example.com").await.expect(400);
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn a_link_with_another_purpose_is_refused(db: PgPool) {
    let app = service(db);
    let (ana, ben) = (register(&app, "ana").await, register(&app, "ben").await);
    let good = a_link(&app, ana, Purpose::EmailReset).await;
    let bens = a_link(&app, ben, Purpose::EmailReset).await;
    let of_another = Link { uid: good.uid.clone(), token: bens.token };
    let password = a_link(&app, ana, Purpose::PasswordReset).await;
    for bad in [&of_another, &password] {
        let refused = reset(&app, bad, "anna@example.com").await.expect(400);
        assert_eq!(refused.body, json!({"token": ["Invalid token for given user."]}), "{bad:?}");
    }
    app.clock.advance(259_200);
    reset(&app, &good, "anna@example.com").await.expect(400);
    assert_eq!(app.count("select count(*) from users where email = 'ana@example.com'").await, 1);
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn a_link_stays_valid_after_a_taken_address(db: PgPool) {
    let app = service(db);
    let (ana, _) = (register(&app, "ana").await, register(&app, "ben").await);
    let link = a_link(&app, ana, Purpose::EmailReset).await;
    let refused = reset(&app, &link, "ben@example.com").await.expect(400);
    assert_eq!(refused.body, json!({"new_email": ["user with this email already exists."]}));
    reset(&app, &link, "anna@example.com").await.expect(204);
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn concurrent_changes_to_one_address_succeed_once(db: PgPool) {
    let app = service(db);
    let (ana, ben) = (register(&app, "ana").await, register(&app, "ben").await);
    let (a, b) = (a_link(&app, ana, Purpose::EmailReset).await, a_link(&app, ben, Purpose::EmailReset).await);
    let (a, b) = tokio::join!(reset(&app, &a, "new@example.com"), reset(&app, &b, "NEW@example.com"));
    assert_eq!([a.status.min(b.status), a.status.max(b.status)], [204, 400]);
    let refused = if a.status == 400 { a } else { b };
    assert_eq!(refused.body, json!({"new_email": ["user with this email already exists."]}));
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn concurrent_uses_of_a_link_succeed_once(db: PgPool) {
    let app = service(db);
    let ana = register(&app, "ana").await;
    let link = a_link(&app, ana, Purpose::EmailReset).await;
    let (a, b) = tokio::join!(reset(&app, &link, "a@example.com"), reset(&app, &link, "b@example.com"));
    assert_eq!([a.status.min(b.status), a.status.max(b.status)], [204, 400]);
}
