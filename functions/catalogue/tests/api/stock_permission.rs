//! Stock and its rules are changed only with the permission `stock`, whatever the operation.

use serde_json::{Value, json};
use shared::testing::{Answer, Client};
use sqlx::PgPool;

use crate::create_product::{create_shirt, path, shirt};
use crate::write_categories::{editor, editor_without_stock};
use crate::{PRODUCTS, app};

/// Fields of a new variant that need the permission.
fn fields_of_stock() -> [Value; 5] {
    [
        json!({"inventory_count": 1}),
        json!({"track_inventory": false}),
        json!({"allow_backorder": true}),
        json!({"backorder_limit": 5}),
        json!({"quantity_limit_per_customer": 2}),
    ]
}

/// Returns a new variant in size XL with these fields.
fn variant_with(fields: &Value) -> Value {
    let mut variant = json!({"sku": "OCEAN-XL", "options": [{"attribute": "Size", "value": "XL"}]});
    variant.as_object_mut().unwrap().extend(fields.as_object().unwrap().clone());
    variant
}

fn assert_refused(answer: Answer, what: &Value) {
    let answer = answer.expect(403);
    assert_eq!(answer.body["code"], "stock_not_permitted", "{what}");
    assert!(answer.body["detail"].as_str().unwrap().contains("permission `stock`"), "{what}");
}

/// Returns the ids of the shirt's variants, as `PATCH` of the product takes them.
async fn variants_of(client: &Client, shirt: &Value) -> Vec<Value> {
    let product = client.get(&path(&shirt["id"].to_string())).await.expect(200).body;
    product["variants"]
        .as_array()
        .unwrap()
        .iter()
        .map(|variant| json!({"id": variant["id"], "sku": variant["sku"]}))
        .collect()
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn an_editor_without_the_permission_creates_no_stock(db: PgPool) {
    let app = app(db);
    let clerk = editor_without_stock(&app).await;
    let shirt = create_shirt(&editor(&app).await).await;
    let shirt_path = path(&shirt["id"].to_string());
    let before = app.count("select count(*) from stock_ledger").await;
    for fields in fields_of_stock() {
        let variant = variant_with(&fields);
        let product = json!({"name": "Other", "base_price": "1.00", "variants": [variant]});
        assert_refused(clerk.post(PRODUCTS, product).await, &fields);
        let variants = path(&format!("{}/variants", shirt["id"]));
        assert_refused(clerk.post(&variants, variant.clone()).await, &fields);
        let mut all = variants_of(&clerk, &shirt).await;
        all.push(variant);
        assert_refused(clerk.patch(&shirt_path, json!({"variants": all})).await, &fields);
    }

    assert_eq!(app.count("select count(*) from stock_ledger").await, before);
    assert_eq!(app.count("select count(*) from product_variants").await, 2);
    assert_eq!(app.count("select count(*) from products").await, 1);
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn an_editor_without_the_permission_keeps_the_rules_of_a_variant(db: PgPool) {
    let app = app(db);
    let clerk = editor_without_stock(&app).await;
    let shirt = create_shirt(&editor(&app).await).await;
    let id = &shirt["variants"][0]["id"];
    let at = path(&format!("{}/variants/{id}", shirt["id"]));
    for fields in &fields_of_stock()[1..] {
        assert_refused(clerk.patch(&at, fields.clone()).await, fields);
        let mut in_list = fields.clone();
        in_list["id"] = id.clone();
        in_list["sku"] = json!("OCEAN-S");
        let list = json!({"variants": [in_list, {"id": shirt["variants"][1]["id"], "sku": "OCEAN-M"}]});
        assert_refused(clerk.patch(&path(&shirt["id"].to_string()), list).await, fields);
    }

    // Rules that are sent back as they were read change nothing.
    let read = clerk.get(&at).await.expect(200).body;
    let same = json!({
        "barcode": "4006381333931",
        "track_inventory": read["track_inventory"],
        "allow_backorder": read["allow_backorder"],
        "backorder_limit": read["backorder_limit"],
        "quantity_limit_per_customer": read["quantity_limit_per_customer"],
    });
    assert_eq!(clerk.patch(&at, same).await.expect(200).body["barcode"], "4006381333931");
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn a_variant_that_is_deleted_and_created_again_begins_without_stock(db: PgPool) {
    let app = app(db);
    let clerk = editor_without_stock(&app).await;
    let shirt = create_shirt(&editor(&app).await).await;
    let variant = &shirt["variants"][0];
    clerk.delete(&path(&format!("{}/variants/{}", shirt["id"], variant["id"]))).await.expect(204);
    let again = |count: i32| json!({"sku": variant["sku"], "inventory_count": count, "options": [{"attribute": "Size", "value": "S"}, {"attribute": "Colour", "value": "Blue"}]});
    let variants = path(&format!("{}/variants", shirt["id"]));

    assert_refused(clerk.post(&variants, again(4_242)).await, &json!("again"));

    let created = clerk.post(&variants, again(0)).await.expect(201).body;
    assert_eq!(created["inventory_count"], 0);
    assert!(app.stock_adds_up().await);
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn an_editor_without_the_permission_writes_everything_else(db: PgPool) {
    let app = app(db);
    let clerk = editor_without_stock(&app).await;
    let mut shirt = shirt();
    shirt["variants"][0].as_object_mut().unwrap().remove("inventory_count");
    let created = clerk.post(PRODUCTS, shirt).await.expect(201).body;

    // A PUT of what was read has the stock of existing variants, which stays.
    let read = clerk.get(&path(&created["id"].to_string())).await.expect(200).body;
    let mut replaced = read.clone();
    replaced["name"] = json!("Sea Blue Shirt");
    let replaced = clerk.put(&path(&created["id"].to_string()), replaced).await.expect(200).body;

    assert_eq!(replaced["name"], "Sea Blue Shirt");
    assert_eq!(app.count("select count(*) from stock_ledger").await, 0);
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn a_key_needs_the_scope_of_stock_too(db: PgPool) {
    use shared::users::{Permission, Permissions};
    let app = app(db);
    let staff = app.a_staff_user().await;
    let key = async |scopes: &[Permission]| {
        app.with_key(&app.an_api_key_of(&staff, scopes.iter().copied().collect::<Permissions>()).await)
    };
    let product = json!({"name": "Mug", "base_price": "9.00", "variants": [{"sku": "MUG", "inventory_count": 7}]});

    assert_refused(key(&[Permission::Catalogue]).await.post(PRODUCTS, product.clone()).await, &product);

    key(&[Permission::Catalogue, Permission::Stock]).await.post(PRODUCTS, product).await.expect(201);
    assert_eq!(app.count("select on_hand::bigint from stock_levels").await, 7);
}
