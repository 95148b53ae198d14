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
