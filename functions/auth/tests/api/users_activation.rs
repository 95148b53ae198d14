//! Accounts that wait for the link in their mail.

use auth::Options;
use serde_json::json;
use shared::app::Clock as _;
use shared::audit::{AuditRecord, Kind, store::record};
use shared::testing::TestApp;
use shared::users::ClientInfo;
use shared::users::links::Purpose;
use sqlx::PgPool;

use crate::mailed::{Link, a_link, log, news};
use crate::{PASSWORD, log_in, register, service, service_with, sql, tokens};

fn shop(db: PgPool) -> TestApp {
    service_with(db, Options { send_activation_email: true, ..Options::default() })
}

async fn activate(app: &TestApp, link: &Link) -> u16 {
    app.anonymous().post("/auth/users/activation/", link.with(json!({}))).await.status
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn a_new_account_can_log_in_once_its_link_was_opened(db: PgPool) {
    let app = shop(db);
    let ana = register(&app, "ana").await;
    assert_eq!(news(&app).await, ["activation_asked ana@example.com"]);
    log_in(&app, "ana@example.com", PASSWORD).await.expect(401);
    let link = a_link(&app, ana, Purpose::ActivateUser).await;

    assert_eq!(activate(&app, &link).await, 204);

    log_in(&app, "ana@example.com", PASSWORD).await.expect(200);
    let mut log = log(&app).await;
    log.retain(|line| !line.starts_with("log"));
    assert_eq!(log, [format!("registered {ana} {ana}"), format!("activated {ana} {ana}")]);
    assert_eq!(activate(&app, &link).await, 403, "it is known, and has done its work");
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn where_nobody_waits_for_mail_none_is_sent(db: PgPool) {
    let app = service(db);
    register(&app, "ana").await;
    assert_eq!(news(&app).await, [""; 0]);
    log_in(&app, "ana@example.com", PASSWORD).await.expect(200);
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn asking_again_asks_for_the_mail_whoever_is_meant(db: PgPool) {
    let app = shop(db);
    for who in ["Ana@EXAMPLE.com", "nobody@example.com"] {
        app.anonymous().post("/auth/users/resend_activation/", json!({"email": who})).await.expect(204);
    }
    assert_eq!(news(&app).await, ["activation_asked Ana@example.com", "activation_asked nobody@example.com"]);
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn a_link_of_somebody_else_of_another_kind_or_of_long_ago_opens_nothing(db: PgPool) {
    let app = shop(db);
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
async fn of_two_clicks_at_once_one_activates_and_the_other_comes_late(db: PgPool) {
    let app = shop(db);
    let ana = register(&app, "ana").await;
    let link = a_link(&app, ana, Purpose::ActivateUser).await;
    let (a, b) = tokio::join!(activate(&app, &link), activate(&app, &link));
    assert_eq!([a.min(b), a.max(b)], [204, 403]);
    assert_eq!(app.count("select count(*) from audit_log where kind = 'activated'").await, 1);
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn no_link_revives_an_account_that_the_staff_switched_off(db: PgPool) {
    let app = shop(db);
    let ana = register(&app, "ana").await;
    let (used, unused) =
        (a_link(&app, ana, Purpose::ActivateUser).await, a_link(&app, ana, Purpose::ActivateUser).await);
    assert_eq!(activate(&app, &used).await, 204);

    sql(&app, "update users set is_active = false").await;
    let mut tx = app.app.db.begin().await.unwrap();
    let entry = AuditRecord::by_nobody(Kind::Deactivated, Some(ana));
    record(&mut tx, entry, &ClientInfo::default(), app.clock.now()).await.unwrap();
    tx.commit().await.unwrap();

    // Nor one that was sent since.
    let later = a_link(&app, ana, Purpose::ActivateUser).await;
    for link in [used, unused, later] {
        assert_eq!(activate(&app, &link).await, 400);
    }
    assert_eq!(app.count("select count(*) from users where is_active").await, 0);
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn an_account_with_a_new_address_waits_for_the_link_that_went_there(db: PgPool) {
    let app = shop(db);
    let ana = register(&app, "ana").await;
    let old = a_link(&app, ana, Purpose::ActivateUser).await;
    sql(&app, "update users set is_active = true").await;
    let client = app.anonymous().bearer(&tokens(&app, "ana").await.access);

    let body = json!({"new_email": "anna@example.com", "current_password": PASSWORD});
    client.post("/auth/users/set_email/", body).await.expect(204);

    assert_eq!(client.get("/auth/users/me/").await.expect(401).body["code"], "user_inactive");
    assert_eq!(
        news(&app).await,
        [
            "activation_asked ana@example.com",
            "activation_asked anna@example.com",
            "email_changed ana@example.com",
            "email_changed anna@example.com"
        ]
    );
    assert_eq!(activate(&app, &old).await, 400, "it went to the old address");
    assert_eq!(activate(&app, &a_link(&app, ana, Purpose::ActivateUser).await).await, 204);
    client.get("/auth/users/me/").await.expect(200);
    log_in(&app, "anna@example.com", PASSWORD).await.expect(200);
}
