//! List products in the manual order of a category: `GET /api/v1/catalogue/products/?ordering=manual`.

use sqlx::PgPool;

use crate::{PRODUCTS, Shop, link, walk};

/// Adds a product to a category at this position.
async fn arrange(shop: &Shop, product: &str, category: &str, position: i32) {
    sqlx::query(
        "insert into product_categories (product_id, category_id, position)
         select p.id, c.id, $3 from products p, categories c where p.slug = $1 and c.slug = $2
         on conflict (product_id, category_id) do update set position = excluded.position",
    )
    .bind(product)
    .bind(category)
    .bind(position)
    .execute(&shop.app.db)
    .await
    .unwrap();
    sqlx::query("select refresh_product_cards(array(select id from products))").execute(&shop.app.db).await.unwrap();
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn ordered_products_come_before_those_of_subcategories(db: PgPool) {
    let shop = Shop::open(db).await;
    for (product, position) in [("t-shirt", 2), ("boots", 1), ("blouse", 2)] {
        arrange(&shop, product, "clothing", position).await;
    }
    // Equal positions are sorted by id: the blouse is the older product. The surf tee is only in a category below Clothing.
    let expected = ["boots", "blouse", "t-shirt", "surf-tee"];
    for size in 1..=4 {
        let first = format!("{PRODUCTS}?category=clothing&ordering=manual&page_size={size}");
        assert_eq!(walk(&shop.client(), &first, "slug").await, expected, "{size}");
    }
    let filtered = format!("{PRODUCTS}?category=clothing&ordering=manual&brand=bela");
    assert_eq!(walk(&shop.client(), &filtered, "slug").await, ["boots", "surf-tee"]);
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn products_without_a_position_come_last_by_id(db: PgPool) {
    let shop = Shop::open(db).await;
    arrange(&shop, "t-shirt", "tees", 5).await;
    let first = format!("{PRODUCTS}?category=tees&ordering=manual&page_size=1");
    assert_eq!(walk(&shop.client(), &first, "slug").await, ["t-shirt", "surf-tee"]);
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn a_cursor_of_a_search_is_refused_in_the_manual_order(db: PgPool) {
    let shop = Shop::open(db).await;
    let page = shop.client().get(&format!("{PRODUCTS}?search=tee&category=tees&page_size=1")).await.expect(200);
    let next = format!("{}&ordering=manual", link(&page, "next").unwrap());
    let refused = shop.client().get(&next).await.expect(400);
    assert_eq!(refused.body["cursor"][0], "The cursor belongs to another ordering. Request the first page again.");
}
