//! Listing orders: `GET /api/v1/orders/`.

use serde_json::{Value, json};
use shared::testing::{Client, TestApp, TestUser};
use sqlx::PgPool;

use super::{an_app, check_out};

async fn buys(app: &TestApp, user: &TestUser, times: usize) -> Vec<Value> {
    let shoes = app.a_product().cents(500).stock(99).create().await;
    let mut ids = Vec::new();
    for turn in 0..times {
        // Some orders are placed in the same second, and the id orders them.
        app.clock.advance(i64::from(turn % 2 == 0));
        let cart = app.a_cart().of(user.id).with(shoes.variant, 2).create().await;
        ids.push(check_out(app, user, cart).await.expect(201).body["id"].clone());
    }
    ids
}

fn ids(page: &Value) -> Vec<Value> {
    page["results"].as_array().unwrap().iter().map(|order| order["id"].clone()).collect()
}

async fn walk(client: &Client, mut link: Value, which: &str) -> (Vec<Vec<Value>>, Value) {
    let (mut pages, mut last) = (Vec::new(), Value::Null);
    while let Some(url) = link.as_str() {
        last = client.get(url.strip_prefix("http://shop.test").unwrap()).await.expect(200).body;
        pages.push(ids(&last));
        link = last[which].clone();
    }
    (pages, last)
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn orders_are_listed_newest_first_and_pages_link_to_each_other(db: PgPool) {
    let (app, _) = an_app(db);
    let (ana, ben) = (app.a_user().await, app.a_user().await);
    let mut bought = buys(&app, &ana, 5).await;
    buys(&app, &ben, 1).await;
    bought.sort_by_key(|id| std::cmp::Reverse(id.as_str().unwrap().to_owned()));
    let client = app.client_of(&ana);

    let (pages, last) = walk(&client, json!("http://shop.test/api/v1/orders/?page_size=2"), "next").await;
    assert_eq!(pages, [bought[..2].to_vec(), bought[2..4].to_vec(), bought[4..].to_vec()]);
    let (back, first) = walk(&client, last["previous"].clone(), "previous").await;
    assert_eq!(back, [bought[2..4].to_vec(), bought[..2].to_vec()]);
    assert_eq!(first["previous"], Value::Null);
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn a_summary_has_its_total_and_the_list_is_counted_on_request(db: PgPool) {
    let (app, _) = an_app(db);
    let ana = app.a_user().await;
    buys(&app, &ana, 2).await;

    let page = app.client_of(&ana).get("/api/v1/orders/?count=true").await.expect(200).body;
    assert_eq!(page["count"], 2);
    assert_eq!(page["results"][0]["item_count"], 2);
    assert_eq!(page["results"][0]["grand_total"], "10.00");
    assert!(app.client_of(&ana).get("/api/v1/orders/").await.body.get("count").is_none());
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn an_invalid_query_is_refused(db: PgPool) {
    let (app, _) = an_app(db);
    let ana = app.a_user().await;
    for (query, field) in [
        ("page_size=0", "page_size"),
        ("page_size=101", "page_size"),
        ("page_size=many", "page_size"),
        ("cursor=nonsense", "cursor"),
        ("cursor=%00", "cursor"),
        // `{"d":"n","k":["-200000-01-01T00:00:00Z","00000000-0000-0000-0000-000000000000"]}`: well-formed, with a time out of range.
        (
            "cursor=eyJkIjoibiIsImsiOlsiLTIwMDAwMC0wMS0wMVQwMDowMDowMFoiLCIwMDAwMDAwMC0wMDAwLTAwMDAtMDAwMC0wMDAwMDAwMDAwMDAiXX0",
            "cursor",
        ),
        ("count=maybe", "count"),
    ] {
        let answer = app.client_of(&ana).get(&format!("/api/v1/orders/?{query}")).await.expect(400);
        assert!(answer.body[field].is_array(), "{query}: {}", answer.text);
    }
}
