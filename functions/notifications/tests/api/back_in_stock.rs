//! The mail about a variant that is back in stock, and when it is not sent.

use std::sync::Arc;

use notifications::{Shop, Site};
use shared::app::Clock as _;
use shared::ids::{EventId, SubscriptionId};
use shared::mail::Mail;
use shared::outbox::{Event, EventKind};
use shared::testing::{TestApp, TestProduct};
use sqlx::PgPool;

use crate::mailers::RecordingMailer;
use crate::{consumer, delivered, shop};

/// A subscription to one pair of runners, whose event is in the outbox.
struct Subscribed {
    app: TestApp,
    runner: TestProduct,
    event: Event,
    mailer: Arc<RecordingMailer>,
}

impl Subscribed {
    async fn new(db: PgPool, email: &str, name: &str) -> Self {
        let app = TestApp::without_routes(db);
        let runner = app.a_product().named(name).stock(1).create().await;
        let event_id = EventId(app.ordered_uuid());
        let subscription_id: SubscriptionId = sqlx::query_scalar(
            "insert into back_in_stock_subscriptions (variant_id, email, created_at, confirmed_at, notified_at, event_id)
             values ($1, $2, $3, $3, $3, $4) returning id",
        )
        .bind(runner.variant)
        .bind(email)
        .bind(app.clock.now())
        .bind(event_id)
        .fetch_one(&app.db)
        .await
        .unwrap();
        let event = Event::new(event_id, EventKind::BackInStock { subscription_id });
        Self { app, runner, event, mailer: RecordingMailer::new() }
    }

    /// Returns all mails after one more delivery.
    async fn mails(&self) -> Vec<Mail> {
        assert!(delivered(&consumer(&self.app, self.mailer.clone()), &self.event).await);
        self.mailer.sent()
    }

    async fn sql(&self, sql: &'static str) {
        sqlx::query(sql).execute(&self.app.db).await.unwrap();
    }

