//! The options of an import.

use shared::catalogue::write::{DuplicateSkus, ImportOptions};
use sqlx::PgPool;
use transfer_worker::Limits;

use crate::{HEADER, SHORT, Shop, file_of};

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn a_dry_run_counts_as_the_import_does_and_writes_nothing(db: PgPool) {
    let shop = Shop::open(db);
    shop.imported(file_of(20).as_bytes(), Limits::default()).await;
    let without_large: String =
        file_of(25).lines().filter(|line| !line.starts_with("p3,,,,,L")).map(|line| format!("{line}\r\n")).collect();
    let file = format!("{}p30,Bad,,,Size,S,BAD,x,10\r\n", without_large.replace("Product 7,", "Renamed,"));
    let dry = ImportOptions { dry_run: true, ..ImportOptions::default() };

    let said = shop.imported_with(file.as_bytes(), dry, SHORT).await;

    assert!(said.dry_run);
    assert_eq!(shop.app.count("select count(*) from products where version = 1").await, 20);
    assert_eq!(shop.app.count("select count(*) from product_variants").await, 60);
    assert_eq!(shop.errors(said.id).await.len(), 1);
    let done = shop.imported(file.as_bytes(), Limits::default()).await;
    assert_eq!((said.products, said.variants), (done.products, done.variants));
    assert_eq!((said.variants_removed, said.rows_failed), (1, 1));
    assert_eq!((done.variants_removed, done.rows_failed), (1, 1));
    assert_eq!(done.products.created, 5);
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn variants_that_the_file_does_not_have_are_kept_on_request(db: PgPool) {
    let shop = Shop::open(db);
    shop.imported(file_of(1).as_bytes(), Limits::default()).await;
    let small = format!("{HEADER}p0,Product 0,Brand 0,Things,Size,S,SKU-0-S,1,9\r\n");
    let keeps = ImportOptions { keep_missing_variants: true, ..ImportOptions::default() };

    let kept = shop.imported_with(small.as_bytes(), keeps, Limits::default()).await;
    assert_eq!((kept.variants_removed, kept.variants.updated), (0, 1));
    assert_eq!(shop.app.count("select count(*) from product_variants").await, 3);

    let removed = shop.imported(small.as_bytes(), Limits::default()).await;
    assert_eq!((removed.variants_removed, removed.variants.unchanged), (2, 1));
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn taken_skus_get_a_number_on_request(db: PgPool) {
    let shop = Shop::open(db);
    let file = format!("{HEADER}a,A,,,Size,S,ONE,1,10\r\na,,,,,M,ONE,1,10\r\nb,B,,,Title,Default Title,ONE,1,10\r\n");
    let suffix = ImportOptions { duplicate_skus: DuplicateSkus::Suffix, ..ImportOptions::default() };
    for limits in [Limits::default(), SHORT] {
        let import = shop.imported_with(file.as_bytes(), suffix, limits).await;
        assert_eq!((import.rows_failed, import.duplicate_skus.as_str()), (0, "suffix"));
    }
    let skus: Vec<String> =
        sqlx::query_scalar("select sku from product_variants order by id").fetch_all(&shop.app.db).await.unwrap();
    assert_eq!(skus, ["ONE", "ONE-2", "ONE-3"]);
}
