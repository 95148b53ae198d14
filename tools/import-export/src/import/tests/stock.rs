//! Stock in files: kept, compared or set.

use super::*;

/// Sells units of a SKU.
async fn sell(db: &PgPool, sku: &str, units: i32) {
    sqlx::query("select change_stock(id, -$2, 'written_off', now()) from product_variants where sku = $1")
        .bind(sku)
        .bind(units)
        .execute(db)
        .await
        .unwrap();
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn what_was_sold_after_an_export_stays_sold_unless_the_stock_is_set(db: PgPool) {
    let service = service_db(&db);
    take(&service, &format!("{HEADER}{GOOD}")).await;
    let mut file = Vec::new();
    crate::export::export(&service, &mut file).await.unwrap();
    let file = String::from_utf8(file).unwrap();
    assert!(
        file.contains("Variant Inventory Qty,Variant Inventory Qty Seen,") && file.contains(",shopify,3,3,deny,"),
        "{file}"
    );
    sell(&db, "SH-M-BLUE", 2).await;
    let on_hand = async || all(&service).await.iter().flat_map(|p| &p.variants).map(|v| v.on_hand).collect::<Vec<_>>();

    let (initial, _) = take(&service, &file).await;
    assert_eq!((initial.products, initial.stock_changed, initial.stock_moved), (unchanged(2), 0, 0));
    assert!(!initial.to_string().contains("stock"), "{initial}");

    let (unedited, _) = take_with(&service, file.as_bytes(), with_stock(Stock::Compare)).await;
    assert_eq!((unedited.stock_changed, unedited.stock_moved), (0, 0), "nobody edited a number");

    let more = file.replace(",shopify,3,3,", ",shopify,30,3,").replace(",shopify,4,4,", ",shopify,40,4,");
    let (compared, _) = take_with(&service, more.as_bytes(), with_stock(Stock::Compare)).await;
    assert_eq!((compared.stock_changed, &compared.stock_moved_skus[..]), (1, &["SH-M-BLUE".to_owned()][..]));
    assert_eq!(on_hand().await, [40, 1, 0]);
    let text = compared.to_string();
    assert!(text.contains("     1 set          1 left alone") && text.contains("left alone: SH-M-BLUE\n"), "{text}");

    let (set, _) = take_with(&service, more.as_bytes(), with_stock(Stock::Set)).await;
    assert_eq!((set.stock_changed, set.stock_moved), (1, 0));
    assert_eq!(on_hand().await, [40, 30, 0]);
    assert!(set.to_string().contains("     1 set; warning: units"), "{set}");
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn a_file_that_does_not_say_what_it_saw_is_not_compared(db: PgPool) {
    let file = format!("{HEADER}{GOOD}");
    let service = service_db(&db);
    let currency = currency_of_shop(&service).await.unwrap();
    let file = ProductFile::read(|| Ok(file.as_bytes()), with_stock(Stock::Compare), currency, START).unwrap();
    let imported = import(&service, file, START, &mut |_| {}, &|_| {}).await;
    let error = imported.unwrap_err().to_string();
    assert!(error.contains("because it has no column \"Variant Inventory Qty Seen\". Export the products"), "{error}");
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn new_variants_that_cannot_be_bought_are_counted(db: PgPool) {
    let service = service_db(&db);
    let header = "Handle,Title,Variant SKU,Variant Inventory Tracker,Variant Inventory Qty,Variant Inventory Policy,Variant Price\n";
    for (columns_of_stock, rows_of_file, stock, sold_out) in [
        (
            true,
            "a,A,A,shopify,0,deny,1\nb,B,B,shopify,2,deny,1\nc,C,C,shopify,0,continue,1\nd,D,D,,,,1\n",
            Stock::Initial,
            1,
        ),
        (true, "a,A,A,shopify,,,1\n", Stock::Initial, 1),
        (true, "a,A,A,shopify,2,deny,1\nb,B,B,,,,1\n", Stock::Keep, 2),
        // A file without columns of stock.
        (false, "a,A,A,1\nb,B,B,1\n", Stock::Initial, 2),
    ] {
        let header = if columns_of_stock { header } else { "Handle,Title,Variant SKU,Variant Price\n" };
        let file = format!("{header}{rows_of_file}");
        let (summary, errors) = take_with(&service, file.as_bytes(), with_stock(stock)).await;
        assert_eq!((summary.variants_sold_out, errors), (sold_out, Vec::new()), "{file}");
        assert!(summary.to_string().contains(&format!("sold out  {sold_out:>6} new variants")), "{summary}");
        let not_available = "select count(*) from stock_levels where not is_available";
        let counted: i64 = sqlx::query_scalar(not_available).fetch_one(&db).await.unwrap();
        assert_eq!(counted.cast_unsigned(), sold_out);
        // They are not new any more.
        let (again, _) = take_with(&service, file.as_bytes(), with_stock(stock)).await;
        assert!(again.variants_sold_out == 0 && !again.to_string().contains("sold out"), "{again}");
        empty(&db).await;
    }
}
