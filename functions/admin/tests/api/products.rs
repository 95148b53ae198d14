//! The list of products: `GET /admin/products/`.

use sqlx::PgPool;

use super::{a_staff_browser, an_app};

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn archived_variants_are_not_counted(db: PgPool) {
    let app = an_app(db);
    let browser = a_staff_browser(&app).await;
    let shoes = app.a_product().create().await;
    sqlx::query(
        "insert into product_variants (product_id, sku, name, attribute_value_ids, archived_at) values ($1, 'OLD', 'Old', '{1}', now())",
    )
    .bind(shoes.id)
    .execute(&app.db)
    .await
    .unwrap();

    let page = browser.get("/admin/products/").await.expect(200).text;

    assert_eq!(page.matches("<td class=\"number\">1</td>").count(), 1, "{page}");
}
