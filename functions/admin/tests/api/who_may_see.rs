//! Who sees which page.

use shared::testing::TestApp;
use sqlx::PgPool;
use uuid::Uuid;

use super::{a_staff_browser, an_app, browser_of, stock_path};

/// Every page but the one to sign in, and what it shows.
async fn pages(app: &TestApp) -> Vec<(String, &'static str)> {
    let shoes = app.a_product().named("Shoes").stock(3).create().await;
    vec![
        ("/admin/".to_owned(), "Units sold"),
        ("/admin/orders/".to_owned(), "No order was found."),
        ("/admin/stock/".to_owned(), "Shoes"),
        (stock_path(shoes.variant), "received"),
        ("/admin/products/".to_owned(), "Shoes"),
    ]
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn the_staff_sees_every_page_in_both_slash_forms(db: PgPool) {
    let app = an_app(db);
    let browser = a_staff_browser(&app).await;
    for (path, text) in pages(&app).await {
        for form in [path.as_str(), path.trim_end_matches('/')] {
            let page = browser.get(form).await.expect(200);
            assert_eq!(page.header("content-type"), "text/html; charset=utf-8");
            assert!(page.text.contains(text), "{form} does not say {text}: {}", page.text);
        }
    }
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn whoever_has_no_good_staff_cookie_is_sent_to_sign_in(db: PgPool) {
    let app = an_app(db);
    let (ana, gone, idle) = (app.a_user().await, app.a_staff_user().await, app.a_staff_user().await);
    sqlx::query("delete from users where id = $1").bind(gone.id).execute(&app.db).await.unwrap();
    sqlx::query("update users set is_active = false where id = $1").bind(idle.id).execute(&app.db).await.unwrap();
    let anonymous = app.anonymous();
    let nobody = [
        (anonymous.clone(), ""),
        (anonymous.clone().header("cookie", "shop_staff="), ""),
        (anonymous.clone().header("cookie", "shop_staff=not.a.token"), "&because=ended"),
        // The API's way to say who one is does not open a page: a form of another site cannot send it, but a script can.
        (app.of(&app.a_staff_user().await), ""),
        (browser_of(&app, &ana), "&because=not_staff"),
        (browser_of(&app, &gone), "&because=not_staff"),
        (browser_of(&app, &idle), "&because=not_staff"),
    ];
    let mut paths: Vec<String> = pages(&app).await.into_iter().map(|(path, _)| path).collect();
    paths.extend([format!("/admin/orders/{}/", Uuid::nil()), "/admin/nothing/here/".to_owned()]);
    for (browser, because) in nobody {
        for path in &paths {
            let answer = browser.get(path).await.expect(303);
            let back = path.replace('/', "%2F");
            assert_eq!(answer.header("location"), format!("/admin/sign-in/?back={back}{because}"));
            assert_eq!(answer.text, "");
        }
    }
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn a_session_ends_with_its_token(db: PgPool) {
    let app = an_app(db);
    let browser = a_staff_browser(&app).await;
    app.clock.advance(3600 + 10);
    let answer = browser.get("/admin/orders/?q=1001").await.expect(303);
    assert_eq!(answer.header("location"), "/admin/sign-in/?back=%2Fadmin%2Forders%2F%3Fq%3D1001&because=ended");
    let form = app.anonymous().get(answer.header("location")).await.expect(200);
    assert!(form.text.contains("Your session has ended."));
    assert!(form.text.contains("data-back=\"/admin/orders/?q=1001\""));
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn every_answer_is_guarded_and_not_kept(db: PgPool) {
    let app = an_app(db);
    let browser = a_staff_browser(&app).await;
    for path in ["/admin/", "/admin/sign-in/", "/admin/nothing/", "/admin/stock/0/"] {
        let answer = browser.get(path).await;
        let policy = answer.header("content-security-policy");
        assert!(policy.starts_with("default-src 'none'; script-src 'self';"), "{path}: {policy}");
        assert!(!policy.contains("unsafe"), "{policy}");
        assert_eq!(answer.header("x-frame-options"), "DENY", "{path}");
        assert_eq!(answer.header("cache-control"), "no-store", "{path}");
    }
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn what_is_not_there_is_said_on_a_page(db: PgPool) {
    let app = an_app(db);
    let browser = a_staff_browser(&app).await;
    for path in [
        "/admin/nothing/".to_owned(),
        format!("/admin/orders/{}/", Uuid::nil()),
        "/admin/orders/1001/".to_owned(),
        "/admin/stock/999/".to_owned(),
        "/admin/stock/%00/".to_owned(),
    ] {
        let page = browser.get(&path).await.expect(404);
        assert_eq!(page.header("content-type"), "text/html; charset=utf-8");
        assert!(page.text.contains("There is nothing at this address."), "{path}");
    }
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn a_link_that_no_page_made_is_refused_on_a_page(db: PgPool) {
    let app = an_app(db);
    let browser = a_staff_browser(&app).await;
    for path in [
        "/admin/orders/?cursor=nonsense",
        "/admin/stock/?q=%00",
        // {"d":"n","k":"\u0000"} and {"d":"p","k":"A"}
        "/admin/stock/?cursor=eyJkIjoibiIsImsiOiJcdTAwMDAifQ",
        "/admin/stock/?cursor=eyJkIjoicCIsImsiOiJBIn0",
        "/admin/products/?page_size=0",
    ] {
        let page = browser.get(path).await.expect(400);
        assert!(page.text.contains("This link or form cannot be read."), "{path}: {}", page.text);
    }
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn what_the_pages_load_is_here(db: PgPool) {
    let app = an_app(db);
    let page = app.anonymous().get("/admin/sign-in/").await.expect(200).text;
    for (path, kind) in [("/admin/style.css", "text/css"), ("/admin/sign-in.js", "text/javascript")] {
        assert!(page.contains(path));
        let asset = app.anonymous().get(path).await.expect(200);
        assert_eq!(asset.header("content-type"), format!("{kind}; charset=utf-8"));
        assert!(!asset.text.contains("//cdn") && !asset.text.contains("https:"), "{path}");
    }
}
