//! Untracked variants can always be bought, and their sales lock nothing and change no number.
#![expect(clippy::disallowed_methods, reason = "the test holds locks on its own connection")]

use std::collections::HashMap;

use serde_json::json;
use sqlx::PgPool;

use super::many_buyers::all_check_out;
use super::{an_app, check_out};

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn an_untracked_variant_is_sold_with_nothing_in_stock(db: PgPool) {
    let (app, _) = an_app(db);
    let ana = app.a_user().await;
    let wrap = app.a_product().cents(300).untracked().create().await;
    let shoes = app.a_product().cents(1000).stock(2).create().await;
    let card = app.a_product().cents(200).untracked().stock(7).create().await;
    let cart = app.a_cart().of(ana.id).with(wrap.variant, 999).with(shoes.variant, 2).with(card.variant, 9);
    let cart = cart.create().await;

    let order = check_out(&app, &ana, cart).await.expect(201).body;

    let line = |at: usize| (&order["items"][at]["sku"], &order["items"][at]["backordered"]);
    let none = json!(0);
    assert_eq!(line(0), (&json!(wrap.sku), &none));
    assert_eq!(line(1), (&json!(shoes.sku), &none));
    assert_eq!(line(2), (&json!(card.sku), &none));
    assert_eq!(order["grand_total"], "3035.00");
    // Of the three, only the shoes are tracked.
    assert_eq!(app.count("select sum(on_hand)::bigint from stock_levels").await, 7);
    assert_eq!(app.count("select count(*) from stock_ledger where reason = 'sold'").await, 1);
    assert!(app.stock_adds_up().await);
    assert_eq!(app.count("select count(*) from products where is_available").await, 2);
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn a_lock_on_the_stock_of_an_untracked_variant_stops_no_checkout(db: PgPool) {
    let (app, _) = an_app(db);
    let ana = app.a_user().await;
    let (wrap, shoes) = (app.a_product().untracked().create().await, app.a_product().stock(1).create().await);
    let cart = app.a_cart().of(ana.id).with(wrap.variant, 1).with(shoes.variant, 1).create().await;
    let mut holder = app.db.begin().await.unwrap();
    sqlx::query("select from stock_levels where variant_id = $1 for update")
        .bind(wrap.variant)
        .execute(&mut *holder)
        .await
        .unwrap();

    check_out(&app, &ana, cart).await.expect(201);

    holder.rollback().await.unwrap();
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn many_buyers_at_once_all_get_an_untracked_variant(db: PgPool) {
    let (app, _) = an_app(db);
    let ana = app.a_user().await;
    let wrap = app.a_product().untracked().stock(3).create().await;
    let mut carts = Vec::new();
    for _ in 0..64 {
        carts.push(app.a_cart().of(ana.id).with(wrap.variant, 2).create().await);
    }

    assert_eq!(all_check_out(&app.client_of(&ana), carts, 32).await, HashMap::from([(201, 64)]));

    assert_eq!(app.count("select sum(quantity)::bigint from order_lines").await, 128);
    assert_eq!(app.count("select on_hand::bigint from stock_levels").await, 3);
    assert!(app.stock_adds_up().await);
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn an_untracked_variant_is_not_sold_when_it_is_not_for_sale(db: PgPool) {
    let (app, _) = an_app(db);
    let ana = app.a_user().await;
    let wrap = app.a_product().untracked().create().await;
    let cart = app.a_cart().of(ana.id).with(wrap.variant, 1).create().await;
    sqlx::query("update products set status = 'draft'").execute(&app.db).await.unwrap();

    let refusal = check_out(&app, &ana, cart).await.expect(409).body;

    let item = &refusal["items"][0];
    assert_eq!((&item["unavailable_reason"], &item["available"]), (&json!("not_for_sale"), &json!(0)));
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn a_variant_that_is_put_on_sale_again_while_checkout_looks_is_sold(db: PgPool) {
    let (app, _) = an_app(db);
    let ana = app.a_user().await;
    let wrap = app.a_product().cents(300).untracked().create().await;
    let cart = app.a_cart().of(ana.id).with(wrap.variant, 2).create().await;
    // Staff take the product off sale after the first look and put it on sale before the second one.
    sqlx::raw_sql(
        "create sequence looks;
         alter function sold_out_lines(uuid, timestamptz) rename to real_lines;
         create function sold_out_lines(p_cart_id uuid, p_now timestamptz) returns table (lines json) language plpgsql as $$
         declare v_look bigint := nextval('looks');
         begin
             if v_look = 2 then
                 update products set status = 'active';
             end if;
             return query select * from real_lines(p_cart_id, p_now);
             if v_look = 1 then
                 update products set status = 'draft';
             end if;
         end $$",
    )
    .execute(&app.db)
    .await
    .unwrap();

    let order = check_out(&app, &ana, cart).await.expect(201).body;

    assert_eq!((&order["items"][0]["sku"], &order["items"][0]["quantity"]), (&json!(wrap.sku), &json!(2)));
    assert_eq!(app.count("select last_value from looks").await, 2, "the second look decides");
    assert_eq!(app.count("select count(*) from orders").await, 1);
    assert!(app.stock_adds_up().await);
}
