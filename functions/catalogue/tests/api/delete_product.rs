//! Delete a product or a variant: `DELETE /api/v1/catalogue/products/{id_or_slug}/` and `…/variants/{variant_id}/`.

use futures_util::future::join_all;
use serde_json::{Value, json};
use shared::ids::ProductId;
use shared::testing::{TestApp, TestProduct};
use sqlx::PgPool;

use crate::create_product::{create_shirt, path, shirt};
use crate::write_categories::editor;
use crate::{PRODUCTS, app};

/// Returns the variant as a test product to place orders of.
fn as_test_product(variant: &Value) -> TestProduct {
    let variant = serde_json::from_value(variant.clone()).unwrap();
    TestProduct { id: ProductId(0), variant, sku: String::new(), slug: String::new() }
}

/// Places an order of one unit of the variant.
async fn order_one(app: &TestApp, variant: &Value) {
    app.an_order_of(&[(&as_test_product(variant), 1)]).await;
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn a_product_without_orders_is_deleted_and_its_stock_written_off(db: PgPool) {
    let app = app(db);
    let editor = editor(&app).await;
    create_shirt(&editor).await;
    editor.delete(&path("ocean-blue-shirt")).await.expect(204);
    editor.get(&path("ocean-blue-shirt")).await.expect(404);
    editor.delete(&path("ocean-blue-shirt")).await.expect(404);
    assert_eq!(app.count("select count(*) from product_variants").await, 0);
    assert_eq!(app.count("select sum(change)::bigint from stock_ledger").await, 0);
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn a_product_with_orders_is_archived(db: PgPool) {
    let app = app(db);
    let editor = editor(&app).await;
    let shirt = create_shirt(&editor).await;
    order_one(&app, &shirt["variants"][0]["id"]).await;

    let archived = editor.delete(&path("ocean-blue-shirt")).await.expect(200);

    assert_eq!(archived.body["status"], "archived");
    app.anonymous().get(&path("ocean-blue-shirt")).await.expect(404);
    assert_eq!(editor.get(&path("ocean-blue-shirt")).await.expect(200).body, archived.body);
    assert_eq!(app.count("select count(*) from order_lines where variant_id is not null").await, 1);
    // Staff can activate it again.
    editor.patch(&path("ocean-blue-shirt"), json!({"status": "active"})).await.expect(200);
    app.anonymous().get(&path("ocean-blue-shirt")).await.expect(200);
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn a_variant_with_orders_is_archived_and_one_without_is_deleted(db: PgPool) {
    let app = app(db);
    let editor = editor(&app).await;
    let shirt = create_shirt(&editor).await;
    let at = |at: usize| path(&format!("ocean-blue-shirt/variants/{}", shirt["variants"][at]["id"]));
    order_one(&app, &shirt["variants"][0]["id"]).await;

    let archived = editor.delete(&at(0)).await.expect(200).body;
    editor.delete(&at(1)).await.expect(204);

    assert_eq!((&archived["is_archived"], &archived["is_available"]), (&json!(true), &json!(false)));
    app.anonymous().get(&at(0)).await.expect(404);
    editor.get(&at(0)).await.expect(200);
    editor.get(&at(1)).await.expect(404);
    let product = app.anonymous().get(&path("ocean-blue-shirt")).await.expect(200).body;
    assert_eq!((&product["variants"], &product["is_available"]), (&json!([]), &json!(false)));
    let sold_again = editor.patch(&at(0), json!({"is_archived": false})).await.expect(200).body;
    assert_eq!((&sold_again["is_archived"], &sold_again["inventory_count"]), (&json!(false), &json!(2)));
    assert!(app.stock_adds_up().await);
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn a_replacement_archives_a_sold_variant_and_restores_it_by_its_sku(db: PgPool) {
    let app = app(db);
    let editor = editor(&app).await;
    let shirt = create_shirt(&editor).await;
    order_one(&app, &shirt["variants"][0]["id"]).await;
    let with = |variants: Value| json!({"name": "Ocean Blue Shirt", "base_price": "49.90", "images": [], "variants": variants});
    let small = json!({"sku": "OCEAN-S"});

    let without = editor.put(&path("ocean-blue-shirt"), with(json!([]))).await.expect(200).body;
    assert_eq!(without["variants"].as_array().unwrap().len(), 1);
    assert_eq!(without["variants"][0]["is_archived"], true);
    let again = editor.put(&path("ocean-blue-shirt"), with(json!([small]))).await.expect(200).body;

    assert_eq!(again["variants"][0]["is_archived"], false);
    assert_eq!(again["variants"][0]["id"], shirt["variants"][0]["id"]);
    assert_eq!(again["variants"][0]["attribute_values"], shirt["variants"][0]["attribute_values"]);
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn an_archived_variant_does_not_block_its_values_until_it_is_restored(db: PgPool) {
    let app = app(db);
    let editor = editor(&app).await;
    let shirt = create_shirt(&editor).await;
    let old = path(&format!("ocean-blue-shirt/variants/{}", shirt["variants"][0]["id"]));
    editor.patch(&old, json!({"is_archived": true})).await.expect(200);
    let values: Vec<&Value> =
        shirt["variants"][0]["attribute_values"].as_array().unwrap().iter().map(|value| &value["id"]).collect();
    let twin = json!({"sku": "OCEAN-S2", "attribute_value_ids": values});
    editor.post(&path("ocean-blue-shirt/variants"), twin).await.expect(201);

    let refused = editor.patch(&old, json!({"is_archived": false})).await.expect(400).body;

    assert_eq!(
        refused,
        json!({"non_field_errors": ["Another variant of the product has the same values. Send other values."]})
    );
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn concurrent_changes_and_sales_of_a_product_do_not_deadlock(db: PgPool) {
    let app = app(db);
    let editor = editor(&app).await;
    let mut whole = shirt();
    for variant in whole["variants"].as_array_mut().unwrap() {
        variant["inventory_count"] = json!(8);
    }
    let shirt = editor.post(PRODUCTS, whole.clone()).await.expect(201).body;
    let both: Vec<TestProduct> = [1, 0].map(|at| as_test_product(&shirt["variants"][at]["id"])).into();
    let at = path("ocean-blue-shirt");
    for variant in whole["variants"].as_array_mut().unwrap() {
        variant.as_object_mut().unwrap().remove("inventory_count");
    }

    let items = [(&both[0], 1), (&both[1], 1)];
    let sales = join_all((0..8).map(|_| app.an_order_of(&items)));
    let changes = join_all((0..8).map(|_| editor.put(&at, whole.clone())));
    let (_, changed) = tokio::join!(sales, changes);

    assert_eq!(changed.iter().map(|answer| answer.status).collect::<Vec<_>>(), [200; 8]);
    assert_eq!(app.count("select sum(on_hand)::bigint from stock_levels").await, 0);
    assert!(app.stock_adds_up().await);
    assert_eq!(editor.get(&at).await.expect(200).body["is_available"], false);
}
