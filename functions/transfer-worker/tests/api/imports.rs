//! Imports: a file is read and its products are written.

use shared::catalogue::write::Stock;
use shared::transfers::{TransferCounts, TransferStatus, Work};
use sqlx::PgPool;
use transfer_worker::{Limits, work};

use crate::{HEADER, SHORT, Shop, file_of, taken, with_stock};

fn created(created: i64) -> TransferCounts {
    TransferCounts { created, ..TransferCounts::default() }
}

fn unchanged(unchanged: i64) -> TransferCounts {
    TransferCounts { unchanged, ..TransferCounts::default() }
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn importing_the_same_file_again_changes_nothing(db: PgPool) {
    let shop = Shop::open(db);
    let file = file_of(250);

    let import = shop.imported(file.as_bytes(), Limits::default()).await;

    assert_eq!((import.status, import.bytes_done), (TransferStatus::Done, import.bytes));
    assert_eq!((import.products, import.variants, import.rows_failed), (created(250), created(750), 0));
    assert_eq!(shop.app.count("select count(*) from stock_levels where on_hand > 0").await, 750);
    assert!(shop.app.stock_adds_up().await);
    assert_eq!(shop.app.count("select count(*) from import_scattered_handles").await, 0);
    assert!(shop.files.keys().is_empty());

    let again = shop.imported(file.as_bytes(), Limits::default()).await;

    assert_eq!((again.products, again.variants), (unchanged(250), unchanged(750)));
    assert_eq!(shop.app.count("select sum(version)::bigint from products").await, 250);
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn workers_continue_an_import_chunk_by_chunk(db: PgPool) {
    let shop = Shop::open(db);
    let id = shop.an_import(file_of(40).as_bytes()).await;

    work(&shop.worker(SHORT), Work::Import(id).into()).await.unwrap();

    let running = shop.import(id).await;
    assert_eq!(running.status, TransferStatus::Running);
    assert!(running.bytes_done > 0 && running.bytes_done < running.bytes, "{running:?}");
    assert!(shop.run_queued_jobs(SHORT).await > 5);
    let done = shop.import(id).await;
    assert_eq!((done.status, done.products, done.variants), (TransferStatus::Done, created(40), created(120)));
    assert_eq!(shop.app.count("select count(*) from products").await, 40);
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn a_repeated_message_is_processed_once(db: PgPool) {
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
async fn concurrent_imports_of_one_file_create_each_product_once(db: PgPool) {
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
async fn an_import_starts_again_if_a_product_is_edited_while_it_waits_for_it(db: PgPool) {
    let shop = Shop::open(db);
    shop.imported(file_of(1).as_bytes(), Limits::default()).await;
    let id = shop.an_import(file_of(1).replace(",1,10\r", ",5,20\r").as_bytes()).await;
    let mut edit = shop.app.owner.begin().await.unwrap();
    sqlx::query("update products set name = 'Edited', updated_at = now()").execute(&mut edit).await.unwrap();

    let import = shop.import_behind(edit, id).await;

    assert_eq!((import.status, import.products.updated, import.rows_failed), (TransferStatus::Done, 1, 0));
    assert_eq!(shop.app.count("select count(*) from products where name = 'Product 0' and version = 3").await, 1);
    assert!(shop.app.stock_adds_up().await);
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn an_import_that_sets_the_stock_does_so_after_a_sale_that_it_waited_for(db: PgPool) {
    let shop = Shop::open(db);
    shop.imported(file_of(1).as_bytes(), Limits::default()).await;
    let id = shop.an_import_with(file_of(1).replace(",1,10\r", ",5,10\r").as_bytes(), with_stock(Stock::Set)).await;
    let mut sale = shop.app.owner.begin().await.unwrap();
    sqlx::query("select change_stock(id, -1, 'written_off', now()) from product_variants")
        .execute(&mut sale)
        .await
        .unwrap();

    let import = shop.import_behind(sale, id).await;

    // The stock of the other two sizes was right when the file was read, and the sale came after it.
    assert_eq!(import.variants.updated, 1);
    assert_eq!(shop.app.count("select count(*) from stock_levels where on_hand = 5").await, 1);
    assert_eq!(shop.app.count("select count(*) from stock_levels where on_hand = 1").await, 2);
    assert!(shop.app.stock_adds_up().await);
}

/// A lost row is an internal error, which no new transaction mends.
#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn an_import_fails_if_the_database_does_not_insert_a_product(db: PgPool) {
    let shop = Shop::open(db);
    let lose = "create function lose() returns trigger language plpgsql as 'begin return null; end';
                create trigger lose before insert on products for each row execute function lose()";
    sqlx::raw_sql(lose).execute(&shop.app.db).await.unwrap();

    let id = shop.an_import(file_of(1).as_bytes()).await;
    let error = work(&shop.worker(Limits::default()), Work::Import(id).into()).await.unwrap_err();

    assert_eq!(error.to_string(), "the database returned no id for \"p0\", which was inserted");
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn separated_rows_of_a_product_are_refused_at_any_distance(db: PgPool) {
    let shop = Shop::open(db);
    let file = format!("{}p0,Again,,,Size,XL,SKU-0-XL,1,10\r\n", file_of(30));

    let id = shop.an_import(file.as_bytes()).await;
    work(&shop.worker(SHORT), Work::Import(id).into()).await.unwrap();
    shop.run_queued_jobs(SHORT).await;

    let reason =
        |begins: &str| format!("the product \"p0\" {begins}; all rows of a product must be next to each other");
    let expected = [(2, reason("begins again on line 92")), (92, reason("already began on line 2"))];
    assert_eq!(shop.errors(id).await, expected);
    let import = shop.import(id).await;
    assert_eq!((import.products, import.products_skipped, import.rows_failed), (created(29), 2, 2));
    assert_eq!(shop.app.count("select count(*) from products where slug = 'p0'").await, 0);
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn a_sku_moves_between_products_of_one_chunk(db: PgPool) {
    let shop = Shop::open(db);
    let row = |handle: &str, sku: &str| format!("{handle},{handle},,,Title,Default Title,{sku},1,10\r\n");
    let before = format!("{HEADER}{}{}", row("a", "ONE"), row("b", "TWO"));
    shop.imported(before.as_bytes(), Limits::default()).await;

    // Product b takes the SKU that a gives up. In the other order it would be refused, as it is for c.
    let after = format!("{HEADER}{}{}{}", row("b", "ONE"), row("a", "NEW"), row("c", "NEW"));
    let id = shop.an_import(after.as_bytes()).await;
    work(&shop.worker(Limits::default()), Work::Import(id).into()).await.unwrap();

    assert_eq!(shop.errors(id).await, [(4, taken("NEW", "a", "c"))]);
    let skus: Vec<String> = sqlx::query_scalar(
        "select p.slug || ':' || v.sku from product_variants v join products p on p.id = v.product_id order by 1",
    )
    .fetch_all(&shop.app.db)
    .await
    .unwrap();
    assert_eq!(skus, ["a:NEW", "b:ONE"]);
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn an_import_counts_removed_images_and_new_variants_that_are_sold_out(db: PgPool) {
    let shop = Shop::open(db);
    let header = "Handle,Title,Variant SKU,Variant Price,Image Src\r\n";
    let file = |image: &str| {
        (0..3).fold(header.to_owned(), |file, at| file + &format!("p{at},Product {at},SKU-{at},10,{image}\r\n"))
    };

    let created = shop.imported(file("https://cdn.test/front.jpg").as_bytes(), SHORT).await;
    assert_eq!((created.images_removed, created.variants_sold_out), (0, 3));

    let without = shop.imported(file("").as_bytes(), SHORT).await;
    assert_eq!((without.images_removed, without.variants_sold_out), (3, 0));
}
