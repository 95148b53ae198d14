//! Write categories: `POST`, `PUT`, `PATCH` and `DELETE` below `/api/v1/catalogue/categories/`.

use futures_util::future::join_all;
use serde_json::{Value, json};
use shared::testing::{Answer, Client, TestApp};
use shared::users::{Permission, Permissions};
use sqlx::PgPool;

use crate::{Shop, app};

pub(crate) const CATEGORIES: &str = "/api/v1/catalogue/categories/";

/// Returns a client of a member of staff with the permissions `catalogue` and `stock`.
pub(crate) async fn editor(app: &TestApp) -> Client {
    app.client_of(&app.a_staff_user_with(Permissions::from_iter([Permission::Catalogue, Permission::Stock])).await)
}

/// Returns a client of a member of staff with the permission `catalogue` alone.
pub(crate) async fn editor_without_stock(app: &TestApp) -> Client {
    app.client_of(&app.a_staff_user_with(Permissions::from_iter([Permission::Catalogue])).await)
}

pub(crate) fn path(category: &str) -> String {
    format!("{CATEGORIES}{category}/")
}

/// Creates a category at the top or directly below another and returns its id.
pub(crate) async fn create(editor: &Client, name: &str, parent: Option<&Value>) -> Value {
    let created = editor.post(CATEGORIES, json!({"name": name, "parent_id": parent})).await.expect(201);
    created.body["id"].clone()
}

