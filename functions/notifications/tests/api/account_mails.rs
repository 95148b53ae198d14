//! The texts of the mails to owners of accounts.

use std::net::IpAddr;

use shared::app::Clock as _;
use shared::ids::{EventId, SignInId, UserId};
use shared::mail::Mail;
use shared::outbox::EventKind;
use shared::testing::TestApp;
use shared::throttles::Subject;
use shared::users::ClientInfo;
use shared::users::store::log_in::{self, Finished, LogIn};
use shared::users::store::sign_ins::NewRefreshToken;
use sqlx::PgPool;

use crate::mailers::RecordingMailer;
use crate::{an_event, consumer, delivered};

async fn mails_of(app: &TestApp, kind: EventKind) -> Vec<Mail> {
    let mailer = RecordingMailer::new();
    assert!(delivered(&consumer(app, mailer.clone()), &an_event(app, kind)).await);
    mailer.sent()
}

/// Inserts a sign-in of a new user with this user agent, and returns both.
async fn a_sign_in(app: &TestApp, user_agent: Option<&str>) -> (UserId, SignInId) {
    let (user, now) = (app.a_user().await, app.clock.now());
    let id = SignInId(app.random_uuid());
    let address: Option<IpAddr> = Some("203.0.113.7".parse().unwrap());
    let client_info = ClientInfo { address, user_agent: user_agent.map(str::to_owned), ..ClientInfo::default() };
    let token = NewRefreshToken {
        id: app.random_uuid(),
        sign_in: id,
        user: user.id,
        sha256: [0; 32],
        issued_at: now,
        expires_at: now.plus_seconds(3600),
    };
    let log_in = LogIn {
        token,
        password_hash: "!".to_owned(),
        has_second_factor: false,
        address: Subject::email(&user.email),
        client: Subject::client(&client_info),
        event: EventId(app.random_uuid()),
    };
    let finished = log_in::finish(&app.owner, &log_in, &client_info).await.unwrap();
    assert_eq!(finished, Finished::SignedIn { is_reported: false });
    (user.id, id)
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn the_mail_with_a_password_link_explains_what_to_do(db: PgPool) {
    let app = TestApp::without_routes(db);
    let ana = app.a_user().await;

    let mail = mails_of(&app, EventKind::PasswordResetRequested { email: ana.email.clone() }).await.remove(0);

    assert_eq!(mail.subject, "Corner Shop: Choose a new password");
    let url = mail.text.lines().find(|line| line.starts_with("https://")).unwrap().to_owned();
    assert_eq!(
        mail.text,
        format!(
            "Choose a new password.

Someone, most likely you, asked for a new password for the account with this address.

Choose a new password:
{url}

The link works once, until 22 November 2026, 07:38 UTC. Older links of this kind no longer work.

If it was not you, do nothing: your password stays as it is. Never pass the link on.

Corner Shop
"
        )
    );
    assert_eq!(mail.tags, [("kind", "password_reset_requested".to_owned())]);
    for said in ["<h1 ", "most likely you", "The link works once", "If it was not you", &format!("href=\"{url}\"")] {
        assert!(mail.html.contains(said), "{said}: {}", mail.html);
    }
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn the_new_and_the_old_address_get_different_mails(db: PgPool) {
    let app = TestApp::without_routes(db);
    let ana = app.a_user().await;
    let changed = |email: &str| EventKind::EmailChanged { user_id: ana.id, email: email.to_owned() };

    let new = mails_of(&app, changed(&ana.email)).await.remove(0);
    let old = mails_of(&app, changed("before@example.com")).await.remove(0);

    assert_eq!(
        (new.to, new.subject),
        (ana.email.clone(), "Corner Shop: This is the new address of your account".to_owned())
    );
    assert_eq!(
        (old.to.as_str(), old.subject.as_str()),
        ("before@example.com", "Corner Shop: The address of your account was changed")
    );
    assert!(old.text.contains("If it was not you, tell us at once"), "{}", old.text);
    assert!(
        !old.text.contains(&ana.email) && !old.html.contains(&ana.email),
        "the reader of the old mailbox need not know it"
    );
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn the_owner_gets_a_mail_about_a_changed_password(db: PgPool) {
    let app = TestApp::without_routes(db);
    let ana = app.a_user().await;

    let mail = mails_of(&app, EventKind::PasswordChanged { user_id: ana.id }).await.remove(0);

    assert_eq!(
        (mail.to.as_str(), mail.subject.as_str()),
        (ana.email.as_str(), "Corner Shop: Your password was changed")
    );
    assert!(mail.text.contains("If it was not you, ask for a new password at once"), "{}", mail.text);
    assert!(!mail.text.contains("http"), "there is nothing to click");
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn the_mail_about_a_new_sign_in_has_its_time_network_and_program(db: PgPool) {
    let app = TestApp::without_routes(db);
    let firefox = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:133.0) Gecko/20100101 Firefox/133.0";

    let (user, sign_in_id) = a_sign_in(&app, Some(firefox)).await;
    app.prove_address(user).await;
    let mail = mails_of(&app, EventKind::SignedInFromNewNetwork { sign_in_id }).await.remove(0);

    for said in [
        "When: 22 November 2026, 06:38 UTC",
        "Network address: 203.0.113.7",
        "Program: Firefox on Windows",
        "end this sign-in",
    ] {
        assert!(mail.text.contains(said) && mail.html.contains(said), "{said}: {}", mail.text);
    }
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn no_text_of_the_user_agent_is_in_the_mail_about_a_new_sign_in(db: PgPool) {
    let app = TestApp::without_routes(db);
    for (locale, unknown) in [("en", "Program: an unknown program\n"), ("de", "Programm: ein unbekanntes Programm\n")] {
        for user_agent in [
            None,
            Some(" \t"),
            Some("SECURITY ALERT: your card was charged. Cancel at https://shop-refunds.example/ or call +49 40 1"),
            Some("<img src=\"https://evil.example/pixel\">\r\nBcc: you@example.com"),
        ] {
            let (user, sign_in_id) = a_sign_in(&app, user_agent).await;
            app.prove_address(user).await;
            sqlx::query("update users set locale = $1").bind(locale).execute(&app.db).await.unwrap();
            let mail = mails_of(&app, EventKind::SignedInFromNewNetwork { sign_in_id }).await.remove(0);
            assert!(mail.text.contains(unknown), "{}", mail.text);
            for foreign in ["ALERT", "example/", "+49", "Bcc", "img"] {
                assert!(!mail.text.contains(foreign) && !mail.html.contains(foreign), "{foreign}: {}", mail.text);
            }
        }
    }
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn no_mail_about_a_new_sign_in_goes_to_an_address_that_was_never_proven(db: PgPool) {
    let app = TestApp::without_routes(db);
    let (user, sign_in_id) = a_sign_in(&app, None).await;
    assert_eq!(mails_of(&app, EventKind::SignedInFromNewNetwork { sign_in_id }).await, []);

    app.prove_address(user).await;
    assert_eq!(mails_of(&app, EventKind::SignedInFromNewNetwork { sign_in_id }).await.len(), 1);

    // The proof was for the former address.
    sqlx::query("update users set email = 'stranger@example.com'").execute(&app.db).await.unwrap();
    assert_eq!(mails_of(&app, EventKind::SignedInFromNewNetwork { sign_in_id }).await, []);
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn no_mail_is_sent_about_deleted_things(db: PgPool) {
    let app = TestApp::without_routes(db);
    let gone = UserId(987_654);

    for kind in [
        EventKind::PasswordChanged { user_id: gone },
        EventKind::EmailChanged { user_id: gone, email: "before@example.com".to_owned() },
        EventKind::SignedInFromNewNetwork { sign_in_id: SignInId(app.random_uuid()) },
    ] {
        assert_eq!(mails_of(&app, kind).await, []);
    }

    assert_eq!(app.count("select count(*) from mail_log").await, 0);
}