    async fn waits(&self) -> bool {
        self.app
            .count("select count(*) from back_in_stock_subscriptions where notified_at is null and event_id is null")
            .await
            == 1
    }
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn the_mail_names_the_variant_and_says_that_it_is_the_only_one(db: PgPool) {
    let subscribed = Subscribed::new(db, "ana@example.com", "Runner").await;

    let mail = subscribed.mails().await.remove(0);

    assert_eq!(mail.to, "ana@example.com");
    assert_eq!(mail.subject, "Corner Shop: What you asked for is available again");
    let url = format!("https://shop.example.com/products/{}", subscribed.runner.slug);
    assert_eq!(
        mail.text,
        format!(
            "What you asked for is available again.

Runner, One size

You can order it now, but it is not reserved for you.

See it:
{url}

You get this mail because someone, most likely you, asked for it with this address. It is the only one: with it the request is done, so \
             there is nothing to unsubscribe from.

Corner Shop
"
        )
    );
    for part in ["<h1 ", "Runner, One size", "not reserved", &format!("href=\"{url}\""), "It is the only one"] {
        assert!(mail.html.contains(part), "{part}: {}", mail.html);
    }
    assert_eq!(mail.tags, [("kind", "back_in_stock".to_owned())]);
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn a_repeated_message_sends_no_second_mail_also_when_sold_out_since(db: PgPool) {
    let subscribed = Subscribed::new(db, "ana@example.com", "Runner").await;
    subscribed.mails().await;
    assert_eq!(subscribed.mails().await.len(), 1);

    subscribed.sql("update stock_levels set on_hand = 0").await;

    assert_eq!(subscribed.mails().await.len(), 1);
    assert!(!subscribed.waits().await, "one mail for each subscription");
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn no_mail_is_sent_when_sold_out_and_the_subscription_waits_again(db: PgPool) {
    for gone in [
        "update stock_levels set on_hand = 0",
        "update products set status = 'draft'",
        "update products set unpublish_at = '2026-11-22'",
        "update product_variants set archived_at = now()",
    ] {
        sqlx::query("truncate products cascade").execute(&db).await.unwrap();
        let subscribed = Subscribed::new(db.clone(), "ana@example.com", "Runner").await;
        subscribed.sql(gone).await;
        assert_eq!(subscribed.mails().await, [], "{gone}");
        assert!(subscribed.waits().await, "{gone}");
        // The message that came too late has no effect when the variant is in stock again.
        subscribed.sql("update stock_levels set on_hand = 1").await;
        subscribed.sql("update products set status = 'active', unpublish_at = null").await;
        subscribed.sql("update product_variants set archived_at = null").await;
        assert_eq!(subscribed.mails().await, [], "{gone}");
    }
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn a_repeated_subscription_waits_once(db: PgPool) {
    let subscribed = Subscribed::new(db, "ana@example.com", "Runner").await;
    subscribed.sql("update stock_levels set on_hand = 0").await;
    subscribed.sql("insert into back_in_stock_subscriptions (variant_id, email, created_at) select variant_id, 'Ana@example.com', now() from back_in_stock_subscriptions").await;

    assert_eq!(subscribed.mails().await, []);

    assert!(subscribed.waits().await);
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn names_are_escaped_and_links_lead_to_the_api_without_a_storefront(db: PgPool) {
    let subscribed = Subscribed::new(db, "ana@example.com", "<b>Runner</b>\r\nBcc: you@example.com").await;
    let mut consumer = consumer(&subscribed.app, subscribed.mailer.clone());
    consumer.shop = Shop { site: Site::Api("https://api.example.com".to_owned()), ..shop() };

    assert!(delivered(&consumer, &subscribed.event).await);

    let mail = subscribed.mailer.sent().remove(0);
    assert!(mail.html.contains("&lt;b&gt;Runner&lt;/b&gt; Bcc: you@example.com, One size"), "{}", mail.html);
    assert!(mail.text.contains("\n<b>Runner</b> Bcc: you@example.com, One size\n"), "{}", mail.text);
    let url = format!("https://api.example.com/api/v1/catalogue/products/{}/", subscribed.runner.slug);
    assert!(mail.text.contains(&url), "{}", mail.text);
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn mails_that_were_confirmed_are_not_limited(db: PgPool) {
    let subscribed = Subscribed::new(db, "ana@example.com", "Runner").await;
    for _ in 0..5 {
        subscribed.mails().await;
        subscribed.sql("delete from mail_log").await;
    }
    assert_eq!(subscribed.mails().await.len(), 6);
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn an_erased_user_gets_no_mail(db: PgPool) {
    let mut subscribed = Subscribed::new(db, "ana@example.com", "Runner").await;
    let ana = subscribed.app.a_user().await;
    subscribed.app.prove_address(ana.id).await;
    sqlx::query("update back_in_stock_subscriptions set email = $1")
        .bind(&ana.email)
        .execute(&subscribed.app.db)
        .await
        .unwrap();
    let mut tx = subscribed.app.owner.begin().await.unwrap();
    assert_eq!(shared::users::store::delete(&mut tx, ana.id).await.unwrap(), shared::users::store::Erasure::Done);
    tx.commit().await.unwrap();

    assert_eq!(subscribed.mails().await, []);
    assert_eq!(subscribed.app.count("select count(*) from mail_log").await, 0);

    // A user who was not erased finds it among their mails.
    let ben = subscribed.app.a_user().await;
    subscribed.app.prove_address(ben.id).await;
    let app = TestApp::without_routes(subscribed.app.db.clone());
    subscribed = Subscribed::new(app.db.clone(), &ben.email, "Runner").await;
    assert_eq!(subscribed.mails().await.len(), 1);
    let of_ben: i64 = sqlx::query_scalar("select count(*) from mail_log where user_id = $1")
        .bind(ben.id)
        .fetch_one(&subscribed.app.db)
        .await
        .unwrap();
    assert_eq!(of_ben, 1);
}
