//! Get and replace the manual order of a category: `GET` and `PUT /api/v1/catalogue/categories/{id_or_slug}/products/order/`.

use serde_json::{Value, json};
use shared::app::db::Tx;
use shared::catalogue::store::write::add_to_categories;
use shared::ids::{CategoryId, ProductId};
use sqlx::PgPool;

use crate::Shop;
use crate::write_categories::{editor, path};

/// Puts `count` products into Shirts, the blouse first.
async fn fill_shirts(shop: &Shop, count: usize) -> Vec<ProductId> {
    let mut ids = vec![shop.blouse];
    for _ in 1..count {
        ids.push(shop.app.a_product().create().await.id);
    }
    let mut tx = shop.app.owner.begin().await.unwrap();
    for id in &ids {
        categorise(&mut tx, *id, shop.shirts).await;
    }
    tx.commit().await.unwrap();
    ids
}

async fn categorise(tx: &mut Tx, product: ProductId, category: CategoryId) {
    add_to_categories(tx, &[(product, category)]).await.unwrap();
}

fn order_path(category: &str) -> String {
    format!("{}products/order/", path(category))
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn ordered_products_come_first_and_the_others_after_them(db: PgPool) {
    let shop = Shop::open(db).await;
    let editor = editor(&shop.app).await;
    let ids = fill_shirts(&shop, 4).await;
    let order = order_path("shirts");
    assert_eq!(editor.get(&order).await.expect(200).body, json!({"product_ids": []}));

    for wanted in [vec![ids[3], ids[1], ids[0]], vec![ids[0], ids[3]], vec![]] {
        let body = json!({"product_ids": wanted});
        assert_eq!(editor.put(&order, body.clone()).await.expect(200).body, body);
        assert_eq!(editor.get(&order).await.expect(200).body, body);
    }
    editor.put(&order, json!({"product_ids": [ids[2], ids[0]]})).await.expect(200);

    let listed: Vec<i64> = sqlx::query_scalar(
        "select product_id from product_categories where category_id = $1 order by position, product_id",
    )
    .bind(shop.shirts)
    .fetch_all(&shop.app.db)
    .await
    .unwrap();
    assert_eq!(listed, [ids[2].0, ids[0].0, ids[1].0, ids[3].0]);
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn an_order_with_a_foreign_or_repeated_product_is_refused(db: PgPool) {
    let shop = Shop::open(db).await;
    let editor = editor(&shop.app).await;
    let boots = shop.app.count("select id from products where slug = 'boots'").await;
    let blouse = shop.blouse;
    for (body, expected) in [
        (json!({}), json!({"product_ids": ["This field is required."]})),
        (
            json!({"product_ids": [blouse, blouse]}),
            json!({"product_ids.1": ["The product is in the list twice. Send it once."]}),
        ),
        (
            json!({"product_ids": [blouse, boots]}),
            json!({"product_ids.1": [format!("Invalid pk \"{boots}\" - it is not in this category.")]}),
        ),
        (json!({"product_ids": [0]}), json!({"product_ids.0": ["Ensure this value is greater than or equal to 1."]})),
        (
            json!({"product_ids": (1..=1001).collect::<Vec<i32>>()}),
            json!({"product_ids": ["Ensure this field has no more than 1000 elements."]}),
        ),
    ] {
        assert_eq!(editor.put(&order_path("shirts"), body).await.expect(400).body, expected);
    }
    editor.put(&order_path("nothing"), json!({"product_ids": []})).await.expect(404);
    editor.get(&order_path("nothing")).await.expect(404);
    assert_eq!(shop.app.count("select count(*) from product_categories where position < 2147483647").await, 0);
}

/// Both requests order all products, so the result must be one of the two orders and no mixture.
#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn concurrent_orders_of_a_category_are_not_mixed(db: PgPool) {
    let shop = Shop::open(db).await;
    let editor = editor(&shop.app).await;
    let ids = fill_shirts(&shop, 30).await;
    let (forward, backward) = (json!(ids), json!(ids.iter().rev().collect::<Vec<_>>()));
    let arrange = async |order: &Value| {
        editor.put(&order_path("shirts"), json!({"product_ids": order})).await.expect(200);
    };
    for _ in 0..5 {
        tokio::join!(arrange(&forward), arrange(&backward), arrange(&forward), arrange(&backward));
        let now = editor.get(&order_path("shirts")).await.expect(200).body["product_ids"].clone();
        assert!(now == forward || now == backward, "{now}");
    }
}
