//! The pages of orders: `GET /admin/orders/` and `GET /admin/orders/{id}/`.

use shared::orders::Order;
use shared::testing::{TestApp, TestOrder};
use shared::users::Permissions;
use sqlx::PgPool;

use super::{a_staff_browser, an_app, browser_of, submit};

/// Places an order of two units at 12.50.
pub(super) async fn an_order(app: &TestApp) -> TestOrder {
    let shoes = app.a_product().named("Shoes").cents(1250).stock(2).create().await;
    app.an_order_of(&[(&shoes, 2)]).await
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn orders_are_found_by_number_and_by_address(db: PgPool) {
    let app = an_app(db);
    let browser = a_staff_browser(&app).await;
    let (of_ana, of_ben) = (an_order(&app).await.order, an_order(&app).await.order);
    let link = |order: &Order| format!("<a href=\"/admin/orders/{}/\">#{}</a>", order.id, order.number);
    let all = browser.get("/admin/orders/").await.expect(200).text;
    assert!(all.contains(&link(&of_ana)) && all.contains(&link(&of_ben)), "{all}");
    for words in [of_ana.number.to_string(), format!("%23{}", of_ana.number), of_ana.email.to_uppercase()] {
        let page = browser.get(&format!("/admin/orders/?q={words}")).await.expect(200).text;
        assert!(page.contains(&link(&of_ana)) && !page.contains(&link(&of_ben)), "{words}: {page}");
    }
    for words in ["shoes", "9", "nobody@example.com", "99999999999999999999"] {
        let page = browser.get(&format!("/admin/orders/?q={words}")).await.expect(200).text;
        assert!(page.contains("No orders found."), "{words}");
    }
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn links_lead_from_the_newest_order_to_the_oldest(db: PgPool) {
    let app = an_app(db);
    let browser = a_staff_browser(&app).await;
    for _ in 0..3 {
        app.clock.advance(1);
        an_order(&app).await;
    }
    let first = browser.get("/admin/orders/?page_size=2").await.expect(200).text;
    assert!(first.find("#1003").unwrap() < first.find("#1002").unwrap());
    assert!(!first.contains("#1001") && !first.contains("First page"));
    let (_, link) = first.split_once("\" rel=\"next\"").unwrap().0.rsplit_once("href=\"").unwrap();
    let last = browser.get(&link.replace("&amp;", "&")).await.expect(200).text;
    assert!(last.contains("#1001") && !last.contains("#1002") && !last.contains("Next page"));
    assert!(last.contains("<a href=\"/admin/orders/\">First page</a>"));
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn an_order_shows_its_lines_and_history(db: PgPool) {
    let app = an_app(db);
    let browser = a_staff_browser(&app).await;
    let order = an_order(&app).await.order;
    let page = browser.get(&format!("/admin/orders/{}/", order.id)).await.expect(200).text;
    for text in ["Shoes", &order.items[0].sku, "12.50", "25.00 EUR", &order.email, "placed", "22 November 2026"] {
        assert!(page.contains(text), "{text}: {page}");
    }
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn an_order_shows_the_status_of_its_mails(db: PgPool) {
    let app = an_app(db);
    let browser = a_staff_browser(&app).await;
    let TestOrder { order, event } = an_order(&app).await;
    // Another order of the same moment has its own mail.
    an_order(&app).await;
    let path = format!("/admin/orders/{}/", order.id);
    let page = browser.get(&path).await.text;
    assert_eq!(page.matches("not in the queue yet").count(), 1, "{page}");

    sqlx::query("update outbox set sent_at = now() where id = $1").bind(event.event_id).execute(&app.db).await.unwrap();
    assert!(browser.get(&path).await.text.contains("in the queue"));

    sqlx::query(
        "insert into mail_log (event_id, kind, recipient, status, claimed_until, error, created_at, finished_at)
         values ($1, 'order_placed', $2, 'failed', now(), 'the address is on the suppression list', now(), now())",
    )
    .bind(event.event_id)
    .bind(&order.email)
    .execute(&app.db)
    .await
    .unwrap();
    let page = browser.get(&path).await.text;
    assert!(page.contains(">failed<") && page.contains("suppression list"), "{page}");

    // The outbox deletes events some time after they were sent; the mail log does not. Mails about the buyer's account are not shown.
    sqlx::query("delete from outbox").execute(&app.db).await.unwrap();
    sqlx::query(
        "insert into mail_log (event_id, kind, recipient, status, claimed_until, created_at, finished_at)
         values ($1, 'password_changed', $2, 'sent', now(), now(), now())",
    )
    .bind(app.ordered_uuid())
    .bind(&order.email)
    .execute(&app.db)
    .await
    .unwrap();
    let page = browser.get(&path).await.text;
    assert!(!page.contains("password_changed") && !page.contains(">sent<"), "{page}");
    assert!(page.contains(">failed<") && page.contains("suppression list"), "{page}");
}

/// Places an order whose mail has failed.
async fn an_order_with_a_failed_mail(app: &TestApp) -> TestOrder {
    let placed = an_order(app).await;
    sqlx::query(
        "insert into mail_log (event_id, kind, recipient, status, claimed_until, error, created_at, finished_at)
         values ($1, 'order_placed', $2, 'failed', now(), 'no such mailbox', now(), now())",
    )
    .bind(placed.event.event_id)
    .bind(&placed.order.email)
    .execute(&app.db)
    .await
    .unwrap();
    sqlx::query("update outbox set sent_at = now()").execute(&app.db).await.unwrap();
    placed
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn a_mail_that_has_failed_is_sent_again_from_the_page_of_its_order(db: PgPool) {
    let app = an_app(db);
    let browser = a_staff_browser(&app).await;
    let TestOrder { order, event } = an_order_with_a_failed_mail(&app).await;
    let (path, form) = (format!("/admin/orders/{}/", order.id), format!("mail={}", event.event_id));
    assert!(browser.get(&path).await.text.contains("Send again"));

    for _ in 0..2 {
        let answer = submit(&browser, &format!("{path}resend-mail/"), &form).await.expect(303);
        assert_eq!(answer.header("location"), path);
    }

    assert_eq!(app.count("select count(*) from outbox where sent_at is null").await, 1);
    assert_eq!(app.count("select count(*) from audit_log where kind = 'mail_resent'").await, 1);
    assert!(!browser.get(&path).await.text.contains("Send again"));
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn a_mail_is_not_sent_again_by_staff_without_the_permission_or_as_one_of_another_order(db: PgPool) {
    let app = an_app(db);
    let TestOrder { order, event } = an_order_with_a_failed_mail(&app).await;
    let another = an_order(&app).await;
    let form = format!("mail={}", event.event_id);
    let clerk = browser_of(&app, &app.a_staff_user_with(Permissions::from_names(["stock"])).await);
    submit(&clerk, &format!("/admin/orders/{}/resend-mail/", order.id), &form).await.expect(403);
    let browser = a_staff_browser(&app).await;
    let of_another = format!("mail={}", another.event.event_id);
    submit(&browser, &format!("/admin/orders/{}/resend-mail/", order.id), &of_another).await.expect(404);
    submit(&browser, &format!("/admin/orders/{}/resend-mail/", app.random_uuid()), &form).await.expect(404);

    assert_eq!(app.count("select count(*) from audit_log where kind = 'mail_resent'").await, 0);
}
