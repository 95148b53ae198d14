//! The links that anyone can request: who gets one, and what is stored of it.

use notifications::{Shop, Site};
use shared::app::Clock as _;
use shared::audit::{self, AuditRecord, Kind};
use shared::ids::UserId;
use shared::locale::Locale;
use shared::mail::{Mail, SendError};
use shared::outbox::EventKind;
use shared::testing::{RecordedLogs, TestApp, TestUser};
use shared::users::ClientInfo;
use shared::users::links::{self, Purpose};
use shared::users::store::links as store;
use shared::users::store::registrations::{self, NewRegistration};
use sqlx::PgPool;

use crate::mailers::RecordingMailer;
use crate::{an_event, consumer, delivered, logged, shop};

fn reset_of(email: &str) -> EventKind {
    EventKind::PasswordResetRequested { email: email.to_owned() }
}

fn activation_of(email: &str) -> EventKind {
    EventKind::ActivationRequested { email: email.to_owned() }
}

/// Delivers one message and returns the mails that were sent.
async fn mails_of(app: &TestApp, kind: EventKind) -> Vec<Mail> {
    let mailer = RecordingMailer::new();
    assert!(delivered(&consumer(app, mailer.clone()), &an_event(app, kind)).await);
    mailer.sent()
}

/// Returns the two parts of the link in a mail: `uid` and token.
fn halves(mail: &Mail) -> (UserId, String) {
    let url = mail.text.split_whitespace().find(|word| word.starts_with("https://")).unwrap();
    let mut parts = url.trim_end_matches('/').rsplit('/');
    let token = parts.next().unwrap().to_owned();
    (links::user_of_uid(parts.next().unwrap()).unwrap(), token)
}

async fn is_valid(app: &TestApp, purpose: Purpose, mail: &Mail) -> bool {
    let (user, token) = halves(mail);
    let mut tx = app.owner.begin().await.unwrap();
    let is_valid = store::is_valid(&mut tx, user, purpose, &token, app.clock.now()).await.unwrap();
    tx.commit().await.unwrap();
    is_valid
}

