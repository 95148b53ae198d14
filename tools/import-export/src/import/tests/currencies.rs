//! Files with prices in currencies without decimals, with two and with three, and the sample catalogue in them.

use shared::testing::sell_in;

use super::*;
use crate::sample;

/// Imports a price and exports it again.
async fn go_round(db: PgPool, code: &str, written: &str, exported_as: &str, minor: i64) {
    sell_in(&db, code).await;
    let service = service_db(&db);
    take_good(&service, &format!("Handle,Title,Variant Price,Variant Compare At Price\nmug,Mug,{written},{written}\n"))
        .await;

    let [mug] = all(&service).await.try_into().unwrap();
    assert_eq!((mug.base_price.minor(), mug.currency.code()), (minor, code));
    let file = exported(&service).await;
    assert!(file.contains(&format!(",{exported_as},{exported_as},")), "{file}");
    assert_eq!(take_good(&service, &file).await.products, unchanged(1));
    assert_eq!(exported(&service).await, file);
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn prices_in_yen(db: PgPool) {
    go_round(db, "JPY", "2900.00", "2900", 2_900).await;
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn prices_in_euros(db: PgPool) {
    go_round(db, "EUR", "7.5", "7.50", 750).await;
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn prices_in_dinars(db: PgPool) {
    go_round(db, "KWD", "7.5", "7.500", 7_500).await;
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn three_decimals_are_read_in_dinars_and_refused_where_they_may_be_thousands(db: PgPool) {
    let service = service_db(&db);
    let files = [
        "Handle,Title,Variant Price\nmug,Mug,1.250\n",
        "Handle;Title;Variant Price\nmug;Mug;1.250\n",
        "Handle\tTitle\tVariant Price\nmug\tMug\t1,250\n",
        "Type,SKU,Name,Regular price\nsimple,MUG,Mug,\"1,250\"\n",
    ];
    for (code, expected) in [("KWD", Some(1_250)), ("EUR", None), ("JPY", None)] {
        sell_in(&db, code).await;
        for file in files {
            let (_, errors) = take(&service, file).await;
            let price = all(&service).await.first().map(|mug| mug.base_price.minor());
            assert_eq!((price, errors.len()), (expected, usize::from(expected.is_none())), "{code} {file} {errors:?}");
            assert!(errors.iter().all(|(line, reason)| *line == 2 && reason.contains("may be thousands or decimals")));
            sqlx::query("delete from products").execute(&db).await.unwrap();
        }
    }
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn a_price_with_decimals_that_the_currency_does_not_have_is_an_error_of_its_row(db: PgPool) {
    sell_in(&db, "JPY").await;
    let service = service_db(&db);
    let file = "Handle,Title,Variant Price\nmug,Mug,7.50\ncup,Cup,700\njug,Jug,100000000000\n";

    let (summary, errors) = take(&service, file).await;

    assert_eq!(summary.products, created(1));
    assert_eq!(
        errors,
        [
            (2, "\"Variant Price\" is \"7.50\": an amount in JPY has no decimals".to_owned()),
            (4, "\"Variant Price\" is \"100000000000\": it must be at most 99999999999".to_owned()),
        ]
    );
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn the_sample_has_usual_prices_in_any_currency(db: PgPool) {
    for (code, tee, breton) in [("JPY", "1990", "3490"), ("EUR", "19.90", "34.90"), ("KWD", "9.950", "17.450")] {
        let currency = sell_in(&db, code).await;
        let service = service_db(&db);
        sample::load(&service, START).await.unwrap();
        let price = |slug: &str, all: &[ProductSnapshot]| {
            let product = all.iter().find(|product| product.slug == slug).unwrap();
            currency.amount(product.base_price).to_string()
        };
        let all = all(&service).await;
        assert_eq!(
            (price("everyday-tee", &all), price("striped-breton-top", &all)),
            (tee.to_owned(), breton.to_owned())
        );
        sqlx::query("delete from products").execute(&db).await.unwrap();
    }
}