fn names(answer: &Answer) -> Vec<&str> {
    answer.body["children"].as_array().unwrap().iter().map(|child| child["name"].as_str().unwrap()).collect()
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn a_category_is_created_below_its_parent_with_a_slug_from_its_path(db: PgPool) {
    let app = app(db);
    let editor = editor(&app).await;
    let top = editor.post(CATEGORIES, json!({"name": "Clothing"})).await.expect(201);
    assert_eq!(top.body["slug"], "clothing");
    assert_eq!(top.header("location"), format!("http://shop.test{}", path(&top.body["id"].to_string())));

    let below = json!({"name": "Shirts & Tops", "parent_id": top.body["id"], "position": 0});
    let below = editor.post(CATEGORIES, below).await.expect(201);

    assert_eq!(below.body["slug"], "clothing-shirts-tops");
    let read = app.anonymous().get(&path("clothing-shirts-tops")).await.expect(200);
    assert_eq!(read.body, below.body);
    assert_eq!(read.header("etag"), below.header("etag"));
    assert_eq!(read.body["path"][0]["slug"], "clothing");
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn an_invalid_category_is_refused_with_an_error_for_each_field(db: PgPool) {
    let app = app(db);
    let editor = editor(&app).await;
    create(&editor, "Clothing", None).await;
    let slug = "Enter a valid \"slug\" of lower-case letters, digits and single hyphens that is not a number.";
    for (body, expected) in [
        (json!({}), json!({"name": ["This field is required."]})),
        (json!({"name": " ", "slug": "A b"}), json!({"name": ["This field may not be blank."], "slug": [slug]})),
        (json!({"name": "x", "slug": "501"}), json!({"slug": [slug]})),
        (json!({"name": "x".repeat(256)}), json!({"name": ["Ensure this field has no more than 255 characters."]})),
        (
            json!({"name": "Clothing!", "slug": "clothing"}),
            json!({"slug": ["category with this slug already exists."]}),
        ),
        (
            json!({"name": " CLOTH\u{ad}ING\u{200b}", "slug": "x"}),
            json!({"name": ["A category with the same parent already has this name."]}),
        ),
        (json!({"name": "x", "parent_id": 999}), json!({"parent_id": ["Invalid pk \"999\" - object does not exist."]})),
        (json!({"name": "x", "parent_id": "y"}), json!({"parent_id": ["A valid integer is required."]})),
    ] {
        assert_eq!(editor.post(CATEGORIES, body.clone()).await.expect(400).body, expected, "{body}");
    }
    assert_eq!(app.count("select count(*) from categories").await, 1);
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn siblings_cannot_share_a_name_but_other_categories_can(db: PgPool) {
    let app = app(db);
    let editor = editor(&app).await;
    let (women, men) = (create(&editor, "Women", None).await, create(&editor, "Men", None).await);
    create(&editor, "Shirts", Some(&women)).await;
    create(&editor, "Shirts", Some(&men)).await;
    create(&editor, "Trousers", Some(&men)).await;
    let taken = json!({"name": ["A category with the same parent already has this name."]});
    for change in [json!({"name": "shirts"}), json!({"name": "SHIRTS", "position": 0})] {
        assert_eq!(editor.patch(&path("men-trousers"), change).await.expect(400).body, taken);
    }
    // The new parent has a child with this name.
    assert_eq!(editor.patch(&path("men-shirts"), json!({"parent_id": women})).await.expect(400).body, taken);
    editor.patch(&path("men-shirts"), json!({"name": "SHIRTS"})).await.expect(200);
    editor.patch(&path("men-shirts"), json!({"name": "Blouses", "parent_id": women})).await.expect(200);
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn a_slug_that_was_not_sent_gets_a_number_where_it_is_taken(db: PgPool) {
    let app = app(db);
    let editor = editor(&app).await;
    let top = create(&editor, "Home", None).await;
    let mut slugs = Vec::new();
    for (name, parent) in [
        ("Kitchen", Some(&top)),
        ("Home & Kitchen", None),
        ("C++", None),
        ("C#", None),
        ("Кухня!", None),
        ("★", None),
        ("7", None),
    ] {
        let body = json!({"name": name, "parent_id": parent});
        slugs.push(editor.post(CATEGORIES, body).await.expect(201).body["slug"].clone());
    }
    assert_eq!(slugs, ["home-kitchen", "home-kitchen-2", "c", "c-2", "kukhnia", "category", "category-7"]);

    // An old slug still redirects, so it is not given to another category.
    editor.patch(&path("kukhnia"), json!({"slug": "kitchen"})).await.expect(200);
    assert_eq!(editor.post(CATEGORIES, json!({"name": "Кухня?"})).await.expect(201).body["slug"], "kukhnia-2");
    app.anonymous().get(&path("kukhnia")).await.expect(301);
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn categories_with_like_slugs_can_be_created_at_the_same_time(db: PgPool) {
    let app = app(db);
    let editor = editor(&app).await;
    let names: Vec<String> = (0..6).map(|number| format!("Duo{}", "+".repeat(number))).collect();
    for answer in join_all(names.iter().map(|name| editor.post(CATEGORIES, json!({"name": name})))).await {
        answer.expect(201);
    }
    assert_eq!(app.count("select count(*) from categories where slug like 'duo%'").await, 6);
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn an_old_slug_redirects_until_another_category_takes_it(db: PgPool) {
    let app = app(db);
    let editor = editor(&app).await;
    create(&editor, "Pants!", None).await;
    for slug in ["trousers", "slacks"] {
        editor
            .patch(&path(if slug == "trousers" { "pants" } else { "trousers" }), json!({"slug": slug}))
            .await
            .expect(200);
    }
    for old in ["pants", "trousers"] {
        let moved = app.anonymous().get(&path(old)).await.expect(301);
        assert_eq!(moved.header("location"), path("slacks"));
    }

    editor.post(CATEGORIES, json!({"name": "Pants", "slug": "pants"})).await.expect(201);
    assert_eq!(app.anonymous().get(&path("pants")).await.expect(200).body["slug"], "pants");
    app.anonymous().get(&path("trousers")).await.expect(301);
    // The category takes its old slug back, which then no longer redirects.
    editor.patch(&path("slacks"), json!({"slug": "trousers"})).await.expect(200);
    app.anonymous().get(&path("trousers")).await.expect(200);
    app.anonymous().get(&path("slacks")).await.expect(301);
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn an_update_with_an_old_etag_returns_412(db: PgPool) {
    let app = app(db);
    let editor = editor(&app).await;
    create(&editor, "Pants", None).await;
    let etag = app.anonymous().get(&path("pants")).await.expect(200).header("etag").to_owned();

    let first = editor.clone().header("if-match", &etag);
    first.patch(&path("pants"), json!({"name": "Trousers"})).await.expect(200);
    for late in [
        first.patch(&path("pants"), json!({"name": "Slacks"})).await,
        first.put(&path("pants"), json!({"name": "Slacks"})).await,
        first.delete(&path("pants")).await,
    ] {
        assert_eq!(late.expect(412).body["code"], "version_conflict");
    }

    let now = app.anonymous().get(&path("pants")).await.expect(200);
    assert_eq!(now.body["name"], "Trousers");
    editor.header("if-match", now.header("etag")).delete(&path("pants")).await.expect(204);
    app.anonymous().get(&path("pants")).await.expect(404);
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn a_category_moves_to_its_position_among_its_siblings(db: PgPool) {
    let app = app(db);
    let editor = editor(&app).await;
    let top = create(&editor, "Top", None).await;
    for name in ["A", "B", "C", "D"] {
        create(&editor, name, Some(&top)).await;
    }
    for (moved, position, expected) in [
        ("top-d", 0, ["D", "A", "B", "C"]),
        ("top-d", 2, ["A", "B", "D", "C"]),
        ("top-a", 99, ["B", "D", "C", "A"]),
        ("top-c", 2, ["B", "D", "C", "A"]),
    ] {
        editor.patch(&path(moved), json!({"position": position})).await.expect(200);
        let top = app.anonymous().get(&path("top")).await.expect(200);
        assert_eq!(names(&top), expected, "{moved} at {position}");
    }
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn a_category_with_children_or_products_cannot_be_deleted(db: PgPool) {
    let shop = Shop::open(db).await;
    let editor = editor(&shop.app).await;
    for full in ["clothing", "tees"] {
        assert_eq!(editor.delete(&path(full)).await.expect(409).body["code"], "category_not_empty");
    }
    editor.delete(&path("nothing")).await.expect(404);
    assert_eq!(shop.app.count("select count(*) from categories").await, 4);
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn a_product_is_found_by_the_new_name_of_its_category(db: PgPool) {
    let shop = Shop::open(db).await;
    let editor = editor(&shop.app).await;
    editor.put(&path("shoes"), json!({"name": "Footwear"})).await.expect(200);
    assert_eq!(shop.finds("search=footwear").await, ["boots"]);
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn categories_are_written_with_the_catalogue_permission_only(db: PgPool) {
    let app = app(db);
    let mut others = Permissions::all().iter().collect::<Vec<_>>();
    others.retain(|permission| *permission != Permission::Catalogue);
    let clerk = app.client_of(&app.a_staff_user_with(Permissions::from_iter(others)).await);
    let ana = app.client_of(&app.a_user().await);
    for (client, status) in [(&app.anonymous(), 401), (&ana, 403), (&clerk, 403)] {
        client.post(CATEGORIES, json!({"name": "x"})).await.expect(status);
        client.put(&path("x"), json!({"name": "x"})).await.expect(status);
        client.patch(&path("x"), json!({})).await.expect(status);
        client.delete(&path("x")).await.expect(status);
    }
}
