//! Many checkouts at the same time.

use std::collections::HashMap;
use std::sync::Arc;

use shared::testing::{Client, TestApp};
use sqlx::PgPool;
use tokio::sync::Semaphore;
use tokio::task::JoinSet;

use super::{an_app, body};
use shared::ids::CartId;

/// Checks out every cart, `at_once` at a time, and counts the responses by status.
pub(super) async fn all_check_out(client: &Client, carts: Vec<CartId>, at_once: usize) -> HashMap<u16, usize> {
    let turns = Arc::new(Semaphore::new(at_once));
    let mut posts = JoinSet::new();
    for cart in carts {
        let (client, turns) = (client.clone(), turns.clone());
        posts.spawn(async move {
            let _turn = turns.acquire().await.unwrap();
            client.post("/api/v1/orders/", body(cart)).await.status
        });
    }
    let mut statuses = HashMap::new();
    for status in posts.join_all().await {
        *statuses.entry(status).or_default() += 1;
    }
    statuses
}

async fn nothing_is_lost(app: &TestApp, orders: i64) {
    assert_eq!(app.count("select count(*) from orders").await, orders);
    assert_eq!(
        app.count("select count(*) from orders o where not exists (select from order_lines where order_id = o.id)")
            .await,
        0
    );
    assert_eq!(app.count("select count(*) from outbox").await, orders);
    assert_eq!(app.count("select count(distinct cart_id) from orders").await, orders);
    assert!(app.stock_adds_up().await);
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn the_last_unit_is_sold_once_to_64_buyers_at_once(db: PgPool) {
    let (app, _) = an_app(db);
    let shoes = app.a_product().stock(1).create().await;
    let mut posts = JoinSet::new();
    for _ in 0..64 {
        let buyer = app.a_user().await;
        let cart = app.a_cart().of(buyer.id).with(shoes.variant, 1).create().await;
        let client = app.client_of(&buyer);
        posts.spawn(async move { client.post("/api/v1/orders/", body(cart)).await.status });
    }
    let mut statuses = posts.join_all().await;
    statuses.sort_unstable();
    assert_eq!(statuses[0], 201);
    assert_eq!(statuses[1..], [409; 63]);
    nothing_is_lost(&app, 1).await;
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn of_2000_carts_for_500_units_exactly_500_become_orders(db: PgPool) {
    let (app, _) = an_app(db);
    let ana = app.a_user().await;
    let shoes = app.a_product().stock(500).create().await;
    let carts: Vec<CartId> = sqlx::query_scalar(
        "with cart as (insert into carts (id, user_id, created_at, updated_at)
                       select gen_random_uuid(), $1, now(), now() from generate_series(1, 2000) returning id),
              line as (insert into cart_lines (cart_id, variant_id, quantity) select id, $2, 1 from cart)
         select id from cart",
    )
    .bind(ana.id)
    .bind(shoes.variant)
    .fetch_all(&app.db)
    .await
    .unwrap();

    let statuses = all_check_out(&app.client_of(&ana), carts, 32).await;

    assert_eq!(statuses, HashMap::from([(201, 500), (409, 1500)]));
    assert_eq!(app.count("select on_hand::bigint from stock_levels").await, 0);
    nothing_is_lost(&app, 500).await;
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn carts_of_several_lines_in_any_order_never_deadlock(db: PgPool) {
    let (app, _) = an_app(db);
    let ana = app.a_user().await;
    let mut variants = Vec::new();
    for _ in 0..5 {
        variants.push(app.a_product().stock(40).create().await.variant);
    }
    let mut carts = Vec::new();
    for turn in 0..120 {
        // Each cart takes three variants. The first one differs, and every second cart has them in reverse order.
        let mut picked: Vec<_> = (0..3).map(|step| variants[(turn + step) % variants.len()]).collect();
        if turn % 2 == 1 {
            picked.reverse();
        }
        let cart = picked.into_iter().fold(app.a_cart().of(ana.id), |cart, variant| cart.with(variant, 1));
        carts.push(cart.create().await);
    }

    let statuses = all_check_out(&app.client_of(&ana), carts, 32).await;

    // 200 units, three to a cart: the last carts find one of their variants sold out. None gets a deadlock (503).
    let placed = *statuses.get(&201).unwrap();
    assert!((50..=66).contains(&placed), "{statuses:?}");
    assert_eq!(statuses.get(&409).copied(), Some(120 - placed), "{statuses:?}");
    nothing_is_lost(&app, i64::try_from(placed).unwrap()).await;
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn the_last_units_of_two_variants_make_their_product_unavailable_together(db: PgPool) {
    let (app, _) = an_app(db);
    let ana = app.a_user().await;
    for _ in 0..10 {
        let shoes = app.a_product().stock(1).create().await;
        let other = sqlx::query_scalar("insert into product_variants (product_id, sku, name, attribute_value_ids) values ($1, $2, 'Other', '{1}') returning id")
            .bind(shoes.id)
            .bind(format!("{}-2", shoes.sku))
            .fetch_one(&app.db)
            .await
            .unwrap();
        sqlx::query("select change_stock($1, 1, 'received', now())").bind(other).execute(&app.db).await.unwrap();
        let carts = vec![
            app.a_cart().of(ana.id).with(shoes.variant, 1).create().await,
            app.a_cart().of(ana.id).with(other, 1).create().await,
        ];
        assert_eq!(all_check_out(&app.client_of(&ana), carts, 2).await, HashMap::from([(201, 2)]));
        assert_eq!(app.count("select count(*) from products where is_available").await, 0);
    }
}
