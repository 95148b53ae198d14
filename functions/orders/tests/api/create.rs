//! Checkout: `POST /api/v1/orders/`.

use serde_json::{Value, json};
use shared::outbox::EventKind;
use sqlx::PgPool;

use super::{an_app, check_out};

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn an_order_keeps_names_and_prices_and_takes_the_stock(db: PgPool) {
    let (app, queue) = an_app(db);
    let ana = app.a_user().await;
    let shoes = app.a_product().named("Shoes").cents(4299).stock(5).create().await;
    let socks = app.a_product().named("Socks").cents(350).stock(9).create().await;
    let cart = app.a_cart().of(ana.id).with(socks.variant, 3).with(shoes.variant, 2).create().await;

    let order = check_out(&app, &ana, cart).await.expect(201).body;

    assert_eq!(order["grand_total"], "96.48");
    assert_eq!(order["currency"], "EUR");
    assert_eq!(order["status"], "placed");
    assert_eq!(order["email"], ana.email);
    assert_eq!(order["cart_id"], json!(cart));
    assert_eq!(order["placed_at"], "2026-11-22T06:38:51.000000Z");
    assert_eq!(
        order["items"],
        json!([
            {"product_variant_id": socks.variant, "product_name": "Socks", "variant_name": "One size", "sku": socks.sku,
             "unit_price": "3.50", "quantity": 3, "backordered": 0, "sub_total": "10.50"},
            {"product_variant_id": shoes.variant, "product_name": "Shoes", "variant_name": "One size", "sku": shoes.sku,
             "unit_price": "42.99", "quantity": 2, "backordered": 0, "sub_total": "85.98"},
        ])
    );
    assert_eq!(app.count("select on_hand::bigint from stock_levels order by variant_id limit 1").await, 3);
    assert_eq!(app.count("select sum(change)::bigint from stock_ledger where reason = 'sold'").await, -5);
    assert!(app.stock_adds_up().await);
    assert_eq!(app.count("select count(*) from carts where status = 'ordered'").await, 1);
    assert_eq!(app.count("select count(*) from order_events where kind = 'placed'").await, 1);
    let order_id = serde_json::from_value(order["id"].clone()).unwrap();
    assert_eq!(
        queue.sent().into_iter().map(|event| event.kind).collect::<Vec<_>>(),
        [EventKind::OrderPlaced { order_id }]
    );
    assert_eq!(app.count("select count(*) from outbox where sent_at is not null").await, 1);
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn an_order_does_not_change_with_the_catalogue(db: PgPool) {
    let (app, _) = an_app(db);
    let ana = app.a_user().await;
    let shoes = app.a_product().named("Shoes").cents(1000).stock(1).create().await;
    let cart = app.a_cart().of(ana.id).with(shoes.variant, 1).create().await;
    let order = check_out(&app, &ana, cart).await.expect(201).body;

    sqlx::query("update products set name = 'Boots', base_price = 9900").execute(&app.db).await.unwrap();

    let path = format!("/api/v1/orders/{}/", order["id"].as_str().unwrap());
    assert_eq!(app.client_of(&ana).get(&path).await.expect(200).body, order);
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn a_cart_with_one_item_short_of_stock_is_refused_as_a_whole(db: PgPool) {
    let (app, queue) = an_app(db);
    let ana = app.a_user().await;
    let plenty = app.a_product().stock(100).create().await;
    let few = app.a_product().named("Socks").stock(2).create().await;
    let none = app.a_product().stock(0).create().await;
    let cart =
        app.a_cart().of(ana.id).with(none.variant, 1).with(plenty.variant, 1).with(few.variant, 3).create().await;

    let refusal = check_out(&app, &ana, cart).await.expect(409).body;

    assert_eq!(refusal["code"], "sold_out");
    assert_eq!(
        refusal["items"],
        json!([
            {"product_variant_id": none.variant, "product_name": "Shoes", "variant_name": "One size", "sku": none.sku,
             "unavailable_reason": "insufficient_stock", "requested": 1, "available": 0},
            {"product_variant_id": few.variant, "product_name": "Socks", "variant_name": "One size", "sku": few.sku,
             "unavailable_reason": "insufficient_stock", "requested": 3, "available": 2},
        ])
    );
    assert_eq!(app.count("select count(*) from orders").await, 0);
    assert_eq!(app.count("select count(*) from outbox").await, 0);
    assert_eq!(app.count("select sum(on_hand)::bigint from stock_levels").await, 102);
    assert_eq!(app.count("select count(*) from carts where status = 'open'").await, 1);
    assert!(queue.sent().is_empty());
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn an_unpublished_product_is_not_sold(db: PgPool) {
    let (app, _) = an_app(db);
    let ana = app.a_user().await;
    let gone = app.a_product().stock(5).status("archived").create().await;
    let cart = app.a_cart().of(ana.id).with(gone.variant, 1).create().await;

    let refusal = check_out(&app, &ana, cart).await.expect(409).body;

    let item = &refusal["items"][0];
    assert_eq!((&item["product_variant_id"], &item["available"]), (&json!(gone.variant), &json!(0)));
    assert_eq!(item["unavailable_reason"], "not_for_sale");
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn the_last_unit_makes_the_product_unavailable_in_lists(db: PgPool) {
    let (app, _) = an_app(db);
    let ana = app.a_user().await;
    let shoes = app.a_product().stock(2).create().await;
    for expected_available in [1, 0] {
        let cart = app.a_cart().of(ana.id).with(shoes.variant, 1).create().await;
        check_out(&app, &ana, cart).await.expect(201);
        assert_eq!(app.count("select count(*) from products where is_available").await, expected_available);
    }
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn an_empty_cart_is_refused(db: PgPool) {
    let (app, _) = an_app(db);
    let ana = app.a_user().await;
    let cart = app.a_cart().of(ana.id).create().await;
    assert_eq!(check_out(&app, &ana, cart).await.expect(409).body["code"], "cart_empty");
    assert_eq!(app.count("select count(*) from orders").await, 0);
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn a_guest_cart_can_be_ordered_by_a_user_who_knows_its_id(db: PgPool) {
    let (app, _) = an_app(db);
    let ana = app.a_user().await;
    let shoes = app.a_product().stock(1).create().await;
    let cart = app.a_cart().with(shoes.variant, 1).create().await;
    check_out(&app, &ana, cart).await.expect(201);
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn another_users_cart_is_not_found_before_and_after_it_was_ordered(db: PgPool) {
    let (app, _) = an_app(db);
    let (ana, ben) = (app.a_user().await, app.a_user().await);
    let shoes = app.a_product().stock(1).create().await;
    let cart = app.a_cart().of(ana.id).with(shoes.variant, 1).create().await;

    assert_eq!(check_out(&app, &ben, cart).await.expect(404).body["code"], "not_found");
    check_out(&app, &ana, cart).await.expect(201);
    assert_eq!(check_out(&app, &ben, cart).await.expect(404).body["code"], "not_found");
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn the_current_price_counts_unless_the_client_expects_another(db: PgPool) {
    let (app, _) = an_app(db);
    let ana = app.a_user().await;
    let shoes = app.a_product().cents(1000).stock(2).create().await;
    let cart = app.a_cart().of(ana.id).with(shoes.variant, 2).create().await;
    sqlx::query("update products set base_price = 1250").execute(&app.db).await.unwrap();
    let client = app.client_of(&ana);

    let order = |expected: Value| json!({"cart_id": cart, "expected_total": expected});
    let refusal = client.post("/api/v1/orders/", order(json!("20.00"))).await.expect(409).body;
    assert_eq!((&refusal["code"], &refusal["grand_total"]), (&json!("cart_changed"), &json!("25.00")));
    assert_eq!(app.count("select count(*) from orders").await, 0);
    client.post("/api/v1/orders/", order(json!(25))).await.expect(201);
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn a_deleted_or_deactivated_account_cannot_order(db: PgPool) {
    let (app, _) = an_app(db);
    let (ana, ben) = (app.a_user().await, app.a_user().await);
    let shoes = app.a_product().stock(2).create().await;
    let cart = app.a_cart().with(shoes.variant, 1).create().await;
    sqlx::query("update users set is_active = false where id = $1").bind(ana.id).execute(&app.db).await.unwrap();
    sqlx::query("delete from users where id = $1").bind(ben.id).execute(&app.db).await.unwrap();

    assert_eq!(check_out(&app, &ana, cart).await.expect(401).body["code"], "user_inactive");
    assert_eq!(check_out(&app, &ben, cart).await.expect(401).body["code"], "user_not_found");
    assert_eq!(app.count("select count(*) from orders").await, 0);
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn the_most_expensive_cart_is_exact_to_the_cent(db: PgPool) {
    let (app, _) = an_app(db);
    let ana = app.a_user().await;
    let crown = app.a_product().cents(shared::money::Money::MAX_PRICE.minor()).stock(999).create().await;
    let cart = app.a_cart().of(ana.id).with(crown.variant, 999).create().await;
    let expected = "998999999990.01";
    let order = json!({"cart_id": cart, "expected_total": expected});
    assert_eq!(app.client_of(&ana).post("/api/v1/orders/", order).await.expect(201).body["grand_total"], expected);
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn an_order_keeps_the_language_that_the_buyer_accepted(db: PgPool) {
    let (app, _) = an_app(db);
    let ana = app.a_user().await;
    let shoes = app.a_product().stock(2).create().await;
    for languages in ["de-AT, en;q=0.5", "fr"] {
        let cart = app.a_cart().of(ana.id).with(shoes.variant, 1).create().await;
        let client = app.client_of(&ana).header("accept-language", languages);
        client.post("/api/v1/orders/", json!({"cart_id": cart})).await.expect(201);
    }
    assert_eq!(
        app.count("select count(*) from orders where (number, locale) in ((1001, 'de'), (1002, 'en'))").await,
        2
    );
}
