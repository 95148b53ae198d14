//! Write images one by one: `/api/v1/catalogue/products/{id_or_slug}/images/`.

use serde_json::{Value, json};
use shared::testing::Client;
use sqlx::PgPool;

use crate::app;
use crate::create_product::{create_shirt, path};
use crate::write_categories::editor;

const IMAGES: &str = "ocean-blue-shirt/images";

/// Returns the file names in order and asserts that `display_order` is 0, 1, 2, ….
async fn files(client: &Client) -> Vec<String> {
    let listed = client.get(&path(IMAGES)).await.expect(200).body;
    let images = listed["results"].as_array().unwrap();
    let places: Vec<usize> = images.iter().map(|image| image["display_order"].as_u64().unwrap() as usize).collect();
    assert_eq!(places, (0..images.len()).collect::<Vec<_>>());
    images.iter().map(|image| image["url"].as_str().unwrap().rsplit('/').next().unwrap().to_owned()).collect()
}

fn at(image: &Value) -> String {
    path(&format!("{IMAGES}/{}", image["id"]))
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn an_image_is_added_and_the_first_is_the_main_image(db: PgPool) {
    let app = app(db);
    let editor = editor(&app).await;
    let shirt = create_shirt(&editor).await;
    let new = json!({"url": "/dev/images/back.svg", "alt_text": " From behind ", "product_variant_id": shirt["variants"][1]["id"]});

    let created = editor.post(&path(IMAGES), new).await.expect(201);
    let first = json!({"url": "https://cdn.test/first.jpg", "display_order": 0});
    editor.post(&path(IMAGES), first).await.expect(201);

    assert_eq!(created.body["url"], "http://shop.test/dev/images/back.svg");
    assert_eq!((&created.body["alt_text"], &created.body["display_order"]), (&json!("From behind"), &json!(2)));
    assert_eq!(created.body["product_variant_id"], shirt["variants"][1]["id"]);
    assert!(created.header("location").ends_with(&format!("/images/{}/", created.body["id"])));
    assert_eq!(app.anonymous().get(&at(&created.body)).await.expect(200).body["display_order"], 3);
    assert_eq!(files(&app.anonymous()).await, ["first.jpg", "s.jpg", "m.jpg", "back.svg"]);
    let product = app.anonymous().get(&path("ocean-blue-shirt")).await.expect(200).body;
    assert_eq!(product["main_image"]["url"], "https://cdn.test/first.jpg");
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn an_image_moves_and_the_others_make_room(db: PgPool) {
    let app = app(db);
    let editor = editor(&app).await;
    let shirt = create_shirt(&editor).await;
    editor.post(&path(IMAGES), json!({"url": "/x.jpg"})).await.expect(201);
    let small = at(&shirt["images"][0]);
    for (place, expected) in
        [(1, ["m.jpg", "s.jpg", "x.jpg"]), (999, ["m.jpg", "x.jpg", "s.jpg"]), (0, ["s.jpg", "m.jpg", "x.jpg"])]
    {
        editor.patch(&small, json!({"display_order": place})).await.expect(200);
        assert_eq!(files(&editor).await, expected);
    }
    editor.delete(&small).await.expect(204);
    assert_eq!(files(&editor).await, ["m.jpg", "x.jpg"]);
    editor.delete(&small).await.expect(404);
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn an_update_changes_the_given_fields_and_a_replacement_all(db: PgPool) {
    let app = app(db);
    let editor = editor(&app).await;
    let shirt = create_shirt(&editor).await;
    let small = at(&shirt["images"][0]);
    let mut expected = shirt["images"][0].clone();
    for (field, value) in
        [("alt_text", json!("x")), ("url", json!("https://cdn.test/y.jpg")), ("product_variant_id", json!(null))]
    {
        expected[field] = value.clone();
        assert_eq!(editor.patch(&small, json!({field: value})).await.expect(200).body, expected);
    }
    let replaced =
        editor.put(&small, json!({"url": "https://cdn.test/z.jpg", "variant_sku": "OCEAN-M"})).await.expect(200).body;
    assert_eq!((&replaced["alt_text"], &replaced["display_order"]), (&json!(""), &json!(0)));
    assert_eq!(replaced["product_variant_id"], shirt["variants"][1]["id"]);
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn the_variant_of_an_image_is_given_by_its_id_or_its_sku(db: PgPool) {
    let app = app(db);
    let editor = editor(&app).await;
    let shirt = create_shirt(&editor).await;
    let (small, medium) = (at(&shirt["images"][0]), &shirt["variants"][1]["id"]);

    let updated = editor.patch(&small, json!({"variant_sku": "OCEAN-M"})).await.expect(200).body;
    assert_eq!(updated["product_variant_id"], *medium);
    let emptied = editor.patch(&small, json!({"product_variant_id": null})).await.expect(200).body;
    assert_eq!(emptied["product_variant_id"], json!(null));

    let both = json!({"url": "/x.jpg", "variant_sku": "OCEAN-M", "product_variant_id": medium});
    let message = json!({"variant_sku": ["Send variant_sku or product_variant_id, not both."]});
    assert_eq!(editor.post(&path(IMAGES), both.clone()).await.expect(400).body, message);
    assert_eq!(editor.put(&small, both.clone()).await.expect(400).body, message);
    assert_eq!(editor.patch(&small, both).await.expect(400).body, message);
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn a_replacement_does_not_change_the_id(db: PgPool) {
    let app = app(db);
    let editor = editor(&app).await;
    let shirt = create_shirt(&editor).await;
    let (first, second) = (&shirt["images"][0], &shirt["images"][1]);

    let refused = editor.put(&at(first), second.clone()).await.expect(400).body;
    assert_eq!(refused, json!({"id": ["This field cannot be set here. Leave it out."]}));
    let mut replacement = second.clone();
    replacement["id"] = first["id"].clone();
    let replaced = editor.put(&at(first), replacement).await.expect(200).body;

    assert_eq!((&replaced["id"], &replaced["url"]), (&first["id"], &second["url"]));
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn an_invalid_image_is_refused(db: PgPool) {
    let app = app(db);
    let editor = editor(&app).await;
    let shirt = create_shirt(&editor).await;
    for body in [
        json!({}),
        json!({"url": "x.jpg"}),
        json!({"url": "//evil.test/x.jpg"}),
        json!({"url": format!("/{}", "x".repeat(2000))}),
        json!({"url": "/x.jpg", "display_order": -1}),
        json!({"url": "/x.jpg", "product_variant_id": 999}),
        json!({"url": "/x.jpg", "variant_sku": "other"}),
        json!({"url": "/x.jpg", "alt_text": "x".repeat(1001)}),
    ] {
        editor.post(&path(IMAGES), body.clone()).await.expect(400);
        editor.put(&at(&shirt["images"][0]), body).await.expect(400);
    }
    editor.patch(&at(&shirt["images"][0]), json!({"url": null})).await.expect(400);
    editor.patch(&path(&format!("{IMAGES}/999")), json!({})).await.expect(404);
    assert_eq!(editor.get(&path("ocean-blue-shirt")).await.expect(200).body, shirt);
}
