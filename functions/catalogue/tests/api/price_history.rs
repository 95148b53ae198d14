//! `lowest_price_30_days` of a variant. Triggers write the price history, so these tests change prices in SQL.

use serde_json::{Value, json};
use shared::testing::{TestApp, TestProduct};
use sqlx::PgPool;

use crate::{PRODUCTS, app};

/// A shop with one variant that costs 100.00.
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

    /// Lets this number of days pass.
    async fn pass_days(&self, days: i32) {
        sqlx::query("update variant_prices set at = at - $1 * interval '1 day'")
            .bind(days)
            .execute(&self.app.db)
            .await
            .unwrap();
    }

    async fn update_variant(&self, change: &'static str) {
        let sql = format!("update product_variants set {change} where id = {}", self.shoes.variant);
        sqlx::query(sqlx::AssertSqlSafe(sql)).execute(&self.app.db).await.unwrap();
    }

    async fn update_product(&self, change: &'static str) {
        let sql = format!("update products set {change} where id = {}", self.shoes.id);
        sqlx::query(sqlx::AssertSqlSafe(sql)).execute(&self.app.db).await.unwrap();
    }

    async fn lowest_price(&self) -> Value {
        let product = self.app.anonymous().get(&format!("{PRODUCTS}{}/", self.shoes.slug)).await.expect(200);
        product.body["variants"][0]["lowest_price_30_days"].clone()
    }

    /// Returns the recorded prices, oldest first.
    async fn history(&self) -> Vec<i64> {
        sqlx::query_scalar("select price from variant_prices order by at").fetch_all(&self.app.db).await.unwrap()
    }
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn a_compare_at_price_that_is_not_higher_than_the_price_is_no_reduction(db: PgPool) {
    let shop = Shoes::new(db).await;
    shop.pass_days(5).await;
    for change in ["compare_at_price = 10000", "compare_at_price = 9999", "compare_at_price = 0"] {
        shop.update_variant(change).await;
        assert_eq!(shop.lowest_price().await, Value::Null, "{change}");
    }
    assert_eq!(shop.history().await, [10_000], "nothing about the price has changed");

    // A higher one is a reduction, and so is a lower price: of the variant or of the product.
    shop.update_variant("compare_at_price = 10001").await;
    assert_eq!(shop.lowest_price().await, json!("100.00"));
    shop.update_variant("compare_at_price = 10000").await;
    assert_eq!(shop.lowest_price().await, Value::Null);
    shop.pass_days(1).await;
    shop.update_product("base_price = 9000").await;
    assert_eq!(shop.lowest_price().await, json!("100.00"));
    let listed = shop.app.anonymous().get(&format!("{PRODUCTS}?expand=variants")).await.expect(200);
    assert_eq!(listed.body["results"][0]["variants"][0]["lowest_price_30_days"], "100.00");
    shop.pass_days(1).await;
    shop.update_product("base_price = 11000").await;
    assert_eq!(shop.lowest_price().await, Value::Null);
    let listed = shop.app.anonymous().get(&format!("{PRODUCTS}?expand=variants")).await.expect(200);
    assert_eq!(listed.body["results"][0]["variants"][0]["lowest_price_30_days"], Value::Null);
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn a_reduced_variant_has_the_lowest_price_of_the_30_days_before(db: PgPool) {
    let shop = Shoes::new(db).await;
    shop.pass_days(40).await;
    shop.update_variant("price_adjustment = -2000").await;
    shop.pass_days(5).await;
    shop.update_variant("price_adjustment = -1000").await;
    shop.pass_days(10).await;
    assert_eq!(shop.lowest_price().await, Value::Null, "there is no reduction");

    shop.update_variant("price_adjustment = -4000, compare_at_price = 10000").await;

    assert_eq!(shop.lowest_price().await, json!("80.00"));
    // The price does not change while the reduction lasts.
    shop.pass_days(100).await;
    assert_eq!(shop.lowest_price().await, json!("80.00"));
    shop.update_variant("price_adjustment = 0, compare_at_price = null").await;
    assert_eq!(shop.lowest_price().await, Value::Null);
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn the_price_at_the_beginning_of_the_30_days_counts(db: PgPool) {
    for (days, lowest) in [(29, "50.00"), (31, "100.00")] {
        let shop = Shoes::new(db.clone()).await;
        shop.update_variant("price_adjustment = -5000").await;
        shop.pass_days(40).await;
        shop.update_variant("price_adjustment = 0").await;
        shop.pass_days(days).await;
        shop.update_variant("price_adjustment = -3000, compare_at_price = 10000").await;
        assert_eq!(shop.lowest_price().await, json!(lowest), "after {days} days");
    }
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn a_reduction_counts_from_the_time_it_is_shown(db: PgPool) {
    let shop = Shoes::new(db).await;
    shop.pass_days(60).await;
    shop.update_variant("price_adjustment = -4000").await;
    shop.pass_days(50).await;

    shop.update_variant("compare_at_price = 10000").await;

    assert_eq!(shop.lowest_price().await, json!("60.00"), "the price was the same during the 30 days before");
    shop.pass_days(10).await;
    shop.update_variant("compare_at_price = 12000").await;
    assert_eq!(shop.lowest_price().await, json!("60.00"));
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn a_further_reduction_starts_a_new_period(db: PgPool) {
    let shop = Shoes::new(db).await;
    shop.pass_days(60).await;
    shop.update_variant("price_adjustment = -2000, compare_at_price = 10000").await;
    assert_eq!(shop.lowest_price().await, json!("100.00"));
    shop.pass_days(3).await;

    shop.update_variant("price_adjustment = -4000").await;

    assert_eq!(shop.lowest_price().await, json!("80.00"));
    shop.pass_days(3).await;
    shop.update_product("base_price = 9000").await;
    assert_eq!(shop.lowest_price().await, json!("60.00"), "a price adjustment follows the base price");
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn a_variant_never_sold_before_has_no_earlier_price(db: PgPool) {
    let shop = Shoes::new(db).await;
    shop.update_product("status = 'draft'").await;
    shop.pass_days(1).await;
    sqlx::query("delete from variant_prices where is_offered").execute(&shop.app.db).await.unwrap();
    // A typing error in a draft, which no customer has seen.
    shop.update_variant("price_adjustment = -9900").await;
    shop.pass_days(1).await;
    shop.update_variant("price_adjustment = -1000, compare_at_price = 10000").await;
    shop.pass_days(1).await;
    shop.update_product("status = 'active'").await;

    assert_eq!(shop.lowest_price().await, Value::Null);
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn a_reduction_continues_when_its_product_is_published_again(db: PgPool) {
    let shop = Shoes::new(db).await;
    shop.pass_days(60).await;
    shop.update_variant("price_adjustment = -4000, compare_at_price = 10000").await;
    for status in ["status = 'draft'", "status = 'active'"] {
        shop.pass_days(2).await;
        shop.update_product(status).await;
    }
    assert_eq!(shop.lowest_price().await, json!("100.00"));
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn an_own_price_does_not_follow_the_base_price(db: PgPool) {
    let shop = Shoes::new(db).await;
    shop.pass_days(1).await;
    shop.update_variant("own_price = 7000, compare_at_price = 10000").await;
    shop.pass_days(1).await;
    shop.update_product("base_price = 20000").await;
    assert_eq!(shop.history().await, [10_000, 7000]);
    assert_eq!(shop.lowest_price().await, json!("100.00"));
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn only_the_last_price_of_a_transaction_is_recorded(db: PgPool) {
    let shop = Shoes::new(db).await;
    shop.pass_days(40).await;
    let mut tx = shop.app.owner.begin().await.unwrap();
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
    assert_eq!(shop.lowest_price().await, json!("100.00"));
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn prices_older_than_needed_are_deleted(db: PgPool) {
    let shop = Shoes::new(db).await;
    for change in
        ["price_adjustment = 100", "price_adjustment = 200", "price_adjustment = 300", "price_adjustment = 400"]
    {
        shop.pass_days(20).await;
        shop.update_variant(change).await;
    }
    assert_eq!(shop.history().await, [10_100, 10_200, 10_300, 10_400]);
    shop.pass_days(20).await;
    shop.update_variant("price_adjustment = 500").await;
    // The price before this one began 20 days ago, and 10,200 was the price 30 days before that.
    assert_eq!(shop.history().await, [10_200, 10_300, 10_400, 10_500]);
}
