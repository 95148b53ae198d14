//! `lowest_price_30_days`: what stands beside a reduction. Written down by triggers, so it is told here to whoever writes in SQL.

use serde_json::{Value, json};
use shared::testing::{TestApp, TestProduct};
use sqlx::PgPool;

use crate::{PRODUCTS, app};

/// A variant for 100.00, and what happens to it.
struct Shoes {
    app: TestApp,
    shoes: TestProduct,
}

impl Shoes {
    async fn new(db: PgPool) -> Self {
        let app = app(db);
        let shoes = app.a_product().cents(10_000).stock(1).create().await;
        Self { app, shoes }
    }

    /// So many days go by.
    async fn days(&self, days: i32) {
        sqlx::query("update variant_prices set at = at - $1 * interval '1 day'")
            .bind(days)
            .execute(&self.app.db)
            .await
            .unwrap();
    }

    async fn variant(&self, change: &'static str) {
        let sql = format!("update product_variants set {change} where id = {}", self.shoes.variant);
        sqlx::query(sqlx::AssertSqlSafe(sql)).execute(&self.app.db).await.unwrap();
    }

    async fn product(&self, change: &'static str) {
        let sql = format!("update products set {change} where id = {}", self.shoes.id);
        sqlx::query(sqlx::AssertSqlSafe(sql)).execute(&self.app.db).await.unwrap();
    }

    async fn lowest(&self) -> Value {
        let product = self.app.anonymous().get(&format!("{PRODUCTS}{}/", self.shoes.slug)).await.expect(200);
        product.body["variants"][0]["lowest_price_30_days"].clone()
    }

    /// What is written down, oldest first.
    async fn history(&self) -> Vec<i64> {
        sqlx::query_scalar("select price from variant_prices order by at").fetch_all(&self.app.db).await.unwrap()
    }
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn beside_a_reduction_stands_the_lowest_price_of_the_thirty_days_before_it(db: PgPool) {
    let shop = Shoes::new(db).await;
    shop.days(40).await;
    shop.variant("price_adjustment = -2000").await;
    shop.days(5).await;
    shop.variant("price_adjustment = -1000").await;
    shop.days(10).await;
    assert_eq!(shop.lowest().await, Value::Null, "there is no reduction");

    shop.variant("price_adjustment = -4000, compare_at_price = 10000").await;

    assert_eq!(shop.lowest().await, json!("80.00"));
    // It stays, however long the reduction lasts.
    shop.days(100).await;
    assert_eq!(shop.lowest().await, json!("80.00"));
    shop.variant("price_adjustment = 0, compare_at_price = null").await;
    assert_eq!(shop.lowest().await, Value::Null);
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn the_price_that_held_when_the_thirty_days_began_is_one_of_theirs(db: PgPool) {
    for (days, lowest) in [(29, "50.00"), (31, "100.00")] {
        let shop = Shoes::new(db.clone()).await;
        shop.variant("price_adjustment = -5000").await;
        shop.days(40).await;
        shop.variant("price_adjustment = 0").await;
        shop.days(days).await;
        shop.variant("price_adjustment = -3000, compare_at_price = 10000").await;
        assert_eq!(shop.lowest().await, json!(lowest), "after {days} days");
    }
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn a_reduction_that_is_shown_later_counts_from_then(db: PgPool) {
    let shop = Shoes::new(db).await;
    shop.days(60).await;
    shop.variant("price_adjustment = -4000").await;
    shop.days(50).await;

    shop.variant("compare_at_price = 10000").await;

    assert_eq!(shop.lowest().await, json!("60.00"), "nobody paid more in the 30 days before");
    shop.days(10).await;
    shop.variant("compare_at_price = 12000").await;
    assert_eq!(shop.lowest().await, json!("60.00"));
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn a_further_reduction_is_one_of_its_own(db: PgPool) {
    let shop = Shoes::new(db).await;
    shop.days(60).await;
    shop.variant("price_adjustment = -2000, compare_at_price = 10000").await;
    assert_eq!(shop.lowest().await, json!("100.00"));
    shop.days(3).await;

    shop.variant("price_adjustment = -4000").await;

    assert_eq!(shop.lowest().await, json!("80.00"));
    shop.days(3).await;
    shop.product("base_price = 9000").await;
    assert_eq!(shop.lowest().await, json!("60.00"), "a base price moves what is added to it");
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn what_was_never_sold_before_has_no_price_before(db: PgPool) {
    let shop = Shoes::new(db).await;
    shop.product("status = 'draft'").await;
    shop.days(1).await;
    sqlx::query("delete from variant_prices where is_offered").execute(&shop.app.db).await.unwrap();
    // A slip of the pen that nobody has seen.
    shop.variant("price_adjustment = -9900").await;
    shop.days(1).await;
    shop.variant("price_adjustment = -1000, compare_at_price = 10000").await;
    shop.days(1).await;
    shop.product("status = 'active'").await;

    assert_eq!(shop.lowest().await, Value::Null);
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn a_reduction_goes_on_when_its_product_comes_back(db: PgPool) {
    let shop = Shoes::new(db).await;
    shop.days(60).await;
    shop.variant("price_adjustment = -4000, compare_at_price = 10000").await;
    for status in ["status = 'draft'", "status = 'active'"] {
        shop.days(2).await;
        shop.product(status).await;
    }
    assert_eq!(shop.lowest().await, json!("100.00"));
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn an_own_price_is_not_moved_by_the_base_price(db: PgPool) {
    let shop = Shoes::new(db).await;
    shop.days(1).await;
    shop.variant("own_price = 7000, compare_at_price = 10000").await;
    shop.days(1).await;
    shop.product("base_price = 20000").await;
    assert_eq!(shop.history().await, [10_000, 7000]);
    assert_eq!(shop.lowest().await, json!("100.00"));
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn of_what_a_transaction_goes_through_only_the_end_is_a_price(db: PgPool) {
    let shop = Shoes::new(db).await;
    shop.days(40).await;
    let mut tx = shop.app.app.db.begin().await.unwrap();
    for step in [
        format!("update products set base_price = 2000 where id = {}", shop.shoes.id),
        format!(
            "update product_variants set price_adjustment = 7000, compare_at_price = 10000 where id = {}",
            shop.shoes.variant
        ),
    ] {
        sqlx::query(sqlx::AssertSqlSafe(step)).execute(&mut tx).await.unwrap();
    }
    tx.commit().await.unwrap();

    assert_eq!(shop.history().await, [10_000, 9000]);
    assert_eq!(shop.lowest().await, json!("100.00"));
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn prices_that_nobody_can_ask_for_any_more_are_forgotten(db: PgPool) {
    let shop = Shoes::new(db).await;
    for change in
        ["price_adjustment = 100", "price_adjustment = 200", "price_adjustment = 300", "price_adjustment = 400"]
    {
        shop.days(20).await;
        shop.variant(change).await;
    }
    assert_eq!(shop.history().await, [10_100, 10_200, 10_300, 10_400]);
    shop.days(20).await;
    shop.variant("price_adjustment = 500").await;
    // The last other price began 20 days ago; 10,200 held 30 days before that.
    assert_eq!(shop.history().await, [10_200, 10_300, 10_400, 10_500]);
}
