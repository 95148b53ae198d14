//! Listing the caller's carts: `GET /api/v1/cart/`.

use serde_json::{Value, json};
use shared::ids::CartId;
use shared::testing::Answer;
use sqlx::PgPool;

use crate::{app, cart_id, item, items};

fn ids(page: &Answer) -> Vec<Value> {
    page.body["results"].as_array().unwrap().iter().map(|cart| cart["id"].clone()).collect()
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn your_open_carts_are_listed_newest_first_and_pages_link_to_each_other(db: PgPool) {
    let app = app(db);
    let (ana, ben) = (app.a_user().await, app.a_user().await);
    let (client, mut carts) = (app.client_of(&ana), Vec::new());
    for _ in 0..5 {
        app.clock.advance(1);
        carts.push(json!(cart_id(&client.post("/api/v1/cart/", json!({})).await.expect(201))));
    }
    carts.reverse();
    app.client_of(&ben).post("/api/v1/cart/", json!({})).await.expect(201);
    app.anonymous().post("/api/v1/cart/", json!({})).await.expect(201);
    let ordered = app.a_cart().of(ana.id).create().await;
    sqlx::query("update carts set status = 'ordered' where id = $1").bind(ordered).execute(&app.db).await.unwrap();

    let first = client.get("/api/v1/cart/?page_size=3&count=true").await.expect(200);
    let link = |page: &Answer, which: &str| page.body[which].as_str().unwrap().replace("http://shop.test", "");
    let last = client.get(&link(&first, "next")).await.expect(200);
    let back = client.get(&link(&last, "previous")).await.expect(200);

    assert_eq!(first.body["count"], 5);
    assert_eq!((ids(&first), ids(&last)), (carts[..3].to_vec(), carts[3..].to_vec()));
    assert_eq!((ids(&back), &last.body["next"]), (carts[..3].to_vec(), &Value::Null));
    assert_eq!(back.body["previous"], Value::Null);
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn a_summary_has_the_totals_of_its_cart(db: PgPool) {
    let app = app(db);
    let ana = app.a_user().await;
    let shoes = app.a_product().cents(4_995).stock(3).create().await;
    let socks = app.a_product().cents(500).stock(1).create().await;
    let client = app.client_of(&ana);
    let summary = async || client.get("/api/v1/cart/").await.expect(200).body["results"][0].clone();
    let cart: CartId = cart_id(&client.post("/api/v1/cart/", json!({})).await.expect(201));
    let at = "2026-11-22T06:38:51.000000Z";
    let expected = |is_available: bool, item_count: i64, grand_total: &str, updated_at: &str| {
        json!({
            "id": cart, "is_available": is_available, "item_count": item_count, "grand_total": grand_total,
            "currency": "EUR", "created_at": at, "updated_at": updated_at,
        })
    };
    assert_eq!(summary().await, expected(false, 0, "0.00", at));

    app.clock.advance(60);
    let later = "2026-11-22T06:39:51.000000Z";
    let add = async |variant, quantity| {
        let new = json!({"product_variant_id": variant, "quantity": quantity});
        client.post(&items(cart), new).await.expect(201).body["id"].clone()
    };
    add(shoes.variant, 2).await;
    let line = add(socks.variant, 1).await;
    assert_eq!(summary().await, expected(true, 3, "104.90", later));

    client.patch(&item(cart, &line), json!({"quantity": 2})).await.expect(200);
    assert_eq!(summary().await, expected(false, 4, "109.90", later));
    client.patch(&item(cart, &line), json!({"quantity": 1})).await.expect(200);
    sqlx::query("update products set status = 'draft' where id = $1").bind(socks.id).execute(&app.db).await.unwrap();
    assert_eq!(summary().await, expected(false, 3, "104.90", later));
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn a_caller_without_a_token_gets_no_list(db: PgPool) {
    let app = app(db);
    assert_eq!(app.anonymous().get("/api/v1/cart/").await.expect(401).body["code"], "not_authenticated");
    let ana = app.a_user().await;
    let refused = app.client_of(&ana).get("/api/v1/cart/?cursor=nonsense").await.expect(400);
    assert!(refused.body["cursor"].is_array());
}
