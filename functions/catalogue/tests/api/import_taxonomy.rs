//! Import categories: `POST /api/v1/catalogue/taxonomy/`.

use axum::body::Body;
use http::Method;
use serde_json::json;
use shared::testing::{Answer, Client};
use sqlx::PgPool;

use crate::app;
use crate::write_categories::{CATEGORIES, editor, path};

async fn import(client: &Client, text: impl Into<Body>) -> Answer {
    client.send(Method::POST, "/api/v1/catalogue/taxonomy/", text.into()).await
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn a_tree_as_large_as_googles_is_imported_in_one_request(db: PgPool) {
    let app = app(db);
    let editor = editor(&app).await.header("content-type", "text/plain; charset=utf-8");
    // The same number of categories, of levels and of top categories as Google's taxonomy, with names of the same length.
    let mut lines = vec!["# Google_Product_Taxonomy_Version: 2021-09-21".to_owned()];
    let mut above = vec![String::new()];
    for number in 1..=5582 {
        let parent = above[(number - 1) / 6].clone();
        let line = format!("{parent}Animals, Pets & what they need to be well, number {number} > ");
        lines.push(format!("{number} - {}", line.trim_end_matches(" > ")));
        above.push(line);
    }

    let text = lines.join("\n");
    assert!(text.len() > 480_000, "{}", text.len());
    assert_eq!(import(&editor, text.clone()).await.expect(200).body, json!({"created": 5582, "unchanged": 0}));
    assert_eq!(import(&editor, text).await.expect(200).body, json!({"created": 0, "unchanged": 5582}));

    assert_eq!(app.count("select count(*) from categories").await, 5582);
    let tree = app.anonymous().get(CATEGORIES).await.expect(200);
    assert_eq!(tree.body["results"].as_array().unwrap().len(), 6);
    assert_eq!(tree.body["results"][0]["children"][5]["name"], "Animals, Pets & what they need to be well, number 12");
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn a_category_that_staff_renamed_and_moved_stays_and_gets_the_new_children(db: PgPool) {
    let app = app(db);
    let editor = editor(&app).await;
    import(&editor.clone().header("content-type", "text/plain"), "Clothing > Pants\nHome").await.expect(200);
    let home = app.anonymous().get(&path("home")).await.body["id"].clone();
    let moved = json!({"name": "Trousers", "slug": "trousers", "parent_id": home});
    editor.patch(&path("clothing-pants"), moved).await.expect(200);

    let again = import(&editor.header("content-type", "text/plain"), "Clothing > Pants > Jeans").await.expect(200);

    assert_eq!(again.body, json!({"created": 1, "unchanged": 2}));
    let jeans = app.anonymous().get(&path("clothing-pants-jeans")).await.expect(200);
    let path_names: Vec<_> = jeans.body["path"].as_array().unwrap().iter().map(|step| step["name"].clone()).collect();
    assert_eq!(path_names, ["Home", "Trousers", "Jeans"]);
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn an_import_that_would_make_a_moved_category_too_deep_is_refused(db: PgPool) {
    let app = app(db);
    let editor = editor(&app).await;
    let text = editor.clone().header("content-type", "text/plain");
    let deep: Vec<String> = (1..32).map(|depth| format!("D{depth}")).collect();
    import(&text, format!("Clothing\n{}", deep.join(" > "))).await.expect(200);
    // The import writes level by level, so the highest id is the deepest category.
    let deepest = app.count("select max(id) from categories").await;
    editor.patch(&path("clothing"), json!({"parent_id": deepest})).await.expect(200);

    let refused = import(&text, "Home\nClothing > Pants").await.expect(400);

    let message = "The tree would have more than 32 levels, because categories have been moved. Move them up first.";
    assert_eq!(refused.body, json!({"non_field_errors": [message]}));
    assert_eq!(app.count("select count(*) from categories").await, 32);
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn the_first_spelling_of_a_category_is_kept(db: PgPool) {
    let app = app(db);
    let editor = editor(&app).await.header("content-type", "text/plain");
    let imported = import(&editor, "Pants\nPANTS > Jeans\npants! > Shorts\nPants > jeans").await.expect(200);
    assert_eq!(imported.body, json!({"created": 3, "unchanged": 3}));
    let names: Vec<String> =
        sqlx::query_scalar("select name from categories order by id").fetch_all(&app.db).await.unwrap();
    assert_eq!(names, ["Pants", "Jeans", "Shorts"]);
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn an_invalid_file_changes_nothing(db: PgPool) {
    let app = app(db);
    let editor = editor(&app).await.header("content-type", "text/plain");
    let bad = import(&editor, "Clothing\nClothing > > Pants\n").await.expect(400);
    assert_eq!(bad.body, json!({"line 2": ["a name is missing"]}));
    assert_eq!(import(&editor, &b"Cl\xffthing"[..]).await.expect(400).body["code"], "parse_error");
    import(&editor, "x".repeat(3 * 1024 * 1024)).await.expect(413);
    import(&editor.clone().header("content-type", "text/csv"), "Clothing").await.expect(415);
    import(&app.anonymous(), "Clothing").await.expect(401);
    assert_eq!(app.count("select count(*) from categories").await, 0);
    assert_eq!(import(&editor, "").await.expect(200).body, json!({"created": 0, "unchanged": 0}));
}
