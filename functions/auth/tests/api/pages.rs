//! `/auth/pages/`: where the links in mails lead in a shop without a storefront.

use auth::Options;
use axum::body::Body;
use http::Method;
use shared::app::Clock as _;
use shared::ids::UserId;
use shared::testing::{Answer, TestApp};
use shared::users::links::{LIFETIME_SECONDS, Purpose, token, uid};
use shared::users::store::links;
use sqlx::PgPool;

use crate::{PASSWORD, log_in, register, service, service_with};

const NEW_PASSWORD: &str = "a loud harbour";

/// The page of a link that was mailed to whoever registered by this name.
async fn page_of(app: &TestApp, user: UserId, name: &str, purpose: Purpose) -> String {
    let mut random = [0; 16];
    app.app.rng.fill_random(&mut random);
    let token = token(random, app.clock.now());
    let mut tx = app.app.db.begin().await.unwrap();
    let mailbox = format!("{name}@example.com");
    links::insert(&mut tx, links::NewLink { user, email: &mailbox, purpose, token: &token }, app.clock.now())
        .await
        .unwrap();
    tx.commit().await.unwrap();
    let page = match purpose {
        Purpose::ActivateUser => "activate",
        Purpose::PasswordReset => "password/reset",
        Purpose::EmailReset => "email/reset",
    };
    format!("/auth/pages/{page}/{}/{token}/", uid(user))
}

/// Sends the form of a page.
async fn send(app: &TestApp, page: &str, form: &str) -> Answer {
    let browser = app.anonymous().header("content-type", "application/x-www-form-urlencoded");
    browser.send(Method::POST, page, Body::from(form.replace(' ', "+"))).await
}

fn twice(field: &str, value: &str) -> String {
    format!("{field}={value}&re_{field}={value}")
}

