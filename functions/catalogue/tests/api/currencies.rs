//! Prices in currencies without decimals, with two and with three.

use serde_json::{Value, json};
use shared::money::Currency;
use shared::testing::{Client, TestApp, sell_in};
use sqlx::PgPool;

use crate::PRODUCTS;
use crate::write_categories::editor;

const PRICES: &str = "/api/v1/catalogue/bulk/prices/";

/// Amounts in one currency.
struct Amounts {
    code: &'static str,
    /// 14,990 minor units.
    base: &'static str,
    /// 510 minor units less.
    less: &'static str,
    /// The base price with the adjustment.
    total: &'static str,
    /// An amount with one decimal too many.
    too_fine: &'static str,
    decimals: u8,
    /// One minor unit less than nothing.
    negative: &'static str,
    /// The highest price of anything.
    most: &'static str,
    /// The price band of the total.
    band: [&'static str; 2],
}

const YEN: Amounts = Amounts {
    code: "JPY",
    base: "14990",
    less: "-510",
    total: "14480",
    too_fine: "149.50",
    decimals: 0,
    negative: "-1",
    most: "99999999999",
    band: ["10000", "19999"],
};
const EURO: Amounts = Amounts {
    code: "EUR",
    base: "149.90",
    less: "-5.10",
    total: "144.80",
    too_fine: "149.505",
    decimals: 2,
    negative: "-0.01",
    most: "999999999.99",
    band: ["100.00", "199.99"],
};
const DINAR: Amounts = Amounts {
    code: "KWD",
    base: "14.990",
    less: "-0.510",
    total: "14.480",
    too_fine: "1.2345",
    decimals: 3,
    negative: "-0.001",
    most: "99999999.999",
    band: ["10.000", "19.999"],
};

/// A shop in this currency, and a client who edits its catalogue.
async fn shop(db: PgPool, code: &str) -> (TestApp, Client) {
    let currency = sell_in(&db, code).await;
    let app = TestApp::with_state_in(currency, db, catalogue::router(), |app, _| app);
    let editor = editor(&app).await;
    (app, editor)
}

async fn create(editor: &Client, amounts: &Amounts) -> Value {
    let product = json!({
        "name": "Shoes",
        "base_price": amounts.base,
        "variants": [{"sku": "S-1", "price_adjustment": amounts.less, "compare_at_price": amounts.base, "inventory_count": 1}],
    });
    editor.post(PRODUCTS, product).await.expect(201).body
}

async fn prices_are_read_stored_and_shown(db: PgPool, amounts: Amounts) {
    let (app, editor) = shop(db, amounts.code).await;
    let product = create(&editor, &amounts).await;
    let variant = &product["variants"][0];

    assert_eq!((&product["base_price"], &product["currency"]), (&json!(amounts.base), &json!(amounts.code)));
    assert_eq!((&variant["price"], &variant["price_adjustment"]), (&json!(amounts.total), &json!(amounts.less)));
    assert_eq!(variant["compare_at_price"], amounts.base);
    assert_eq!(app.count("select base_price from products").await, 14_990);
    assert_eq!(app.count("select price_min from products").await, 14_480);

    // The card is written by SQL.
    let query =
        format!("{PRODUCTS}?price_min={total}&price_max={total}&facets=price&expand=variants", total = amounts.total);
    let list = app.anonymous().get(&query).await.expect(200).body;
    let card = &list["results"][0];
    assert_eq!((&card["base_price"], &card["currency"]), (&json!(amounts.base), &json!(amounts.code)));
    assert_eq!(card["price_range"], json!({"min": amounts.total, "max": amounts.total}));
    assert_eq!(card["variants"][0]["price"], amounts.total);
    let [min, max] = amounts.band;
    assert_eq!(list["facets"]["price_bands"], json!([{"min": min, "max": max, "count": 1}]));

    // What was read can be sent back.
    let path = format!("{PRODUCTS}{}/", product["id"]);
    assert_eq!(editor.put(&path, product.clone()).await.expect(200).body["variants"][0]["price"], amounts.total);
}

async fn prices_that_the_currency_does_not_have_are_refused(db: PgPool, amounts: Amounts) {
    let (app, editor) = shop(db, amounts.code).await;
    create(&editor, &amounts).await;
    let too_fine = format!("Ensure that there are no more than {} decimal places.", amounts.decimals);

    let refused = editor.post(PRODUCTS, json!({"name": "", "base_price": amounts.too_fine})).await.expect(400).body;
    assert_eq!(refused, json!({"name": ["This field may not be blank."], "base_price": [too_fine]}));
    let refused = app.anonymous().get(&format!("{PRODUCTS}?price_min={}", amounts.too_fine)).await.expect(400).body;
    assert_eq!(refused, json!({"price_min": [too_fine]}));

    let refused = editor.post(PRICES, json!({"items": [{"sku": "S-1", "price": amounts.too_fine}]})).await.expect(400);
    assert_eq!(refused.body, json!({"items.0.price": [too_fine]}));
    let below = format!("-{}", amounts.base);
    let items = json!({"items": [{"sku": "S-1", "price_adjustment": below}]});
    assert_eq!(editor.post(PRICES, items).await.expect(200).body["changed"], 1);
    let cheaper = app.anonymous().get(PRODUCTS).await.expect(200).body;
    assert_eq!(app.count("select price_min from products").await, 0, "{cheaper}");

    let items = json!({"items": [{"sku": "S-1", "price_adjustment": format!("-{}", amounts.most)}]});
    let errors = &editor.post(PRICES, items).await.expect(200).body["results"][0]["errors"]["price_adjustment"][0];
    assert!(errors.as_str().unwrap().ends_with("It must not be negative."), "{errors}");
    let items = json!({"items": [{"sku": "S-1", "price_adjustment": amounts.most}]});
    let errors = &editor.post(PRICES, items).await.expect(200).body["results"][0]["errors"]["price_adjustment"][0];
    assert!(errors.as_str().unwrap().ends_with(&format!("It must be at most {}.", amounts.most)), "{errors}");
    let negative = editor.post(PRODUCTS, json!({"name": "A", "base_price": amounts.negative})).await.expect(400).body;
    assert_eq!(negative, json!({"base_price": ["Ensure this value is greater than or equal to 0."]}));
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn prices_in_yen(db: PgPool) {
    prices_are_read_stored_and_shown(db, YEN).await;
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn prices_in_euros(db: PgPool) {
    prices_are_read_stored_and_shown(db, EURO).await;
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn prices_in_dinars(db: PgPool) {
    prices_are_read_stored_and_shown(db, DINAR).await;
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn errors_in_yen(db: PgPool) {
    prices_that_the_currency_does_not_have_are_refused(db, YEN).await;
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn errors_in_euros(db: PgPool) {
    prices_that_the_currency_does_not_have_are_refused(db, EURO).await;
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn errors_in_dinars(db: PgPool) {
    prices_that_the_currency_does_not_have_are_refused(db, DINAR).await;
}

/// An execution environment that was started before the shop got another currency, or a function that is configured wrongly.
#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn a_function_with_another_currency_misreads_nothing(db: PgPool) {
    let (app, yen) = shop(db.clone(), "JPY").await;
    let stale = TestApp::with_state_in(Currency::DEFAULT, db, catalogue::router(), |app, _| app);
    let euro = editor(&stale).await;

    euro.post(PRODUCTS, json!({"name": "Shoes", "base_price": "29.00"})).await.expect(500);
    assert_eq!(app.count("select count(*) from products").await, 0);

    let product = create(&yen, &YEN).await;
    let path = format!("{PRODUCTS}{}/", product["id"]);
    euro.patch(&path, json!({"base_price": "29.00"})).await.expect(500);
    euro.patch(&format!("{path}variants/{}/", product["variants"][0]["id"]), json!({"own_price": "29.00"}))
        .await
        .expect(500);
    euro.post(PRICES, json!({"items": [{"sku": "S-1", "price": "29.00"}]})).await.expect(500);
    stale.anonymous().get(&format!("{PRODUCTS}?price_min=29.00")).await.expect(500);
    stale.anonymous().get(&format!("{PRODUCTS}?facets=price")).await.expect(500);
    assert_eq!(app.count("select price_min from products").await, 14_480);

    // What it only shows has the currency of the database.
    let card = &stale.anonymous().get(PRODUCTS).await.expect(200).body["results"][0];
    assert_eq!((&card["base_price"], &card["currency"]), (&json!("14990"), &json!("JPY")));
    assert_eq!(stale.anonymous().get(&path).await.expect(200).body["base_price"], "14990");
}
