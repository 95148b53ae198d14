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
async fn a_category_is_known_by_its_parent_and_its_name(db: PgPool) {
    let app = app(db);
    let editor = editor(&app).await;
    let text = editor.clone().header("content-type", "text/plain");
    import(&text, "Clothing > Pants\nHome").await.expect(200);
    let home = app.anonymous().get(&path("home")).await.body["id"].clone();
    editor.patch(&path("clothing-pants"), json!({"parent_id": home, "slug": "trousers"})).await.expect(200);

    let again = import(&text, "Clothing > Pants > Jeans\nHome > PANTS\n").await.expect(200);

    // Clothing, Home and the moved Home > Pants are there; Clothing > Pants is not any more, nor are its jeans.
    assert_eq!(again.body, json!({"created": 2, "unchanged": 3}));
    let jeans = app.anonymous().get(&path("clothing-pants-jeans")).await.expect(200);
    let path_names: Vec<_> = jeans.body["path"].as_array().unwrap().iter().map(|step| step["name"].clone()).collect();
    assert_eq!(path_names, ["Clothing", "Pants", "Jeans"]);
    // The old slug of the category that was moved still leads to it.
    app.anonymous().get(&path("clothing-pants")).await.expect(301);
    app.anonymous().get(&path("clothing-pants-2")).await.expect(200);
}

/// Names that have the same slug, in other scripts and with other signs, and paths whose names are split elsewhere.
const ALIKE: &str = "1 - 工具A\n2 - 工具A > 測定B\n3 - 工具A > 測定C\n4 - Обувь\n5 - Обувь > Размер S\n6 - Сумки\n7 - Сумки > Размер S\n\
                     8 - Pet\n9 - Pet > Beds Dogs\n10 - Pet Beds\n11 - Pet Beds > Dogs\n12 - Cables\n13 - Cables > USB\n\
                     14 - C++\n15 - C#\n16 - ★\n17 - ☂ > ★\n";

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn each_category_is_where_the_text_puts_it(db: PgPool) {
    let app = app(db);
    let editor = editor(&app).await.header("content-type", "text/plain");

    assert_eq!(import(&editor, ALIKE).await.expect(200).body, json!({"created": 18, "unchanged": 0}));
    assert_eq!(import(&editor, ALIKE).await.expect(200).body, json!({"created": 0, "unchanged": 18}));

    let mut paths: Vec<String> = sqlx::query_scalar(
        "with recursive tree as (
             select id, name as path from categories where parent_id is null
             union all
             select c.id, tree.path || ' > ' || c.name from categories c join tree on c.parent_id = tree.id)
         select path from tree",
    )
    .fetch_all(&app.db)
    .await
    .unwrap();
    let mut wanted: Vec<&str> = ALIKE.lines().filter_map(|line| Some(line.split_once(" - ")?.1)).chain(["☂"]).collect();
    paths.sort_unstable();
    wanted.sort_unstable();
    assert_eq!(paths, wanted);
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn the_first_spelling_of_a_category_is_kept(db: PgPool) {
    let app = app(db);
    let editor = editor(&app).await.header("content-type", "text/plain");
    let imported = import(&editor, "Pants\nPANTS > Jeans\npants! > Shorts\nPants > jeans").await.expect(200);
    assert_eq!(imported.body, json!({"created": 4, "unchanged": 0}));
    let names: Vec<String> =
        sqlx::query_scalar("select name from categories order by id").fetch_all(&app.db).await.unwrap();
    assert_eq!(names, ["Pants", "pants!", "Jeans", "Shorts"]);
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
