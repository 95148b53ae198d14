//! Limits that keep one buyer from taking everything.
#![expect(clippy::disallowed_methods, reason = "the test holds locks on its own connection")]

use std::collections::HashMap;

use serde_json::{Value, json};
use shared::ids::VariantId;
use shared::shop::ShopOptions;
use shared::testing::{Answer, Client, TestApp, TestUser};
use sqlx::PgPool;
use tokio::task::JoinSet;

use super::many_buyers::all_check_out;
use super::{an_app_of, body, check_out};

const NONE: ShopOptions = ShopOptions::UNLIMITED;

/// Orders this number of units.
async fn buy(app: &TestApp, user: &TestUser, variant: VariantId, quantity: i32) -> Answer {
    let cart = app.a_cart().of(user.id).with(variant, quantity).create().await;
    check_out(app, user, cart).await
}

/// Orders one unit as a new user from this address.
async fn buy_at(app: &TestApp, address: &str, variant: VariantId) -> Answer {
    let user = app.a_user().await;
    let cart = app.a_cart().of(user.id).with(variant, 1).create().await;
    app.client_of(&user).at(address).post("/api/v1/orders/", body(cart)).await
}

fn assert_throttled(answer: &Answer, who: &str, seconds: i64) {
    let detail = format!(
        "{who} placed as many orders as are allowed in an hour. Your cart stays as it is: order it in {seconds} seconds, or ask the shop."
    );
    assert_eq!((answer.status, &answer.body), (429, &json!({"detail": detail, "code": "throttled"})));
    assert_eq!(answer.header("retry-after"), seconds.to_string());
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn an_account_places_10_orders_an_hour_even_at_once(db: PgPool) {
    let app = an_app_of(db, ShopOptions::default());
    let (ana, ben) = (app.a_user().await, app.a_user().await);
    let shoes = app.a_product().stock(50).create().await;
    let mut carts = Vec::new();
    for _ in 0..16 {
        carts.push(app.a_cart().of(ana.id).with(shoes.variant, 1).create().await);
    }

    let statuses = all_check_out(&app.client_of(&ana), carts, 16).await;

    assert_eq!(statuses, HashMap::from([(201, 10), (429, 6)]));
    assert_eq!(app.count("select on_hand::bigint from stock_levels").await, 40);
    assert_eq!(app.count("select count(*) from carts where status = 'open'").await, 6);
    assert_throttled(&buy(&app, &ana, shoes.variant, 1).await, "You have", 3600);
    buy(&app, &ben, shoes.variant, 1).await.expect(201);
    app.clock.advance(3600);
    buy(&app, &ana, shoes.variant, 1).await.expect(201);
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn an_account_waits_until_its_oldest_order_is_an_hour_old(db: PgPool) {
    let app = an_app_of(db, ShopOptions { checkouts_per_account: Some(2), ..NONE });
    let ana = app.a_user().await;
    let shoes = app.a_product().stock(9).create().await;
    buy(&app, &ana, shoes.variant, 1).await.expect(201);
    app.clock.advance(600);
    buy(&app, &ana, shoes.variant, 1).await.expect(201);
    assert_throttled(&buy(&app, &ana, shoes.variant, 1).await, "You have", 3000);
    app.clock.advance(3000);
    buy(&app, &ana, shoes.variant, 1).await.expect(201);
    assert_throttled(&buy(&app, &ana, shoes.variant, 1).await, "You have", 600);
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn a_repeated_checkout_is_answered_over_the_limit(db: PgPool) {
    let app = an_app_of(db, ShopOptions { checkouts_per_account: Some(1), checkouts_per_network: Some(1), ..NONE });
    let ana = app.a_user().await;
    let shoes = app.a_product().stock(9).create().await;
    let cart = app.a_cart().of(ana.id).with(shoes.variant, 1).create().await;
    let order = check_out(&app, &ana, cart).await.expect(201).body;
    for _ in 0..3 {
        assert_eq!(check_out(&app, &ana, cart).await.expect(200).body, order);
    }
    buy(&app, &ana, shoes.variant, 1).await.expect(429);
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn as_many_orders_an_hour_as_the_option_says_come_from_a_network_even_at_once(db: PgPool) {
    assert_eq!(ShopOptions::default().checkouts_per_network, Some(500));
    let app = an_app_of(db, ShopOptions { checkouts_per_network: Some(50), ..ShopOptions::default() });
    let shoes = app.a_product().stock(99).create().await;
    let mut posts = JoinSet::new();
    for n in 0..60 {
        let user = app.a_user().await;
        let cart = app.a_cart().of(user.id).with(shoes.variant, 1).create().await;
        let client = app.client_of(&user).at(&format!("2001:db8:7:7::{n:x}"));
        posts.spawn(async move { client.post("/api/v1/orders/", body(cart)).await.status });
    }

    let statuses = posts.join_all().await;

    let placed = statuses.iter().filter(|status| **status == 201).count();
    assert_eq!((placed, statuses.iter().filter(|status| **status == 429).count()), (50, 10));
    assert_eq!(app.count("select on_hand::bigint from stock_levels").await, 49);
    assert!(app.stock_adds_up().await);
    assert_throttled(&buy_at(&app, "2001:db8:7:7:ffff::1", shoes.variant).await, "Your network has", 3600);
    buy_at(&app, "2001:db8:7:8::1", shoes.variant).await.expect(201);
    app.clock.advance(3600);
    buy_at(&app, "2001:db8:7:7::1", shoes.variant).await.expect(201);
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn a_48_places_ten_times_as_many_orders_as_a_64(db: PgPool) {
    let app = an_app_of(db, ShopOptions { checkouts_per_network: Some(1), ..NONE });
    let shoes = app.a_product().stock(99).create().await;
    for n in 0..9 {
        buy_at(&app, &format!("2001:db8:7:{n:x}::1"), shoes.variant).await.expect(201);
    }
    // Refused checkouts count for neither.
    let ana = app.a_user().await;
    for n in 20..40 {
        let cart = app.a_cart().of(ana.id).with(shoes.variant, 1).create().await;
        let other_total = json!({"cart_id": cart, "expected_total": "1.00"});
        let client = app.client_of(&ana).at(&format!("2001:db8:7:{n:x}::1"));
        assert_eq!(client.post("/api/v1/orders/", other_total).await.expect(409).body["code"], "cart_changed");
    }
    buy_at(&app, "2001:db8:7:20::1", shoes.variant).await.expect(201);

    assert_throttled(&buy_at(&app, "2001:db8:7:21::1", shoes.variant).await, "Your network has", 3600);

    assert_eq!(
        app.count("select count(*) from throttles where hits > 0").await,
        11,
        "ten networks and the one around them"
    );
    buy_at(&app, "2001:db8:8::1", shoes.variant).await.expect(201);
    buy_at(&app, "203.0.113.7", shoes.variant).await.expect(201);
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn a_network_is_not_charged_for_refused_checkouts(db: PgPool) {
    let app = an_app_of(db, ShopOptions { checkouts_per_network: Some(2), ..NONE });
    let (ana, ben) = (app.a_user().await, app.a_user().await);
    let (shoes, socks) = (app.a_product().stock(1).create().await, app.a_product().stock(9).create().await);
    let at = |user: &TestUser| app.client_of(user).at("203.0.113.7");
    let cart = app.a_cart().of(ana.id).with(socks.variant, 1).create().await;
    let other_total = json!({"cart_id": cart, "expected_total": "1.00"});
    assert_eq!(at(&ana).post("/api/v1/orders/", other_total).await.expect(409).body["code"], "cart_changed");
    let empty = app.a_cart().of(ana.id).create().await;
    assert_eq!(at(&ana).post("/api/v1/orders/", body(empty)).await.expect(409).body["code"], "cart_empty");

    // Both find a unit when they look, and one of them gets it.
    let mut holder = app.db.begin().await.unwrap();
    sqlx::query("select from stock_levels for update").execute(&mut *holder).await.unwrap();
    let (anas, bens) = (
        app.a_cart().of(ana.id).with(shoes.variant, 1).create().await,
        app.a_cart().of(ben.id).with(shoes.variant, 1).create().await,
    );
    let (ana_client, ben_client) = (at(&ana), at(&ben));
    let release = async {
        let waiting =
            "select count(*) from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'";
        while app.count(waiting).await < 2 {}
        holder.commit().await.unwrap();
    };
    let (first, second, ()) = tokio::join!(
        ana_client.post("/api/v1/orders/", body(anas)),
        ben_client.post("/api/v1/orders/", body(bens)),
        release
    );
    let mut statuses = [first.status, second.status];
    statuses.sort_unstable();
    assert_eq!(statuses, [201, 409]);

    buy_at(&app, "203.0.113.7", socks.variant).await.expect(201);
    buy_at(&app, "203.0.113.7", socks.variant).await.expect(429);
}

fn over_limit(refused: &Answer) -> Vec<[Value; 4]> {
    assert_eq!((refused.status, &refused.body["code"]), (400, &json!("over_quantity_limit")), "{}", refused.text);
    let line = |item: &Value| ["sku", "requested", "quantity_limit", "available"].map(|name| item[name].clone());
    refused.body["items"].as_array().unwrap().iter().map(line).collect()
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn a_customer_has_20_of_a_variant_in_open_orders(db: PgPool) {
    let app = an_app_of(db, ShopOptions::default());
    let (ana, ben) = (app.a_user().await, app.a_user().await);
    let shoes = app.a_product().named("Shoes").stock(900).create().await;
    let socks = app.a_product().stock(900).create().await;
    buy(&app, &ana, shoes.variant, 15).await.expect(201);

    let refused = buy(&app, &ana, shoes.variant, 6).await;

    assert_eq!(over_limit(&refused), [[json!(shoes.sku), json!(6), json!(20), json!(5)]]);
    let detail = format!(
        "A customer can have 20 of Shoes, One size ({}) in open orders. You can order 5 more. Change the line.",
        shoes.sku
    );
    assert_eq!(refused.body["detail"], detail);
    buy(&app, &ana, shoes.variant, 5).await.expect(201);
    assert_eq!(
        over_limit(&buy(&app, &ana, shoes.variant, 1).await),
        [[json!(shoes.sku), json!(1), json!(20), json!(0)]]
    );
    // Each account and each variant has its own count.
    buy(&app, &ana, socks.variant, 20).await.expect(201);
    buy(&app, &ben, shoes.variant, 20).await.expect(201);
    assert_eq!(app.count("select count(*) from orders").await, 4);
    assert!(app.stock_adds_up().await);
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn orders_that_are_paid_or_old_leave_room(db: PgPool) {
    let app = an_app_of(db, ShopOptions { quantity_limit_per_customer: Some(3), ..NONE });
    let ana = app.a_user().await;
    let shoes = app.a_product().stock(99).create().await;
    for change in ["status = 'paid'", "status = 'cancelled'", "placed_at = placed_at - interval '31 days'"] {
        buy(&app, &ana, shoes.variant, 3).await.expect(201);
        buy(&app, &ana, shoes.variant, 1).await.expect(400);
        sqlx::query(sqlx::AssertSqlSafe(format!("update orders set {change}"))).execute(&app.db).await.unwrap();
    }
    buy(&app, &ana, shoes.variant, 3).await.expect(201);
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn a_variant_can_have_its_own_limit(db: PgPool) {
    for shop in [Some(5), None] {
        let app = an_app_of(db.clone(), ShopOptions { quantity_limit_per_customer: shop, ..NONE });
        let ana = app.a_user().await;
        let few = app.a_product().stock(99).create().await;
        let many = app.a_product().stock(99).create().await;
        for (product, limit) in [(&few, 2), (&many, 30)] {
            sqlx::query("update stock_levels set quantity_limit_per_customer = $2 where variant_id = $1")
                .bind(product.variant)
                .bind(limit)
                .execute(&app.db)
                .await
                .unwrap();
        }
        let cart = app.a_cart().of(ana.id).with(few.variant, 3).with(many.variant, 31).create().await;

        let refused = check_out(&app, &ana, cart).await;

        let all = [[json!(few.sku), json!(3), json!(2), json!(2)], [json!(many.sku), json!(31), json!(30), json!(30)]];
        assert_eq!(over_limit(&refused), all, "{shop:?}");
        buy(&app, &ana, few.variant, 2).await.expect(201);
        buy(&app, &ana, many.variant, 30).await.expect(201);
    }
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn simultaneous_checkouts_of_an_account_stay_within_the_limit(db: PgPool) {
    let app = an_app_of(db, NONE);
    let ana = app.a_user().await;
    for product in [app.a_product().stock(99), app.a_product().untracked()] {
        let product = product.create().await;
        sqlx::query("update stock_levels set quantity_limit_per_customer = 10 where variant_id = $1")
            .bind(product.variant)
            .execute(&app.db)
            .await
            .unwrap();
        let mut carts = Vec::new();
        for _ in 0..16 {
            carts.push(app.a_cart().of(ana.id).with(product.variant, 2).create().await);
        }
        let statuses = all_check_out(&app.client_of(&ana), carts, 16).await;
        assert_eq!(statuses, HashMap::from([(201, 5), (400, 11)]));
    }
    assert!(app.stock_adds_up().await);
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn a_shop_can_require_a_proven_address(db: PgPool) {
    let app = an_app_of(db, ShopOptions { checkout_needs_proven_address: true, ..NONE });
    let (ana, ben) = (app.a_user().await, app.a_user().await);
    let shoes = app.a_product().stock(9).create().await;

    let refused = buy(&app, &ana, shoes.variant, 1).await.expect(403);

    assert_eq!(refused.body["code"], "address_not_proven");
    assert!(refused.body["detail"].as_str().unwrap().contains("set it with the link in the mail"), "{}", refused.text);
    app.prove_address(ana.id).await;
    let cart = app.a_cart().of(ana.id).with(shoes.variant, 1).create().await;
    check_out(&app, &ana, cart).await.expect(201);
    buy(&app, &ben, shoes.variant, 1).await.expect(403);
    // A new address has to be proven again; what was ordered can still be repeated.
    sqlx::query("update users set email = 'new@example.com' where id = $1")
        .bind(ana.id)
        .execute(&app.db)
        .await
        .unwrap();
    buy(&app, &ana, shoes.variant, 1).await.expect(403);
    check_out(&app, &ana, cart).await.expect(200);
}

/// One new account tries to take the whole stock.
#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn one_account_cannot_empty_the_shop(db: PgPool) {
    let app = an_app_of(db, ShopOptions::default());
    let eve = app.a_user().await;
    let shoes = app.a_product().create().await;
    let variants = app.variants_of(&shoes, 40).await;
    for variant in &variants {
        sqlx::query("select change_stock($1, 998, 'received', now())").bind(variant).execute(&app.db).await.unwrap();
    }
    let client: Client = app.client_of(&eve);
    for quantity in [999, 20] {
        for _ in 0..12 {
            let mut cart = app.a_cart().of(eve.id);
            for variant in &variants {
                cart = cart.with(*variant, quantity);
            }
            client.post("/api/v1/orders/", body(cart.create().await)).await;
        }
    }
    assert_eq!(app.count("select count(*) from orders").await, 1);
    assert_eq!(app.count("select sum(on_hand)::bigint from stock_levels").await, 40 * (999 - 20));
}
