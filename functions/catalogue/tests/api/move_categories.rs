//! Moving parts of the tree: it stays a tree.

use serde_json::{Value, json};
use shared::testing::{Client, TestApp};
use sqlx::PgPool;

use crate::write_categories::{CATEGORIES, editor, make, path};
use crate::{Shop, app};

async fn put_below(editor: &Client, category: &Value, parent: &Value) -> u16 {
    editor.patch(&path(&category.to_string()), json!({"parent_id": parent})).await.status
}

/// How many categories are reached from the top. Those of a circle are not.
async fn reached(app: &TestApp) -> i64 {
    app.count(
        "with recursive down as (select id from categories where parent_id is null
                                 union all select c.id from categories c join down on c.parent_id = down.id)
         select count(*) from down",
    )
    .await
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn a_subtree_moves_with_all_that_is_below_it(db: PgPool) {
    let shop = Shop::open(db).await;
    let editor = editor(&shop.app).await;
    let shoes = shop.client().get(&path("shoes")).await.body["id"].clone();

    editor.patch(&path("shirts"), json!({"parent_id": shoes})).await.expect(200);

    let tees = shop.client().get(&path("tees")).await.expect(200);
    let way: Vec<_> = tees.body["path"].as_array().unwrap().iter().map(|step| step["slug"].clone()).collect();
    assert_eq!(way, ["shoes", "shirts", "tees"]);
    let shoes = shop.client().get(&path("shoes")).await.expect(200);
    assert_eq!(shoes.body["product_count"], 4, "its own pair, the blouse and two tees");
    assert_eq!(shoes.body["children"][0]["product_count"], 3);
    assert_eq!(shop.finds("category=shoes").await.len(), 4);
    let tree = shop.client().get(&format!("{}tree/", path("shoes"))).await.expect(200);
    assert_eq!(tree.body["children"][0]["children"][0]["slug"], "tees");

    editor.patch(&path("shirts"), json!({"parent_id": null})).await.expect(200);
    assert_eq!(shop.client().get(&path("shirts")).await.body["parent_id"], Value::Null);
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn nothing_is_put_below_itself_or_below_what_is_below_it(db: PgPool) {
    let shop = Shop::open(db).await;
    let editor = editor(&shop.app).await;
    let expected = json!({"parent_id": ["A category cannot be below itself."]});
    for below in ["clothing", "shirts", "tees"] {
        let parent = shop.client().get(&path(below)).await.body["id"].clone();
        let refused = editor.patch(&path("clothing"), json!({"parent_id": parent})).await.expect(400);
        assert_eq!(refused.body, expected, "{below}");
    }
    assert_eq!(reached(&shop.app).await, 4);
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn two_moves_at_once_never_make_a_circle(db: PgPool) {
    let app = app(db);
    let editor = editor(&app).await;
    for round in 0..20 {
        let (a, b) = (make(&editor, &format!("A{round}"), None).await, make(&editor, &format!("B{round}"), None).await);
        let (first, second) = tokio::join!(put_below(&editor, &a, &b), put_below(&editor, &b, &a));
        assert_eq!(first + second, 200 + 400, "one of them came first");
    }
    assert_eq!(reached(&app).await, 40);
}

/// Not by the API alone: whoever writes the table.
#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn the_table_itself_refuses_a_circle(db: PgPool) {
    let app = app(db);
    let editor = editor(&app).await;
    let top = make(&editor, "Top", None).await;
    make(&editor, "Below", Some(&top)).await;
    let circle =
        "update categories set parent_id = (select id from categories where slug = 'top-below') where slug = 'top'";
    let error = sqlx::query(circle).execute(&app.db).await.unwrap_err();
    assert_eq!(error.as_database_error().unwrap().constraint(), Some("category_not_below_itself"));
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn nothing_lies_deeper_than_32(db: PgPool) {
    let app = app(db);
    let editor = editor(&app).await;
    let too_deep = json!({"parent_id": ["A category lies at most 32 deep."]});
    let mut chain = Vec::new();
    for _ in 0..32 {
        let name = format!("n{}", chain.len());
        let body = json!({"name": name, "slug": name, "parent_id": chain.last()});
        chain.push(editor.post(CATEGORIES, body).await.expect(201).body["id"].clone());
    }
    let body = json!({"name": "x", "parent_id": chain.last()});
    assert_eq!(editor.post(CATEGORIES, body).await.expect(400).body, too_deep);

    // Nor by what it brings along: two, and 31 are there.
    let other = make(&editor, "Other", None).await;
    make(&editor, "More", Some(&other)).await;
    let refused = editor.patch(&path("other"), json!({"parent_id": chain[30]})).await.expect(400);
    assert_eq!(refused.body, too_deep);
    assert_eq!(put_below(&editor, &other, &chain[29]).await, 200);
    assert_eq!(reached(&app).await, 34);
    app.anonymous().get(CATEGORIES).await.expect(200);
}
