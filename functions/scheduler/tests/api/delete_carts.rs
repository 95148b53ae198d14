//! Carts end: empty ones after a day, those of guests after 30 days, those of users after 90, ordered ones a week after their order.

use shared::ids::{CartId, UserId, VariantId};
use shared::testing::{START, TestApp};
use sqlx::PgPool;

use crate::{run, scheduler};

const DAY: i64 = 24 * 60 * 60;

/// Inserts a cart that was last changed when the test began.
async fn cart(app: &TestApp, user: Option<UserId>, variants: &[VariantId]) -> CartId {
    let cart = variants
        .iter()
        .fold(user.into_iter().fold(app.a_cart(), |cart, user| cart.of(user)), |cart, variant| cart.with(*variant, 1));
    let cart = cart.create().await;
    sqlx::query("update carts set created_at = $2, updated_at = $2 where id = $1")
        .bind(cart)
        .bind(START)
        .execute(&app.db)
        .await
        .unwrap();
    cart
}

async fn carts(app: &TestApp) -> i64 {
    app.count("select count(*) from carts").await
}

/// Asserts that the only cart is there a microsecond before it ends, and not after it has ended.
async fn assert_ends_after(app: &TestApp, days: i64) {
    let scheduler = scheduler(app);
    app.clock.advance(days * DAY - 1);
    run(&scheduler).await;
    assert_eq!(carts(app).await, 1, "a second before {days} days");
    app.clock.advance(1);
    run(&scheduler).await;
    assert_eq!(carts(app).await, 0, "after {days} days");
    assert_eq!(app.count("select count(*) from cart_lines").await, 0);
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn a_guests_cart_ends_after_thirty_days(db: PgPool) {
    let app = TestApp::without_routes(db);
    let shoes = app.a_product().create().await;
    cart(&app, None, &[shoes.variant]).await;
    assert_ends_after(&app, 30).await;
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn a_users_cart_ends_after_ninety_days(db: PgPool) {
    let app = TestApp::without_routes(db);
    let (shoes, ana) = (app.a_product().create().await, app.a_user().await);
    cart(&app, Some(ana.id), &[shoes.variant]).await;
    assert_ends_after(&app, 90).await;
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn an_empty_cart_ends_after_a_day(db: PgPool) {
    let app = TestApp::without_routes(db);
    let ana = app.a_user().await;
    cart(&app, Some(ana.id), &[]).await;
    assert_ends_after(&app, 1).await;
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn a_cart_that_lost_its_last_line_ends_after_a_day(db: PgPool) {
    let app = TestApp::without_routes(db);
    let (shoes, socks) = (app.a_product().create().await, app.a_product().create().await);
    cart(&app, None, &[shoes.variant, socks.variant]).await;
    let remove = "delete from cart_lines where id = (select min(id) from cart_lines)";
    sqlx::query(remove).execute(&app.db).await.unwrap();
    assert_eq!(app.count("select count(*) from carts where is_empty").await, 0);
    sqlx::query(remove).execute(&app.db).await.unwrap();
    assert_ends_after(&app, 1).await;
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn an_ordered_cart_ends_a_week_after_its_order_and_the_order_stays(db: PgPool) {
    let app = TestApp::without_routes(db);
    app.an_order().await;
    assert_ends_after(&app, 7).await;
    assert_eq!(app.count("select count(*) from orders o join order_lines l on l.order_id = o.id").await, 1);
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn a_change_keeps_a_cart_for_another_thirty_days(db: PgPool) {
    let app = TestApp::without_routes(db);
    let shoes = app.a_product().create().await;
    cart(&app, None, &[shoes.variant]).await;
    app.clock.advance(20 * DAY);
    sqlx::query("update carts set updated_at = $1").bind(START.plus_seconds(20 * DAY)).execute(&app.db).await.unwrap();
    assert_ends_after(&app, 30).await;
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn one_run_deletes_thousands_of_carts_and_large_ones_too(db: PgPool) {
    let app = TestApp::without_routes(db);
    sqlx::query(
        "insert into carts (id, created_at, updated_at) select gen_random_uuid(), $1, $1 from generate_series(1, 2100)",
    )
    .bind(START)
    .execute(&app.db)
    .await
    .unwrap();
    let shoes = app.a_product().create().await;
    let variants = app.variants_of(&shoes, 450).await;
    for _ in 0..6 {
        cart(&app, None, &variants).await;
    }
    app.clock.advance(30 * DAY);
    run(&scheduler(&app)).await;
    assert_eq!(carts(&app).await, 0);
    assert_eq!(app.count("select count(*) from cart_lines").await, 0);
}

/// A cart that is being changed or checked out is left for a later run.
#[expect(clippy::disallowed_methods, reason = "the test holds a lock on its own connection")]
#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn a_cart_that_is_in_use_is_not_waited_for(db: PgPool) {
    let app = TestApp::without_routes(db);
    let used = cart(&app, None, &[]).await;
    cart(&app, None, &[]).await;
    let mut holder = app.db.begin().await.unwrap();
    sqlx::query("select from carts where id = $1 for update").bind(used).execute(&mut *holder).await.unwrap();
    app.clock.advance(DAY);

    run(&scheduler(&app)).await;

    assert_eq!(carts(&app).await, 1);
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn idempotency_keys_are_kept_for_a_day(db: PgPool) {
    let app = TestApp::without_routes(db);
    let shoes = app.a_product().create().await;
    let cart = cart(&app, None, &[shoes.variant]).await;
    sqlx::query(
        "insert into idempotency_keys (key, request_digest, cart_id, created_at)
         select gen_random_uuid(), $1, $1, $2 from generate_series(1, 2100)",
    )
    .bind(cart)
    .bind(START)
    .execute(&app.db)
    .await
    .unwrap();
    let scheduler = scheduler(&app);
    for (seconds, left) in [(DAY - 1, 2100), (1, 100), (0, 0)] {
        app.clock.advance(seconds);
        run(&scheduler).await;
        assert_eq!(app.count("select count(*) from idempotency_keys").await, left);
    }
    assert_eq!(carts(&app).await, 1);
}

/// The jobs run every minute, among all carts of a shop.
#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn what_ends_is_found_by_an_index(db: PgPool) {
    for statement in [
        "insert into carts (id, created_at, updated_at) select gen_random_uuid(), now(), now() from generate_series(1, 5000)",
        "insert into idempotency_keys (key, request_digest, cart_id, created_at)
         select gen_random_uuid(), id, id, now() from carts",
        "analyze carts",
        "analyze idempotency_keys",
    ] {
        sqlx::query(statement).execute(&db).await.unwrap();
    }
    for (statement, index) in [
        (
            "explain select id from carts where ends_at <= now() order by ends_at limit 2000 for update skip locked",
            "cart_by_ends_at",
        ),
        (
            "explain select key from idempotency_keys where created_at <= now() - interval '1 day'
              order by created_at limit 2000 for update skip locked",
            "idempotency_key_by_created_at",
        ),
    ] {
        let plan: Vec<String> = sqlx::query_scalar(statement).fetch_all(&db).await.unwrap();
        let plan = plan.join("\n");
        assert!(plan.contains(index) && !plan.contains("Seq Scan"), "{plan}");
    }
}
