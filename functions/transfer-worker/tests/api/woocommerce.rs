//! WooCommerce's product export, whose variations may be far from their products.

use std::fmt::Write as _;

use shared::catalogue::product_file::FileKind;
use shared::transfers::{TransferStatus, Work};
use sqlx::PgPool;
use transfer_worker::{Limits, work};

use crate::{SHORT, Shop};

const HEADER: &str = "ID,Type,SKU,Name,Published,In stock?,Stock,Backorders allowed?,Regular price,Parent,Attribute 1 name,Attribute 1 value(s)\n";

/// Returns a file of products, whose variations come after all of them, except for the first, whose variations come before it.
fn file_of(products: usize) -> String {
    let mut file = HEADER.to_owned();
    let variations = |file: &mut String, number: usize| {
        let _ = writeln!(file, "{number}01,variation,V{number}-S,,1,1,2,0,10,P{number},Size,S");
        let _ = writeln!(file, "{number}02,variation,V{number}-M,,1,1,,1,11,id:{number},Size,M");
    };
    variations(&mut file, 1);
    for number in 1..=products {
        let _ = writeln!(file, "{number},variable,P{number},Product {number},1,1,,0,,,Size,\"S, M\"");
    }
    (2..=products).for_each(|number| variations(&mut file, number));
    file
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn a_file_is_continued_product_by_product(db: PgPool) {
    let shop = Shop::open(db);
    let file = format!("{}9999,grouped,SET,Set,1,1,,0,,,,\n", file_of(250));

    let id = shop.an_import(file.as_bytes()).await;
    work(&shop.worker(SHORT), Work::Import(id).into()).await.unwrap();
    let begun = shop.import(id).await;
    assert_eq!((begun.status, begun.products.created), (TransferStatus::Running, 100));
    assert!(begun.bytes_done < begun.bytes);
    assert!(shop.run_queued_jobs(SHORT).await >= 2);

    let import = shop.import(id).await;
    assert_eq!((import.status, import.kind), (TransferStatus::Done, Some(FileKind::WooCommerceCsv)));
    assert_eq!((import.products.created, import.variants.created, import.bytes_done), (250, 500, import.bytes));
    assert_eq!((import.variants_untracked, import.variants_backorderable), (250, 0));
    assert_eq!((import.products_skipped, import.rows_failed), (1, 1));
    assert_eq!(shop.errors(id).await[0].0, 752);

    let again = shop.imported(file.as_bytes(), Limits::default()).await;
    assert_eq!((again.products.unchanged, again.variants_removed), (250, 0));
}

/// The two products are in different chunks of the file, in which 148 others are between them.
#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn a_variation_does_not_move_to_a_product_far_away(db: PgPool) {
    let shop = Shop::open(db);
    // All products come in the size S1, except for the last, which comes in XS instead.
    let file = file_of(150).replace("Size,S", "Size,S1").replace("1,1,2,0,10,P150,Size,S1", "1,1,2,0,10,P150,Size,XS");
    let file = file.replace("\"S, M\"", "\"S1, M, XS\"");
    shop.imported(file.as_bytes(), Limits::default()).await;
    let variants = "select md5(string_agg(v.id || ' ' || v.product_id || ' ' || v.sku, ',' order by v.id)) from product_variants v";
    let before: String = sqlx::query_scalar(variants).fetch_one(&shop.app.db).await.unwrap();
    for (from, to, value, lines) in [("P1", "P150", "S1", [2, 4]), ("P150", "P1", "XS", [153, 450])] {
        let moved = file.replace(&format!("10,{from},Size,{value}"), &format!("10,{to},Size,{value}"));
        assert_ne!(moved, file);
        for limits in [SHORT, Limits::default()] {
            let id = shop.an_import(moved.as_bytes()).await;
            work(&shop.worker(limits), Work::Import(id).into()).await.unwrap();
            shop.run_queued_jobs(limits).await;

            let errors = shop.errors(id).await;
            let mut found: Vec<i64> = errors.iter().map(|(line, _)| *line).collect();
            found.sort_unstable();
            let import = shop.import(id).await;
            assert_eq!(
                (found.as_slice(), import.products_skipped, import.variants_removed),
                (&lines[..], 2, 0),
                "{errors:?}"
            );
            let after: String = sqlx::query_scalar(variants).fetch_one(&shop.app.db).await.unwrap();
            assert_eq!(after, before);
        }
    }
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn a_file_of_another_kind_than_declared_fails(db: PgPool) {
    let shop = Shop::open(db);
    for (declared, file, words) in [
        ("shopify_csv", file_of(1), "create the import with the kind woocommerce_csv, or without a kind"),
        ("woocommerce_csv", crate::file_of(1), "create the import with the kind shopify_csv, or without a kind"),
    ] {
        let id = shop.an_import(file.as_bytes()).await;
        sqlx::query("update imports set kind = $1 where id = $2")
            .bind(declared)
            .bind(id.0)
            .execute(&shop.app.db)
            .await
            .unwrap();
        work(&shop.worker(Limits::default()), Work::Import(id).into()).await.unwrap();
        let import = shop.import(id).await;
        assert_eq!((import.status, import.products.created), (TransferStatus::Failed, 0));
        assert!(import.error.as_deref().unwrap().contains(words), "{:?}", import.error);
    }
}
