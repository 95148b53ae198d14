//! Limits on new carts: `POST /api/v1/cart/`.

use std::collections::HashMap;

use serde_json::json;
use shared::shop::ShopOptions;
use shared::testing::{Answer, Client, TestApp};
use sqlx::PgPool;
use tokio::task::JoinSet;

use crate::{app, app_with, cart_id, path};

const CARTS: &str = "/api/v1/cart/";

fn with_limit(db: PgPool, carts_per_hour: i32) -> TestApp {
    app_with(db, ShopOptions { carts_per_hour: Some(carts_per_hour), ..ShopOptions::UNLIMITED })
}

async fn a_new_cart(client: &Client) -> Answer {
    client.post(CARTS, json!({})).await
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn the_guests_of_a_network_create_as_many_carts_an_hour_as_the_option_says(db: PgPool) {
    assert_eq!(ShopOptions::default().carts_per_hour, Some(500));
    let app = with_limit(db, 100);
    let at_once: JoinSet<u16> = (0..120_u8)
        .map(|n| app.anonymous().at(&format!("2001:db8:1:1::{n:x}")))
        .map(|client| async move { a_new_cart(&client).await.status })
        .collect();

    let mut statuses: HashMap<u16, usize> = HashMap::new();
    for status in at_once.join_all().await {
        *statuses.entry(status).or_default() += 1;
    }

    assert_eq!(statuses, HashMap::from([(201, 100), (429, 20)]));
    assert_eq!(app.count("select count(*) from carts").await, 100);
    let refused = a_new_cart(&app.anonymous().at("2001:db8:1:1::ffff")).await.expect(429);
    assert_eq!((&refused.body["code"], refused.header("retry-after")), (&json!("throttled"), "3600"));
    let detail = refused.body["detail"].as_str().unwrap();
    assert!(detail.contains("Go on with a cart that you have, or try again in 3600 seconds."), "{detail}");
    a_new_cart(&app.anonymous().at("2001:db8:1:2::1")).await.expect(201);
    app.clock.advance(3600);
    a_new_cart(&app.anonymous().at("2001:db8:1:1::1")).await.expect(201);
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn the_guests_of_a_48_create_ten_times_as_many_carts(db: PgPool) {
    let app = with_limit(db, 2);
    for n in 0..20 {
        a_new_cart(&app.anonymous().at(&format!("2001:db8:1:{n:x}::1"))).await.expect(201);
    }
    let refused = a_new_cart(&app.anonymous().at("2001:db8:1:ffff::1")).await.expect(429);
    assert_eq!(refused.header("retry-after"), "3600");
    assert_eq!(app.count("select count(*) from carts").await, 20);
    a_new_cart(&app.anonymous().at("2001:db8:2:1::1")).await.expect(201);
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn the_carts_of_an_account_are_counted_wherever_it_is(db: PgPool) {
    let app = with_limit(db, 3);
    let (ana, ben) = (app.a_user().await, app.a_user().await);
    for n in 1..=3 {
        a_new_cart(&app.client_of(&ana).at(&format!("203.0.113.{n}"))).await.expect(201);
    }
    a_new_cart(&app.client_of(&ana).at("203.0.113.4")).await.expect(429);
    // Neither other accounts nor guests have a part in this count.
    a_new_cart(&app.client_of(&ben).at("203.0.113.1")).await.expect(201);
    a_new_cart(&app.anonymous().at("203.0.113.1")).await.expect(201);
}

/// A stranger registers many accounts at one address.
#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn the_accounts_of_a_network_create_ten_times_as_many_carts(db: PgPool) {
    let app = with_limit(db, 2);
    for _ in 0..10 {
        let client = app.client_of(&app.a_user().await).at("203.0.113.7");
        for _ in 0..2 {
            a_new_cart(&client).await.expect(201);
        }
    }
    let (guest, ana) = (app.anonymous(), app.client_of(&app.a_user().await));
    let refused = a_new_cart(&ana.clone().at("203.0.113.7")).await.expect(429);
    assert_eq!(refused.header("retry-after"), "3600");
    let detail = refused.body["detail"].as_str().unwrap();
    assert!(detail.starts_with("Too many new carts were created from your network in the last hour."), "{detail}");
    // A refused cart counts for nobody, and neither guests nor other networks have a part in this count.
    a_new_cart(&guest.at("203.0.113.7")).await.expect(201);
    for _ in 0..2 {
        a_new_cart(&ana.clone().at("198.51.100.7")).await.expect(201);
    }
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
#[expect(clippy::disallowed_methods, reason = "the test holds a lock on a connection apart")]
async fn a_cart_that_waits_for_its_lines_keeps_no_other_cart_of_its_network_waiting(db: PgPool) {
    let app = with_limit(db, 100);
    let shoes = app.a_product().stock(5).create().await;
    let mut holder = app.db.begin().await.unwrap();
    sqlx::query("select from product_variants for update").execute(&mut *holder).await.unwrap();
    let (waiting, other) = (app.anonymous().at("192.0.2.1"), app.anonymous().at("192.0.2.1"));
    let lines = json!({"items": [{"product_variant_id": shoes.variant, "quantity": 1}]});
    let release = async {
        app.wait_until_blocked().await;
        a_new_cart(&other).await.expect(201);
        holder.commit().await.unwrap();
    };

    let (first, ()) = tokio::join!(waiting.post(CARTS, lines), release);

    first.expect(201);
    assert_eq!(app.count("select count(*) from carts").await, 2);
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn refused_and_repeated_requests_are_not_counted(db: PgPool) {
    let app = with_limit(db, 2);
    let guest = app.anonymous().at("203.0.113.7");
    for _ in 0..3 {
        guest.post(CARTS, json!({"items": [{"product_variant_id": 1, "quantity": 1}]})).await.expect(400);
    }
    let keyed = guest.clone().header("idempotency-key", "6f1c1f3e-7f52-4f0a-9f5e-0c6e5b6f7a11");
    a_new_cart(&keyed).await.expect(201);
    for _ in 0..3 {
        a_new_cart(&keyed).await.expect(200);
    }
    a_new_cart(&guest).await.expect(201);

    let refused = guest.header("idempotency-key", "0b0f9c1c-5d1e-4a58-8f0e-3c9a4f2d7b22");
    a_new_cart(&refused).await.expect(429);
    assert_eq!(app.count("select count(*) from idempotency_keys").await, 1);
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn a_cart_is_used_without_a_limit(db: PgPool) {
    let app = with_limit(db, 1);
    let shoes = app.a_product().create().await;
    let guest = app.anonymous().at("203.0.113.7");
    let cart = cart_id(&a_new_cart(&guest).await.expect(201));
    for variant in app.variants_of(&shoes, 3).await {
        let item = json!({"product_variant_id": variant, "quantity": 1});
        guest.post(&format!("{}items/", path(cart)), item).await.expect(201);
    }
    a_new_cart(&guest).await.expect(429);
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn the_limit_can_be_switched_off(db: PgPool) {
    let app = app(db);
    for _ in 0..101 {
        a_new_cart(&app.anonymous().at("203.0.113.7")).await.expect(201);
    }
    assert_eq!(app.count("select count(*) from throttles").await, 0);
}