/// What is wrong with one field, as its page says it.
#[track_caller]
fn says(answer: &Answer, words: &str) {
    assert!(answer.text.contains(words), "{words}: {}", answer.text);
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn a_new_account_is_switched_on_by_the_button_and_not_by_opening_the_page(db: PgPool) {
    let app = service_with(db, Options { send_activation_email: true, ..Options::default() });
    let ana = register(&app, "ana").await;
    let page = page_of(&app, ana, "ana", Purpose::ActivateUser).await;

    says(&app.anonymous().get(&page).await.expect(200), "<button>Activate</button>");
    log_in(&app, "ana@example.com", PASSWORD).await.expect(401);
    says(&send(&app, &page, "").await.expect(200), "Your account is active");
    log_in(&app, "ana@example.com", PASSWORD).await.expect(200);

    says(&send(&app, &page, "").await.expect(400), "Your account is active already");
    assert_eq!(app.count("select count(*) from users where is_active").await, 1);
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn another_password_is_chosen_once_by_one_link(db: PgPool) {
    let app = service(db);
    let ana = register(&app, "ana").await;
    let page = page_of(&app, ana, "ana", Purpose::PasswordReset).await;

    says(&app.anonymous().get(&page).await.expect(200), "type=\"password\"");
    says(&send(&app, &page, &twice("new_password", NEW_PASSWORD)).await.expect(200), "Your password is changed");
    log_in(&app, "ana@example.com", PASSWORD).await.expect(401);
    log_in(&app, "ana@example.com", NEW_PASSWORD).await.expect(200);

    says(
        &send(&app, &page, &twice("new_password", "some other words")).await.expect(400),
        "This link is no longer valid",
    );
    log_in(&app, "ana@example.com", NEW_PASSWORD).await.expect(200);
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn what_will_not_do_is_said_beside_its_field_and_the_link_stays_good(db: PgPool) {
    let app = service(db);
    let ana = register(&app, "ana").await;
    let page = page_of(&app, ana, "ana", Purpose::PasswordReset).await;

    for (form, words) in [
        (String::new(), "This field is required."),
        (format!("new_password={NEW_PASSWORD}"), "This field is required."),
        (twice("new_password", "12345678"), "This password is entirely numeric."),
        (format!("new_password={NEW_PASSWORD}&re_new_password=another"), "The two password fields didn't match."),
    ] {
        let again = send(&app, &page, &form).await.expect(400);
        let text = again.text;
        assert!(text.contains(words) && text.contains("<form method=\"post\">"), "{words}: {text}");
        assert!(!text.contains(NEW_PASSWORD), "a password is never sent back");
    }
    send(&app, &page, &twice("new_password", NEW_PASSWORD)).await.expect(200);
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn another_address_is_chosen_by_a_link(db: PgPool) {
    let app = service(db);
    let (ana, _) = (register(&app, "ana").await, register(&app, "ben").await);
    let page = page_of(&app, ana, "ana", Purpose::EmailReset).await;

    let taken = send(&app, &page, &twice("new_email", "ben@example.com")).await.expect(400);
    says(&taken, "user with this email already exists.");
    says(
        &send(&app, &page, &twice("new_email", "ana@example.org")).await.expect(200),
        "You can log in with the new address",
    );
    log_in(&app, "ana@example.org", PASSWORD).await.expect(200);
    says(&send(&app, &page, &twice("new_email", "ana@example.net")).await.expect(400), "This link is no longer valid");
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn a_new_address_that_is_to_be_proven_is_said_to_be(db: PgPool) {
    let app = service_with(db, Options { send_activation_email: true, ..Options::default() });
    let ana = register(&app, "ana").await;
    send(&app, &page_of(&app, ana, "ana", Purpose::ActivateUser).await, "").await.expect(200);
    let page = page_of(&app, ana, "ana", Purpose::EmailReset).await;

    says(&send(&app, &page, &twice("new_email", "ana@example.org")).await.expect(200), "Open the link in the mail");

    log_in(&app, "ana@example.org", PASSWORD).await.expect(401);
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn a_link_that_is_old_or_forged_or_for_something_else_opens_nothing(db: PgPool) {
    let app = service(db);
    let (ana, ben) = (register(&app, "ana").await, register(&app, "ben").await);
    let page = page_of(&app, ana, "ana", Purpose::PasswordReset).await;
    let for_email = page_of(&app, ana, "ana", Purpose::EmailReset).await.replace("/email/", "/password/");
    let of_ben = page.replace(&uid(ana), &uid(ben));
    let of_nobody = page.replace(&uid(ana), "bm9ib2R5");

    for link in [&for_email, &of_ben, &of_nobody, &page.replace("reset/", "reset/%3Cb%3E")] {
        says(&send(&app, link, &twice("new_password", NEW_PASSWORD)).await.expect(400), "This link is no longer valid");
    }
    app.clock.advance(LIFETIME_SECONDS);
    says(&send(&app, &page, &twice("new_password", NEW_PASSWORD)).await.expect(400), "This link is no longer valid");
    log_in(&app, "ana@example.com", PASSWORD).await.expect(200);
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn what_stands_in_the_address_is_never_in_the_page(db: PgPool) {
    let app = service(db);
    let evil = "/auth/pages/password/reset/%22%3E%3Cscript%3Ealert(1)%3C%2Fscript%3E/%3Cimg%20src%3Dx%3E/";
    let broken = "/auth/pages/password/reset/%FF/%FE/";

    for page in [
        app.anonymous().get(evil).await.expect(200),
        send(&app, evil, &twice("new_password", NEW_PASSWORD)).await.expect(400),
        app.anonymous().get(broken).await.expect(400),
        send(&app, broken, "").await.expect(400),
    ] {
        for planted in ["script", "alert(1)", "<img", "%3C", "\u{fffd}"] {
            assert!(!page.text.contains(planted), "{planted}: {}", page.text);
        }
        assert!(page.text.starts_with("<!DOCTYPE html>"), "{}", page.text);
    }
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn a_page_is_kept_nowhere_runs_nothing_and_tells_nobody_its_address(db: PgPool) {
    let app = service(db);
    for path in
        ["/auth/pages/activate/Mg/10-ab/", "/auth/pages/password/reset/Mg/10-ab/", "/auth/pages/email/reset/Mg/10-ab"]
    {
        let page = app.anonymous().get(path).await.expect(200);
        assert_eq!(page.header("cache-control"), "no-store", "{path}");
        assert_eq!(page.header("referrer-policy"), "no-referrer", "{path}");
        assert_eq!(page.header("x-frame-options"), "DENY", "{path}");
        let policy = page.header("content-security-policy");
        assert!(policy.starts_with("default-src 'none';") && !policy.contains("script-src"), "{policy}");
        assert!(page.text.contains("<title>") && page.text.matches("<form").count() == 1, "{}", page.text);
        assert!(!page.text.contains("style=") && !page.text.contains("10-ab"), "{}", page.text);
    }
    let style = app.anonymous().get("/auth/pages/style.css").await.expect(200);
    assert_eq!(style.header("content-type"), "text/css; charset=utf-8");
}
