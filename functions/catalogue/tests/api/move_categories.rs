//! Move categories: the tree never has a cycle and never becomes too deep.

use serde_json::{Value, json};
use shared::testing::{Client, TestApp};
use sqlx::PgPool;

use crate::write_categories::{CATEGORIES, create, editor, path};
use crate::{Shop, app};

async fn move_below(editor: &Client, category: &Value, parent: &Value) -> u16 {
    editor.patch(&path(&category.to_string()), json!({"parent_id": parent})).await.status
}

/// Returns the number of categories that can be count_reachable from the top, which excludes those of a cycle.
async fn count_reachable(app: &TestApp) -> i64 {
    app.count(
        "with recursive down as (select id from categories where parent_id is null
                                 union all select c.id from categories c join down on c.parent_id = down.id)
         select count(*) from down",
    )
    .await
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn a_category_moves_with_its_subtree(db: PgPool) {
    let shop = Shop::open(db).await;
    let editor = editor(&shop.app).await;
    let shoes = shop.client().get(&path("shoes")).await.body["id"].clone();

    editor.patch(&path("shirts"), json!({"parent_id": shoes})).await.expect(200);

    let tees = shop.client().get(&path("tees")).await.expect(200);
    let slugs: Vec<_> = tees.body["path"].as_array().unwrap().iter().map(|step| step["slug"].clone()).collect();
    assert_eq!(slugs, ["shoes", "shirts", "tees"]);
    let shoes = shop.client().get(&path("shoes")).await.expect(200);
    assert_eq!(shoes.body["product_count"], 4, "the boots, the blouse and two tees");
    assert_eq!(shoes.body["children"][0]["product_count"], 3);
    assert_eq!(shop.finds("category=shoes").await.len(), 4);
    let tree = shop.client().get(&format!("{}tree/", path("shoes"))).await.expect(200);
    assert_eq!(tree.body["children"][0]["children"][0]["slug"], "tees");

    editor.patch(&path("shirts"), json!({"parent_id": null})).await.expect(200);
    assert_eq!(shop.client().get(&path("shirts")).await.body["parent_id"], Value::Null);
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn a_category_cannot_move_below_itself_or_its_descendants(db: PgPool) {
    let shop = Shop::open(db).await;
    let editor = editor(&shop.app).await;
    let expected = json!({"parent_id": ["A category cannot be moved below itself. Send another parent."]});
    for below in ["clothing", "shirts", "tees"] {
        let parent = shop.client().get(&path(below)).await.body["id"].clone();
        let refused = editor.patch(&path("clothing"), json!({"parent_id": parent})).await.expect(400);
        assert_eq!(refused.body, expected, "{below}");
    }
    assert_eq!(count_reachable(&shop.app).await, 4);
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn concurrent_moves_never_make_a_cycle(db: PgPool) {
    let app = app(db);
    let editor = editor(&app).await;
    for round in 0..20 {
        let (a, b) =
            (create(&editor, &format!("A{round}"), None).await, create(&editor, &format!("B{round}"), None).await);
        let (first, second) = tokio::join!(move_below(&editor, &a, &b), move_below(&editor, &b, &a));
        assert_eq!(first + second, 200 + 400, "the second move is refused");
    }
    assert_eq!(count_reachable(&app).await, 40);
}

/// The database holds the rule for every writer, not only for the API.
#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn the_table_refuses_a_cycle(db: PgPool) {
    let app = app(db);
    let editor = editor(&app).await;
    let top = create(&editor, "Top", None).await;
    create(&editor, "Below", Some(&top)).await;
    let cycle =
        "update categories set parent_id = (select id from categories where slug = 'top-below') where slug = 'top'";
    let error = sqlx::query(cycle).execute(&app.db).await.unwrap_err();
    assert_eq!(error.as_database_error().unwrap().constraint(), Some("category_not_below_itself"));
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn a_category_deeper_than_32_levels_is_refused(db: PgPool) {
    let app = app(db);
    let editor = editor(&app).await;
    let too_deep = json!({"parent_id": ["The tree has at most 32 levels. Send a parent that is higher up."]});
    let mut chain = Vec::new();
    for _ in 0..32 {
        let name = format!("n{}", chain.len());
        let body = json!({"name": name, "slug": name, "parent_id": chain.last()});
        chain.push(editor.post(CATEGORIES, body).await.expect(201).body["id"].clone());
    }
    let body = json!({"name": "x", "parent_id": chain.last()});
    assert_eq!(editor.post(CATEGORIES, body).await.expect(400).body, too_deep);

    // A move counts the subtree too: two levels below the 31st are too deep.
    let other = create(&editor, "Other", None).await;
    create(&editor, "More", Some(&other)).await;
    let refused = editor.patch(&path("other"), json!({"parent_id": chain[30]})).await.expect(400);
    assert_eq!(refused.body, too_deep);
    assert_eq!(move_below(&editor, &other, &chain[29]).await, 200);
    assert_eq!(count_reachable(&app).await, 34);
    app.anonymous().get(CATEGORIES).await.expect(200);
}
