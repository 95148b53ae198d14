//! Files that are gone through.

use shared::transfers::{TransferCounts, TransferStatus, Work};
use sqlx::PgPool;
use transfer_worker::{Limits, work};

use crate::{HEADER, SHORT, Shop, file_of};

fn created(created: i64) -> TransferCounts {
    TransferCounts { created, ..TransferCounts::default() }
}

fn unchanged(unchanged: i64) -> TransferCounts {
    TransferCounts { unchanged, ..TransferCounts::default() }
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn a_file_becomes_products_and_the_same_file_again_changes_nothing(db: PgPool) {
    let shop = Shop::open(db);
    let file = file_of(250);

    let import = shop.imported(file.as_bytes(), Limits::default()).await;

    assert_eq!((import.status, import.bytes_done), (TransferStatus::Done, import.bytes));
    assert_eq!((import.products, import.variants, import.bad_rows), (created(250), created(750), 0));
    assert_eq!(shop.app.count("select count(*) from stock_levels where on_hand > 0").await, 750);
    assert!(shop.app.stock_adds_up().await);
    assert_eq!(shop.app.count("select count(*) from import_slugs").await, 0);
    assert!(shop.files.keys().is_empty());

    let again = shop.imported(file.as_bytes(), Limits::default()).await;

    assert_eq!((again.products, again.variants), (unchanged(250), unchanged(750)));
    assert_eq!(shop.app.count("select sum(version)::bigint from products").await, 250);
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn a_file_goes_from_worker_to_worker_piece_by_piece(db: PgPool) {
    let shop = Shop::open(db);
    let id = shop.an_import(file_of(40).as_bytes()).await;

    work(&shop.worker(SHORT), Work::Import(id).into()).await.unwrap();

    let begun = shop.import(id).await;
    assert_eq!(begun.status, TransferStatus::Running);
    assert!(begun.bytes_done > 0 && begun.bytes_done < begun.bytes, "{begun:?}");
    assert!(shop.go_on(SHORT).await > 5);
    let done = shop.import(id).await;
    assert_eq!((done.status, done.products, done.variants), (TransferStatus::Done, created(40), created(120)));
    assert_eq!(shop.app.count("select count(*) from products").await, 40);
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn a_message_that_comes_twice_is_worked_on_once(db: PgPool) {
    let shop = Shop::open(db);
    let id = shop.an_import(file_of(150).as_bytes()).await;
    let (one, other) = (shop.worker(Limits::default()), shop.worker(Limits::default()));

    let (first, second) = tokio::join!(work(&one, Work::Import(id).into()), work(&other, Work::Import(id).into()));
    first.unwrap();
    second.unwrap();
    work(&one, Work::Import(id).into()).await.unwrap();

    let import = shop.import(id).await;
    assert_eq!((import.status, import.products), (TransferStatus::Done, created(150)));
    assert_eq!(shop.app.count("select count(*) from products where version = 1").await, 150);
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn two_imports_of_one_file_at_once_are_one_catalogue(db: PgPool) {
    let shop = Shop::open(db);
    let file = file_of(300);
    let (one, other) = (shop.an_import(file.as_bytes()).await, shop.an_import(file.as_bytes()).await);
    let worker = shop.worker(Limits::default());

    let (first, second) =
        tokio::join!(work(&worker, Work::Import(one).into()), work(&worker, Work::Import(other).into()));
    first.unwrap();
    second.unwrap();

    let (one, other) = (shop.import(one).await, shop.import(other).await);
    assert_eq!((one.status, other.status), (TransferStatus::Done, TransferStatus::Done));
    assert_eq!(one.products.created + other.products.created, 300);
    assert_eq!(one.products.unchanged + other.products.unchanged, 300);
    assert_eq!(shop.app.count("select count(*) from product_variants").await, 900);
    assert_eq!(shop.app.count("select count(*) from brands").await, 7);
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn a_product_whose_rows_stand_apart_is_found_out_however_far_apart_they_are(db: PgPool) {
    let shop = Shop::open(db);
    let file = format!("{}p0,Again,,,Size,XL,SKU-0-XL,1,10\r\n", file_of(30));

    let id = shop.an_import(file.as_bytes()).await;
    work(&shop.worker(SHORT), Work::Import(id).into()).await.unwrap();
    shop.go_on(SHORT).await;

    let reason = "the product \"p0\" began on line 2 already; its rows must stand together".to_owned();
    assert_eq!(shop.bad_rows(id).await, [(92, reason)]);
    let import = shop.import(id).await;
    assert_eq!((import.products, import.products_left_out, import.bad_rows), (created(30), 1, 1));
    assert_eq!(shop.app.count("select count(*) from products where name = 'Product 0'").await, 1);
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn a_sku_goes_from_one_product_of_a_piece_to_another(db: PgPool) {
    let shop = Shop::open(db);
    let row = |handle: &str, sku: &str| format!("{handle},{handle},,,Title,Default Title,{sku},1,10\r\n");
    let before = format!("{HEADER}{}{}", row("a", "ONE"), row("b", "TWO"));
    shop.imported(before.as_bytes(), Limits::default()).await;

    // b gets what a had; the other way round it would be refused, as c is.
    let after = format!("{HEADER}{}{}{}", row("b", "ONE"), row("a", "NEW"), row("c", "NEW"));
    let id = shop.an_import(after.as_bytes()).await;
    work(&shop.worker(Limits::default()), Work::Import(id).into()).await.unwrap();

    assert_eq!(shop.bad_rows(id).await, [(4, "the SKU \"NEW\" belongs to another product".to_owned())]);
    let skus: Vec<String> = sqlx::query_scalar(
        "select p.slug || ':' || v.sku from product_variants v join products p on p.id = v.product_id order by 1",
    )
    .fetch_all(&shop.app.db)
    .await
    .unwrap();
    assert_eq!(skus, ["a:NEW", "b:ONE"]);
}
