//! Changes while the cart is being checked out.

use serde_json::json;
use shared::orders::store::Outcome;
use sqlx::PgPool;

use crate::{app, items};

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn a_line_added_before_the_order_is_in_it_and_a_later_one_is_refused(db: PgPool) {
    let app = app(db);
    let ana = app.a_user().await;
    let (shoes, socks) = (app.a_product().stock(50).create().await, app.a_product().stock(50).create().await);

    for _ in 0..10 {
        let cart = app.a_cart().of(ana.id).with(shoes.variant, 1).create().await;
        let placement = app.a_placement(cart, ana.id);
        let (client, path) = (app.client_of(&ana), items(cart));
        let more = json!({"product_variant_id": socks.variant, "quantity": 1});

        let (placed, added) = tokio::join!(app.check_out(&placement), client.post(&path, more));

        let Outcome::Placed(order) = placed else { panic!("{placed:?}") };
        let expected = if order.items.len() == 2 { 201 } else { 410 };
        assert_eq!(added.status, expected, "{}", added.text);
    }
    assert!(app.stock_adds_up().await);
}

#[expect(clippy::disallowed_methods, reason = "the test uses its own connection")]
#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn a_change_waits_for_the_lock_of_the_cart(db: PgPool) {
    let app = app(db);
    let shoes = app.a_product().create().await;
    let cart = app.a_cart().with(shoes.variant, 1).create().await;
    let (client, path) = (app.anonymous(), items(cart));
    let mut holder = app.db.begin().await.unwrap();
    sqlx::query("select from carts where id = $1 for update").bind(cart).execute(&mut *holder).await.unwrap();
    sqlx::query("update carts set status = 'ordered'").execute(&mut *holder).await.unwrap();

    let add = client.post(&path, json!({"product_variant_id": shoes.variant, "quantity": 1}));
    let release = async {
        // Until the change waits; then the cart becomes an order.
        while app
            .count(
                "select count(*) from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'",
            )
            .await
            == 0
        {
            tokio::task::yield_now().await;
        }
        holder.commit().await.unwrap();
    };
    let (added, ()) = tokio::join!(add, release);

    added.expect(410);
    assert_eq!(app.count("select quantity::bigint from cart_lines").await, 1);
}
