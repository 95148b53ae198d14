//! The currency of the shop: chosen while there is no product and no order.

use migrate::handle;
use serde_json::{Value, json};
use shared::money::Currency;
use shared::testing::TestApp;
use sqlx::PgPool;

use crate::{applied, empty, migrate};

fn currency(code: &str) -> Currency {
    code.parse().unwrap()
}

/// Applies with `SHOP_CURRENCY` and with this event. Returns the currency in the answer.
async fn apply(db: &PgPool, variable: Option<&str>, event: Value) -> anyhow::Result<Value> {
    let done = handle(&migrate(db, variable.map(currency)), event).await?;
    Ok(serde_json::to_value(done).unwrap()["currency"].clone())
}

async fn row(db: &PgPool) -> (Currency, i32) {
    sqlx::query_as("select currency, exponent from shop").fetch_one(db).await.unwrap()
}

#[sqlx::test(migrations = false)]
async fn a_new_shop_sells_in_the_currency_of_the_variable_or_of_the_event(db: PgPool) {
    empty(&db).await;
    assert_eq!(apply(&db, Some("JPY"), Value::Null).await.unwrap(), "JPY");
    assert_eq!(row(&db).await, (currency("JPY"), 0));

    let event = json!({"action": "apply", "currency": "KWD"});
    assert_eq!(apply(&db, Some("JPY"), event).await.unwrap(), "KWD");
    assert_eq!(row(&db).await, (currency("KWD"), 3));

    assert_eq!(apply(&db, None, Value::Null).await.unwrap(), "KWD");
}

#[sqlx::test(migrations = false)]
async fn a_currency_that_no_shop_can_use_is_refused(db: PgPool) {
    empty(&db).await;
    for code in ["XAU", "CLF", "euro", "ABC"] {
        let error = apply(&db, None, json!({"action": "apply", "currency": code})).await.unwrap_err();
        assert!(format!("{error:#}").contains("is not a currency with at most three decimals"), "{error:#}");
    }
}

#[sqlx::test(migrations = false)]
async fn the_currency_of_prices_is_kept(db: PgPool) {
    empty(&db).await;
    applied(&db).await.unwrap();
    let app = TestApp::without_routes(db.clone());
    let shoes = app.a_product().create().await;

    let error = apply(&db, Some("JPY"), Value::Null).await.unwrap_err().to_string();
    assert!(error.starts_with("the shop has products or orders in EUR, so its currency cannot become JPY"), "{error}");
    assert_eq!(row(&db).await, (Currency::DEFAULT, 2));
    assert_eq!(apply(&db, Some("EUR"), Value::Null).await.unwrap(), "EUR");

    sqlx::query("delete from products where id = $1").bind(shoes.id).execute(&db).await.unwrap();
    assert_eq!(apply(&db, Some("JPY"), Value::Null).await.unwrap(), "JPY");
}

#[sqlx::test(migrations = false)]
async fn the_currency_of_orders_is_kept(db: PgPool) {
    empty(&db).await;
    applied(&db).await.unwrap();
    let app = TestApp::without_routes(db.clone());
    app.an_order().await;
    // The order stays although nothing can be bought any more.
    sqlx::query("delete from cart_lines").execute(&db).await.unwrap();
    sqlx::query("delete from products").execute(&db).await.unwrap();

    let error = apply(&db, Some("KWD"), Value::Null).await.unwrap_err().to_string();

    assert!(error.contains("cannot become KWD"), "{error}");
    assert_eq!(row(&db).await, (Currency::DEFAULT, 2));
}
