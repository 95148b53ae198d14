//! The mail that asks the owner of an address to confirm a back-in-stock subscription.

use notifications::{Shop, Site};
use shared::app::Clock as _;
use shared::ids::SubscriptionId;
use shared::mail::Mail;
use shared::outbox::EventKind;
use shared::stock::store::subscriptions::confirm;
use shared::testing::TestApp;
use sqlx::PgPool;

use crate::mailers::RecordingMailer;
use crate::{an_event, consumer, delivered, shop};

/// Inserts a subscription that waits for its confirmation.
async fn a_subscription(app: &TestApp, locale: &str) -> SubscriptionId {
    let runner = app.a_product().named("Runner").create().await;
    sqlx::query_scalar(
        "insert into back_in_stock_subscriptions (variant_id, email, locale, created_at) values ($1, 'ana@example.com', $2, $3) returning id",
    )
    .bind(runner.variant)
    .bind(locale)
    .bind(app.clock.now())
    .fetch_one(&app.db)
    .await
    .unwrap()
}

/// Delivers one event about this subscription and returns the mails that were sent.
async fn mails_of(app: &TestApp, subscription_id: SubscriptionId) -> Vec<Mail> {
    let mailer = RecordingMailer::new();
    let event = an_event(app, EventKind::BackInStockRequested { subscription_id });
    assert!(delivered(&consumer(app, mailer.clone()), &event).await);
    mailer.sent()
}

async fn confirms(app: &TestApp, token: &str) -> bool {
    let mut tx = app.owner.begin().await.unwrap();
    let is_confirmed = confirm(&mut tx, token, app.clock.now()).await.unwrap();
    tx.commit().await.unwrap();
    is_confirmed
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn the_mail_names_the_variant_and_its_link_confirms_the_subscription(db: PgPool) {
    let app = TestApp::without_routes(db);
    let subscription = a_subscription(&app, "en").await;

    let mail = mails_of(&app, subscription).await.remove(0);

    assert_eq!((&*mail.to, &*mail.subject), ("ana@example.com", "Corner Shop: Confirm that you want a mail"));
    let url = mail.text.split_whitespace().find(|word| word.starts_with("https://")).unwrap();
    let token = url.strip_prefix("https://shop.example.com/back-in-stock/confirm/").unwrap();
    assert_eq!(
        mail.text,
        format!(
            "Confirm that you want a mail.

Runner, One size

Someone, most likely you, asked us to write to this address when this is available again. Open the link to confirm it.

Confirm:
{url}

The link is valid for seven days.

If it was not you, do nothing: without the link we will not write when it is available.

Corner Shop
"
        )
    );
    for part in ["<h1 ", "Runner, One size", "seven days", &format!("href=\"{url}\"")] {
        assert!(mail.html.contains(part), "{part}: {}", mail.html);
    }
    assert!(!confirms(&app, "10-ab").await);
    assert!(confirms(&app, token).await);
    assert_eq!(mails_of(&app, subscription).await, [], "it is confirmed already");
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn the_mail_is_in_the_language_of_the_request_and_leads_to_the_api_without_a_storefront(db: PgPool) {
    let app = TestApp::without_routes(db);
    let subscription_id = a_subscription(&app, "de").await;
    let mailer = RecordingMailer::new();
    let mut consumer = consumer(&app, mailer.clone());
    consumer.shop = Shop { site: Site::Api("https://api.example.com".to_owned()), ..shop() };
    let event = an_event(&app, EventKind::BackInStockRequested { subscription_id });

    assert!(delivered(&consumer, &event).await);

    let mail = mailer.sent().remove(0);
    assert!(mail.subject.contains("Bestätigen Sie"), "{}", mail.subject);
    assert!(mail.text.contains("\nhttps://api.example.com/auth/pages/back-in-stock/"), "{}", mail.text);
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn an_address_gets_five_requests_for_a_confirmation_an_hour(db: PgPool) {
    let app = TestApp::without_routes(db);
    let mut sent = 0;
    for _ in 0..7 {
        let subscription = a_subscription(&app, "en").await;
        sent += mails_of(&app, subscription).await.len();
    }
    assert_eq!(sent, 5);
    assert_eq!(
        app.count("select count(*) from back_in_stock_links").await,
        5,
        "no link of a suppressed mail is stored"
    );
    app.clock.advance(3600);
    let subscription = a_subscription(&app, "en").await;
    assert_eq!(mails_of(&app, subscription).await.len(), 1);
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn a_deleted_subscription_gets_no_mail(db: PgPool) {
    let app = TestApp::without_routes(db);
    let subscription = a_subscription(&app, "en").await;
    sqlx::query("delete from back_in_stock_subscriptions").execute(&app.db).await.unwrap();
    assert_eq!(mails_of(&app, subscription).await, []);
}
