//! `POST`, `PUT`, `PATCH` and `DELETE` below `/api/v1/catalogue/attributes/`.

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

/// An attribute with these values, as it was answered.
async fn make(editor: &Client, name: &str, values: &[&str]) -> Answer {
    editor.post(ATTRIBUTES, json!({"name": name, "values": values})).await.expect(201)
}

/// The path of one of its values.
fn value_path(attribute: &Answer, at: usize) -> String {
    format!("{}values/{}/", path(&attribute.body["id"]), attribute.body["values"][at]["id"])
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn an_attribute_is_made_with_its_values_in_order(db: PgPool) {
    let app = app(db);
    let editor = editor(&app).await;

    let made = make(&editor, "Size", &["S", "M", "L"]).await;

    assert_eq!((&made.body["name"], values(&made)), (&json!("Size"), vec!["S", "M", "L"]));
    assert_eq!(made.header("location"), format!("http://shop.test{}", path(&made.body["id"])));
    let read = app.anonymous().get(&path(&made.body["id"])).await.expect(200);
    assert_eq!((&read.body, read.header("etag")), (&made.body, made.header("etag")));
    let bare = editor.post(ATTRIBUTES, json!({"name": "Colour"})).await.expect(201);
    assert_eq!(bare.body["values"], json!([]));
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn what_cannot_be_an_attribute_is_refused_field_by_field(db: PgPool) {
    let app = app(db);
    let editor = editor(&app).await;
    let size = make(&editor, "Size", &["S", "M"]).await;
    let colour = make(&editor, "Colour", &[]).await;
    let taken = json!({"name": ["attribute with this name already exists."]});
    let twice = "This attribute has this value already.";
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
async fn a_value_may_be_written_otherwise_and_stays_the_same(db: PgPool) {
    let app = app(db);
    let editor = editor(&app).await;
    let size = make(&editor, "Size", &["s", "m"]).await;
    let renamed = editor.patch(&value_path(&size, 0), json!({"value": "S"})).await.expect(200);
    assert_eq!(renamed.body, json!({"id": size.body["values"][0]["id"], "value": "S"}));
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn of_two_who_make_a_value_in_another_case_at_once_one_does(db: PgPool) {
    let app = app(db);
    let editor = editor(&app).await;
    let size = make(&editor, "Size", &[]).await;
    let values_path = format!("{}values/", path(&size.body["id"]));
    let answers = join_all(["xs", "XS", "Xs", "xS"].map(|value| editor.post(&values_path, json!({"value": value}))));
    let mut statuses: Vec<u16> = answers.await.iter().map(|answer| answer.status).collect();
    statuses.sort_unstable();
    assert_eq!(statuses, [201, 400, 400, 400]);
    assert_eq!(app.count("select count(*) from attribute_values").await, 1);
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn a_value_goes_where_it_is_put_and_the_others_make_room(db: PgPool) {
    let app = app(db);
    let editor = editor(&app).await;
    let size = make(&editor, "Size", &["S", "M", "L"]).await;
    let of = path(&size.body["id"]);
    let values_path = format!("{of}values/");

    let last = editor.post(&values_path, json!({"value": "XXL"})).await.expect(201);
    editor.post(&values_path, json!({"value": "XS", "position": 0})).await.expect(201);

    let order = async || values(&app.anonymous().get(&of).await.expect(200)).join(" ");
    assert_eq!(order().await, "XS S M L XXL");
    for (at, position, expected) in [(2, 0, "L XS S M XXL"), (2, 3, "XS S M L XXL"), (0, 99, "XS M L XXL S")] {
        editor.patch(&value_path(&size, at), json!({"position": position})).await.expect(200);
        assert_eq!(order().await, expected);
    }
    let location = last.header("location").strip_prefix("http://shop.test").unwrap().to_owned();
    assert_eq!(app.anonymous().get(&location).await.expect(200).body, last.body);
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn a_change_to_a_value_is_a_change_to_its_attribute(db: PgPool) {
    let app = app(db);
    let editor = editor(&app).await;
    let size = make(&editor, "Size", &["S", "M"]).await;
    let (of, small) = (path(&size.body["id"]), value_path(&size, 0));
    let first = editor.clone().header("if-match", size.header("etag"));

    let changed = first.put(&small, json!({"value": "Small"})).await.expect(200);

    for late in [
        first.patch(&of, json!({"name": "Width"})).await,
        first.put(&of, json!({"name": "Width"})).await,
        first.patch(&small, json!({"value": "Tiny"})).await,
        first.post(&format!("{of}values/"), json!({"value": "L"})).await,
        first.delete(&small).await,
        first.delete(&of).await,
    ] {
        assert_eq!(late.expect(412).body["code"], "version_conflict");
    }
    let next = editor.header("if-match", changed.header("etag"));
    let renamed = next.patch(&of, json!({"name": "size"})).await.expect(200);
    assert_eq!((&renamed.body["name"], values(&renamed)), (&json!("size"), vec!["Small", "M"]));
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn a_new_value_is_that_of_every_variant_that_had_the_old_one(db: PgPool) {
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
async fn what_variants_have_is_not_deleted(db: PgPool) {
    let shop = Shop::open(db).await;
    let editor = editor(&shop.app).await;
    let size = shop.app.count("select id from attributes where name = 'Size'").await;
    let medium = shop.app.count("select id from attribute_values where value = 'M'").await;
    for used in [format!("{ATTRIBUTES}{size}/"), format!("{ATTRIBUTES}{size}/values/{medium}/")] {
        assert_eq!(editor.delete(&used).await.expect(409).body["code"], "attribute_in_use");
    }
    let other = make(&editor, "Fit", &["Slim", "Wide"]).await;
    // Somebody else's value under this attribute's URL is none.
    editor.delete(&format!("{ATTRIBUTES}{size}/values/{}/", other.body["values"][0]["id"])).await.expect(404);

    editor.delete(&value_path(&other, 0)).await.expect(204);
    assert_eq!(values(&shop.client().get(&path(&other.body["id"])).await.expect(200)), ["Wide"]);
    editor.delete(&path(&other.body["id"])).await.expect(204);

    shop.client().get(&path(&other.body["id"])).await.expect(404);
    assert_eq!(shop.app.count("select count(*) from attribute_values").await, 3);
}
