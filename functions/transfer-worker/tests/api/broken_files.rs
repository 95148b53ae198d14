//! Broken files: each error is reported, none is an internal error, and the valid rows are imported.

use std::fmt::Write as _;

use shared::transfers::{TransferStatus, Work};
use sqlx::PgPool;
use transfer_worker::{Limits, work};

use crate::{HEADER, SHORT, Shop};

const GOOD: &str = "good,Good,,,Title,Default Title,GOOD,1,10\r\n";

async fn import_error(shop: &Shop, file: &[u8]) -> String {
    let import = shop.imported(file, Limits::default()).await;
    assert_eq!(import.status, TransferStatus::Failed);
    assert_eq!(shop.app.count("select count(*) from products").await, 0);
    import.error.unwrap()
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn an_unknown_format_fails_and_the_error_names_the_known_one(db: PgPool) {
    let shop = Shop::open(db);
    for file in ["\n", "id;name\n1;a\n", "{\"products\": []}", "\u{0}\u{1}\u{2}", "\"Handle,Title"] {
        let error = import_error(&shop, file.as_bytes()).await;
        assert!(error.contains("it must be a Shopify product export"), "{error}");
    }
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn a_file_that_is_no_text_fails_and_the_error_says_what_it_is(db: PgPool) {
    let shop = Shop::open(db);
    let russian = b"Handle,Title,Variant Price\na,\xd4\xf3\xf2\xe1\xee\xeb\xea\xe0,5\n";
    for (file, words) in [
        (&b"PK\x03\x04\x14\0\x06\0"[..], "it is a workbook"),
        (b"H\0a\0n\0d\0l\0e\0", "it is UTF-16 without a byte order mark"),
        (russian, "neither UTF-8 nor Windows-1252"),
    ] {
        let error = import_error(&shop, file).await;
        assert!(error.contains(words), "{error}");
    }
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn invalid_rows_are_reported_and_the_others_imported(db: PgPool) {
    let shop = Shop::open(db);
    let mut file = format!("\u{feff}{HEADER}").into_bytes();
    file.extend(b"latin,Caf\xe9,,,Title,Default Title,L,1,10\r\n");
    file.extend(b"nul,N\0,,,Title,Default Title,N,1,10\r\n");
    file.extend(b"short,S\r\n");
    file.extend(b"formula,'=1+1,,,Title,Default Title,'=F,1,10\r\n");
    file.extend(GOOD.as_bytes());

    for limits in [Limits::default(), SHORT] {
        let id = shop.an_import(&file).await;
        work(&shop.worker(limits), Work::Import(id).into()).await.unwrap();
        shop.run_queued_jobs(limits).await;
        let errors: Vec<_> = shop.errors(id).await;
        assert_eq!(
            errors,
            [
                (2, "the column \"Title\" has bytes that are not UTF-8, although the file is; correct the cell, or save the file as \"CSV UTF-8\"".to_owned()),
                (3, "the column \"Title\" contains a NUL character; remove it".to_owned()),
                (4, "\"Variant Price\" is empty".to_owned()),
            ]
        );
        assert_eq!(shop.import(id).await.status, TransferStatus::Done);
    }
    let names: Vec<String> =
        sqlx::query_scalar("select name from products order by 1").fetch_all(&shop.app.db).await.unwrap();
    assert_eq!(names, ["=1+1", "Good"]);
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn an_unclosed_quote_is_reported_and_ends_the_import(db: PgPool) {
    let shop = Shop::open(db);
    let mut file = format!("{HEADER}{GOOD}open,\"Open,,,Title,Default Title,O,1,10\r\n");
    for number in 0..80_000 {
        let _ = write!(file, "p{number},P,,,Title,Default Title,S{number},1,10\r\n");
    }

    let id = shop.an_import(file.as_bytes()).await;
    work(&shop.worker(Limits { window: 1000, ..Limits::default() }), Work::Import(id).into()).await.unwrap();

    let reason = "a record larger than 2 MiB begins here; is a closing quote missing?".to_owned();
    assert_eq!(shop.errors(id).await, [(3, reason)]);
    let import = shop.import(id).await;
    assert_eq!((import.status, import.products.created, import.bytes_done), (TransferStatus::Done, 1, import.bytes));
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn a_product_that_the_database_refuses_does_not_affect_the_others(db: PgPool) {
    let shop = Shop::open(db);
    sqlx::query("alter table products add constraint no_b check (slug <> 'b')").execute(&shop.app.db).await.unwrap();
    let row = |handle: &str| format!("{handle},{handle},,,Title,Default Title,{handle},1,10\r\n");
    let file = format!("{HEADER}{}{}{}", row("a"), row("b"), row("c"));

    let id = shop.an_import(file.as_bytes()).await;
    work(&shop.worker(Limits::default()), Work::Import(id).into()).await.unwrap();

    let reason = "it breaks a rule of the shop that has no name here; the log has the details".to_owned();
    assert_eq!(shop.errors(id).await, [(3, reason)]);
    assert_eq!(shop.import(id).await.products.created, 2);
    assert_eq!(shop.app.count("select count(*) from products where slug in ('a', 'c')").await, 2);
}
