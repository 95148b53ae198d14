//! The limit on mails to addresses that their accounts have not proven.

use shared::app::metrics::Metric;
use shared::ids::UserId;
use shared::mail::SendError;
use shared::orders::store::Outcome;
use shared::outbox::{Event, EventKind};
use shared::testing::{TestApp, TestUser};
use sqlx::PgPool;

use crate::mailers::RecordingMailer;
use crate::{an_event, consumer, delivered};

/// Places an order of this user and returns its event.
async fn an_order_of(app: &TestApp, user: UserId) -> Event {
    let shoes = app.a_product().stock(1).create().await;
    let placement = app.a_placement(app.a_cart().of(user).with(shoes.variant, 1).create().await, user);
    let Outcome::Placed(order) = app.check_out(&placement).await else { panic!("the shoes are in stock") };
    Event::new(placement.event, EventKind::OrderPlaced { order_id: order.id })
}

/// Returns the statuses in the mail log with their numbers.
async fn statuses(app: &TestApp) -> Vec<(String, i64)> {
    sqlx::query_as("select status, count(*) from mail_log group by status order by status")
        .fetch_all(&app.db)
        .await
        .unwrap()
}

fn counted(sent: i64, suppressed: i64) -> Vec<(String, i64)> {
    vec![("sent".to_owned(), sent), ("suppressed".to_owned(), suppressed)]
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn an_address_that_is_not_proven_gets_five_confirmations_an_hour(db: PgPool) {
    let app = TestApp::without_routes(db);
    let eve = app.a_user().await;
    let mailer = RecordingMailer::new();
    let consumer = consumer(&app, mailer.clone());
    for _ in 0..30 {
        assert!(delivered(&consumer, &an_order_of(&app, eve.id).await).await, "the message is processed");
    }
    assert_eq!(mailer.sent().len(), 5);
    assert_eq!(statuses(&app).await, counted(5, 25));
    let reason: String = sqlx::query_scalar(
        "select distinct error from mail_log where status = 'suppressed' and finished_at is not null",
    )
    .fetch_one(&app.db)
    .await
    .unwrap();
    assert_eq!(reason, "its address is not proven and has had too many mails of this kind in this hour");
    assert_eq!(app.metrics.values_of(Metric::MailsFailed), Vec::<i64>::new(), "no alarm is raised");

    app.clock.advance(3600);
    assert!(delivered(&consumer, &an_order_of(&app, eve.id).await).await);
    assert_eq!(mailer.sent().len(), 6);
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn no_kind_of_mail_uses_up_the_count_of_another(db: PgPool) {
    let app = TestApp::without_routes(db);
    let TestUser { id: user_id, email, .. } = app.a_user().await;
    let mailer = RecordingMailer::new();
    let consumer = consumer(&app, mailer.clone());
    // What strangers may request or cause, if an account of theirs has the address for a while.
    for kind in [
        EventKind::EmailResetRequested { email: email.clone() },
        EventKind::EmailChanged { user_id, email: email.to_uppercase() },
        EventKind::PasswordChanged { user_id },
    ] {
        for _ in 0..6 {
            assert!(delivered(&consumer, &an_event(&app, kind.clone())).await);
        }
    }
    assert_eq!(statuses(&app).await, counted(15, 3));

    let requested = EventKind::PasswordResetRequested { email: email.clone() };
    assert!(delivered(&consumer, &an_event(&app, requested)).await);
    assert!(delivered(&consumer, &an_order_of(&app, user_id).await).await);

    assert_eq!(statuses(&app).await, counted(17, 3));
    assert_eq!(app.count("select count(*) from mailed_links").await, 2, "the newest for each purpose");
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn each_address_has_its_own_limit_and_a_proven_one_has_none(db: PgPool) {
    let app = TestApp::without_routes(db);
    let (ana, ben) = (app.a_user().await, app.a_user().await);
    app.prove_address(ben.id).await;
    let mailer = RecordingMailer::new();
    let consumer = consumer(&app, mailer.clone());
    for _ in 0..6 {
        for user in [&ana, &ben] {
            assert!(delivered(&consumer, &an_order_of(&app, user.id).await).await);
        }
    }
    let to = |user: &TestUser| mailer.sent().iter().filter(|mail| mail.to == user.email).count();
    assert_eq!((to(&ana), to(&ben)), (5, 6));
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn addresses_with_tags_share_the_count_of_their_mailbox(db: PgPool) {
    let app = TestApp::without_routes(db);
    let mailer = RecordingMailer::new();
    let consumer = consumer(&app, mailer.clone());
    for number in 0..10 {
        let user = app.a_user().await;
        let email = format!("bomb+{number}@victim.example");
        sqlx::query("update users set email = $2 where id = $1")
            .bind(user.id)
            .bind(&email)
            .execute(&app.db)
            .await
            .unwrap();
        assert!(delivered(&consumer, &an_order_of(&app, user.id).await).await);
        assert!(delivered(&consumer, &an_event(&app, EventKind::PasswordResetRequested { email })).await);
    }
    assert_eq!(statuses(&app).await, counted(10, 10), "five of each kind");
    // The mails that were sent have the addresses of their accounts.
    assert_eq!(mailer.sent()[0].to, "bomb+0@victim.example");
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn a_message_that_comes_again_is_counted_once(db: PgPool) {
    let app = TestApp::without_routes(db);
    let ana = app.a_user().await;
    let slower = || SendError::Temporary("slower".into());
    let mailer = RecordingMailer::answering([slower(), slower(), slower(), slower()]);
    let consumer = consumer(&app, mailer.clone());
    let first = an_order_of(&app, ana.id).await;
    for _ in 0..4 {
        assert!(!delivered(&consumer, &first).await);
    }
    assert!(delivered(&consumer, &first).await);
    assert!(delivered(&consumer, &first).await, "it is sent already");
    for _ in 0..4 {
        assert!(delivered(&consumer, &an_order_of(&app, ana.id).await).await);
    }
    assert_eq!(mailer.sent().len(), 5);

    let suppressed = an_order_of(&app, ana.id).await;
    for _ in 0..2 {
        assert!(delivered(&consumer, &suppressed).await);
    }
    app.clock.advance(3600);
    assert!(delivered(&consumer, &suppressed).await);
    assert_eq!(statuses(&app).await, counted(5, 1), "a suppressed mail stays suppressed");
}
