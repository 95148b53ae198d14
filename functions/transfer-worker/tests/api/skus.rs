//! A variant without a SKU in the file is known by its option values, and keeps the SKU that it got when it was created.

use shared::transfers::Work;
use sqlx::PgPool;
use transfer_worker::{Limits, work};

use crate::{HEADER, Shop};

/// A row: value, SKU, units on hand, price.
type Row = (&'static str, &'static str, i32, i32);

fn file(rows: &[Row]) -> String {
    let row = |(at, (value, sku, units, price)): (usize, &Row)| {
        let (title, option) = if at == 0 { ("Scarf", "Colour") } else { ("", "") };
        format!("scarf-4,{title},,,{option},{value},{sku},{units},{price}\r\n")
    };
    format!("{HEADER}{}", rows.iter().enumerate().map(row).collect::<String>())
}

/// A variant: id, value, SKU, units on hand, price.
type Variant = (i64, String, String, i32, i64);

async fn variants(shop: &Shop) -> Vec<Variant> {
    sqlx::query_as(
        "select v.id, w.value, v.sku, s.on_hand, (p.base_price + v.price_adjustment) / 100
           from product_variants v join products p on p.id = v.product_id join stock_levels s on s.variant_id = v.id
           join variant_attribute_values x on x.variant_id = v.id join attribute_values w on w.id = x.attribute_value_id
          where v.archived_at is null order by v.id",
    )
    .fetch_all(&shop.app.db)
    .await
    .unwrap()
}

async fn sold(shop: &Shop) -> Vec<(String, String)> {
    variants(shop).await.into_iter().map(|(_, value, sku, ..)| (value, sku)).collect()
}

fn pairs(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
    pairs.iter().map(|(value, sku)| ((*value).to_owned(), (*sku).to_owned())).collect()
}

