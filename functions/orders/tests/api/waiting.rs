//! Checkouts that wait for a lock and see what the other transaction changed.
#![expect(clippy::disallowed_methods, reason = "the test holds locks on its own connections")]

use shared::shop::ShopOptions;
use shared::testing::{Answer, TestApp};
use sqlx::{PgPool, Postgres, Transaction};

use super::{an_app, an_app_of, check_out};

/// Locks the stock of every variant.
async fn stock_holder(app: &TestApp) -> Transaction<'static, Postgres> {
    let mut holder = app.db.begin().await.unwrap();
    sqlx::query("select from stock_levels for update").execute(&mut *holder).await.unwrap();
    holder
}

/// Checks out while `holder` has the lock, and commits `holder` as soon as the checkout waits.
async fn behind(app: &TestApp, holder: Transaction<'_, Postgres>, checkout: impl Future<Output = Answer>) -> Answer {
    let release = async {
        let waiting =
            "select count(*) from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'";
        while app.count(waiting).await == 0 {}
        holder.commit().await.unwrap();
    };
    tokio::join!(checkout, release).0
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn a_product_that_is_archived_while_waiting_is_not_sold(db: PgPool) {
    let (app, _) = an_app(db);
    let ana = app.a_user().await;
    let shoes = app.a_product().stock(5).create().await;
    let cart = app.a_cart().of(ana.id).with(shoes.variant, 1).create().await;
    let mut holder = app.db.begin().await.unwrap();
    sqlx::query("select from stock_levels for update").execute(&mut *holder).await.unwrap();
    sqlx::query("update products set status = 'archived'").execute(&mut *holder).await.unwrap();

    let refusal = behind(&app, holder, check_out(&app, &ana, cart)).await.expect(409).body;

    assert_eq!((&refusal["code"], &refusal["items"][0]["available"]), (&"sold_out".into(), &0.into()));
    assert_eq!(
        (&refusal["items"][0]["unavailable_reason"], &refusal["items"][0]["sku"]),
        (&"not_for_sale".into(), &shoes.sku.into())
    );
    assert_eq!(app.count("select count(*) from orders").await, 0);
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn a_cart_whose_variant_is_archived_while_waiting_is_not_sold_in_part(db: PgPool) {
    let (app, _) = an_app(db);
    let ana = app.a_user().await;
    let (shoes, socks) = (app.a_product().cents(900).stock(5).create().await, app.a_product().stock(5).create().await);
    let cart = app.a_cart().of(ana.id).with(shoes.variant, 1).with(socks.variant, 1).create().await;
    let mut holder = app.db.begin().await.unwrap();
    sqlx::query("select from stock_levels for update").execute(&mut *holder).await.unwrap();
    sqlx::query("update product_variants set archived_at = now() where id = $1")
        .bind(socks.variant)
        .execute(&mut *holder)
        .await
        .unwrap();

    let refusal = behind(&app, holder, check_out(&app, &ana, cart)).await.expect(409).body;

    let items = refusal["items"].as_array().unwrap();
    assert_eq!((items.len(), &items[0]["sku"]), (1, &socks.sku.into()));
    assert_eq!(app.count("select count(*) from orders").await, 0);
    assert_eq!(app.count("select count(*) from stock_ledger where reason = 'sold'").await, 0);
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn a_cart_that_is_deleted_while_waiting_is_not_found(db: PgPool) {
    let (app, _) = an_app(db);
    let ana = app.a_user().await;
    let shoes = app.a_product().stock(5).create().await;
    let cart = app.a_cart().of(ana.id).with(shoes.variant, 1).create().await;
    let mut holder = app.db.begin().await.unwrap();
    sqlx::query("delete from carts").execute(&mut *holder).await.unwrap();

    behind(&app, holder, check_out(&app, &ana, cart)).await.expect(404);

    assert_eq!(app.count("select on_hand::bigint from stock_levels").await, 5);
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn an_account_that_is_deleted_while_waiting_cannot_order(db: PgPool) {
    let (app, _) = an_app(db);
    let ana = app.a_user().await;
    let shoes = app.a_product().stock(5).create().await;
    let cart = app.a_cart().with(shoes.variant, 1).create().await;
    let mut holder = app.db.begin().await.unwrap();
    sqlx::query("delete from users where id = $1").bind(ana.id).execute(&mut *holder).await.unwrap();

    let refusal = behind(&app, holder, check_out(&app, &ana, cart)).await.expect(401).body;

    assert_eq!(refusal["code"], "user_not_found");
    assert_eq!(app.count("select count(*) from orders").await, 0);
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn a_price_that_changes_while_waiting_is_in_the_total_and_in_the_lines(db: PgPool) {
    let (app, _) = an_app(db);
    let ana = app.a_user().await;
    let shoes = app.a_product().cents(1000).stock(5).create().await;
    let cart = app.a_cart().of(ana.id).with(shoes.variant, 2).create().await;
    let mut holder = app.db.begin().await.unwrap();
    sqlx::query("select from stock_levels for update").execute(&mut *holder).await.unwrap();
    sqlx::query("update products set base_price = 1250").execute(&mut *holder).await.unwrap();

    let order = behind(&app, holder, check_out(&app, &ana, cart)).await.expect(201).body;

    assert_eq!((&order["grand_total"], &order["items"][0]["sub_total"]), (&"25.00".into(), &"25.00".into()));
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn a_variant_that_is_no_longer_tracked_while_waiting_is_sold_as_an_untracked_one(db: PgPool) {
    let (app, _) = an_app(db);
    let ana = app.a_user().await;
    let (shoes, wrap) = (app.a_product().stock(5).create().await, app.a_product().cents(300).stock(2).create().await);
    let cart = app.a_cart().of(ana.id).with(wrap.variant, 2).with(shoes.variant, 1).create().await;
    let mut holder = stock_holder(&app).await;
    sqlx::query("select change_stock($1, -2, 'written_off', now())")
        .bind(wrap.variant)
        .execute(&mut *holder)
        .await
        .unwrap();
    sqlx::query("update stock_levels set track_inventory = false where variant_id = $1")
        .bind(wrap.variant)
        .execute(&mut *holder)
        .await
        .unwrap();

    let order = behind(&app, holder, check_out(&app, &ana, cart)).await.expect(201).body;

    let skus: Vec<_> = order["items"].as_array().unwrap().iter().map(|line| &line["sku"]).collect();
    assert_eq!((skus, &order["grand_total"]), (vec![&wrap.sku.into(), &shoes.sku.into()], &"16.00".into()));
    assert_eq!(app.count("select sum(on_hand)::bigint from stock_levels").await, 4);
    assert_eq!(app.count("select count(*) from stock_ledger where reason = 'sold'").await, 1);
    assert!(app.stock_adds_up().await);
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn a_cart_keeps_all_its_lines_while_other_variants_become_tracked(db: PgPool) {
    let (app, _) = an_app(db);
    let ana = app.a_user().await;
    let shoes = app.a_product().stock(5).create().await;
    let wrap = app.a_product().cents(300).untracked().create().await;
    let cart = app.a_cart().of(ana.id).with(wrap.variant, 2).with(shoes.variant, 1).create().await;
    let mut holder = stock_holder(&app).await;
    sqlx::query("update stock_levels set track_inventory = true").execute(&mut *holder).await.unwrap();

    // The wrap was untracked when the checkout began, so it is sold as such; what matters is that no number goes wrong.
    let order = behind(&app, holder, check_out(&app, &ana, cart)).await.expect(201).body;

    assert_eq!((&order["grand_total"], order["items"].as_array().unwrap().len()), (&"16.00".into(), 2));
    assert_eq!(app.count("select sum(on_hand)::bigint from stock_levels").await, 4);
    assert!(app.stock_adds_up().await);
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn a_backorder_that_is_no_longer_allowed_while_waiting_is_refused(db: PgPool) {
    for change in ["allow_backorder = false", "backorder_limit = 2"] {
        let (app, _) = an_app(db.clone());
        let ana = app.a_user().await;
        let shoes = app.a_product().backorders(Some(9)).create().await;
        let cart = app.a_cart().of(ana.id).with(shoes.variant, 3).create().await;
        let mut holder = stock_holder(&app).await;
        let sql = format!("update stock_levels set {change}");
        sqlx::query(sqlx::AssertSqlSafe(sql)).execute(&mut *holder).await.unwrap();

        let refusal = behind(&app, holder, check_out(&app, &ana, cart)).await.expect(409).body;

        assert_eq!((&refusal["code"], &refusal["items"][0]["requested"]), (&"sold_out".into(), &3.into()), "{change}");
        assert_eq!(app.count("select count(*) from orders").await, 0, "{change}");
    }
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn units_that_come_in_while_a_checkout_waits_are_not_backordered(db: PgPool) {
    let (app, _) = an_app(db);
    let ana = app.a_user().await;
    let shoes = app.a_product().backorders(None).create().await;
    let cart = app.a_cart().of(ana.id).with(shoes.variant, 3).create().await;
    let mut holder = stock_holder(&app).await;
    sqlx::query("select change_stock($1, 2, 'received', now())")
        .bind(shoes.variant)
        .execute(&mut *holder)
        .await
        .unwrap();

    let order = behind(&app, holder, check_out(&app, &ana, cart)).await.expect(201).body;

    assert_eq!(order["items"][0]["backordered"], 1);
    assert!(app.stock_adds_up().await);
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn a_line_that_is_added_while_waiting_for_the_cart_is_held_to_its_limit(db: PgPool) {
    let (app, _) = an_app(db);
    let ana = app.a_user().await;
    let (socks, shoes) = (app.a_product().stock(5).create().await, app.a_product().stock(500).create().await);
    sqlx::query("update stock_levels set quantity_limit_per_customer = 1 where variant_id = $1")
        .bind(shoes.variant)
        .execute(&app.db)
        .await
        .unwrap();
    let cart = app.a_cart().of(ana.id).with(socks.variant, 1).create().await;
    let mut holder = app.db.begin().await.unwrap();
    sqlx::query("select from carts for update").execute(&mut *holder).await.unwrap();
    sqlx::query("insert into cart_lines (cart_id, variant_id, quantity) values ($1, $2, 500)")
        .bind(cart)
        .bind(shoes.variant)
        .execute(&mut *holder)
        .await
        .unwrap();

    let refusal = behind(&app, holder, check_out(&app, &ana, cart)).await.expect(400).body;

    assert_eq!((&refusal["code"], &refusal["items"][0]["sku"]), (&"over_quantity_limit".into(), &shoes.sku.into()));
    assert_eq!(app.count("select count(*) from orders").await, 0);
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn an_account_whose_address_changes_while_waiting_must_prove_the_new_one(db: PgPool) {
    let app = an_app_of(db, ShopOptions { checkout_needs_proven_address: true, ..ShopOptions::default() });
    let ana = app.a_user().await;
    app.prove_address(ana.id).await;
    let shoes = app.a_product().stock(5).create().await;
    let cart = app.a_cart().of(ana.id).with(shoes.variant, 1).create().await;
    let mut holder = app.db.begin().await.unwrap();
    sqlx::query("update users set email = 'new@example.com'").execute(&mut *holder).await.unwrap();

    let refusal = behind(&app, holder, check_out(&app, &ana, cart)).await.expect(403).body;

    assert_eq!(refusal["code"], "address_not_proven");
    assert_eq!(app.count("select count(*) from orders").await, 0);
}
