//! Requests that are repeated with an `Idempotency-Key`.

use serde_json::{Value, json};
use shared::testing::{Answer, Client};
use sqlx::PgPool;
use tokio::task::JoinSet;

use crate::{app, cart_id, item, items, path};

const CARTS: &str = "/api/v1/cart/";
const UUID: &str = "262a0b68-b9c2-479b-8ed6-8433f14a0924";

fn with_key(client: &Client, key: &str) -> Client {
    client.clone().header("idempotency-key", key)
}

fn assert_replays(again: &Answer, first: &Answer) {
    assert_eq!((again.status, again.header("idempotent-replayed")), (200, "true"), "{}", again.text);
    assert_eq!((&again.body, again.header("location")), (&first.body, first.header("location")));
    assert_eq!(again.header("content-type"), first.header("content-type"));
    assert_eq!(first.header("idempotent-replayed"), "");
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn a_repeated_item_is_added_once_and_gets_the_first_answer(db: PgPool) {
    let app = app(db);
    let shoes = app.a_product().stock(9).create().await;
    let cart = app.a_cart().create().await;
    let two = json!({"product_variant_id": shoes.variant, "quantity": 2});
    let client = with_key(&app.anonymous(), "k1");

    let first = client.post(&items(cart), two.clone()).await.expect(201);
    assert_replays(&client.post(&items(cart), two.clone()).await, &first);
    assert_eq!(app.count("select quantity::bigint from cart_lines").await, 2);

    with_key(&app.anonymous(), "k2").post(&items(cart), two.clone()).await.expect(200);
    assert_eq!(app.count("select quantity::bigint from cart_lines").await, 4);
    app.anonymous().delete(&item(cart, &first.body["id"])).await.expect(204);
    assert_replays(&client.post(&items(cart), two.clone()).await, &first);
    assert_eq!(app.count("select count(*) from cart_lines").await, 0);
    // The same cart in other letters.
    let id = cart.to_string();
    for id in [id.to_uppercase(), id.replace('-', "")] {
        assert_replays(&client.post(&format!("/api/v1/cart/{id}/items/"), two.clone()).await, &first);
    }
    assert_eq!(app.count("select count(*) from cart_lines").await, 0);
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn the_same_key_with_another_body_is_refused(db: PgPool) {
    let app = app(db);
    let ana = app.a_user().await;
    let shoes = app.a_product().stock(9).create().await;
    let cart = app.a_cart().create().await;
    let some = |quantity| json!({"product_variant_id": shoes.variant, "quantity": quantity});
    let client = with_key(&app.client_of(&ana), "k1");

    client.post(&items(cart), some(1)).await.expect(201);
    client.post(CARTS, json!({"items": [some(1)]})).await.expect(201);
    for (path, other) in [(items(cart), some(2)), (CARTS.to_owned(), json!({"items": [some(2)]}))] {
        assert_eq!(client.post(&path, other).await.expect(422).body["code"], "idempotency_key_reused");
    }
    assert_eq!(app.count("select sum(quantity)::bigint from cart_lines").await, 2);
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn two_carts_may_have_the_same_key(db: PgPool) {
    let app = app(db);
    let shoes = app.a_product().stock(9).create().await;
    for _ in 0..2 {
        let cart = app.a_cart().create().await;
        let one = json!({"product_variant_id": shoes.variant, "quantity": 1});
        with_key(&app.anonymous(), "k").post(&items(cart), one).await.expect(201);
    }
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn an_item_of_a_cart_that_was_ordered_or_is_not_yours_is_not_answered_again(db: PgPool) {
    let app = app(db);
    let (ana, ben) = (app.a_user().await, app.a_user().await);
    let shoes = app.a_product().stock(9).create().await;
    let cart = app.a_cart().of(ana.id).create().await;
    let one = json!({"product_variant_id": shoes.variant, "quantity": 1});
    with_key(&app.client_of(&ana), "k").post(&items(cart), one.clone()).await.expect(201);

    with_key(&app.client_of(&ben), "k").post(&items(cart), one.clone()).await.expect(404);
    with_key(&app.anonymous(), "k").post(&items(cart), one.clone()).await.expect(404);
    sqlx::query("update carts set status = 'ordered'").execute(&app.db).await.unwrap();
    with_key(&app.client_of(&ana), "k").post(&items(cart), one).await.expect(410);
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn a_repeated_request_creates_one_cart_for_each_user(db: PgPool) {
    let app = app(db);
    let (ana, ben) = (app.a_user().await, app.a_user().await);
    let shoes = app.a_product().stock(9).create().await;
    let new = json!({"items": [{"product_variant_id": shoes.variant, "quantity": 2}]});
    let mut carts = Vec::new();
    for user in [ana, ben] {
        let client = with_key(&app.client_of(&user), "1");
        let first = client.post(CARTS, new.clone()).await.expect(201);
        assert_replays(&client.post(CARTS, new.clone()).await, &first);
        // The answer is still the first one after the cart was changed.
        app.clock.advance(1);
        let line = item(cart_id(&first), &first.body["items"][0]["id"]);
        client.patch(&line, json!({"quantity": 1})).await.expect(200);
        assert_replays(&client.post(CARTS, new.clone()).await, &first);
        carts.push(first.body["id"].clone());
    }
    assert_ne!(carts[0], carts[1]);
    assert_eq!(app.count("select count(*) from carts").await, 2);
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn a_guests_key_must_be_a_random_uuid(db: PgPool) {
    let app = app(db);
    for key in ["1", "cart", "262a0b68-b9c2-179b-8ed6-8433f14a0924", "00000000-0000-0000-0000-000000000000"] {
        let refused = with_key(&app.anonymous(), key).post(CARTS, json!({})).await.expect(400);
        let message = "Send a random UUID (version 4). Without a token, the key gives access to the cart.";
        assert_eq!(refused.body, json!({"Idempotency-Key": [message]}));
    }
    assert_eq!(app.count("select count(*) from carts").await, 0);

    let first = with_key(&app.anonymous(), UUID).post(CARTS, json!({})).await.expect(201);
    assert_replays(&with_key(&app.anonymous(), UUID).post(CARTS, json!({})).await, &first);
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn a_guests_cart_that_was_used_is_not_returned_to_another_caller(db: PgPool) {
    let app = app(db);
    let ana = app.a_user().await;
    let shoes = app.a_product().stock(9).create().await;
    let guest = with_key(&app.anonymous(), UUID);
    let first = guest.post(CARTS, json!({})).await.expect(201);
    // A user's keys are the user's own.
    let own = with_key(&app.client_of(&ana), UUID).post(CARTS, json!({})).await.expect(201);
    assert_ne!(own.body["id"], first.body["id"]);

    app.clock.advance(1);
    let one = json!({"product_variant_id": shoes.variant, "quantity": 1});
    app.anonymous().post(&items(cart_id(&first)), one).await.expect(201);

    assert_eq!(guest.post(CARTS, json!({})).await.expect(422).body["code"], "idempotency_key_reused");
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn a_deleted_cart_frees_its_keys(db: PgPool) {
    let app = app(db);
    let guest = with_key(&app.anonymous(), UUID);
    let first = guest.post(CARTS, json!({})).await.expect(201);
    app.anonymous().delete(&path(cart_id(&first))).await.expect(204);

    assert_ne!(guest.post(CARTS, json!({})).await.expect(201).body["id"], first.body["id"]);
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn a_refused_request_does_not_use_up_the_key(db: PgPool) {
    let app = app(db);
    let shoes = app.a_product().stock(9).status("draft").create().await;
    let cart = app.a_cart().create().await;
    let one = json!({"product_variant_id": shoes.variant, "quantity": 1});
    let client = with_key(&app.anonymous(), UUID);
    client.post(&items(cart), one.clone()).await.expect(400);
    client.post(CARTS, json!({"items": [one]})).await.expect(400);

    sqlx::query("update products set status = 'active'").execute(&app.db).await.unwrap();

    client.post(&items(cart), one.clone()).await.expect(201);
    client.post(CARTS, json!({"items": [one]})).await.expect(201);
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn a_key_has_1_to_255_characters(db: PgPool) {
    let app = app(db);
    let cart = app.a_cart().create().await;
    for key in ["", &"x".repeat(256)] {
        for path in [CARTS.to_owned(), items(cart)] {
            let refused = with_key(&app.anonymous(), key).post(&path, json!({})).await.expect(400);
            assert_eq!(refused.body, json!({"Idempotency-Key": ["Ensure this header has 1 to 255 characters."]}));
        }
    }
}

/// Sends the same request many times at once, and returns the statuses in order.
async fn at_once(client: &Client, path: &str, body: &Value) -> Vec<u16> {
    let mut posts = JoinSet::new();
    for _ in 0..16 {
        let (client, path, body) = (client.clone(), path.to_owned(), body.clone());
        posts.spawn(async move { client.post(&path, body).await.status });
    }
    let mut statuses = posts.join_all().await;
    statuses.sort_unstable();
    statuses
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn the_same_request_16_times_at_once_is_done_once(db: PgPool) {
    let app = app(db);
    let ana = app.a_user().await;
    let shoes = app.a_product().stock(9).create().await;
    let two = json!({"product_variant_id": shoes.variant, "quantity": 2});
    let once: Vec<u16> = [[200; 15].to_vec(), vec![201]].concat();

    let cart = app.a_cart().create().await;
    assert_eq!(at_once(&with_key(&app.anonymous(), "k"), &items(cart), &two).await, once);
    assert_eq!(app.count("select quantity::bigint from cart_lines").await, 2);

    for client in [app.client_of(&ana), app.anonymous()] {
        assert_eq!(at_once(&with_key(&client, UUID), CARTS, &json!({"items": [two]})).await, once);
    }
    assert_eq!(app.count("select count(*) from carts").await, 3);
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn a_cart_keeps_its_newest_500_keys(db: PgPool) {
    let app = app(db);
    let shoes = app.a_product().stock(9).create().await;
    let cart = app.a_cart().create().await;
    sqlx::query(
        "insert into idempotency_keys (key, request_digest, cart_id, body, created_at)
         select gen_random_uuid(), gen_random_uuid(), $1, n::text, '2026-11-22T06:00:00Z'::timestamptz + n * interval '1 second'
           from generate_series(1, 500) n",
    )
    .bind(cart)
    .execute(&app.db)
    .await
    .unwrap();

    let one = json!({"product_variant_id": shoes.variant, "quantity": 1});
    with_key(&app.anonymous(), "k").post(&items(cart), one).await.expect(201);

    assert_eq!(app.count("select count(*) from idempotency_keys").await, 500);
    assert_eq!(app.count("select count(*) from idempotency_keys where body = '1'").await, 0);
}
