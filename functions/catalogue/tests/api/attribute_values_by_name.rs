//! Attribute values that variants name by their text.

use futures_util::future::join_all;
use serde_json::{Value, json};
use sqlx::PgPool;

use crate::create_product::create_shirt;
use crate::write_categories::editor;
use crate::{PRODUCTS, app};

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn a_value_is_found_in_any_case_and_created_once(db: PgPool) {
    let app = app(db);
    let editor = editor(&app).await;
    create_shirt(&editor).await;
    let option = |size: &str, colour: &str| json!([{"attribute": "size", "value": size}, {"attribute": "COLOUR", "value": colour}]);
    let variants = json!([
        {"sku": "a", "options": option("s", "BLUE")},
        {"sku": "b", "options": option("xs", "blue")},
        {"sku": "c", "options": option("XS", "Red")},
        {"sku": "d", "options": option("S", "RED")},
    ]);
    let created =
        editor.post(PRODUCTS, json!({"name": "x", "base_price": "1", "variants": variants})).await.expect(201).body;
    let names: Vec<&Value> = created["variants"].as_array().unwrap().iter().map(|variant| &variant["name"]).collect();
    assert_eq!(names, ["S / Blue", "xs / Blue", "xs / Red", "S / Red"]);
    assert_eq!(app.count("select count(*) from attribute_values").await, 5);

    let alike = json!([{"sku": "e", "options": option("M", "Blue")}, {"sku": "f", "options": option("m", "blue")}]);
    let refused = editor.post(PRODUCTS, json!({"name": "y", "base_price": "1", "variants": alike})).await.expect(400);
    assert_eq!(
        refused.body,
        json!({"variants.1.non_field_errors": ["Another variant of the product has the same values. Send other values."]})
    );
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn spellings_of_a_value_are_one_value_and_signs_are_not_spelling(db: PgPool) {
    let app = app(db);
    let editor = editor(&app).await;
    create_shirt(&editor).await;
    for (nth, (written, meant)) in
        [("Café", "Café"), ("cafe\u{301}", "Café"), (" CAFÉ\u{200b}", "Café"), ("Café+", "Café+"), ("Cafe", "Cafe")]
            .into_iter()
            .enumerate()
    {
        let variant = json!([{"sku": nth.to_string(), "options": [{"attribute": "COLOUR", "value": written}]}]);
        let product = json!({"name": format!("x{nth}"), "base_price": "1", "variants": variant});
        assert_eq!(editor.post(PRODUCTS, product).await.expect(201).body["variants"][0]["name"], meant);
    }
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn concurrent_requests_create_a_value_once(db: PgPool) {
    let app = app(db);
    let editor = editor(&app).await;
    editor.post("/api/v1/catalogue/attributes/", json!({"name": "Colour"})).await.expect(201);
    let answers = join_all([("a", "red"), ("b", "RED"), ("c", "Red"), ("d", "rED")].map(|(name, colour)| {
        let variant = json!([{"sku": name, "options": [{"attribute": "Colour", "value": colour}]}]);
        editor.post(PRODUCTS, json!({"name": name, "base_price": "1", "variants": variant}))
    }))
    .await;
    for answer in answers {
        answer.expect(201);
    }
    assert_eq!(app.count("select count(*) from attribute_values").await, 1);
}

/// Another transaction deletes the attribute while a variant gets a new value of it.
#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn a_value_of_an_attribute_that_is_being_deleted_is_refused(db: PgPool) {
    let app = app(db);
    let editor = editor(&app).await;
    editor.post("/api/v1/catalogue/attributes/", json!({"name": "Colour"})).await.expect(201);
    let mut deletion = app.owner.begin().await.unwrap();
    sqlx::query("delete from attributes").execute(&mut deletion).await.unwrap();
    let creation = tokio::spawn(async move {
        let variant = json!([{"sku": "a", "options": [{"attribute": "Colour", "value": "Red"}]}]);
        editor.post(PRODUCTS, json!({"name": "a", "base_price": "1", "variants": variant})).await
    });
    app.wait_until_blocked().await;
    deletion.commit().await.unwrap();

    let refused = creation.await.unwrap().expect(400);

    assert_eq!(refused.body, json!({"variants.0.options.0": ["There is no such attribute, or it has no such value."]}));
    assert_eq!(app.count("select count(*) from products").await, 0);
}
