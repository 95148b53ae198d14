//! Variants that are sold with too few units in stock: what is missing is backordered, and what comes in goes to the oldest orders first.

use std::collections::HashMap;

use serde_json::{Value, json};
use shared::testing::{TestApp, TestProduct, TestUser};
use sqlx::PgPool;

use super::many_buyers::all_check_out;
use super::{an_app, check_out};

/// A line of the ledger: the change, what was on hand afterwards, the reason and the number of the order.
type Line = (i32, i32, String, Option<i64>);

async fn ledger(app: &TestApp) -> Vec<Line> {
    sqlx::query_as(
        "select l.change, l.on_hand_after, l.reason, o.number from stock_ledger l left join orders o on o.id = l.order_id order by l.id",
    )
    .fetch_all(&app.db)
    .await
    .unwrap()
}

/// Returns a line of the ledger that says what an order got.
fn sold(change: i32, after: i32, order: &Value) -> Line {
    (change, after, "sold".to_owned(), order["number"].as_i64())
}

fn changed(change: i32, after: i32, reason: &str) -> Line {
    (change, after, reason.to_owned(), None)
}

async fn order_of(app: &TestApp, buyer: &TestUser, product: &TestProduct, quantity: i32) -> Value {
    let cart = app.a_cart().of(buyer.id).with(product.variant, quantity).create().await;
    check_out(app, buyer, cart).await.expect(201).body
}

async fn change_stock(app: &TestApp, product: &TestProduct, units: i32, reason: &str) {
    sqlx::query("select change_stock($1, $2, $3, now())")
        .bind(product.variant)
        .bind(units)
        .bind(reason)
        .execute(&app.db)
        .await
        .unwrap();
}

