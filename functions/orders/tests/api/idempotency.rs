//! Repeated requests: one cart is one order, one key is one request.

use serde_json::json;
use shared::testing::Answer;
use sqlx::PgPool;
use tokio::task::JoinSet;

use super::{an_app, body, check_out};

fn is_replay(answer: &Answer) -> bool {
    answer.status == 200 && answer.header("idempotent-replayed") == "true"
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn a_repeat_for_the_same_cart_returns_the_same_order(db: PgPool) {
    let (app, queue) = an_app(db);
    let ana = app.a_user().await;
    let shoes = app.a_product().stock(1).create().await;
    let cart = app.a_cart().of(ana.id).with(shoes.variant, 1).create().await;

    let first = check_out(&app, &ana, cart).await.expect(201);
    let again = check_out(&app, &ana, cart).await;

    assert!(is_replay(&again), "{}", again.text);
    assert_eq!(again.body, first.body);
    assert_eq!(first.header("idempotent-replayed"), "");
    assert_eq!(queue.sent().len(), 1);
    assert_eq!(app.count("select count(*) from orders").await, 1);
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn a_repeated_key_returns_the_same_order_and_another_body_is_refused(db: PgPool) {
    let (app, _) = an_app(db);
    let ana = app.a_user().await;
    let shoes = app.a_product().cents(1000).stock(9).create().await;
    let cart = app.a_cart().of(ana.id).with(shoes.variant, 1).create().await;
    let other = app.a_cart().of(ana.id).with(shoes.variant, 1).create().await;
    let client = app.client_of(&ana).header("idempotency-key", "k1");

    let first = client.post("/api/v1/orders/", body(cart)).await.expect(201);
    let again = client.post("/api/v1/orders/", body(cart)).await;
    assert!(is_replay(&again), "{}", again.text);
    assert_eq!(again.body, first.body);

    for another in [body(other), json!({"cart_id": cart, "expected_total": "10.00"})] {
        let refusal = client.post("/api/v1/orders/", another).await.expect(422);
        assert_eq!(refusal.body["code"], "idempotency_key_reused");
    }
    assert_eq!(app.count("select count(*) from orders").await, 1);
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn a_cart_that_was_ordered_under_one_key_is_a_conflict_under_another(db: PgPool) {
    let (app, _) = an_app(db);
    let ana = app.a_user().await;
    let shoes = app.a_product().stock(9).create().await;
    let cart = app.a_cart().of(ana.id).with(shoes.variant, 1).create().await;
    let first =
        app.client_of(&ana).header("idempotency-key", "k1").post("/api/v1/orders/", body(cart)).await.expect(201);

    let refusal =
        app.client_of(&ana).header("idempotency-key", "k2").post("/api/v1/orders/", body(cart)).await.expect(409);
    assert_eq!((&refusal.body["code"], &refusal.body["order_id"]), (&json!("cart_ordered"), &first.body["id"]));
    assert!(is_replay(&check_out(&app, &ana, cart).await), "without a key it is a repeat");
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn two_users_may_choose_the_same_key(db: PgPool) {
    let (app, _) = an_app(db);
    let shoes = app.a_product().stock(9).create().await;
    for user in [app.a_user().await, app.a_user().await] {
        let cart = app.a_cart().of(user.id).with(shoes.variant, 1).create().await;
        app.client_of(&user).header("idempotency-key", "1").post("/api/v1/orders/", body(cart)).await.expect(201);
    }
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn a_refused_request_does_not_use_up_the_key(db: PgPool) {
    let (app, _) = an_app(db);
    let ana = app.a_user().await;
    let shoes = app.a_product().stock(0).create().await;
    let cart = app.a_cart().of(ana.id).with(shoes.variant, 1).create().await;
    let client = app.client_of(&ana).header("idempotency-key", "k");
    client.post("/api/v1/orders/", body(cart)).await.expect(409);
    sqlx::query("select change_stock($1, 1, 'received', now())").bind(shoes.variant).execute(&app.db).await.unwrap();
    client.post("/api/v1/orders/", body(cart)).await.expect(201);
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn the_same_cart_32_times_at_once_is_one_order(db: PgPool) {
    one_order_of_32(db, None).await;
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn the_same_key_32_times_at_once_is_one_order(db: PgPool) {
    one_order_of_32(db, Some("the key")).await;
}

/// With one unit in stock, the second request finds no stock left and must still return the order.
async fn one_order_of_32(db: PgPool, key: Option<&str>) {
    let (app, queue) = an_app(db);
    let ana = app.a_user().await;
    let shoes = app.a_product().stock(1).create().await;
    let cart = app.a_cart().of(ana.id).with(shoes.variant, 1).create().await;
    let client = key.into_iter().fold(app.client_of(&ana), |client, key| client.header("idempotency-key", key));

    let mut posts = JoinSet::new();
    for _ in 0..32 {
        let client = client.clone();
        posts.spawn(async move { client.post("/api/v1/orders/", body(cart)).await });
    }
    let answers = posts.join_all().await;

    let placed: Vec<_> = answers.iter().filter(|answer| answer.status == 201).collect();
    assert_eq!(placed.len(), 1);
    assert_eq!(answers.iter().filter(|answer| is_replay(answer)).count(), 31);
    assert!(answers.iter().all(|answer| answer.body == placed[0].body));
    assert_eq!(app.count("select count(*) from orders").await, 1);
    assert_eq!(app.count("select count(*) from outbox").await, 1);
    assert_eq!(queue.sent().len(), 1);
    assert!(app.stock_adds_up().await);
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn one_key_for_two_carts_at_once_sells_one_of_them(db: PgPool) {
    let (app, _) = an_app(db);
    let ana = app.a_user().await;
    let shoes = app.a_product().stock(99).create().await;
    for round in 0..8 {
        let mut posts = JoinSet::new();
        for _ in 0..2 {
            let cart = app.a_cart().of(ana.id).with(shoes.variant, 1).create().await;
            let client = app.client_of(&ana).header("idempotency-key", &format!("key {round}"));
            posts.spawn(async move { client.post("/api/v1/orders/", body(cart)).await.status });
        }
        let mut statuses = posts.join_all().await;
        statuses.sort_unstable();
        assert_eq!(statuses, [201, 422]);
    }
    assert_eq!(app.count("select count(*) from orders").await, 8);
}
