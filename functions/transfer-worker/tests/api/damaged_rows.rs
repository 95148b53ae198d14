//! Damaged rows at every place of a chunk: nothing of their product changes.

use shared::transfers::{TransferStatus, Work};
use sqlx::PgPool;
use transfer_worker::{Limits, work};

use crate::{HEADER, Shop};

/// Returns a file of products of three sizes, of which `p1` has a damage.
fn file(damage: &str) -> String {
    let row = |handle: &str, title: &str, product: usize, size: &str| {
        format!("{handle},{title},,,Size,{size},SKU-{product}-{size},1,10\r\n")
    };
    let mut file = HEADER.to_owned();
    for product in 0..4 {
        let (handle, title) = (format!("p{product}"), format!("Product {product}"));
        file.push_str(&row(&handle, &title, product, "S"));
        for size in ["M", "L"] {
            match damage {
                "moved" if product == 1 && size == "L" => {}
                lost if product == 1 && size == lost => file.push_str(&row("", "", product, size).replace("Size", "")),
                _ => file.push_str(&row(&handle, "", product, size).replace("Size", "")),
            }
        }
    }
    if damage == "moved" {
        file.push_str(&row("p1", "", 1, "L").replace("Size", ""));
    }
    file
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn a_damaged_row_removes_nothing_wherever_a_chunk_ends(db: PgPool) {
    let shop = Shop::open(db);
    shop.imported(file("").as_bytes(), Limits::default()).await;
    for (damage, line, reason, unchanged) in [
        ("M", 6, "\"Handle\" is empty; the product \"p1\" before it is not imported", 3),
        ("L", 7, "\"Handle\" is empty; the product \"p1\" before it is not imported", 3),
        // The row behind `p3` may belong to `p3` and have the handle of another product.
        ("moved", 5, "the product \"p1\" begins again on line 13; all rows of a product must be next to each other", 2),
    ] {
        // Every chunk is one run, and the windows end at many places of the file. The smallest holds the header.
        for window in (150..700).step_by(23) {
            let limits = Limits { run_time: std::time::Duration::ZERO, window };
            let id = shop.an_import(file(damage).as_bytes()).await;
            work(&shop.worker(limits), Work::Import(id).into()).await.unwrap();
            shop.run_queued_jobs(limits).await;
            let import = shop.import(id).await;
            assert_eq!((import.status, import.variants_removed), (TransferStatus::Done, 0), "{damage} {window}");
            assert_eq!(import.products.unchanged, unchanged, "{damage} {window}");
            assert_eq!(shop.errors(id).await.first(), Some(&(line, reason.to_owned())), "{damage} {window}");
        }
    }
    assert_eq!(shop.app.count("select count(*) from product_variants").await, 12);
    assert_eq!(shop.app.count("select count(*) from import_scattered_handles").await, 0);
}
