//! Accounts that are inactive until their mailed link is opened.

use auth::Options;
use serde_json::json;
use shared::app::Clock as _;
use shared::audit::{AuditRecord, Kind, store::record};
use shared::testing::TestApp;
use shared::users::ClientInfo;
use shared::users::links::Purpose;
use sqlx::PgPool;

use crate::mailed_links::{Link, a_link, audit_log, published_events};
use crate::{PASSWORD, log_in, register, service, service_with, sql, tokens};

fn service_with_activation(db: PgPool) -> TestApp {
    service_with(db, Options { send_activation_email: true, ..Options::default() })
}

async fn activate(app: &TestApp, link: &Link) -> u16 {
    app.anonymous().post("/auth/users/activation/", link.with(json!({}))).await.status
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn a_new_account_can_log_in_after_its_link_was_opened(db: PgPool) {
    let app = service_with_activation(db);
    let ana = register(&app, "ana").await;
    assert_eq!(published_events(&app).await, ["activation_requested ana@example.com"]);
    log_in(&app, "ana@example.com", PASSWORD).await.expect(401);
    let link = a_link(&app, ana, Purpose::ActivateUser).await;

    assert_eq!(activate(&app, &link).await, 204);

    log_in(&app, "ana@example.com", PASSWORD).await.expect(200);
    let mut log = audit_log(&app).await;
    log.retain(|line| !line.starts_with("log"));
    assert_eq!(log, [format!("registered {ana} {ana}"), format!("activated {ana} {ana}")]);
    assert_eq!(activate(&app, &link).await, 403, "the link was used already");
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
async fn a_link_of_another_user_or_purpose_or_an_expired_one_is_refused(db: PgPool) {
    let app = service_with_activation(db);
    let (ana, ben) = (register(&app, "ana").await, register(&app, "ben").await);
    let link = a_link(&app, ana, Purpose::ActivateUser).await;
    let bens = Link { uid: a_link(&app, ben, Purpose::ActivateUser).await.uid, token: link.token.clone() };
    let other = a_link(&app, ana, Purpose::PasswordReset).await;
    for bad in [&bens, &other] {
        assert_eq!(activate(&app, bad).await, 400, "{bad:?}");
    }
    app.clock.advance(259_200);
    assert_eq!(activate(&app, &link).await, 400);
    assert_eq!(app.count("select count(*) from users where is_active").await, 0);
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn two_concurrent_clicks_activate_once(db: PgPool) {
    let app = service_with_activation(db);
    let ana = register(&app, "ana").await;
    let link = a_link(&app, ana, Purpose::ActivateUser).await;
    let (a, b) = tokio::join!(activate(&app, &link), activate(&app, &link));
    assert_eq!([a.min(b), a.max(b)], [204, 403]);
    assert_eq!(app.count("select count(*) from audit_log where kind = 'activated'").await, 1);
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn no_link_reactivates_an_account_that_staff_deactivated(db: PgPool) {
    let app = service_with_activation(db);
    let ana = register(&app, "ana").await;
    let (used, unused) =
        (a_link(&app, ana, Purpose::ActivateUser).await, a_link(&app, ana, Purpose::ActivateUser).await);
    assert_eq!(activate(&app, &used).await, 204);

    sql(&app, "update users set is_active = false").await;
    let mut tx = app.app.db.begin().await.unwrap();
    let entry = AuditRecord::by_nobody(Kind::Deactivated, Some(ana));
    record(&mut tx, entry, &ClientInfo::default(), app.clock.now()).await.unwrap();
    tx.commit().await.unwrap();

    // A link that was sent later does not either.
    let later = a_link(&app, ana, Purpose::ActivateUser).await;
    for link in [used, unused, later] {
        assert_eq!(activate(&app, &link).await, 400);
    }
    assert_eq!(app.count("select count(*) from users where is_active").await, 0);
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn a_new_email_address_must_be_activated_by_its_link(db: PgPool) {
    let app = service_with_activation(db);
    let ana = register(&app, "ana").await;
    let old = a_link(&app, ana, Purpose::ActivateUser).await;
    sql(&app, "update users set is_active = true").await;
    let client = app.anonymous().bearer(&tokens(&app, "ana").await.access);

    let body = json!({"new_email": "anna@example.com", "current_password": PASSWORD});
    client.post("/auth/users/set_email/", body).await.expect(204);

    assert_eq!(client.get("/auth/users/me/").await.expect(401).body["code"], "user_inactive");
    assert_eq!(
        published_events(&app).await,
        [
            "activation_requested ana@example.com",
            "activation_requested anna@example.com",
            "email_changed ana@example.com",
            "email_changed anna@example.com"
        ]
    );
    assert_eq!(activate(&app, &old).await, 400, "it went to the old address");
    assert_eq!(activate(&app, &a_link(&app, ana, Purpose::ActivateUser).await).await, 204);
    client.get("/auth/users/me/").await.expect(200);
    log_in(&app, "anna@example.com", PASSWORD).await.expect(200);
}