/// Returns what is backordered of each order, in the order of their numbers.
async fn waiting(app: &TestApp) -> Vec<i32> {
    sqlx::query_scalar("select backordered from order_lines l join orders o on o.id = l.order_id order by o.number")
        .fetch_all(&app.db)
        .await
        .unwrap()
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn an_order_takes_what_is_in_stock_and_waits_for_the_rest(db: PgPool) {
    let (app, _) = an_app(db);
    let ana = app.a_user().await;
    let table = app.a_product().stock(2).backorders(None).create().await;
    let cart = app.a_cart().of(ana.id).with(table.variant, 5).create().await;

    let order = check_out(&app, &ana, cart).await.expect(201).body;

    assert_eq!((&order["items"][0]["quantity"], &order["items"][0]["backordered"]), (&json!(5), &json!(3)));
    let path = format!("/api/v1/orders/{}/", order["id"].as_str().unwrap());
    assert_eq!(app.client_of(&ana).get(&path).await.expect(200).body, order);
    assert_eq!(check_out(&app, &ana, cart).await.expect(200).body, order);
    let second = order_of(&app, &ana, &table, 1).await;
    assert_eq!(second["items"][0]["backordered"], 1);
    // Nothing was on hand for the second order, so the ledger has no line of it.
    assert_eq!(ledger(&app).await, [changed(2, 2, "received"), sold(-2, 0, &order)]);
    assert_eq!(app.count("select backordered::bigint from stock_levels").await, 4);
    assert!(app.stock_adds_up().await);
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn backorders_end_at_the_limit(db: PgPool) {
    let (app, _) = an_app(db);
    let ana = app.a_user().await;
    let table = app.a_product().stock(1).backorders(Some(2)).create().await;
    let too_many = app.a_cart().of(ana.id).with(table.variant, 4).create().await;

    let refusal = check_out(&app, &ana, too_many).await.expect(409).body;
    let item = &refusal["items"][0];
    assert_eq!(
        (&item["unavailable_reason"], &item["requested"], &item["available"]),
        (&json!("insufficient_stock"), &json!(4), &json!(3))
    );

    assert_eq!(order_of(&app, &ana, &table, 3).await["items"][0]["backordered"], 2);
    assert_eq!(app.count("select count(*) from products where is_available").await, 0);
    let one = app.a_cart().of(ana.id).with(table.variant, 1).create().await;
    assert_eq!(check_out(&app, &ana, one).await.expect(409).body["items"][0]["available"], 0);
    // What comes in goes to the order and makes room for as many backorders.
    change_stock(&app, &table, 1, "received").await;
    assert_eq!(app.count("select count(*) from products where is_available").await, 1);
    check_out(&app, &ana, one).await.expect(201);
    assert!(app.stock_adds_up().await);
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn no_more_than_a_billion_units_are_backordered(db: PgPool) {
    let (app, _) = an_app(db);
    let ana = app.a_user().await;
    let table = app.a_product().backorders(None).create().await;
    sqlx::query("update stock_levels set backordered = 999999998").execute(&app.db).await.unwrap();
    for (quantity, status) in [(3, 409), (2, 201), (1, 409)] {
        let cart = app.a_cart().of(ana.id).with(table.variant, quantity).create().await;
        check_out(&app, &ana, cart).await.expect(status);
    }
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn units_that_come_in_go_to_the_oldest_orders_first(db: PgPool) {
    let (app, _) = an_app(db);
    let (ana, ben) = (app.a_user().await, app.a_user().await);
    let (table, lamp) =
        (app.a_product().backorders(None).create().await, app.a_product().backorders(None).create().await);
    let first = order_of(&app, &ana, &table, 2).await;
    app.clock.advance(60);
    let second = order_of(&app, &ben, &table, 3).await;
    app.clock.advance(60);
    let third = order_of(&app, &ana, &table, 1).await;
    order_of(&app, &ben, &lamp, 1).await;
    assert_eq!(waiting(&app).await, [2, 3, 1, 1]);

    change_stock(&app, &table, 1, "returned").await;
    assert_eq!(waiting(&app).await, [1, 3, 1, 1]);
    change_stock(&app, &table, 3, "counted").await;
    assert_eq!(waiting(&app).await, [0, 1, 1, 1]);
    change_stock(&app, &table, 7, "received").await;
    assert_eq!(waiting(&app).await, [0, 0, 0, 1], "the lamp is still owed");

    assert_eq!(
        ledger(&app).await,
        [
            changed(1, 1, "returned"),
            sold(-1, 0, &first),
            changed(3, 3, "counted"),
            sold(-1, 2, &first),
            sold(-2, 0, &second),
            changed(7, 7, "received"),
            sold(-1, 6, &second),
            sold(-1, 5, &third),
        ]
    );
    assert_eq!(app.count("select sum(on_hand)::bigint from stock_levels").await, 5);
    assert!(app.stock_adds_up().await);
}

/// The number tells which came first if two orders were placed at the same time.
#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn the_oldest_order_is_the_one_that_was_placed_first(db: PgPool) {
    let (app, _) = an_app(db);
    let ana = app.a_user().await;
    let table = app.a_product().backorders(None).create().await;
    for _ in 0..3 {
        order_of(&app, &ana, &table, 1).await;
    }
    sqlx::query(
        "update orders set placed_at = placed_at - interval '1 day' where number = (select max(number) from orders)",
    )
    .execute(&app.db)
    .await
    .unwrap();
    change_stock(&app, &table, 1, "received").await;
    assert_eq!(waiting(&app).await, [1, 1, 0]);
    change_stock(&app, &table, 1, "received").await;
    assert_eq!(waiting(&app).await, [0, 1, 0]);
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn backorders_stay_owed_when_the_rules_change(db: PgPool) {
    let (app, _) = an_app(db);
    let ana = app.a_user().await;
    let table = app.a_product().backorders(None).create().await;
    order_of(&app, &ana, &table, 4).await;
    for (rules, owed) in [("backorder_limit = 1", 3), ("allow_backorder = false", 2), ("track_inventory = false", 1)] {
        let sql = format!("update stock_levels set {rules}");
        sqlx::query(sqlx::AssertSqlSafe(sql)).execute(&app.db).await.unwrap();
        change_stock(&app, &table, 1, "received").await;
        assert_eq!(waiting(&app).await, [owed], "{rules}");
        assert!(app.stock_adds_up().await);
    }
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn many_buyers_at_once_stay_within_the_limit(db: PgPool) {
    let (app, _) = an_app(db);
    let ana = app.a_user().await;
    let table = app.a_product().stock(5).backorders(Some(20)).create().await;
    let mut carts = Vec::new();
    for _ in 0..80 {
        carts.push(app.a_cart().of(ana.id).with(table.variant, 1).create().await);
    }

    assert_eq!(all_check_out(&app.client_of(&ana), carts, 32).await, HashMap::from([(201, 25), (409, 55)]));

    assert_eq!(app.count("select on_hand::bigint from stock_levels").await, 0);
    assert_eq!(app.count("select sum(backordered)::bigint from order_lines").await, 20);
    assert_eq!(app.count("select sum(change)::bigint from stock_ledger where reason = 'sold'").await, -5);
    assert!(app.stock_adds_up().await);
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn units_that_come_in_during_many_sales_are_all_accounted_for(db: PgPool) {
    let (app, _) = an_app(db);
    let ana = app.a_user().await;
    let table = app.a_product().backorders(Some(10)).create().await;
    let mut carts = Vec::new();
    for turn in 0..90 {
        carts.push(app.a_cart().of(ana.id).with(table.variant, 1 + turn % 3).create().await);
    }
    let client = app.client_of(&ana);
    let deliveries = async {
        for units in [3, 1, 7, 2, 5, 4, 6, 1, 1, 3] {
            change_stock(&app, &table, units, "received").await;
        }
    };

    let (statuses, ()) = tokio::join!(all_check_out(&client, carts, 16), deliveries);

    let (placed, refused) = (statuses.get(&201).copied().unwrap_or(0), statuses.get(&409).copied().unwrap_or(0));
    assert_eq!(placed + refused, 90, "{statuses:?}");
    let (received, owed, on_hand) = (
        33,
        app.count("select backordered::bigint from stock_levels").await,
        app.count("select on_hand::bigint from stock_levels").await,
    );
    assert_eq!(app.count("select sum(quantity)::bigint from order_lines").await, received + owed - on_hand);
    assert!(owed <= 10, "{owed}");
    assert!(app.stock_adds_up().await);
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn a_change_beyond_a_limit_is_refused_by_the_check_of_that_limit(db: PgPool) {
    let (app, _) = an_app(db);
    let change = async |variant, units: i32| {
        let changed = sqlx::query("select change_stock($1, $2, 'corrected', now())")
            .bind(variant)
            .bind(units)
            .execute(&app.db)
            .await;
        changed.unwrap_err().into_database_error().unwrap().constraint().unwrap_or_default().to_owned()
    };
    for backorders in [Some(0), Some(2), Some(9), None] {
        let variant = app.a_product().stock(1).backorders(backorders).create().await.variant;
        for units in [-2, -3, -4, -1_000_000_000] {
            assert_eq!(change(variant, units).await, "stock_not_negative", "{units} with {backorders:?}");
        }
        for units in [1_000_000_000, 2_000_000_000] {
            assert_eq!(change(variant, units).await, "stock_within_limit", "{units} with {backorders:?}");
        }
    }
}
