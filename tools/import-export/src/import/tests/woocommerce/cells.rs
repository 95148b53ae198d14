//! Columns that are missing, sales with dates, and products that cannot be sold here.

use shared::money::Money;

use super::*;

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn a_missing_column_leaves_its_field_alone(db: PgPool) {
    let service = service_db(&db);
    take_good(&service, &shop()).await;
    let before = all(&service).await;

    take_good(&service, "Type;SKU;Parent;Regular price\nvariation;TEE-G;TEE;23,00\nvariable;TEE;;\nsimple;CARD;;8\n")
        .await;

    let mut wanted = before.clone();
    let mut after = all(&service).await;
    assert_eq!((after[0].variants[0].price.minor(), after[1].variants[0].price.minor()), (2300, 800));
    for product in wanted.iter_mut().chain(&mut after) {
        product.version = 0;
        product.base_price = Money::default();
        for variant in &mut product.variants {
            (variant.price, variant.price_adjustment) = (Money::default(), Money::default());
        }
    }
    assert_eq!(after, wanted);
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn a_sale_counts_between_its_dates(db: PgPool) {
    let service = service_db(&db);
    let (year, month, day) = START.date();
    let today = format!("{year}-{month}-{day} 0:00:00");
    let mut file = HEADER.to_owned();
    for (id, (starts, ends)) in (1..).zip([
        ("", ""),
        (today.as_str(), ""),
        ("2099-01-01", ""),
        ("", "2001-01-31"),
        ("2001-01-01", "2099-01-31 23:59:59"),
    ]) {
        let cells = [("name", "Cup"), ("sale", "4"), ("regular", "5"), ("starts", starts), ("ends", ends)];
        file.push_str(&row(id, "simple", &cells));
    }
    take_good(&service, &file).await;
    let prices: Vec<_> = all(&service)
        .await
        .iter()
        .map(|product| (product.handle.clone().unwrap_or_default(), product.variants[0].price.minor()))
        .collect();
    let wanted = [("id:1", 400), ("id:2", 400), ("id:3", 500), ("id:4", 500), ("id:5", 400)];
    assert_eq!(prices, wanted.map(|(handle, price)| (handle.to_owned(), price)));
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn what_cannot_be_sold_here_is_named_and_the_rest_imported(db: PgPool) {
    let service = service_db(&db);
    let file = [
        HEADER,
        &row(1, "grouped", &[("sku", "SET"), ("name", "Set")]),
        &row(2, "external", &[("sku", "AD"), ("name", "Ad"), ("regular", "5")]),
        &row(3, "variable-subscription", &[("sku", "SUB"), ("name", "Box")]),
        &row(4, "variation", &[("sku", "SUB-1"), ("parent", "SUB"), ("regular", "5")]),
        &row(5, "simple", &[("sku", "CUP"), ("name", "Cup"), ("regular", "1,000")]),
        &row(
            6,
            "simple",
            &[("sku", "MUG"), ("name", "Mug"), ("regular", "5"), ("visibility", "hidden"), ("published", "1")],
        ),
    ]
    .concat();
    let (summary, errors) = take(&service, &file).await;
    let lines: Vec<u64> = errors.iter().map(|(line, _)| *line).collect();
    assert_eq!(lines, [2, 3, 4, 6], "{errors:?}");
    assert!(errors[0].1.contains("a group of other products") && errors[3].1.contains("may be thousands or decimals"));
    assert_eq!((summary.products, summary.products_skipped), (created(1), 4));
    assert_eq!(all(&service).await[0].status, "draft");
}
