//! Access to carts of users and guests.

use http::Method;
use serde_json::json;
use shared::ids::CartId;
use shared::testing::{Answer, Client};
use sqlx::PgPool;

use crate::{app, item, items, path};

/// Calls every operation on a cart and its line.
async fn try_everything(client: &Client, cart: CartId, line: i64, variant: i64) -> Vec<Answer> {
    let (cart, items, line) = (path(cart), items(cart), item(cart, &json!(line)));
    let mut answers = Vec::new();
    for (method, path, body) in [
        (Method::GET, &cart, json!({})),
        (Method::GET, &items, json!({})),
        (Method::GET, &line, json!({})),
        (Method::POST, &items, json!({"product_variant_id": variant, "quantity": 1})),
        (Method::PATCH, &line, json!({"quantity": 9})),
        (Method::DELETE, &line, json!({})),
        (Method::DELETE, &cart, json!({})),
    ] {
        answers.push(client.send_json(method, path, body).await);
    }
    answers
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn a_users_cart_is_not_found_for_others(db: PgPool) {
    let app = app(db);
    let (ana, ben, staff) = (app.a_user().await, app.a_user().await, app.a_staff_user().await);
    let shoes = app.a_product().create().await;
    let cart = app.a_cart().of(ana.id).with(shoes.variant, 1).create().await;
    let line = app.count("select id from cart_lines").await;

    for client in [app.anonymous(), app.client_of(&ben), app.client_of(&staff)] {
        for answer in try_everything(&client, cart, line, shoes.variant.0).await {
            let answer = answer.expect(404);
            assert_eq!(answer.body, json!({"detail": "Not found.", "code": "not_found"}));
        }
    }
    assert_eq!(app.count("select quantity::bigint from cart_lines").await, 1);

    let statuses: Vec<u16> = try_everything(&app.client_of(&ana), cart, line, shoes.variant.0)
        .await
        .iter()
        .map(|answer| answer.status)
        .collect();
    assert_eq!(statuses, [200, 200, 200, 200, 200, 204, 204]);
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn a_guests_cart_can_be_used_with_its_id(db: PgPool) {
    let app = app(db);
    let ana = app.a_user().await;
    let shoes = app.a_product().create().await;

    for client in [app.anonymous(), app.client_of(&ana)] {
        let cart = app.a_cart().with(shoes.variant, 1).create().await;
        let line = app.count("select max(id) from cart_lines").await;
        let answers = try_everything(&client, cart, line, shoes.variant.0).await;
        assert!(answers.iter().all(|answer| matches!(answer.status, 200 | 204)), "{answers:?}");
    }
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn an_invalid_token_returns_401_also_for_a_guests_cart(db: PgPool) {
    let app = app(db);
    let shoes = app.a_product().create().await;
    let cart = app.a_cart().with(shoes.variant, 1).create().await;
    let line = app.count("select id from cart_lines").await;
    let gone = app.a_user().await;
    sqlx::query("update users set is_active = false where id = $1").bind(gone.id).execute(&app.db).await.unwrap();

    for (client, code) in
        [(app.anonymous().bearer("a.b.c"), "token_not_valid"), (app.client_of(&gone), "user_inactive")]
    {
        let mut answers = try_everything(&client, cart, line, shoes.variant.0).await;
        answers.push(client.post("/api/v1/cart/", json!({})).await);
        for answer in answers {
            let answer = answer.expect(401);
            assert_eq!(answer.body["code"], code);
            assert_eq!(answer.header("www-authenticate"), "Bearer realm=\"api\"");
        }
    }
    assert_eq!(app.count("select count(*) from carts").await, 1);
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn a_cart_that_became_an_order_returns_410_for_every_operation(db: PgPool) {
    let app = app(db);
    let (ana, ben) = (app.a_user().await, app.a_user().await);
    let shoes = app.a_product().create().await;
    let cart = app.a_cart().of(ana.id).with(shoes.variant, 1).create().await;
    let line = app.count("select id from cart_lines").await;
    sqlx::query("update carts set status = 'ordered'").execute(&app.db).await.unwrap();

    for answer in try_everything(&app.client_of(&ana), cart, line, shoes.variant.0).await {
        let answer = answer.expect(410);
        assert_eq!(answer.body["code"], "cart_ordered");
    }
    for answer in try_everything(&app.client_of(&ben), cart, line, shoes.variant.0).await {
        answer.expect(404);
    }
    assert_eq!(app.count("select quantity::bigint from cart_lines").await, 1);
}
