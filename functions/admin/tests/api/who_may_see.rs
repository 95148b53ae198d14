//! The permissions of the pages.

use axum::body::Body;
use http::Method;
use shared::testing::{Client, TestApp};
use shared::users::Permissions;
use sqlx::PgPool;
use uuid::Uuid;

use super::orders::an_order;
use super::{a_staff_browser, an_app, browser_of, stock_path, submit};

/// Returns every page but the sign-in form, with a text that it shows.
async fn pages(app: &TestApp) -> Vec<(String, &'static str)> {
    let shoes = app.a_product().named("Shoes").stock(3).create().await;
    vec![
        ("/admin/".to_owned(), "Units sold"),
        ("/admin/orders/".to_owned(), "No orders found."),
        ("/admin/stock/".to_owned(), "Shoes"),
        (stock_path(shoes.variant), "received"),
        ("/admin/products/".to_owned(), "Shoes"),
        ("/admin/audit/".to_owned(), "No records found."),
    ]
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn staff_see_every_page_in_both_slash_forms(db: PgPool) {
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
async fn a_user_without_a_valid_staff_cookie_is_sent_to_sign_in(db: PgPool) {
    let app = an_app(db);
    let (ana, gone, idle) = (app.a_user().await, app.a_staff_user().await, app.a_staff_user().await);
    sqlx::query("delete from users where id = $1").bind(gone.id).execute(&app.db).await.unwrap();
    sqlx::query("update users set is_active = false where id = $1").bind(idle.id).execute(&app.db).await.unwrap();
    let anonymous = app.anonymous();
    let nobody = [
        (anonymous.clone(), ""),
        (anonymous.clone().header("cookie", "shop_staff="), ""),
        (anonymous.clone().header("cookie", "shop_staff=not.a.token"), "&reason=ended"),
        // A bearer token does not open a page: another site's form cannot send it, but a script could.
        (app.client_of(&app.a_staff_user().await), ""),
        (browser_of(&app, &ana), "&reason=not_staff"),
        (browser_of(&app, &gone), "&reason=not_staff"),
        (browser_of(&app, &idle), "&reason=not_staff"),
    ];
    let mut paths: Vec<String> = pages(&app).await.into_iter().map(|(path, _)| path).collect();
    paths.extend([format!("/admin/orders/{}/", Uuid::nil()), "/admin/nothing/here/".to_owned()]);
    for (browser, reason) in nobody {
        for path in &paths {
            let answer = browser.get(path).await.expect(303);
            let back = path.replace('/', "%2F");
            assert_eq!(answer.header("location"), format!("/admin/sign-in/?back={back}{reason}"));
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
    assert_eq!(answer.header("location"), "/admin/sign-in/?back=%2Fadmin%2Forders%2F%3Fq%3D1001&reason=ended");
    let form = app.anonymous().get(answer.header("location")).await.expect(200);
    assert!(form.text.contains("Your session has ended."));
    assert!(form.text.contains("data-back=\"/admin/orders/?q=1001\""));
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn every_response_has_security_headers_and_is_not_cached(db: PgPool) {
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
async fn not_found_is_a_page(db: PgPool) {
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
        assert!(page.text.contains("There is no page at this address."), "{path}");
    }
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn method_not_allowed_is_a_page(db: PgPool) {
    let app = an_app(db);
    for (browser, method, path, allowed) in [
        (a_staff_browser(&app).await, Method::DELETE, "/admin/orders/", "GET,HEAD"),
        (app.anonymous(), Method::POST, "/admin/", "GET,HEAD"),
        (app.anonymous(), Method::GET, "/admin/sign-out/", "POST"),
    ] {
        let page = browser.send(method, path, Body::empty()).await.expect(405);
        assert_eq!((page.header("content-type"), page.header("allow")), ("text/html; charset=utf-8", allowed));
        assert!(page.text.contains("does not accept this method"), "{path}: {}", page.text);
        assert_eq!((page.header("x-frame-options"), page.header("cache-control")), ("DENY", "no-store"));
    }
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn an_invalid_link_is_refused_with_a_page(db: PgPool) {
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
async fn the_pages_load_their_own_files(db: PgPool) {
    let app = an_app(db);
    let page = app.anonymous().get("/admin/sign-in/").await.expect(200).text;
    for (path, kind) in [("/admin/style.css", "text/css"), ("/admin/sign-in.js", "text/javascript")] {
        assert!(page.contains(path));
        let asset = app.anonymous().get(path).await.expect(200);
        assert_eq!(asset.header("content-type"), format!("{kind}; charset=utf-8"));
        assert!(!asset.text.contains("//cdn") && !asset.text.contains("https:"), "{path}");
    }
}

/// Returns a browser of a member of staff with these permissions.
async fn a_browser_that_may(app: &TestApp, permissions: &[&str]) -> Client {
    let permissions = Permissions::from_names(permissions.iter().copied());
    browser_of(app, &app.a_staff_user_with(permissions).await)
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn each_section_requires_its_permission(db: PgPool) {
    let app = an_app(db);
    let sold = an_order(&app).await;
    let shoes = app.a_product().create().await;
    let sections = [
        ("orders", vec!["/admin/orders/".to_owned(), format!("/admin/orders/{}/", sold.order.id)]),
        ("stock", vec!["/admin/stock/".to_owned(), stock_path(shoes.variant)]),
        ("catalogue", vec!["/admin/products/".to_owned()]),
        ("settings", vec!["/admin/audit/".to_owned()]),
    ];
    let all = ["catalogue", "stock", "orders", "customers", "settings"];
    for (needed, paths) in &sections {
        let may = a_browser_that_may(&app, &[*needed]).await;
        let others: Vec<&str> = all.into_iter().filter(|other| other != needed).collect();
        let may_not = a_browser_that_may(&app, &others).await;
        for path in paths {
            may.get(path).await.expect(200);
            let refusal = may_not.get(path).await.expect(403);
            assert_eq!(refusal.header("content-type"), "text/html; charset=utf-8");
            assert!(refusal.text.contains("None of your roles allows this."), "{path}: {}", refusal.text);
        }
        // The refusal does not reveal whether the thing exists.
        let nothing = format!("{}{}/", paths[0], Uuid::nil());
        if !["catalogue", "settings"].contains(needed) {
            may.get(&nothing).await.expect(404);
            may_not.get(&nothing).await.expect(403);
        }
    }
    let boss = app.a_superuser().await;
    for (_, paths) in &sections {
        browser_of(&app, &boss).get(&paths[0]).await.expect(200);
    }
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn the_navigation_shows_only_permitted_sections(db: PgPool) {
    let app = an_app(db);
    for (permissions, shown) in [
        (vec![], vec!["Overview"]),
        (vec!["customers", "settings"], vec!["Overview", "Audit log"]),
        (vec!["stock"], vec!["Overview", "Stock"]),
        (vec!["orders", "catalogue"], vec!["Overview", "Orders", "Products"]),
    ] {
        let page = a_browser_that_may(&app, &permissions).await.get("/admin/").await.expect(200).text;
        let (_, rest) = page.split_once("<nav").unwrap();
        let (nav, _) = rest.split_once("</nav>").unwrap();
        let names: Vec<&str> = nav.split("</a>").filter_map(|link| Some(link.rsplit_once('>')?.1)).collect();
        assert_eq!(names, shown, "{permissions:?}: {nav}");
    }
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn the_overview_shows_only_permitted_figures(db: PgPool) {
    let app = an_app(db);
    let (sales, stock) = ("Units sold", "Variants out of stock");
    for (permissions, sees_sales, sees_stock) in
        [(vec!["orders"], true, false), (vec!["stock"], false, true), (vec!["catalogue", "settings"], false, false)]
    {
        let page = a_browser_that_may(&app, &permissions).await.get("/admin/").await.expect(200).text;
        assert_eq!((page.contains(sales), page.contains(stock)), (sees_sales, sees_stock), "{permissions:?}");
        assert_eq!(page.contains("Mails failed"), sees_sales, "{permissions:?}");
        let sees_nothing = !sees_sales && !sees_stock;
        assert_eq!(page.contains("Your roles do not include any of these figures."), sees_nothing, "{permissions:?}");
    }
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn no_page_links_to_one_that_its_reader_cannot_open(db: PgPool) {
    let app = an_app(db);
    let sold = an_order(&app).await;
    let variant = app.count("select variant_id from stock_levels").await;
    let (order, stock) = (format!("/admin/orders/{}/", sold.order.id), format!("/admin/stock/{variant}/"));
    for (permission, page, other) in [("orders", &order, &stock), ("stock", &stock, &order)] {
        let text = a_browser_that_may(&app, &[permission]).await.get(page).await.expect(200).text;
        assert!(!text.contains(other.as_str()), "{text}");
        let text = a_browser_that_may(&app, &["orders", "stock"]).await.get(page).await.expect(200).text;
        assert!(text.contains(other.as_str()), "{text}");
    }
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn a_user_without_the_permission_cannot_change_stock(db: PgPool) {
    let app = an_app(db);
    let shoes = app.a_product().stock(3).create().await;
    let browser = a_browser_that_may(&app, &["catalogue", "orders", "customers", "settings"]).await;
    let refusal = submit(&browser, &stock_path(shoes.variant), "units=1&reason=received").await.expect(403);
    assert!(refusal.text.contains("None of your roles allows this."));
    assert_eq!(app.count("select on_hand::bigint from stock_levels").await, 3);
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn a_removed_role_closes_its_pages_at_once(db: PgPool) {
    let app = an_app(db);
    let browser = a_browser_that_may(&app, &["stock"]).await;
    browser.get("/admin/stock/").await.expect(200);
    sqlx::query("update roles set permissions = '{orders}'").execute(&app.db).await.unwrap();
    browser.get("/admin/stock/").await.expect(403);
    sqlx::query("delete from user_roles").execute(&app.db).await.unwrap();
    let answer = browser.get("/admin/").await.expect(303);
    assert_eq!(answer.header("location"), "/admin/sign-in/?back=%2Fadmin%2F&reason=not_staff");
}
