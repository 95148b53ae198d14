//! `/auth/pages/`: the pages that mailed links open in a shop without a storefront.

use axum::body::Body;
use http::Method;
use shared::app::Clock as _;
use shared::ids::{SubscriptionId, UserId};
use shared::stock::store::subscriptions::insert_link;
use shared::testing::{Answer, TestApp};
use shared::users::AuthOptions;
use shared::users::links::{MAX_RESET_SECONDS, Purpose, token, uid};
use shared::users::store::links;
use sqlx::PgPool;

use crate::mailed_links::{a_registration_link, register_and_activate};
use crate::{PASSWORD, log_in, register, service, service_with};

const NEW_PASSWORD: &str = "a loud harbour";

/// Inserts a link that was mailed to the user of this name and returns the path of its page.
async fn page_of(app: &TestApp, user: UserId, name: &str, purpose: Purpose) -> String {
    let mut random = [0; 16];
    app.app.rng.fill_random(&mut random);
    let token = token(random, app.clock.now());
    let mut tx = app.owner.begin().await.unwrap();
    let mailbox = format!("{name}@example.com");
    let (now, lifetime) = (app.clock.now(), purpose.lifetime_seconds(MAX_RESET_SECONDS));
    let expires_at = now.plus_seconds(lifetime);
    let link = links::NewLink { user, email: &mailbox, purpose, token: &token, expires_at };
    links::insert(&mut tx, link, now).await.unwrap();
    tx.commit().await.unwrap();
    let page = match purpose {
        Purpose::ActivateUser => "activate",
        Purpose::PasswordReset => "password/reset",
        Purpose::EmailReset => "email/reset",
    };
    format!("/auth/pages/{page}/{}/{token}/", uid(user))
}

/// Submits the form of a page.
async fn submit(app: &TestApp, page: &str, form: &str) -> Answer {
    let browser = app.anonymous().header("content-type", "application/x-www-form-urlencoded");
    browser.send(Method::POST, page, Body::from(form.replace(' ', "+"))).await
}

fn twice(field: &str, value: &str) -> String {
    format!("{field}={value}&re_{field}={value}")
}

