//! The rules by which a variant is sold: `track_inventory`, `allow_backorder`, `backorder_limit` and
//! `quantity_limit_per_customer`.

use serde_json::{Value, json};
use shared::testing::Client;
use sqlx::PgPool;

use crate::app;
use crate::create_product::{create_shirt, path};
use crate::write_categories::editor;

/// Creates the shirt with a variant that has these fields and nothing in stock; returns its path.
async fn a_variant_with(editor: &Client, fields: Value) -> String {
    create_shirt(editor).await;
    let mut variant = json!({"sku": "OCEAN-L", "options": [{"attribute": "Size", "value": "L"}]});
    for (name, value) in fields.as_object().unwrap() {
        variant[name] = value.clone();
    }
    let created = editor.post(&path("ocean-blue-shirt/variants"), variant).await.expect(201);
    path(&format!("ocean-blue-shirt/variants/{}", created.body["id"]))
}

fn rules(variant: &Value) -> [Value; 4] {
    ["track_inventory", "allow_backorder", "backorder_limit", "quantity_limit_per_customer"]
        .map(|name| variant[name].clone())
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn a_new_variant_is_tracked_and_allows_no_backorders(db: PgPool) {
    let editor = editor(&app(db)).await;

    let at = a_variant_with(&editor, json!({})).await;

    let variant = editor.get(&at).await.expect(200).body;
    assert_eq!(rules(&variant), [json!(true), json!(false), json!(null), json!(null)]);
    assert_eq!((&variant["is_available"], &variant["backordered"]), (&json!(false), &json!(0)));
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn a_variant_without_stock_is_available_if_its_rules_say_so(db: PgPool) {
    let app = app(db);
    let editor = editor(&app).await;
    let at = a_variant_with(&editor, json!({})).await;
    for (change, is_available) in [
        (json!({"track_inventory": false}), true),
        (json!({"track_inventory": true, "allow_backorder": true}), true),
        (json!({"backorder_limit": 2}), true),
        (json!({"backorder_limit": 0}), false),
        (json!({"backorder_limit": null}), true),
        (json!({"allow_backorder": false}), false),
        (json!({"track_inventory": false, "backorder_limit": 0}), true),
    ] {
        let changed = editor.patch(&at, change.clone()).await.expect(200).body;

        assert_eq!(changed["is_available"], is_available, "{change}");
        let seen = app.anonymous().get(&at).await.expect(200).body;
        assert_eq!((&seen["is_available"], rules(&seen)), (&json!(is_available), rules(&changed)), "{change}");
        assert_eq!(seen.get("backordered"), None, "only staff see what is backordered");
        let listed = app.anonymous().get("/api/v1/catalogue/products/?expand=variants").await.expect(200).body;
        let variants = listed["results"][0]["variants"].as_array().unwrap();
        let variant = variants.iter().find(|variant| variant["sku"] == "OCEAN-L").unwrap();
        assert_eq!((&variant["is_available"], rules(variant)), (&json!(is_available), rules(&changed)), "{change}");
        assert_eq!(variant.get("backordered"), None, "only staff see what is backordered");
    }
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn a_product_is_available_as_its_variants_are(db: PgPool) {
    let app = app(db);
    let editor = editor(&app).await;
    let variant = json!({"sku": "GIFT", "track_inventory": false});
    let new = json!({"name": "Gift wrap", "base_price": "3.00", "variants": [variant]});
    let created = editor.post("/api/v1/catalogue/products/", new).await.expect(201).body;
    let at = path(created["id"].to_string().as_str());
    let is_listed = async || {
        let found = app.anonymous().get("/api/v1/catalogue/products/?in_stock=true").await.expect(200).body;
        !found["results"].as_array().unwrap().is_empty()
    };
    assert!(is_listed().await);
    for (change, is_available) in [
        (json!({"sku": "GIFT", "track_inventory": true}), false),
        (json!({"sku": "GIFT", "allow_backorder": true}), true),
        (json!({"sku": "GIFT", "backorder_limit": 0}), false),
        (json!({"sku": "GIFT"}), false),
        (json!({"sku": "GIFT", "backorder_limit": null}), true),
    ] {
        editor.patch(&at, json!({"variants": [change]})).await.expect(200);

        assert_eq!(app.anonymous().get(&at).await.expect(200).body["is_available"], is_available, "{change}");
        assert_eq!(is_listed().await, is_available, "{change}");
    }
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn rules_that_a_change_leaves_out_stay(db: PgPool) {
    let editor = editor(&app(db)).await;
    let set = json!({"track_inventory": false, "allow_backorder": true, "backorder_limit": 7, "quantity_limit_per_customer": 2});
    let at = a_variant_with(&editor, set).await;
    let kept = [json!(false), json!(true), json!(7), json!(2)];

    let patched = editor.patch(&at, json!({"barcode": "4006381333931"})).await.expect(200).body;
    assert_eq!(rules(&patched), kept);
    let replaced = editor.put(&at, json!({"sku": "OCEAN-L"})).await.expect(200).body;
    assert_eq!(rules(&replaced), kept);
    let product = path("ocean-blue-shirt");
    let read = editor.get(&product).await.expect(200).body;
    let again = editor.patch(&product, json!({"variants": read["variants"]})).await.expect(200).body;
    assert_eq!(again["variants"], read["variants"]);
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn rules_that_make_no_sense_are_refused(db: PgPool) {
    let editor = editor(&app(db)).await;
    let at = a_variant_with(&editor, json!({})).await;
    for (field, value) in [
        ("track_inventory", json!(null)),
        ("track_inventory", json!("often")),
        ("allow_backorder", json!(null)),
        ("backorder_limit", json!(-1)),
        ("backorder_limit", json!(1_000_000_001)),
        ("backorder_limit", json!(1.5)),
        ("quantity_limit_per_customer", json!(0)),
        ("quantity_limit_per_customer", json!(1_000_000_001)),
    ] {
        let refused = editor.patch(&at, json!({field: value})).await.expect(400).body;
        assert!(refused[field].is_array(), "{field} {value}: {refused}");
    }
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn what_was_read_before_a_backorder_can_be_sent_back(db: PgPool) {
    let app = app(db);
    let editor = editor(&app).await;
    let table = app.a_product().backorders(Some(3)).create().await;
    let product = path(&table.slug);
    let variant = path(&format!("{}/variants/{}", table.slug, table.variant));
    for (at, ordered) in [(&product, 1), (&variant, 2)] {
        let read = editor.get(at).await.expect(200);
        app.an_order_of(&[(&table, ordered)]).await;
        let mut changed = read.body.clone();
        let name = if at == &product { "description" } else { "barcode" };
        changed[name] = json!("4006381333931");

        let written = editor.clone().header("if-match", read.header("etag")).put(at, changed).await.expect(200).body;

        assert_eq!(written[name], "4006381333931");
        let variant = if at == &product { &written["variants"][0] } else { &written };
        let is_available = ordered == 1;
        assert_eq!(
            (&variant["is_available"], &variant["backordered"]),
            (&json!(is_available), &json!(if is_available { 1 } else { 3 }))
        );
    }
    assert_eq!(app.count("select count(*) from products where is_available").await, 0);
}
