//! A file knows a product by its handle, exactly as it is written.

use shared::transfers::Work;
use sqlx::PgPool;
use transfer_worker::{Limits, work};

use crate::{HEADER, Shop, taken};

fn row(handle: &str, sku: &str) -> String {
    format!("{handle},Shirt,,,Size,M,{sku},1,10\r\n")
}

fn file(rows: &[(&str, &str)]) -> Vec<u8> {
    let rows: Vec<String> = rows.iter().map(|(handle, sku)| row(handle, sku)).collect();
    format!("{HEADER}{}", rows.concat()).into_bytes()
}

/// Returns the handle, the slug and the SKUs of each product.
async fn products(shop: &Shop) -> Vec<(String, String, String)> {
    sqlx::query_as(
        "select p.handle, p.slug, string_agg(v.sku, ' ' order by v.id)
           from products p join product_variants v on v.product_id = p.id group by p.id order by p.id",
    )
    .fetch_all(&shop.app.db)
    .await
    .unwrap()
}

/// Pairs of handles that are written alike in URLs, by other scripts, signs, forms of accents and case, or because they are long.
fn alike() -> Vec<[String; 2]> {
    let pairs = [
        ["男性-シャツ-1", "女性-シャツ-1"],
        ["куртка-7", "шапка-7"],
        ["قميص-أحمر-2", "قميص-أزرق-2"],
        ["เสื้อ-1", "เสือ-1"],
        ["셔츠-1", "치마-1"],
        ["חולצה-3", "מכנס-3"],
        ["shirt_a", "shirt-a"],
        ["shirt+", "shirt!"],
        ["Mug", "mug"],
        ["café", "cafe\u{301}"],
        ["★", "☂"],
        ["🦄", "🐎"],
        ["501", "product-501"],
    ];
    let long = [format!("{}-a", "ß".repeat(60)), format!("{}-b", "ß".repeat(60))];
    let longest = [format!("{}a", "x".repeat(254)), format!("{}b", "x".repeat(254))];
    pairs.map(|pair| pair.map(str::to_owned)).into_iter().chain([long, longest]).collect()
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn handles_that_are_alike_are_two_products_in_two_files_and_in_one(db: PgPool) {
    let shop = Shop::open(db);
    for (at, [one, other]) in alike().iter().enumerate() {
        let (one_sku, other_sku) = (format!("A-{at}"), format!("B-{at}"));
        let files =
            [file(&[(one, &one_sku)]), file(&[(other, &other_sku)]), file(&[(one, &one_sku), (other, &other_sku)])];
        for (nth, file) in files.iter().enumerate() {
            let import = shop.imported(file, Limits::default()).await;
            let created = i64::from(nth < 2);
            assert_eq!((import.products.created, import.products.updated), (created, 0), "{one} {other}");
            assert_eq!((import.variants_removed, import.rows_failed), (0, 0), "{one} {other}");
        }
    }
    let all = products(&shop).await;
    assert_eq!(all.len(), 2 * alike().len());
    let handles: Vec<&str> = all.iter().map(|(handle, ..)| handle.as_str()).collect();
    assert_eq!(handles, alike().iter().flatten().map(String::as_str).collect::<Vec<_>>());
    let slugs: std::collections::BTreeSet<&str> = all.iter().map(|(_, slug, _)| slug.as_str()).collect();
    assert_eq!(slugs.len(), all.len());
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn like_handles_of_one_file_get_numbered_slugs(db: PgPool) {
    let shop = Shop::open(db);
    let handles: Vec<String> = (0..12).map(|number| format!("duo{}", "+".repeat(number))).collect();
    let rows: Vec<(&str, &str)> = handles.iter().map(|handle| (handle.as_str(), handle.as_str())).collect();

    let import = shop.imported(&file(&rows), Limits::default()).await;

    assert_eq!((import.products.created, import.rows_failed), (12, 0));
    let slugs: Vec<String> = products(&shop).await.into_iter().map(|(_, slug, _)| slug).collect();
    let numbered: Vec<String> =
        (1..=12).map(|number| if number == 1 { "duo".to_owned() } else { format!("duo-{number}") }).collect();
    assert_eq!(slugs, numbered);
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn a_long_handle_keeps_its_address_whole(db: PgPool) {
    let shop = Shop::open(db);
    let long = format!("very{}-handle", "-long".repeat(48));
    assert!(long.len() > 250, "{}", long.len());

    let import = shop.imported(&file(&[(&long, "LH-1")]), Limits::default()).await;

    assert_eq!((import.products.created, import.rows_failed), (1, 0));
    assert_eq!(products(&shop).await, [(long.clone(), long, "LH-1".to_owned())]);
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn a_product_whose_slug_was_changed_is_still_found_by_its_handle(db: PgPool) {
    let shop = Shop::open(db);
    shop.imported(&file(&[("old", "ONE")]), Limits::default()).await;
    sqlx::query("update products set slug = 'new'").execute(&shop.app.db).await.unwrap();

    let again = shop.imported(&file(&[("old", "ONE")]), Limits::default()).await;
    assert_eq!((again.products.unchanged, again.rows_failed), (1, 0));

    // Another product may have the slug as its handle. It takes neither the address of the first product nor its old address.
    let other = shop.imported(&file(&[("new", "TWO")]), Limits::default()).await;
    assert_eq!((other.products.created, other.products.updated), (1, 0));
    let named = |handle: &str, slug: &str, sku: &str| (handle.to_owned(), slug.to_owned(), sku.to_owned());
    assert_eq!(products(&shop).await, [named("old", "new", "ONE"), named("new", "new-2", "TWO")]);
    assert_eq!(shop.app.count("select count(*) from old_product_slugs where slug = 'old'").await, 1);
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn a_product_with_another_handle_is_not_updated_even_if_the_file_has_its_sku(db: PgPool) {
    let shop = Shop::open(db);
    shop.imported(&file(&[("one", "ONE")]), Limits::default()).await;

    let id = shop.an_import(&file(&[("two", "ONE")])).await;
    work(&shop.worker(Limits::default()), Work::Import(id).into()).await.unwrap();

    assert_eq!(shop.errors(id).await, [(2, taken("ONE", "one", "two"))]);
    assert_eq!(shop.app.count("select count(*) from products").await, 1);
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn a_product_that_no_file_has_named_has_its_slug_as_its_handle(db: PgPool) {
    let shop = Shop::open(db);
    let product = shop.app.a_product().create().await;

    let import = shop.imported(&file(&[(&product.slug, &product.sku)]), Limits::default()).await;

    assert_eq!((import.products.created, import.products.updated), (0, 1));
    assert_eq!(shop.app.count("select count(*) from products").await, 1);
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn a_variant_name_by_staff_stays_if_the_file_has_none(db: PgPool) {
    let shop = Shop::open(db);
    let names = async || {
        let names: Vec<String> =
            sqlx::query_scalar("select name from product_variants").fetch_all(&shop.app.db).await.unwrap();
        names
    };
    shop.imported(single("mug", "ONE").as_bytes(), Limits::default()).await;
    sqlx::query("update product_variants set name = 'With handle'").execute(&shop.app.db).await.unwrap();

    let again = shop.imported(single("mug", "ONE").as_bytes(), Limits::default()).await;
    assert_eq!((again.products.unchanged, names().await), (1, vec!["With handle".to_owned()]));

    let named = single("mug", "ONE").replace("Default Title", "Large");
    shop.imported(named.as_bytes(), Limits::default()).await;
    assert_eq!(names().await, ["Large"]);
}

fn single(handle: &str, sku: &str) -> String {
    format!("{HEADER}{handle},Shirt,,,Title,Default Title,{sku},1,10\r\n")
}