/// Asserts that the page contains this text.
#[track_caller]
fn assert_contains(answer: &Answer, words: &str) {
    assert!(answer.text.contains(words), "{words}: {}", answer.text);
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn only_the_button_activates_an_account(db: PgPool) {
    let app = service_with(db, AuthOptions { send_activation_email: true, ..AuthOptions::default() });
    let ana = register(&app, "ana").await;
    let link = a_registration_link(&app, ana).await;
    let page = format!("/auth/pages/activate/{}/{}/", link.uid, link.token);

    let form = app.anonymous().get(&page).await.expect(200);
    assert_contains(&form, "<button>Activate</button>");
    assert_contains(&form, "type=\"password\"");
    log_in(&app, "ana@example.com", PASSWORD).await.expect(401);
    for (form, words) in [
        (String::new(), "This field is required."),
        (format!("password={PASSWORD}"), "This field is required."),
        (format!("password={PASSWORD}&re_password=another"), "The two password fields didn't match."),
    ] {
        assert_contains(&submit(&app, &page, &form).await.expect(400), words);
    }
    // The password is the one of the person who opens the link, even if a stranger registered with the address.
    let chosen = twice("password", NEW_PASSWORD);
    assert_contains(&submit(&app, &page, &chosen).await.expect(200), "Your account is active");
    log_in(&app, "ana@example.com", PASSWORD).await.expect(401);
    log_in(&app, "ana@example.com", NEW_PASSWORD).await.expect(200);

    assert_contains(&submit(&app, &page, &chosen).await.expect(400), "Your account is active already");
    assert_eq!(app.count("select count(*) from users where is_active").await, 1);
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn a_link_sets_a_new_password_once(db: PgPool) {
    let app = service(db);
    let ana = register(&app, "ana").await;
    let page = page_of(&app, ana, "ana", Purpose::PasswordReset).await;

    assert_contains(&app.anonymous().get(&page).await.expect(200), "type=\"password\"");
    assert_contains(
        &submit(&app, &page, &twice("new_password", NEW_PASSWORD)).await.expect(200),
        "Your password is changed",
    );
    log_in(&app, "ana@example.com", PASSWORD).await.expect(401);
    log_in(&app, "ana@example.com", NEW_PASSWORD).await.expect(200);

    assert_contains(
        &submit(&app, &page, &twice("new_password", "some other words")).await.expect(400),
        "This link is no longer valid",
    );
    log_in(&app, "ana@example.com", NEW_PASSWORD).await.expect(200);
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn an_invalid_password_is_explained_and_the_link_stays_valid(db: PgPool) {
    let app = service(db);
    let ana = register(&app, "ana").await;
    let page = page_of(&app, ana, "ana", Purpose::PasswordReset).await;

    for (form, words) in [
        (String::new(), "This field is required."),
        (format!("new_password={NEW_PASSWORD}"), "This field is required."),
        (twice("new_password", "12345678"), "This password is entirely numeric."),
        (format!("new_password={NEW_PASSWORD}&re_new_password=another"), "The two password fields didn't match."),
    ] {
        let again = submit(&app, &page, &form).await.expect(400);
        let text = again.text;
        assert!(text.contains(words) && text.contains("<form method=\"post\">"), "{words}: {text}");
        assert!(!text.contains(NEW_PASSWORD), "a password is never sent back");
    }
    submit(&app, &page, &twice("new_password", NEW_PASSWORD)).await.expect(200);
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn a_link_sets_a_new_email_address(db: PgPool) {
    let app = service(db);
    let (ana, _) = (register(&app, "ana").await, register(&app, "ben").await);
    let page = page_of(&app, ana, "ana", Purpose::EmailReset).await;

    let taken = submit(&app, &page, &twice("new_email", "ben@example.com")).await.expect(400);
    assert_contains(&taken, "user with this email already exists.");
    assert_contains(
        &submit(&app, &page, &twice("new_email", "ana@example.org")).await.expect(200),
        "You can log in with the new address",
    );
    log_in(&app, "ana@example.org", PASSWORD).await.expect(200);
    assert_contains(
        &submit(&app, &page, &twice("new_email", "ana@example.net")).await.expect(400),
        "This link is no longer valid",
    );
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn a_new_email_address_must_be_activated(db: PgPool) {
    let app = service_with(db, AuthOptions { send_activation_email: true, ..AuthOptions::default() });
    let ana = register_and_activate(&app, "ana").await;
    let page = page_of(&app, ana, "ana", Purpose::EmailReset).await;

    assert_contains(
        &submit(&app, &page, &twice("new_email", "ana@example.org")).await.expect(200),
        "Open the link in the mail",
    );

    log_in(&app, "ana@example.org", PASSWORD).await.expect(401);
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn only_the_button_confirms_a_back_in_stock_subscription(db: PgPool) {
    const CONFIRMED: &str = "select count(*) from back_in_stock_subscriptions where confirmed_at is not null";
    let app = service(db);
    let shoes = app.a_product().create().await;
    let id: SubscriptionId = sqlx::query_scalar(
        "insert into back_in_stock_subscriptions (variant_id, email, created_at) values ($1, 'ana@example.com', $2) returning id",
    )
    .bind(shoes.variant)
    .bind(app.clock.now())
    .fetch_one(&app.db)
    .await
    .unwrap();
    let mut tx = app.owner.begin().await.unwrap();
    insert_link(&mut tx, id, "10-ab", app.clock.now()).await.unwrap();
    tx.commit().await.unwrap();
    let page = "/auth/pages/back-in-stock/10-ab/";

    assert_contains(&app.anonymous().get(page).await.expect(200), "<button>Confirm</button>");
    assert_eq!(app.count(CONFIRMED).await, 0);
    assert_contains(&submit(&app, "/auth/pages/back-in-stock/10-ac/", "").await.expect(400), "no longer valid");
    for _ in 0..2 {
        assert_contains(&submit(&app, page, "").await.expect(200), "Your request is confirmed");
    }
    assert_eq!(app.count(CONFIRMED).await, 1);
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn an_expired_forged_or_wrong_link_is_refused(db: PgPool) {
    let app = service(db);
    let (ana, ben) = (register(&app, "ana").await, register(&app, "ben").await);
    let page = page_of(&app, ana, "ana", Purpose::PasswordReset).await;
    let for_email = page_of(&app, ana, "ana", Purpose::EmailReset).await.replace("/email/", "/password/");
    let of_ben = page.replace(&uid(ana), &uid(ben));
    let of_unknown_user = page.replace(&uid(ana), "bm9ib2R5");

    for link in [&for_email, &of_ben, &of_unknown_user, &page.replace("reset/", "reset/%3Cb%3E")] {
        assert_contains(
            &submit(&app, link, &twice("new_password", NEW_PASSWORD)).await.expect(400),
            "This link is no longer valid",
        );
    }
    app.clock.advance(MAX_RESET_SECONDS);
    assert_contains(
        &submit(&app, &page, &twice("new_password", NEW_PASSWORD)).await.expect(400),
        "This link is no longer valid",
    );
    log_in(&app, "ana@example.com", PASSWORD).await.expect(200);
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn a_page_never_contains_text_from_its_url(db: PgPool) {
    let app = service(db);
    let malicious = "/auth/pages/password/reset/%22%3E%3Cscript%3Ealert(1)%3C%2Fscript%3E/%3Cimg%20src%3Dx%3E/";
    let broken = "/auth/pages/password/reset/%FF/%FE/";

    for page in [
        app.anonymous().get(malicious).await.expect(200),
        submit(&app, malicious, &twice("new_password", NEW_PASSWORD)).await.expect(400),
        app.anonymous().get(broken).await.expect(400),
        submit(&app, broken, "").await.expect(400),
    ] {
        for injected in ["script", "alert(1)", "<img", "%3C", "\u{fffd}"] {
            assert!(!page.text.contains(injected), "{injected}: {}", page.text);
        }
        assert!(page.text.starts_with("<!DOCTYPE html>"), "{}", page.text);
    }
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn a_page_is_not_cached_runs_no_script_and_sends_no_referrer(db: PgPool) {
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
