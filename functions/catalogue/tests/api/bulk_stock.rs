//! Change stock in bulk: `POST /api/v1/catalogue/bulk/stock/`.

use serde_json::{Value, json};
use shared::catalogue::limits::MAX_UNITS;
use shared::ids::VariantId;
use shared::orders::store::Outcome;
use shared::testing::{Client, TestApp};
use shared::users::{Permission, Permissions};
use sqlx::PgPool;

use crate::app;
use crate::write_categories::{editor, editor_without_stock};

const STOCK: &str = "/api/v1/catalogue/bulk/stock/";

/// Returns a client of a member of staff with the permission `stock` alone.
async fn stock_keeper(app: &TestApp) -> Client {
    app.client_of(&app.a_staff_user_with(Permissions::from_iter([Permission::Stock])).await)
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn the_ledger_records_counted_received_and_adjusted_stock(db: PgPool) {
    let app = app(db);
    let keeper = stock_keeper(&app).await;
    let (shoes, boots, socks, hats) = (
        app.a_product().stock(5).create().await,
        app.a_product().create().await,
        app.a_product().stock(3).create().await,
        app.a_product().create().await,
    );
    let items = json!([
        {"sku": shoes.sku, "counted": 0, "on_hand_seen": 5},
        {"variant_id": boots.variant, "received": 7},
        {"variant_id": socks.variant, "adjusted_by": -1, "reason": "written_off"},
        {"sku": hats.sku, "adjusted_by": 2, "reason": "returned"},
        {"sku": "UNKNOWN", "received": 1},
    ]);

    keeper.post(STOCK, json!({"items": items, "dry_run": true})).await.expect(200);
    assert_eq!(app.count("select sum(on_hand)::bigint from stock_levels").await, 8);
    let answer = keeper.post(STOCK, json!({"items": items})).await.expect(200);

    assert_eq!((&answer.body["changed"], &answer.body["refused"]), (&json!(4), &json!(1)));
    let ledger: Vec<(i32, i32, String)> =
        sqlx::query_as("select change, on_hand_after, reason from stock_ledger order by id desc limit 4")
            .fetch_all(&app.db)
            .await
            .unwrap();
    let line = |change, after, reason: &str| (change, after, reason.to_owned());
    assert_eq!(
        ledger,
        [line(2, 2, "returned"), line(-1, 2, "written_off"), line(7, 7, "received"), line(-5, 0, "counted")]
    );
    assert!(app.stock_adds_up().await);
    let available: Vec<bool> =
        sqlx::query_scalar("select is_available from products order by id").fetch_all(&app.db).await.unwrap();
    assert_eq!(available, [false, true, true, true]);
    assert_eq!(app.count("select count(*) from audit_log where kind = 'stock_changed'").await, 1);
    // A change of the stock does not change the product's version.
    assert_eq!(app.count("select max(version) from products").await, 1);
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn removing_more_than_is_on_hand_is_refused(db: PgPool) {
    let app = app(db);
    let keeper = stock_keeper(&app).await;
    let shoes = app.a_product().stock(5).create().await;
    let items = json!([{"sku": shoes.sku, "adjusted_by": -6, "reason": "written_off"}]);
    let answer = keeper.post(STOCK, json!({"items": items})).await.expect(200);
    assert_eq!(
        answer.body["results"][0]["errors"],
        json!({"adjusted_by": ["Only 5 units are in stock. You cannot remove more."]})
    );
    assert_eq!(app.count("select on_hand::bigint from stock_levels").await, 5);
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn an_item_must_have_exactly_one_valid_change(db: PgPool) {
    let app = app(db);
    let keeper = stock_keeper(&app).await;
    for (change, field) in [
        (json!({}), "non_field_errors"),
        (json!({"received": 1, "counted": 1, "on_hand_seen": 1}), "non_field_errors"),
        (json!({"received": 1, "adjusted_by": 1, "reason": "returned"}), "non_field_errors"),
        (json!({"received": 0}), "received"),
        (json!({"received": 1, "reason": "returned"}), "reason"),
        (json!({"received": 1, "on_hand_seen": 1}), "on_hand_seen"),
        (json!({"counted": -1, "on_hand_seen": 1}), "counted"),
        (json!({"counted": 1}), "on_hand_seen"),
        (json!({"counted": 1, "on_hand_seen": null}), "on_hand_seen"),
        (json!({"counted": 1, "on_hand_seen": -1}), "on_hand_seen"),
        (json!({"adjusted_by": 1}), "reason"),
        (json!({"adjusted_by": 1, "reason": "sold"}), "reason"),
    ] {
        let mut item = change.clone();
        item["sku"] = json!("x");
        let answer = keeper.post(STOCK, json!({"items": [item]})).await.expect(400);
        assert!(answer.body.get(format!("items.0.{field}")).is_some(), "{change}: {}", answer.text);
    }
    editor_without_stock(&app).await.post(STOCK, json!({"items": []})).await.expect(403);
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn a_count_does_not_undo_a_sale_and_the_other_items_are_written(db: PgPool) {
    let app = app(db);
    let keeper = stock_keeper(&app).await;
    let (shoes, boots) = (app.a_product().stock(10).create().await, app.a_product().stock(10).create().await);
    // Four are sold while a person counts what was there before.
    sell(&app, shoes.variant, 4).await;
    let items = json!([
        {"sku": shoes.sku, "counted": 9, "on_hand_seen": 10},
        {"sku": boots.sku, "counted": 9, "on_hand_seen": 10},
    ]);

    let answer = keeper.post(STOCK, json!({"items": items})).await.expect(200);

    let [sold, other] = &answer.body["results"].as_array().unwrap()[..] else { panic!("{}", answer.text) };
    assert_eq!((&sold["outcome"], &other["outcome"]), (&json!("refused"), &json!("changed")));
    let text = "The stock is now 6, not 10. It changed after you saw it. Count again.";
    assert_eq!(sold["errors"], json!({"on_hand_seen": [text]}));
    assert_eq!(on_hand(&app).await, [6, 9]);
    // A count that found what was there is refused, too: nothing says that the six were counted.
    let same = json!([{"sku": shoes.sku, "counted": 10, "on_hand_seen": 10}]);
    assert_eq!(keeper.post(STOCK, json!({"items": same})).await.expect(200).body["refused"], 1);
    let again = json!([{"sku": shoes.sku, "counted": 5, "on_hand_seen": 6}]);
    assert_eq!(keeper.post(STOCK, json!({"items": again})).await.expect(200).body["changed"], 1);
    assert_eq!(on_hand(&app).await, [5, 9]);
    assert!(app.stock_adds_up().await);
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn an_adjustment_in_the_wrong_direction_is_refused(db: PgPool) {
    let app = app(db);
    let keeper = stock_keeper(&app).await;
    let shoes = app.a_product().stock(5).create().await;
    for (by, reason, outcome) in [
        (1, "written_off", "refused"),
        (-1, "returned", "refused"),
        (0, "corrected", "refused"),
        (-1, "corrected", "changed"),
        (1, "corrected", "changed"),
    ] {
        let items = json!([{"sku": shoes.sku, "adjusted_by": by, "reason": reason}]);
        let answer = keeper.post(STOCK, json!({"items": items})).await.expect(200);
        assert_eq!(answer.body["results"][0]["outcome"], outcome, "{by} {reason}");
    }
    assert_eq!(on_hand(&app).await, [5]);
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn stock_reaches_its_limit_in_every_way_and_never_exceeds_it(db: PgPool) {
    let app = app(db);
    let keeper = stock_keeper(&app).await;
    let full = json!([{"sku": "x", "received": MAX_UNITS + 1}]);
    keeper.post(STOCK, json!({"items": full})).await.expect(400);
    let more = json!([{"sku": "x", "counted": MAX_UNITS + 1, "on_hand_seen": 0}]);
    keeper.post(STOCK, json!({"items": more})).await.expect(400);
    for before in [0, 1] {
        let mut products = Vec::new();
        for _ in 0..3 {
            products.push(app.a_product().stock(before).create().await);
        }
        let items = json!([
            {"sku": products[0].sku, "received": MAX_UNITS},
            {"sku": products[1].sku, "adjusted_by": MAX_UNITS, "reason": "returned"},
            {"sku": products[2].sku, "counted": MAX_UNITS, "on_hand_seen": before},
        ]);
        let answer = keeper.post(STOCK, json!({"items": items})).await.expect(200);
        assert_eq!(answer.body["refused"], before * 2, "{}", answer.text);
        let text = "The stock is 1 units and can be at most 1000000000. Add fewer.";
        if before == 1 {
            assert_eq!(answer.body["results"][0]["errors"], json!({"received": [text]}));
            assert_eq!(answer.body["results"][1]["errors"], json!({"adjusted_by": [text]}));
        }
    }
    let (max, editor) = (i64::from(MAX_UNITS), editor(&app).await);
    assert_eq!(on_hand(&app).await, [max, max, max, 1, 1, max]);
    for (units, status) in [(MAX_UNITS, 201), (MAX_UNITS + 1, 400)] {
        let variants = json!([{"sku": format!("N-{units}"), "inventory_count": units}]);
        let product = json!({"name": format!("New {units}"), "base_price": "1.00", "variants": variants});
        editor.post("/api/v1/catalogue/products/", product).await.expect(status);
    }
    let over = sqlx::query("update stock_levels set on_hand = $1 where on_hand = $2")
        .bind(MAX_UNITS + 1)
        .bind(MAX_UNITS)
        .execute(&app.db)
        .await
        .unwrap_err();
    assert_eq!(over.as_database_error().unwrap().constraint(), Some("stock_within_limit"));
}

/// Returns the stock of every variant, the oldest first.
async fn on_hand(app: &TestApp) -> Vec<i64> {
    sqlx::query_scalar("select on_hand::bigint from stock_levels order by variant_id").fetch_all(&app.db).await.unwrap()
}

/// Sells this number of units to a new user.
async fn sell(app: &TestApp, variant: VariantId, quantity: i32) {
    let user = app.a_user().await;
    let cart = app.a_cart().of(user.id).with(variant, quantity).create().await;
    let outcome = app.check_out(&app.a_placement(cart, user.id)).await;
    assert!(matches!(outcome, Outcome::Placed(_)), "{outcome:?}");
}

/// Buyers take pairs of variants in any order while deliveries change all variants in any order.
#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn concurrent_deliveries_and_sales_do_not_deadlock_and_lose_no_unit(db: PgPool) {
    let app = app(db);
    let keeper = stock_keeper(&app).await;
    let mut products = Vec::new();
    for _ in 0..6 {
        products.push(app.a_product().stock(1).create().await);
    }
    let deliver = async {
        for round in 0..12 {
            let items: Vec<_> =
                (0..6).map(|n| json!({"sku": products[(n * 5 + round) % 6].sku, "received": 2})).collect();
            keeper.post(STOCK, json!({"items": items})).await.expect(200);
        }
    };
    let buy = async |buyer: usize| {
        let mut sold = 0;
        for round in 0..12 {
            let (one, other) = (&products[(buyer + round) % 6], &products[(buyer * 3 + round * 2 + 1) % 6]);
            let user = app.a_user().await;
            let mut cart = app.a_cart().of(user.id).with(one.variant, 1);
            if one.variant != other.variant {
                cart = cart.with(other.variant, 1);
            }
            let outcome = app.check_out(&app.a_placement(cart.create().await, user.id)).await;
            if let Outcome::Placed(order) = &outcome {
                sold += order.items.len();
            } else {
                assert!(matches!(outcome, Outcome::SoldOut(_)), "{outcome:?}");
            }
        }
        sold
    };

    let (.., a, b, c) = tokio::join!(deliver, buy(0), buy(1), buy(2));

    assert!(app.stock_adds_up().await);
    let on_hand = app.count("select sum(on_hand)::bigint from stock_levels").await;
    assert_eq!(on_hand + i64::try_from(a + b + c).unwrap(), 6 + 12 * 6 * 2);
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn units_that_come_in_go_to_backorders_first(db: PgPool) {
    let app = app(db);
    let keeper = stock_keeper(&app).await;
    let (table, lamp) =
        (app.a_product().backorders(Some(5)).create().await, app.a_product().backorders(Some(2)).create().await);
    app.an_order_of(&[(&table, 4), (&lamp, 2)]).await;
    let available = "select count(*) from products where is_available";
    assert_eq!(app.count(available).await, 1, "no more lamps can be ordered");
    let short = json!([{"sku": table.sku, "adjusted_by": -1, "reason": "written_off"}]);
    let refused = keeper.post(STOCK, json!({"items": short})).await.expect(200).body;
    assert_eq!(
        refused["results"][0]["errors"],
        json!({"adjusted_by": ["Only 0 units are in stock. You cannot remove more."]})
    );

    let items = json!([{"sku": table.sku, "received": 6}, {"sku": lamp.sku, "received": 1}]);
    keeper.post(STOCK, json!({"items": items, "dry_run": true})).await.expect(200);
    assert_eq!(app.count("select sum(backordered)::bigint from stock_levels").await, 6);
    let answer = keeper.post(STOCK, json!({"items": items})).await.expect(200).body;

    assert_eq!(answer["changed"], 2);
    let levels: Vec<(i32, i32)> = sqlx::query_as("select on_hand, backordered from stock_levels order by variant_id")
        .fetch_all(&app.db)
        .await
        .unwrap();
    assert_eq!(levels, [(2, 0), (0, 1)]);
    assert_eq!(app.count(available).await, 2);
    assert!(app.stock_adds_up().await);
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn a_count_makes_no_units_while_some_are_backordered(db: PgPool) {
    let app = app(db);
    let keeper = stock_keeper(&app).await;
    let table = app.a_product().backorders(None).create().await;
    app.an_order_of(&[(&table, 10)]).await;
    let levels = async || {
        let levels: (i32, i32) =
            sqlx::query_as("select on_hand, backordered from stock_levels").fetch_one(&app.db).await.unwrap();
        levels
    };
    let send = async |item: Value| {
        let mut item = item;
        item["variant_id"] = json!(table.variant);
        keeper.post(STOCK, json!({"items": [item]})).await.expect(200).body["results"][0].clone()
    };
    let counted = |units: i32| json!({"counted": units, "on_hand_seen": 0});
    let text = |units: i32| {
        format!(
            "{units} units are backordered, and units that come in go to them first, so a count finds no units. Send what came in as received."
        )
    };

    for _ in 0..2 {
        assert_eq!(send(counted(4)).await["errors"], json!({"counted": [text(10)]}));
        assert_eq!(levels().await, (0, 10));
    }
    assert_eq!(send(counted(0)).await["outcome"], "unchanged");
    assert_eq!(send(json!({"received": 4})).await["outcome"], "changed");
    // A colleague counts the four that went to the order.
    assert_eq!(send(counted(4)).await["errors"], json!({"counted": [text(6)]}));
    assert_eq!(levels().await, (0, 6));

    assert_eq!(send(json!({"received": 6})).await["outcome"], "changed");
    assert_eq!(send(counted(3)).await["outcome"], "changed");
    assert_eq!(send(counted(3)).await["outcome"], "refused");
    assert_eq!(levels().await, (3, 0));
    assert!(app.stock_adds_up().await);
}