const RED_AND_BLUE: [Row; 2] = [("Красный L", "", 4, 10), ("Синий L", "", 9, 20)];

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn another_order_of_rows_changes_no_variant(db: PgPool) {
    let shop = Shop::open(db);
    for (first, other) in [RED_AND_BLUE, [("A+", "", 4, 10), ("A-", "", 9, 20)], [("★", "", 4, 10), ("☂", "", 9, 20)]]
        .map(|rows| (rows, [rows[1], rows[0]]))
    {
        shop.imported(file(&first).as_bytes(), Limits::default()).await;
        let before = variants(&shop).await;
        assert_eq!(before.len(), 2);
        assert_ne!(before[0].2, before[1].2);

        let again = shop.imported(file(&other).as_bytes(), Limits::default()).await;

        assert_eq!(variants(&shop).await, before);
        assert_eq!((again.variants_removed, again.variants.created, again.rows_failed), (0, 0, 0));
        let last = shop.imported(file(&other).as_bytes(), Limits::default()).await;
        assert_eq!((last.products.unchanged, last.variants.unchanged), (1, 2));
    }
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn made_skus_are_readable_and_get_a_number_where_they_are_taken(db: PgPool) {
    let shop = Shop::open(db);
    let first =
        [("Красный L", "", 1, 1), ("A+", "", 1, 1), ("A-", "", 1, 1), ("42", "", 1, 1), ("M", "scarf-4.a.2", 1, 1)];
    shop.imported(file(&first).as_bytes(), Limits::default()).await;
    let made = [
        ("Красный L", "scarf-4.krasnyi-l"),
        ("A+", "scarf-4.a"),
        ("A-", "scarf-4.a.3"),
        ("42", "scarf-4.42"),
        ("M", "scarf-4.a.2"),
    ];
    let mut all = sold(&shop).await;
    let mut wanted = pairs(&made);
    all.sort_unstable();
    wanted.sort_unstable();
    assert_eq!(all, wanted);

    // Other products: one whose made SKU is taken, and one without options.
    let others = format!(
        "{HEADER}taker,T,,,Title,Default Title,mug.a,1,1\r\nmug,Mug,,,Size,A,,1,1\r\ncup,Cup,,,Title,Default Title,,1,1\r\n"
    );
    let import = shop.imported(others.as_bytes(), Limits::default()).await;
    assert_eq!(import.rows_failed, 0);
    let skus: Vec<String> = sqlx::query_scalar("select sku from product_variants where sku !~ '^scarf' order by id")
        .fetch_all(&shop.app.db)
        .await
        .unwrap();
    assert_eq!(skus.len(), 3);
    assert!(["cup", "mug.a", "mug.a.2"].iter().all(|sku| skus.contains(&(*sku).to_owned())), "{skus:?}");
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn a_sku_that_is_written_into_the_file_later_renames_the_variant(db: PgPool) {
    let shop = Shop::open(db);
    shop.imported(file(&RED_AND_BLUE).as_bytes(), Limits::default()).await;
    let before = variants(&shop).await;

    // For some rows only, with another spelling of the value and in another order.
    let named = [("СИНИИ\u{306}  L", "BLUE", 9, 20), ("Красный L", "", 4, 10)];
    let import = shop.imported(file(&named).as_bytes(), Limits::default()).await;

    assert_eq!((import.variants_removed, import.variants.created, import.rows_failed), (0, 0, 0));
    let mut renamed = before.clone();
    renamed[1].2 = "BLUE".to_owned();
    assert_eq!(variants(&shop).await, renamed);

    // A file without SKUs leaves it.
    let again = shop.imported(file(&[RED_AND_BLUE[1], RED_AND_BLUE[0]]).as_bytes(), Limits::default()).await;
    assert_eq!((again.products.unchanged, variants(&shop).await), (1, renamed));
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn a_sku_finds_its_variant_before_the_values_do(db: PgPool) {
    let shop = Shop::open(db);
    shop.imported(file(&[("S", "ONE", 1, 10), ("M", "TWO", 2, 20)]).as_bytes(), Limits::default()).await;
    let before = variants(&shop).await;

    let swapped = [("S", "TWO", 2, 20), ("M", "ONE", 1, 10)];
    let import = shop.imported(file(&swapped).as_bytes(), Limits::default()).await;

    assert_eq!((import.variants_removed, import.variants.created, import.rows_failed), (0, 0, 0));
    let after = variants(&shop).await;
    assert_eq!(
        after.iter().map(|variant| variant.0).collect::<Vec<_>>(),
        before.iter().map(|variant| variant.0).collect::<Vec<_>>()
    );
    assert_eq!(sold(&shop).await, pairs(&[("M", "ONE"), ("S", "TWO")]));
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn a_sku_of_a_variant_that_is_listed_without_it_is_refused(db: PgPool) {
    let shop = Shop::open(db);
    shop.imported(file(&[("S", "ONE", 1, 10), ("M", "TWO", 2, 20)]).as_bytes(), Limits::default()).await;
    let before = variants(&shop).await;

    let id = shop.an_import(file(&[("S", "", 1, 10), ("M", "ONE", 2, 20)]).as_bytes()).await;
    work(&shop.worker(Limits::default()), Work::Import(id).into()).await.unwrap();

    let reason = "the SKU \"ONE\" belongs to a variant of this product that the file lists without a SKU; write it there, or use another \
                  SKU here";
    assert_eq!(shop.errors(id).await, [(3, reason.to_owned())]);
    assert_eq!(variants(&shop).await, before);
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn a_value_that_staff_added_stays_and_does_not_make_another_variant(db: PgPool) {
    let shop = Shop::open(db);
    shop.imported(file(&[("S", "", 3, 10), ("M", "", 4, 20)]).as_bytes(), Limits::default()).await;
    sqlx::raw_sql(
        "with made as (insert into attributes (name, name_key) values ('Cloth', 'cloth') returning id),
              value as (insert into attribute_values (attribute_id, value, value_key) select id, 'Wool', 'wool' from made returning id, attribute_id)
         insert into variant_attribute_values (variant_id, attribute_id, attribute_value_id)
         select v.id, value.attribute_id, value.id from product_variants v, value",
    )
    .execute(&shop.app.db)
    .await
    .unwrap();
    let before = variants(&shop).await;

    let import = shop.imported(file(&[("M", "", 4, 20), ("S", "", 3, 10)]).as_bytes(), Limits::default()).await;

    assert_eq!((import.variants_removed, import.variants.created), (0, 0));
    assert_eq!(variants(&shop).await, before);
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn two_spellings_of_a_value_are_one_bad_row_that_names_both(db: PgPool) {
    let shop = Shop::open(db);
    for (one, other) in [("RED", "red"), ("Café", "Cafe\u{301}"), ("red", "r\u{200b}ed")] {
        let text = format!("{HEADER}twins,T,,,Colour,{one},,1,1\r\ntwins,,,,,{other},,1,1\r\n");
        let id = shop.an_import(text.as_bytes()).await;
        work(&shop.worker(Limits::default()), Work::Import(id).into()).await.unwrap();
        let reason = format!(
            "the variants \"{other}\" and \"{one}\" on line 2 differ only in case or in characters that look alike: give one of them \
             another value, or remove it"
        );
        assert_eq!(shop.errors(id).await, [(3, reason)]);
    }
    assert_eq!(shop.app.count("select count(*) from products").await, 0);
}