/// Inserts a deactivated account with these audit records.
async fn a_deactivated_account(app: &TestApp, log: &[Kind]) -> TestUser {
    let user = app.a_user().await;
    sqlx::query("update users set is_active = false where id = $1").bind(user.id).execute(&app.db).await.unwrap();
    let mut tx = app.owner.begin().await.unwrap();
    for kind in log {
        let entry = AuditRecord::by_owner(*kind, user.id);
        audit::store::record(&mut tx, entry, &ClientInfo::default(), app.clock.now()).await.unwrap();
    }
    tx.commit().await.unwrap();
    user
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn a_link_goes_to_the_address_of_the_account_and_is_valid_for_its_purpose(db: PgPool) {
    let app = TestApp::without_routes(db);
    let ana = app.a_user().await;
    let new = a_deactivated_account(&app, &[Kind::Registered]).await;

    for (user, purpose, kind, page) in [
        (&ana, Purpose::PasswordReset, reset_of(&ana.email), "/password/reset/confirm/"),
        (
            &ana,
            Purpose::EmailReset,
            EventKind::EmailResetRequested { email: ana.email.to_uppercase() },
            "/email/reset/confirm/",
        ),
        (&new, Purpose::ActivateUser, activation_of(&new.email), "/activate/"),
    ] {
        let [mail] = &mails_of(&app, kind).await[..] else { panic!("one mail: {purpose:?}") };
        assert_eq!(mail.to, user.email);
        assert_eq!(halves(mail).0, user.id);
        assert!(mail.text.contains(&format!("https://shop.example.com{page}")), "{}", mail.text);
        assert!(mail.html.contains(&format!("href=\"https://shop.example.com{page}")), "{}", mail.html);
        assert!(is_valid(&app, purpose, mail).await);
        for other in [Purpose::ActivateUser, Purpose::PasswordReset, Purpose::EmailReset] {
            assert_eq!(is_valid(&app, other, mail).await, other == purpose);
        }
    }
    app.clock.advance(shop().reset_link_seconds);
    let late = mails_of(&app, reset_of(&ana.email)).await;
    assert!(is_valid(&app, Purpose::PasswordReset, &late[0]).await);
    assert_eq!(
        app.count("select count(*) from mailed_links where purpose <> 'activation'").await,
        1,
        "the expired link is deleted"
    );
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn a_link_is_valid_for_as_long_as_its_mail_says(db: PgPool) {
    let app = TestApp::without_routes(db);
    let (ana, new) = (app.a_user().await, a_deactivated_account(&app, &[Kind::Registered]).await);
    let reset = mails_of(&app, reset_of(&ana.email)).await.remove(0);
    let activation = mails_of(&app, activation_of(&new.email)).await.remove(0);
    assert!(reset.text.contains("until 22 November 2026, 07:38 UTC."), "{}", reset.text);
    assert!(activation.text.contains("until 25 November 2026, 06:38 UTC."), "{}", activation.text);

    app.clock.advance(3_599);
    assert!(is_valid(&app, Purpose::PasswordReset, &reset).await);
    app.clock.advance(1);
    assert!(!is_valid(&app, Purpose::PasswordReset, &reset).await);
    app.clock.advance(3 * 86_400 - 3_601);
    assert!(is_valid(&app, Purpose::ActivateUser, &activation).await);
    app.clock.advance(1);
    assert!(!is_valid(&app, Purpose::ActivateUser, &activation).await);
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn only_the_newest_link_for_a_purpose_is_valid(db: PgPool) {
    let app = TestApp::without_routes(db);
    let (ana, ben) = (app.a_user().await, app.a_user().await);
    let first = mails_of(&app, reset_of(&ana.email)).await.remove(0);
    let of_ben = mails_of(&app, reset_of(&ben.email)).await.remove(0);
    let for_email = mails_of(&app, EventKind::EmailResetRequested { email: ana.email.clone() }).await.remove(0);

    let second = mails_of(&app, reset_of(&ana.email)).await.remove(0);

    assert!(!is_valid(&app, Purpose::PasswordReset, &first).await);
    assert!(is_valid(&app, Purpose::PasswordReset, &second).await);
    assert!(
        is_valid(&app, Purpose::PasswordReset, &of_ben).await && is_valid(&app, Purpose::EmailReset, &for_email).await
    );
    // Also if two messages are handled at once.
    let (third, fourth) = tokio::join!(mails_of(&app, reset_of(&ana.email)), mails_of(&app, reset_of(&ana.email)));
    let mut valid = 0;
    for mail in [&second, &third[0], &fourth[0]] {
        valid += i32::from(is_valid(&app, Purpose::PasswordReset, mail).await);
    }
    assert_eq!(valid, 1);
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn without_a_storefront_the_link_leads_to_the_api(db: PgPool) {
    let app = TestApp::without_routes(db);
    let ana = app.a_user().await;
    let mailer = RecordingMailer::new();
    let mut consumer = consumer(&app, mailer.clone());
    consumer.shop = Shop { site: Site::Api("https://api.example.com".to_owned()), ..shop() };

    assert!(delivered(&consumer, &an_event(&app, reset_of(&ana.email))).await);

    let mail = &mailer.sent()[0];
    let (user, token) = halves(mail);
    let url = format!("https://api.example.com/auth/pages/password/reset/{}/{token}/", links::uid(user));
    assert!(mail.text.contains(&format!("\n{url}\n")) && mail.html.contains(&format!("href=\"{url}\"")), "{mail:?}");
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn an_address_without_a_suitable_account_gets_no_mail_and_is_not_stored(db: PgPool) {
    let (app, logs) = (TestApp::without_routes(db), RecordedLogs::start());
    let (ana, new) = (app.a_user().await, a_deactivated_account(&app, &[Kind::Registered]).await);
    let stranger = "nobody-at-all@example.com";

    for kind in [
        reset_of(stranger),
        reset_of(&new.email),
        reset_of(""),
        EventKind::EmailResetRequested { email: stranger.to_owned() },
        EventKind::EmailResetRequested { email: new.email.clone() },
        activation_of(stranger),
        activation_of(&ana.email),
    ] {
        assert_eq!(mails_of(&app, kind.clone()).await, [], "{kind:?}");
    }

    assert_eq!(app.count("select count(*) from mail_log").await, 0);
    assert_eq!(app.count("select count(*) from mailed_links").await, 0);
    assert_eq!(app.metrics.values_of(shared::app::metrics::Metric::MailsFailed), Vec::<i64>::new());
    assert!(!logs.with_message("no mail is due").is_empty());
    assert!(!logs.text().contains(stranger), "an address without an account is not logged");
}

/// Inserts a registration with this address.
async fn a_registration(app: &TestApp, email: &str) -> UserId {
    let new = NewRegistration {
        email: email.to_owned(),
        username: format!("new-{}", app.random_uuid()),
        password_hash: "!".to_owned(),
        locale: Locale::of_tag("de"),
        network: None,
    };
    let mut tx = app.owner.begin().await.unwrap();
    let id = registrations::insert(&mut tx, new, app.clock.now()).await.unwrap().unwrap();
    tx.commit().await.unwrap();
    id
}

fn registered(email: &str) -> EventKind {
    EventKind::Registered { email: email.to_owned() }
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn a_registration_gets_a_link_and_another_one_on_request(db: PgPool) {
    let app = TestApp::without_routes(db);
    let id = a_registration(&app, "new@example.com").await;
    for kind in [registered("NEW@example.com"), activation_of("new@example.com")] {
        let mail = mails_of(&app, kind).await.remove(0);
        assert_eq!((&*mail.to, &*mail.subject), ("new@example.com", "Corner Shop: Aktivieren Sie Ihr Konto"));
        let (uid, token) = halves(&mail);
        assert_eq!(uid, id);
        assert!(mail.text.contains("https://shop.example.com/activate/"), "{}", mail.text);
        let mut tx = app.owner.begin().await.unwrap();
        assert!(registrations::is_valid_link(&mut tx, id, &token, app.clock.now()).await.unwrap());
        tx.commit().await.unwrap();
    }
    // A registration that replaces this one voids the links.
    app.clock.advance(1);
    assert_eq!(a_registration(&app, "New@example.com").await, id);
    assert_eq!(app.count("select count(*) from registration_links").await, 0);
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn the_owner_of_an_account_learns_of_a_registration_with_its_address(db: PgPool) {
    let app = TestApp::without_routes(db);
    let ana = app.a_user().await;
    a_registration(&app, &ana.email).await;

    let mail = mails_of(&app, registered(&ana.email.to_uppercase())).await.remove(0);

    assert_eq!((&*mail.to, &*mail.subject), (&*ana.email, "Corner Shop: You have an account already"));
    assert!(!mail.text.contains("https://") && !mail.html.contains("href"), "{}", mail.text);
    assert_eq!(mails_of(&app, activation_of(&ana.email)).await, []);
    assert_eq!(app.count("select count(*) from registration_links").await, 0);
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn a_registration_with_the_address_of_an_inactive_account_gets_a_link_only_if_the_account_waits(db: PgPool) {
    let app = TestApp::without_routes(db);
    for (log, mails) in [(&[Kind::EmailChanged][..], 1), (&[Kind::Deactivated][..], 0)] {
        let user = a_deactivated_account(&app, log).await;
        a_registration(&app, &user.email).await;
        assert_eq!(mails_of(&app, registered(&user.email)).await.len(), mails, "{log:?}");
    }
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn only_an_account_that_was_not_deactivated_by_staff_can_be_activated(db: PgPool) {
    let app = TestApp::without_routes(db);
    for (log, waits) in [
        (&[][..], true),
        (&[Kind::Registered][..], true),
        (&[Kind::Registered, Kind::Activated, Kind::LoggedIn, Kind::EmailChanged][..], true),
        (&[Kind::Registered, Kind::Activated][..], false),
        (&[Kind::Registered, Kind::Deactivated][..], false),
        (&[Kind::Registered, Kind::EmailChanged, Kind::Deactivated, Kind::LogInFailed][..], false),
    ] {
        let user = a_deactivated_account(&app, log).await;
        assert_eq!(mails_of(&app, activation_of(&user.email)).await.len(), usize::from(waits), "{log:?}");
    }
    // An account from before the audit log that has signed in once.
    let old = a_deactivated_account(&app, &[]).await;
    sqlx::query("update users set last_login_at = now() where id = $1").bind(old.id).execute(&app.db).await.unwrap();
    assert_eq!(mails_of(&app, activation_of(&old.email)).await, []);
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn an_account_that_was_deactivated_after_its_activation_gets_no_link(db: PgPool) {
    let app = TestApp::without_routes(db);
    let user = a_deactivated_account(&app, &[]).await;
    let mail = mails_of(&app, activation_of(&user.email)).await.remove(0);
    let mut tx = app.owner.begin().await.unwrap();
    let redeemed = store::redeem(&mut tx, user.id, Purpose::ActivateUser, &halves(&mail).1, app.clock.now()).await;
    assert!(redeemed.unwrap().is_some());
    tx.commit().await.unwrap();

    assert_eq!(mails_of(&app, activation_of(&user.email)).await, []);
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn a_message_delivered_twice_is_one_mail_with_one_link(db: PgPool) {
    let app = TestApp::without_routes(db);
    let ana = app.a_user().await;
    let mailer = RecordingMailer::new();
    let (consumer, event) = (consumer(&app, mailer.clone()), an_event(&app, reset_of(&ana.email)));

    assert!(delivered(&consumer, &event).await);
    assert!(delivered(&consumer, &event).await);

    assert_eq!(mailer.sent().len(), 1);
    assert_eq!(logged(&app).await, ("sent".into(), 1, None));
    assert_eq!(app.count("select count(*) from mailed_links").await, 1);
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn the_link_of_a_second_try_is_valid(db: PgPool) {
    let app = TestApp::without_routes(db);
    let ana = app.a_user().await;
    let mailer = RecordingMailer::answering([SendError::Temporary("slower".into())]);
    let (consumer, event) = (consumer(&app, mailer.clone()), an_event(&app, reset_of(&ana.email)));

    assert!(!delivered(&consumer, &event).await);
    assert_eq!(logged(&app).await, ("claimed".into(), 1, Some("slower".into())));
    assert!(delivered(&consumer, &event).await);

    assert!(is_valid(&app, Purpose::PasswordReset, &mailer.sent()[0]).await);
    assert_eq!(logged(&app).await, ("sent".into(), 2, None));
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn no_token_is_stored_or_logged(db: PgPool) {
    let (app, logs) = (TestApp::without_routes(db), RecordedLogs::start());
    let ana = app.a_user().await;

    let mail = mails_of(&app, reset_of(&ana.email)).await.remove(0);

    let token = halves(&mail).1;
    let (_, secret) = token.split_once('-').unwrap();
    assert_eq!(secret.len(), 32);
    let rows: Vec<String> = sqlx::query_scalar(
        "select to_jsonb(m)::text from mail_log m union all select to_jsonb(l)::text from mailed_links l",
    )
    .fetch_all(&app.db)
    .await
    .unwrap();
    assert_eq!(rows.len(), 2);
    assert!(!rows.concat().contains(secret) && !logs.text().contains(secret));
    assert!(mail.tags.iter().all(|(_, value)| !value.contains(secret)), "SES shows tags in its statistics");
}
