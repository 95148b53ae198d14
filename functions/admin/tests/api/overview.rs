//! The overview page: `GET /admin/`.

use sqlx::PgPool;

use super::orders::an_order;
use super::{a_staff_browser, an_app};

/// Returns the number under a heading.
fn figure<'p>(page: &'p str, name: &str) -> &'p str {
    let (_, rest) = page.split_once(&format!("<dt>{name}</dt><dd>")).unwrap_or_default();
    rest.split('<').next().unwrap_or_default()
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn the_overview_counts_the_sales_of_today(db: PgPool) {
    let app = an_app(db);
    an_order(&app).await;
    app.clock.advance(86_400);
    let browser = a_staff_browser(&app).await;
    an_order(&app).await;
    an_order(&app).await;
    let cancelled = an_order(&app).await.order;
    sqlx::query("update orders set status = 'cancelled' where id = $1")
        .bind(cancelled.id)
        .execute(&app.db)
        .await
        .unwrap();

    let page = browser.get("/admin/").await.expect(200).text;
    assert_eq!(figure(&page, "Orders"), "2");
    assert_eq!(figure(&page, "Revenue"), "50.00 EUR");
    assert_eq!(figure(&page, "Units sold"), "4");
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn the_overview_shows_unsent_events_failed_mails_and_missing_stock(db: PgPool) {
    let app = an_app(db);
    let browser = a_staff_browser(&app).await;
    let quiet = browser.get("/admin/").await.expect(200).text;
    assert!(!quiet.contains("class=\"warn\""), "{quiet}");

    an_order(&app).await;
    app.a_product().status("draft").create().await;
    sqlx::query(
        "insert into mail_log (event_id, kind, recipient, status, claimed_until, created_at, finished_at)
         select gen_random_uuid(), 'order_placed', 'a@b.io', 'failed', at, at, at
           from (values ('2026-11-21 00:00Z'::timestamptz), ('2026-10-01 00:00Z')) as t (at)",
    )
    .execute(&app.db)
    .await
    .unwrap();
    let page = browser.get("/admin/").await.expect(200).text;
    assert_eq!(figure(&page, "Events not sent yet"), "1");
    assert!(page.contains("the oldest since 22 November 2026"), "{page}");
    assert_eq!(figure(&page, "Mails failed"), "1");
    assert_eq!(figure(&page, "Variants out of stock"), "1");
    assert_eq!(page.matches("class=\"warn\"").count(), 3);
}

/// The figure, the mark in the list and what a customer can buy agree.
#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn the_overview_counts_missing_stock_of_what_is_for_sale(db: PgPool) {
    let app = an_app(db);
    let browser = a_staff_browser(&app).await;
    app.a_product().create().await;
    for (sql, missing) in [
        ("update products set status = 'draft'", 0),
        ("update products set status = 'archived'", 0),
        ("update products set status = 'active'", 1),
        ("update products set publish_at = '2100-01-01'", 0),
        ("update products set publish_at = '2000-01-01'", 1),
        ("update products set unpublish_at = '2001-01-01'", 0),
        ("update products set unpublish_at = '2100-01-01'", 1),
        ("update product_variants set archived_at = '2000-01-01'", 0),
        ("update product_variants set archived_at = null", 1),
        ("update stock_levels set allow_backorder = true", 0),
        ("update stock_levels set backorder_limit = 0", 1),
        ("update stock_levels set track_inventory = false", 0),
        ("update stock_levels set track_inventory = true", 1),
        ("select change_stock(id, 1, 'received', now()) from product_variants", 0),
    ] {
        sqlx::query(sql).execute(&app.db).await.unwrap();
        let page = browser.get("/admin/").await.expect(200).text;
        assert_eq!(figure(&page, "Variants out of stock"), missing.to_string(), "{sql}");
        let list = browser.get("/admin/stock/").await.expect(200).text;
        assert_eq!(list.matches("<span class=\"tag bad\">0</span>").count(), missing, "{sql}: {list}");
    }
}
