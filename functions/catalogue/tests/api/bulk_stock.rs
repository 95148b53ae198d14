//! Change stock in bulk: `POST /api/v1/catalogue/bulk/stock/`.

use serde_json::json;
use shared::app::Clock as _;
use shared::ids::{EventId, OrderId};
use shared::orders::store::{Outcome, Placement, place};
use shared::testing::{Client, TestApp};
use shared::users::{Permission, Permissions};
use sqlx::PgPool;

use crate::app;
use crate::write_categories::editor;

const STOCK: &str = "/api/v1/catalogue/bulk/stock/";

/// Returns a client of a member of staff with the permission `stock` alone.
async fn stock_keeper(app: &TestApp) -> Client {
    app.client_of(&app.a_staff_user_with(Permissions::from_iter([Permission::Stock])).await)
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn the_ledger_records_counted_received_and_written_off_stock(db: PgPool) {
    let app = app(db);
    let keeper = stock_keeper(&app).await;
    let (shoes, boots, socks) = (
        app.a_product().stock(5).create().await,
        app.a_product().create().await,
        app.a_product().stock(3).create().await,
    );
    let items = json!([
        {"sku": shoes.sku, "counted": 0},
        {"variant_id": boots.variant, "received": 7},
        {"variant_id": socks.variant, "written_off": 1},
        {"sku": "UNKNOWN", "counted": 1},
    ]);

    keeper.post(STOCK, json!({"items": items, "dry_run": true})).await.expect(200);
    assert_eq!(app.count("select sum(on_hand)::bigint from stock_levels").await, 8);
    let answer = keeper.post(STOCK, json!({"items": items})).await.expect(200);

    assert_eq!((&answer.body["changed"], &answer.body["refused"]), (&json!(3), &json!(1)));
    let ledger: Vec<(i32, i32, String)> =
        sqlx::query_as("select change, on_hand_after, reason from stock_ledger order by id desc limit 3")
            .fetch_all(&app.db)
            .await
            .unwrap();
    let line = |change, after, reason: &str| (change, after, reason.to_owned());
    assert_eq!(ledger, [line(-1, 2, "written_off"), line(7, 7, "received"), line(-5, 0, "counted")]);
    assert!(app.stock_adds_up().await);
    let available: Vec<bool> =
        sqlx::query_scalar("select is_available from products order by id").fetch_all(&app.db).await.unwrap();
    assert_eq!(available, [false, true, true]);
    assert_eq!(app.count("select count(*) from audit_log where kind = 'stock_changed'").await, 1);
    // A change of the stock does not change the product's version.
    assert_eq!(app.count("select max(version) from products").await, 1);
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn writing_off_more_than_is_on_hand_is_refused(db: PgPool) {
    let app = app(db);
    let keeper = stock_keeper(&app).await;
    let shoes = app.a_product().stock(5).create().await;
    let items = json!([{"sku": shoes.sku, "written_off": 6}]);
    let answer = keeper.post(STOCK, json!({"items": items})).await.expect(200);
    assert_eq!(
        answer.body["results"][0]["errors"],
        json!({"written_off": ["Only 5 units are in stock. You cannot write off more."]})
    );
    assert_eq!(app.count("select on_hand::bigint from stock_levels").await, 5);
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn an_item_must_have_exactly_one_valid_change(db: PgPool) {
    let app = app(db);
    let keeper = stock_keeper(&app).await;
    for item in
        [json!({"sku": "x"}), json!({"sku": "x", "counted": 1, "received": 1}), json!({"sku": "x", "counted": -1})]
    {
        keeper.post(STOCK, json!({"items": [item]})).await.expect(400);
    }
    editor(&app).await.post(STOCK, json!({"items": []})).await.expect(403);
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
            let placement = Placement {
                order: OrderId(app.ordered_uuid()),
                event: EventId(app.ordered_uuid()),
                cart: cart.create().await,
                user: user.id,
                sign_in: None,
                idempotency_key: None,
                request_digest: app.random_uuid(),
                expected_total: None,
                locale: shared::locale::Locale::DEFAULT,
                now: app.clock.now(),
            };
            let outcome = place(&app.app.db, &placement).await.unwrap();
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
