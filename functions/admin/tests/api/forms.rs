//! Forms from other sites, and invalid forms.

use axum::body::Body;
use http::Method;
use sqlx::PgPool;

use super::{ORIGIN, a_staff_browser, an_app, browser_of, stock_path, submit};

const FORM: &str = "units=5&reason=received";

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn a_form_of_another_origin_is_refused(db: PgPool) {
    let app = an_app(db);
    let browser = a_staff_browser(&app).await.header("content-type", "application/x-www-form-urlencoded");
    let shoes = app.a_product().create().await;
    for (name, value) in [
        ("accept", "text/html"), // neither header
        ("origin", "http://evil.example"),
        ("origin", "https://shop.test"),
        ("origin", "http://shop.test:81"),
        ("origin", "null"),
        ("sec-fetch-site", "cross-site"),
        ("sec-fetch-site", "same-site"),
        ("sec-fetch-site", "none"),
    ] {
        let client = browser.clone().header(name, value);
        for path in [stock_path(shoes.variant), "/admin/sign-out/".to_owned()] {
            let page = client.send(Method::POST, &path, Body::from(FORM)).await.expect(403);
            assert!(page.text.contains("This form was not sent from one of these pages."), "{name}: {value}");
        }
    }
    // What the browser itself sends counts, with any other header.
    let client = browser.clone().header("origin", ORIGIN).header("sec-fetch-site", "cross-site");
    client.send(Method::POST, &stock_path(shoes.variant), Body::from(FORM)).await.expect(403);
    assert_eq!(app.count("select count(*) from stock_ledger").await, 0);

    let client = browser.header("sec-fetch-site", "same-origin");
    client.send(Method::POST, &stock_path(shoes.variant), Body::from(FORM)).await.expect(303);
    assert_eq!(app.count("select count(*) from stock_ledger").await, 1);
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn a_form_of_a_user_who_is_not_staff_changes_nothing(db: PgPool) {
    let app = an_app(db);
    let shoes = app.a_product().create().await;
    let path = stock_path(shoes.variant);
    for browser in [app.anonymous(), browser_of(&app, &app.a_user().await)] {
        let answer = submit(&browser, &path, FORM).await.expect(303);
        assert!(answer.header("location").starts_with("/admin/sign-in/?back="));
    }
    assert_eq!(app.count("select count(*) from stock_ledger").await, 0);
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn an_invalid_form_is_shown_again_with_the_reason(db: PgPool) {
    let app = an_app(db);
    let browser = a_staff_browser(&app).await;
    let shoes = app.a_product().stock(3).create().await;
    for form in [
        "",
        "units=5",
        "reason=received",
        "units=&reason=received",
        "units=0&reason=received",
        "units=-1&reason=written_off",
        "units=-1&reason=counted&on_hand_seen=3",
        "units=1&reason=counted",
        "units=1&reason=counted&on_hand_seen=some",
        "units=0&reason=corrected",
        "units=-1&reason=received",
        "units=1.5&reason=received",
        "units=many&reason=received",
        "units=1000000001&reason=received",
        "units=99999999999999999999&reason=received",
        "units=5&reason=sold",
        "units=5&reason=%00",
    ] {
        let page = submit(&browser, &stock_path(shoes.variant), form).await.expect(400);
        assert!(page.text.contains("Choose a reason and enter a whole number of units"), "{form}: {}", page.text);
    }
    assert_eq!(app.count("select on_hand::bigint from stock_levels").await, 3);
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn a_form_for_an_unknown_variant_is_not_found(db: PgPool) {
    let app = an_app(db);
    let browser = a_staff_browser(&app).await;
    for reason in ["received", "counted"] {
        submit(&browser, "/admin/stock/999/", &format!("units=1&reason={reason}&on_hand_seen=1")).await.expect(404);
    }
}
