//! Create variants from combinations of values: `POST /api/v1/catalogue/products/{id_or_slug}/variants/combinations/`.

use futures_util::future::join_all;
use serde_json::{Value, json};
use sqlx::PgPool;

use crate::create_product::{create_shirt, path};
use crate::write_categories::editor;
use crate::{PRODUCTS, app};

const COMBINATIONS: &str = "ocean-blue-shirt/variants/combinations";

fn texts_of(answer: &Value, list: &str, field: &str) -> Vec<String> {
    answer[list].as_array().unwrap().iter().map(|variant| variant[field].as_str().unwrap().to_owned()).collect()
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn every_missing_combination_is_created(db: PgPool) {
    let app = app(db);
    let editor = editor(&app).await;
    let shirt = create_shirt(&editor).await;
    let archived = path(&format!("ocean-blue-shirt/variants/{}", shirt["variants"][1]["id"]));
    editor.patch(&archived, json!({"is_archived": true})).await.expect(200);
    let blue = &shirt["variants"][0]["attribute_values"][1];
    let requested = json!({
        "options": [
            {"attribute": "size", "values": ["S", "M", "L", "L"]},
            {"attribute": blue["attribute_id"], "values": [blue["id"], "Red"]},
        ],
        "price_adjustment": "-9.90",
        "sku_prefix": "SH",
    });

    let combined = editor.post(&path(COMBINATIONS), requested.clone()).await.expect(201).body;

    assert_eq!(texts_of(&combined, "existing", "sku"), ["OCEAN-S", "OCEAN-M"]);
    assert_eq!(combined["existing"][1]["is_archived"], true);
    assert_eq!(texts_of(&combined, "created", "sku"), ["SH-S-RED", "SH-M-RED", "SH-L-BLUE", "SH-L-RED"]);
    assert_eq!(texts_of(&combined, "created", "name"), ["S / Red", "M / Red", "L / Blue", "L / Red"]);
    assert_eq!(texts_of(&combined, "created", "price"), ["40.00", "40.00", "40.00", "40.00"]);
    let again = editor.post(&path(COMBINATIONS), requested).await.expect(200).body;
    assert_eq!((again["created"].as_array().unwrap().len(), again["existing"].as_array().unwrap().len()), (0, 6));
    assert_eq!(app.count("select count(*) from product_variants").await, 6);
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn concurrent_calls_create_each_combination_once(db: PgPool) {
    let app = app(db);
    let editor = editor(&app).await;
    editor.post(PRODUCTS, json!({"name": "Ocean Blue Shirt", "base_price": "5"})).await.expect(201);
    let requested = json!({"options": [
        {"attribute": "Size", "values": ["S", "M", "L", "XL"]}, {"attribute": "Colour", "values": ["Red", "Blue", "Green"]},
    ]});
    let mut reversed = requested.clone();
    reversed["options"].as_array_mut().unwrap().reverse();
    let at = path(COMBINATIONS);
    let bodies = [requested.clone(), reversed.clone(), requested, reversed];

    let answers = join_all(bodies.map(|body| editor.post(&at, body))).await;

    let mut statuses: Vec<u16> = answers.iter().map(|answer| answer.status).collect();
    statuses.sort_unstable();
    assert_eq!(statuses, [200, 200, 200, 201]);
    assert_eq!(app.count("select count(*) from product_variants").await, 12);
    assert_eq!(app.count("select count(*) from attributes").await, 2);
    assert_eq!(app.count("select count(*) from attribute_values").await, 7);
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn invalid_combinations_are_refused(db: PgPool) {
    let app = app(db);
    let editor = editor(&app).await;
    create_shirt(&editor).await;
    let many: Vec<String> = (0..30).map(|at| at.to_string()).collect();
    let option = |attribute: &str, values: Value| json!({"attribute": attribute, "values": values});
    let seven: Vec<Value> = (0..7).map(|at| option(&format!("A{at}"), json!(["x"]))).collect();
    for (options, field, message) in [
        (json!([]), "options", "This list may not be empty."),
        (json!([option("Size", json!([]))]), "options.0.values", "This list may not be empty."),
        (json!(seven), "options", "Ensure this field has no more than 6 elements."),
        (
            json!([option("A", json!(many)), option("B", json!(many))]),
            "options",
            "These are 900 combinations, and a product has at most 500 variants. Send fewer values.",
        ),
        (
            json!([option("Size", json!(["S"])), option("SIZE", json!(["M"]))]),
            "options.1.attribute",
            "The attribute is in the list twice. Send it once, with all its values.",
        ),
        (
            json!([option("Size", json!([999]))]),
            "options.0.values.0",
            "There is no such attribute, or it has no such value.",
        ),
        (
            json!([{"attribute": 999, "values": ["x"]}]),
            "options.0.values.0",
            "There is no such attribute, or it has no such value.",
        ),
    ] {
        let refused = editor.post(&path(COMBINATIONS), json!({"options": options})).await.expect(400).body;
        assert_eq!(refused[field][0], message, "{refused}");
    }
    let full: Vec<String> = (0..499).map(|at| format!("N{at}")).collect();
    let too_many =
        editor.post(&path(COMBINATIONS), json!({"options": [option("Number", json!(full))]})).await.expect(400);
    assert_eq!(too_many.body, json!({"non_field_errors": ["A product has at most 500 variants."]}));
    let taken = json!({"options": [option("Material", json!(["S"]))], "sku_prefix": "OCEAN"});
    let taken = editor.post(&path(COMBINATIONS), taken).await.expect(400).body;
    assert_eq!(taken["sku_prefix"][0], "The SKU \"OCEAN-S\" belongs to another variant. Send another prefix.");
    assert_eq!(app.count("select count(*) from product_variants").await, 2);
    assert_eq!(app.count("select count(*) from attributes").await, 2);
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn values_with_the_same_sku_text_get_distinct_skus(db: PgPool) {
    let app = app(db);
    let editor = editor(&app).await;
    create_shirt(&editor).await;
    let requested = json!({"options": [{"attribute": "Blood group", "values": ["A", "A+", "A-"]}]});
    let combined = editor.post(&path(COMBINATIONS), requested).await.expect(201).body;
    let expected = ["OCEAN-BLUE-SHIRT-A", "OCEAN-BLUE-SHIRT-A-2", "OCEAN-BLUE-SHIRT-A-3"];
    assert_eq!(texts_of(&combined, "created", "sku"), expected);
}
