//! List and resend mails that have failed: `GET /auth/failed_mails/`, `POST /auth/failed_mails/{id}/resend/`.

use serde_json::{Value, json};
use shared::app::Clock as _;
use shared::ids::EventId;
use shared::testing::TestApp;
use sqlx::PgPool;

use crate::{service, staff_who_may};

/// Inserts a mail with this status about a new order, whose event the queue has.
async fn a_mail(app: &TestApp, status: &str) -> EventId {
    let placed = app.an_order().await;
    sqlx::query(
        "insert into mail_log (event_id, kind, recipient, status, claimed_until, error, created_at, finished_at, user_id)
         select $1, 'order_placed', $2, $3, $4, 'no such mailbox', $4, case when $3 <> 'claimed' then $4 end, user_id
           from orders where id = $5",
    )
    .bind(placed.event.event_id)
    .bind(&placed.order.email)
    .bind(status)
    .bind(app.clock.now())
    .bind(placed.order.id)
    .execute(&app.db)
    .await
    .unwrap();
    sqlx::query("update outbox set sent_at = $1, attempts = 1").bind(app.clock.now()).execute(&app.db).await.unwrap();
    placed.event.event_id
}

fn resend(mail: impl std::fmt::Display) -> String {
    format!("/auth/failed_mails/{mail}/resend/")
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn a_mail_that_has_failed_is_listed_and_can_be_sent_again(db: PgPool) {
    let app = service(db);
    let mail = a_mail(&app, "failed").await;
    a_mail(&app, "sent").await;
    let clerk = app.client_of(&staff_who_may(&app, &["customers"]).await).at("203.0.113.9");

    let page = clerk.get("/auth/failed_mails/?count=true").await.expect(200).body;
    assert_eq!((page["count"].as_i64(), page["results"].as_array().unwrap().len()), (Some(1), 1), "{page}");
    let listed = &page["results"][0];
    assert_eq!((&listed["id"], &listed["kind"]), (&json!(mail), &json!("order_placed")));
    assert_eq!((&listed["error"], &listed["attempts"]), (&json!("no such mailbox"), &json!(1)));

    app.clock.advance(3600);
    clerk.post(&resend(mail), json!({})).await.expect(204);

    let due: Vec<EventId> = sqlx::query_scalar("select id from outbox where sent_at is null and next_attempt_at <= $1")
        .bind(app.clock.now())
        .fetch_all(&app.db)
        .await
        .unwrap();
    assert_eq!(due, [mail]);
    assert_eq!(clerk.get("/auth/failed_mails/").await.expect(200).body["results"], json!([]));
    let record: (String, Option<i64>, Value) =
        sqlx::query_as("select kind, user_id, details from audit_log where address = '203.0.113.9'")
            .fetch_one(&app.db)
            .await
            .unwrap();
    let user = listed["user_id"].as_i64();
    assert!(user.is_some());
    assert_eq!(record, ("mail_resent".into(), user, json!({"mail_id": mail, "mail_kind": "order_placed"})));
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn a_mail_that_has_not_failed_is_not_sent_again(db: PgPool) {
    let app = service(db);
    let clerk = app.client_of(&staff_who_may(&app, &["customers"]).await);
    for status in ["sent", "claimed"] {
        let mail = a_mail(&app, status).await;
        let answer = clerk.post(&resend(mail), json!({})).await.expect(409);
        assert_eq!(answer.body["code"], "mail_not_failed");
    }
    let failed = a_mail(&app, "failed").await;
    clerk.post(&resend(failed), json!({})).await.expect(204);
    clerk.post(&resend(failed), json!({})).await.expect(409);
    clerk.post(&resend(app.random_uuid()), json!({})).await.expect(404);

    assert_eq!(app.count("select count(*) from outbox where sent_at is null").await, 1);
    assert_eq!(app.count("select count(*) from audit_log where kind = 'mail_resent'").await, 1);
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn a_mail_whose_event_was_deleted_is_gone(db: PgPool) {
    let app = service(db);
    let mail = a_mail(&app, "failed").await;
    sqlx::query("delete from outbox").execute(&app.db).await.unwrap();
    let clerk = app.client_of(&staff_who_may(&app, &["customers"]).await);

    let answer = clerk.post(&resend(mail), json!({})).await.expect(410);

    assert_eq!(answer.body["code"], "event_deleted");
    assert_eq!(app.count("select count(*) from mail_log where status = 'failed'").await, 1);
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn only_staff_who_may_manage_accounts_see_and_resend_mails(db: PgPool) {
    let app = service(db);
    let mail = a_mail(&app, "failed").await;
    let others = app.client_of(&staff_who_may(&app, &["catalogue", "stock", "orders", "settings"]).await);
    others.get("/auth/failed_mails/").await.expect(403);
    others.post(&resend(mail), json!({})).await.expect(403);
    app.anonymous().post(&resend(mail), json!({})).await.expect(401);
}
