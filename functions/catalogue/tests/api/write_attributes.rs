//! Write attributes and their values: `POST`, `PUT`, `PATCH` and `DELETE` below `/api/v1/catalogue/attributes/`.

use futures_util::future::join_all;
use serde_json::{Value, json};
use shared::testing::{Answer, Client};
use sqlx::PgPool;

use crate::write_categories::editor;
use crate::{PRODUCTS, Shop, app};

const ATTRIBUTES: &str = "/api/v1/catalogue/attributes/";

fn path(id: &Value) -> String {
    format!("{ATTRIBUTES}{id}/")
}

fn values(attribute: &Answer) -> Vec<&str> {
    attribute.body["values"].as_array().unwrap().iter().map(|value| value["value"].as_str().unwrap()).collect()
}

/// Creates an attribute with these values.
async fn create(editor: &Client, name: &str, values: &[&str]) -> Answer {
    editor.post(ATTRIBUTES, json!({"name": name, "values": values})).await.expect(201)
}

/// Returns the path of the value at this position of the attribute.
fn value_path(attribute: &Answer, at: usize) -> String {
    format!("{}values/{}/", path(&attribute.body["id"]), attribute.body["values"][at]["id"])
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn an_attribute_is_created_with_its_values_in_order(db: PgPool) {
    let app = app(db);
    let editor = editor(&app).await;

    let created = create(&editor, "Size", &["S", "M", "L"]).await;

    assert_eq!((&created.body["name"], values(&created)), (&json!("Size"), vec!["S", "M", "L"]));
    assert_eq!(created.header("location"), format!("http://shop.test{}", path(&created.body["id"])));
    let read = app.anonymous().get(&path(&created.body["id"])).await.expect(200);
    assert_eq!((&read.body, read.header("etag")), (&created.body, created.header("etag")));
    let bare = editor.post(ATTRIBUTES, json!({"name": "Colour"})).await.expect(201);
    assert_eq!(bare.body["values"], json!([]));
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn an_invalid_attribute_is_refused_with_an_error_for_each_field(db: PgPool) {
    let app = app(db);
    let editor = editor(&app).await;
    let size = create(&editor, "Size", &["S", "M"]).await;
    let colour = create(&editor, "Colour", &[]).await;
    let taken = json!({"name": ["attribute with this name already exists."]});
    let twice = "The attribute has this value already. Send another one.";
    for (body, expected) in [
        (json!({}), json!({"name": ["This field is required."]})),
        (json!({"name": "SIZE"}), taken.clone()),
        (json!({"name": "x".repeat(256)}), json!({"name": ["Ensure this field has no more than 255 characters."]})),
        (json!({"name": "x", "values": ["a", "a"]}), json!({"values": [twice]})),
        (json!({"name": "x", "values": ["é", "b", "É"]}), json!({"values": [twice]})),
        (json!({"name": "x", "values": ["a", ""]}), json!({"values.1": ["This field may not be blank."]})),
        (json!({"name": "x", "values": "a"}), json!({"values": ["Expected a list of items but got type \"str\"."]})),
    ] {
        assert_eq!(editor.post(ATTRIBUTES, body.clone()).await.expect(400).body, expected, "{body}");
    }
    assert_eq!(editor.patch(&path(&colour.body["id"]), json!({"name": "size"})).await.expect(400).body, taken);
    let values_path = format!("{}values/", path(&size.body["id"]));
    for (value, other) in [("S", "M"), ("s", "m")] {
        let refused = editor.post(&values_path, json!({"value": value})).await.expect(400);
        assert_eq!(refused.body, json!({"value": [twice]}));
        let refused = editor.patch(&value_path(&size, 0), json!({"value": other})).await.expect(400);
        assert_eq!(refused.body, json!({"value": [twice]}));
    }
    editor.post(&format!("{ATTRIBUTES}999/values/"), json!({"value": "S"})).await.expect(404);
    assert_eq!(app.count("select count(*) from attributes").await, 2);
    assert_eq!(app.count("select count(*) from attribute_values").await, 2);
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn a_value_can_change_its_case(db: PgPool) {
    let app = app(db);
    let editor = editor(&app).await;
    let size = create(&editor, "Size", &["s", "m"]).await;
    let renamed = editor.patch(&value_path(&size, 0), json!({"value": "S"})).await.expect(200);
    assert_eq!(renamed.body, json!({"id": size.body["values"][0]["id"], "value": "S"}));
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn concurrent_requests_create_a_value_in_one_case_only(db: PgPool) {
    let app = app(db);
    let editor = editor(&app).await;
    let size = create(&editor, "Size", &[]).await;
    let values_path = format!("{}values/", path(&size.body["id"]));
    let answers = join_all(["xs", "XS", "Xs", "xS"].map(|value| editor.post(&values_path, json!({"value": value}))));
    let mut statuses: Vec<u16> = answers.await.iter().map(|answer| answer.status).collect();
    statuses.sort_unstable();
    assert_eq!(statuses, [201, 400, 400, 400]);
    assert_eq!(app.count("select count(*) from attribute_values").await, 1);
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn a_value_moves_to_its_position_and_the_others_make_room(db: PgPool) {
    let app = app(db);
    let editor = editor(&app).await;
    let size = create(&editor, "Size", &["S", "M", "L"]).await;
    let attribute = path(&size.body["id"]);
    let values_path = format!("{attribute}values/");

    let last = editor.post(&values_path, json!({"value": "XXL"})).await.expect(201);
    editor.post(&values_path, json!({"value": "XS", "position": 0})).await.expect(201);

    let order = async || values(&app.anonymous().get(&attribute).await.expect(200)).join(" ");
    assert_eq!(order().await, "XS S M L XXL");
    for (at, position, expected) in [(2, 0, "L XS S M XXL"), (2, 3, "XS S M L XXL"), (0, 99, "XS M L XXL S")] {
        editor.patch(&value_path(&size, at), json!({"position": position})).await.expect(200);
        assert_eq!(order().await, expected);
    }
    let location = last.header("location").strip_prefix("http://shop.test").unwrap().to_owned();
    assert_eq!(app.anonymous().get(&location).await.expect(200).body, last.body);
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn changing_a_value_changes_the_etag_of_its_attribute(db: PgPool) {
    let app = app(db);
    let editor = editor(&app).await;
    let size = create(&editor, "Size", &["S", "M"]).await;
    let (attribute, small) = (path(&size.body["id"]), value_path(&size, 0));
    let first = editor.clone().header("if-match", size.header("etag"));

    let changed = first.put(&small, json!({"value": "Small"})).await.expect(200);

    for late in [
        first.patch(&attribute, json!({"name": "Width"})).await,
        first.put(&attribute, json!({"name": "Width"})).await,
        first.patch(&small, json!({"value": "Tiny"})).await,
        first.post(&format!("{attribute}values/"), json!({"value": "L"})).await,
        first.delete(&small).await,
        first.delete(&attribute).await,
    ] {
        assert_eq!(late.expect(412).body["code"], "version_conflict");
    }
    let next = editor.header("if-match", changed.header("etag"));
    let renamed = next.patch(&attribute, json!({"name": "size"})).await.expect(200);
    assert_eq!((&renamed.body["name"], values(&renamed)), (&json!("size"), vec!["Small", "M"]));
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn renaming_a_value_renames_it_in_every_variant(db: PgPool) {
    let shop = Shop::open(db).await;
    let editor = editor(&shop.app).await;
    let id = |sql: &'static str| shop.app.count(sql);
    let cream = id("select id from attribute_values where value = 'Cream'").await;
    let colour = id("select id from attributes where name = 'Colour'").await;

    editor.patch(&format!("{ATTRIBUTES}{colour}/values/{cream}/"), json!({"value": "Ivory"})).await.expect(200);

    let blouse = shop.client().get(&format!("{PRODUCTS}blouse/")).await.expect(200);
    for variant in blouse.body["variants"].as_array().unwrap() {
        assert_eq!(variant["attribute_values"][1]["value"], "Ivory");
    }
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn an_attribute_or_value_in_use_cannot_be_deleted(db: PgPool) {
    let shop = Shop::open(db).await;
    let editor = editor(&shop.app).await;
    let size = shop.app.count("select id from attributes where name = 'Size'").await;
    let medium = shop.app.count("select id from attribute_values where value = 'M'").await;
    for used in [format!("{ATTRIBUTES}{size}/"), format!("{ATTRIBUTES}{size}/values/{medium}/")] {
        assert_eq!(editor.delete(&used).await.expect(409).body["code"], "attribute_in_use");
    }
    let other = create(&editor, "Fit", &["Slim", "Wide"]).await;
    // A value of another attribute is not found below this one.
    editor.delete(&format!("{ATTRIBUTES}{size}/values/{}/", other.body["values"][0]["id"])).await.expect(404);

    editor.delete(&value_path(&other, 0)).await.expect(204);
    assert_eq!(values(&shop.client().get(&path(&other.body["id"])).await.expect(200)), ["Wide"]);
    editor.delete(&path(&other.body["id"])).await.expect(204);

    shop.client().get(&path(&other.body["id"])).await.expect(404);
    assert_eq!(shop.app.count("select count(*) from attribute_values").await, 3);
}
