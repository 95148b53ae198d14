//! Text from users and query strings is escaped.

use sqlx::PgPool;

use super::{a_staff_browser, an_app, stock_path};

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn names_are_escaped(db: PgPool) {
    let app = an_app(db);
    let browser = a_staff_browser(&app).await;
    let product = app.a_product().named("<script>alert(\"1\")</script>").create().await;
    for path in ["/admin/stock/".to_owned(), stock_path(product.variant), "/admin/products/".to_owned()] {
        let page = browser.get(&path).await.expect(200).text;
        assert!(page.contains("&lt;script&gt;alert"), "{path}");
        assert!(!page.contains("<script>"), "{path}");
    }
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn search_text_is_escaped(db: PgPool) {
    let app = an_app(db);
    let browser = a_staff_browser(&app).await;
    for list in ["orders", "stock", "products"] {
        let page = browser.get(&format!("/admin/{list}/?q=%22%3E%3Cscript%3E")).await.expect(200).text;
        assert!(page.contains("value=\"&quot;&gt;&lt;script&gt;\""), "{page}");
    }
    let page = app.anonymous().get("/admin/sign-in/?back=/admin/%22%3E%3Cscript%3E").await.expect(200).text;
    assert!(page.contains("data-back=\"/admin/&quot;&gt;&lt;script&gt;\""), "{page}");
}
