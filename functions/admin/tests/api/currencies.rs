//! Amounts on pages, in currencies without decimals, with two and with three.

use shared::testing::{TestApp, sell_in};
use sqlx::PgPool;

use crate::a_staff_browser;

/// Looks for the amounts of an order of two units, 14,990 minor units each, on all pages that show them.
async fn pages_show(db: PgPool, code: &str, price: &str, total: &str) {
    let currency = sell_in(&db, code).await;
    let app = TestApp::with_state_in(currency, db, admin::router(), |app, _| app);
    let browser = a_staff_browser(&app).await;
    let shoes = app.a_product().cents(14_990).stock(2).create().await;
    let order = app.an_order_of(&[(&shoes, 2)]).await.order;

    for (path, shown) in [
        ("/admin/".to_owned(), format!(">{total} {code}<")),
        ("/admin/orders/".to_owned(), format!(">{total} {code}<")),
        (format!("/admin/orders/{}/", order.id), format!(">{price}<")),
        (format!("/admin/orders/{}/", order.id), format!(">{total} {code}<")),
        ("/admin/products/".to_owned(), format!(">{price} {code}<")),
    ] {
        let page = browser.get(&path).await.expect(200).text;
        assert!(page.contains(&shown), "{path} {shown}: {page}");
    }
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn pages_in_yen(db: PgPool) {
    pages_show(db, "JPY", "14990", "29980").await;
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn pages_in_euros(db: PgPool) {
    pages_show(db, "EUR", "149.90", "299.80").await;
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn pages_in_dinars(db: PgPool) {
    pages_show(db, "KWD", "14.990", "29.980").await;
}
