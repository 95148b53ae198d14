//! Names are sorted as people expect, whatever the locale of the database.

use serde_json::Value;
use shared::testing::TestApp;
use sqlx::PgPool;

use crate::{PRODUCTS, app, walk};

/// Case and accents decide only between names that are otherwise equal; scripts follow one another.
const IN_ORDER: [&str; 17] = [
    "10 l",
    "A-B",
    "apfel",
    "Apfel",
    "Äpfel",
    "Apfelbaum",
    "eclair",
    "Éclair",
    "ñandú",
    "Nuss",
    "Ofen",
    "Öl",
    "Zebra",
    "арбуз",
    "Ёлка",
    "Яблоко",
    "トレー",
];

/// Returns the names in an order in which neither they nor their ids are sorted.
fn mixed() -> impl Iterator<Item = &'static str> {
    (0..IN_ORDER.len()).map(|at| IN_ORDER[at * 7 % IN_ORDER.len()])
}

/// The database of a test has the locale C.UTF-8, in which `Zebra` comes before `apfel`.
async fn assert_sorts_by_bytes(app: &TestApp) {
    assert_eq!(app.count("select ('Zebra' < 'apfel')::int::bigint").await, 1);
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn products_are_sorted_by_name_on_every_page(db: PgPool) {
    let app = app(db);
    assert_sorts_by_bytes(&app).await;
    for name in mixed() {
        app.a_product().named(name).cents(100).create().await;
    }
    let backwards: Vec<&str> = IN_ORDER.into_iter().rev().collect();
    // With a filter, another statement reads the list.
    for filter in ["", "&price_max=2.00"] {
        for size in [1, 2, 5, 17] {
            let first = |ordering: &str| format!("{PRODUCTS}?page_size={size}&ordering={ordering}{filter}");
            assert_eq!(walk(&app.anonymous(), &first("name"), "name").await, IN_ORDER, "{filter} {size}");
            assert_eq!(walk(&app.anonymous(), &first("-name"), "name").await, backwards, "{filter} {size}");
        }
    }
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn brands_categories_and_attributes_are_sorted_by_name(db: PgPool) {
    let app = app(db);
    assert_sorts_by_bytes(&app).await;
    let names: Vec<&str> = mixed().collect();
    for insert in [
        "insert into brands (name, name_key, slug) select name, name, 'b-' || n from unnest($1::text[]) with ordinality as t (name, n)",
        "insert into categories (name, name_key, slug) select name, name, 'c-' || n from unnest($1::text[]) with ordinality as t (name, n)",
        "insert into attributes (name, name_key) select name, name from unnest($1::text[]) as name",
    ] {
        sqlx::query(insert).bind(&names).execute(&app.db).await.unwrap();
    }
    for size in [1, 5, 17] {
        let first = format!("/api/v1/catalogue/brands/?page_size={size}");
        assert_eq!(walk(&app.anonymous(), &first, "name").await, IN_ORDER, "{size}");
    }
    for list in ["categories", "attributes"] {
        let answer = app.anonymous().get(&format!("/api/v1/catalogue/{list}/")).await.expect(200);
        let found: Vec<&Value> = answer.body["results"].as_array().unwrap().iter().map(|row| &row["name"]).collect();
        assert_eq!(found, IN_ORDER, "{list}");
    }
}
