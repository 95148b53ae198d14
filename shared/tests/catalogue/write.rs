//! What `catalogue::store::write` promises: said twice, nothing changes; said otherwise, only that changes.

use shared::app::db::Tx;
use shared::catalogue::store::write::{
    Change, NewImage, NewProduct, NewVariant, refresh_product_cards, remove_variants_not_in, replace_images,
    set_product_categories, set_variant_values, upsert_brand, upsert_category, upsert_product, upsert_variant,
};
use shared::ids::{ProductId, VariantId};
use shared::money::Money;
use shared::stock::Reason;
use shared::stock::store::set_stock;
use shared::testing::{START, service_db};
use sqlx::PgPool;

const SHIRT: NewProduct<'_> = NewProduct {
    slug: "shirt",
    name: "Shirt",
    brand: None,
    sku: Some("SHIRT"),
    description: "<p>Soft.</p>",
    base_price: Money::from_minor(5000),
    tags: &[],
    status: "active",
};

const MEDIUM: NewVariant<'_> = NewVariant {
    sku: "SHIRT-M",
    name: "M",
    position: 0,
    price_adjustment: Money::from_minor(0),
    compare_at_price: Some(Money::from_minor(6000)),
    barcode: None,
    weight_grams: Some(200),
};

const LARGE: NewVariant<'_> =
    NewVariant { sku: "SHIRT-L", name: "L", position: 1, price_adjustment: Money::from_minor(250), ..MEDIUM };

/// The whole of an import, and whether each step changed anything.
async fn write_a_shirt(tx: &mut Tx) -> (ProductId, [VariantId; 2], Vec<bool>) {
    let changed = |change| change != Change::Unchanged;
    let brand = upsert_brand(tx, "Ána", "ana").await.unwrap();
    let top = upsert_category(tx, None, "Clothing", "clothing").await.unwrap();
    let sub = upsert_category(tx, Some(top.id), "Shirts", "clothing-shirts").await.unwrap();
    let tags = ["summer".to_owned()];
    let product = NewProduct { brand: Some(brand.id), tags: &tags, ..SHIRT };
    let product = upsert_product(tx, &product, START).await.unwrap();
    let medium = upsert_variant(tx, product.id, &MEDIUM).await.unwrap().unwrap();
    let large = upsert_variant(tx, product.id, &LARGE).await.unwrap().unwrap();
    let image = NewImage { url: "/dev/images/shirt.svg", alt_text: "A shirt", variant: None };
    let steps = vec![
        changed(brand.change),
        changed(top.change),
        changed(sub.change),
        changed(product.change),
        changed(medium.change),
        changed(large.change),
        set_variant_values(tx, medium.id, &[("Size", "M"), ("Colour", "Blue")]).await.unwrap(),
        set_variant_values(tx, large.id, &[("size", "L"), ("Colour", "Blue")]).await.unwrap(),
        set_product_categories(tx, product.id, &[sub.id]).await.unwrap(),
        replace_images(tx, product.id, &[image, NewImage { variant: Some(large.id), ..image }]).await.unwrap(),
        set_stock(tx, medium.id, 5, Reason::Received, START).await.unwrap().unwrap(),
        set_stock(tx, large.id, 2, Reason::Received, START).await.unwrap().unwrap(),
    ];
    (product.id, [medium.id, large.id], steps)
}

/// Every row of the catalogue and of the stock, with the transaction that wrote it.
async fn everything(db: &PgPool) -> Vec<String> {
    sqlx::query_scalar(
        "select 'b' || xmin || b::text from brands b union all select 'c' || xmin || c::text from categories c
         union all select 'p' || xmin || p::text from products p union all select 'v' || xmin || v::text from product_variants v
         union all select 'i' || xmin || i::text from product_images i union all select 'a' || xmin || a::text from attributes a
         union all select 'w' || xmin || w::text from attribute_values w
         union all select 'x' || xmin || x::text from variant_attribute_values x
         union all select 'y' || xmin || y::text from product_categories y
         union all select 's' || xmin || s::text from stock_levels s union all select 'l' || xmin || l::text from stock_ledger l
         order by 1",
    )
    .fetch_all(db)
    .await
    .unwrap()
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn what_is_written_twice_is_not_touched_the_second_time(db: PgPool) {
    let service = service_db(&db);
    let mut tx = service.begin().await.unwrap();
    let (product, variants, changed) = write_a_shirt(&mut tx).await;
    assert!(changed.iter().all(|changed| *changed), "{changed:?}");
    refresh_product_cards(&mut tx, &[product]).await.unwrap();
    tx.commit().await.unwrap();
    let before = everything(&db).await;

    let mut tx = service.begin().await.unwrap();
    let (again, same_variants, changed) = write_a_shirt(&mut tx).await;
    assert!(!changed.iter().any(|changed| *changed), "{changed:?}");
    let both = ["SHIRT-M".to_owned(), "SHIRT-L".to_owned()];
    assert_eq!(remove_variants_not_in(&mut tx, product, &both).await.unwrap(), 0);
    tx.commit().await.unwrap();

    assert_eq!((again, same_variants), (product, variants));
    assert_eq!(everything(&db).await, before);
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn only_what_is_said_otherwise_changes(db: PgPool) {
    let service = service_db(&db);
    let mut tx = service.begin().await.unwrap();
    let (product, [medium, large], _) = write_a_shirt(&mut tx).await;
    tx.commit().await.unwrap();

    let mut tx = service.begin().await.unwrap();
    let later = START.plus_seconds(60);
    let written = upsert_product(&mut tx, &NewProduct { name: "Better shirt", ..SHIRT }, later).await.unwrap();
    assert_eq!((written.id, written.change), (product, Change::Updated));
    assert!(set_variant_values(&mut tx, medium, &[("Size", "M"), ("Colour", "Red")]).await.unwrap());
    assert!(set_stock(&mut tx, medium, 3, Reason::Counted, later).await.unwrap().unwrap());
    assert_eq!(remove_variants_not_in(&mut tx, product, &["SHIRT-M".to_owned()]).await.unwrap(), 1);
    let image = NewImage { url: "https://cdn.test/new.jpg", alt_text: "", variant: None };
    assert!(replace_images(&mut tx, product, &[image]).await.unwrap());
    assert!(set_product_categories(&mut tx, product, &[]).await.unwrap());
    refresh_product_cards(&mut tx, &[product]).await.unwrap();
    tx.commit().await.unwrap();

    let card: (String, i64, i64, bool, String, bool) = sqlx::query_as(
        "select name, price_min, price_max, is_available, main_image_url, updated_at > created_at from products",
    )
    .fetch_one(&db)
    .await
    .unwrap();
    assert_eq!(card, ("Better shirt".to_owned(), 5000, 5000, true, image.url.to_owned(), true));
    let ledger: Vec<(VariantId, i32, String)> =
        sqlx::query_as("select variant_id, change, reason from stock_ledger order by id").fetch_all(&db).await.unwrap();
    let expected = [
        (medium, 5, "received"),
        (large, 2, "received"),
        (medium, -2, "counted"),
        // What was removed is written off, and its ledger stays.
        (large, -2, "written_off"),
    ];
    assert_eq!(ledger, expected.map(|(variant, change, reason)| (variant, change, reason.to_owned())));
    let gone: i64 = sqlx::query_scalar("select count(*) from product_variants where id = $1")
        .bind(large)
        .fetch_one(&db)
        .await
        .unwrap();
    assert_eq!(gone, 0);
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn a_sku_stays_with_its_product(db: PgPool) {
    let service = service_db(&db);
    let mut tx = service.begin().await.unwrap();
    write_a_shirt(&mut tx).await;
    let other = NewProduct { slug: "other", sku: None, ..SHIRT };
    let other = upsert_product(&mut tx, &other, START).await.unwrap();

    let taken = upsert_variant(&mut tx, other.id, &NewVariant { name: "Stolen", ..MEDIUM }).await.unwrap();
    tx.commit().await.unwrap();

    assert_eq!(taken, None);
    let name: String =
        sqlx::query_scalar("select name from product_variants where sku = 'SHIRT-M'").fetch_one(&db).await.unwrap();
    assert_eq!(name, "M");
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn products_are_found_by_the_new_name_of_their_brand_and_category(db: PgPool) {
    let service = service_db(&db);
    let mut tx = service.begin().await.unwrap();
    let (product, ..) = write_a_shirt(&mut tx).await;
    refresh_product_cards(&mut tx, &[product]).await.unwrap();
    assert_eq!(upsert_brand(&mut tx, "Newbrand", "ana").await.unwrap().change, Change::Updated);
    let renamed = upsert_category(&mut tx, None, "Newcategory", "clothing-shirts").await.unwrap();
    assert_eq!(renamed.change, Change::Updated);
    tx.commit().await.unwrap();

    let found: i64 = sqlx::query_scalar(
        "select count(*) from products where search_document @@ to_tsquery('simple', 'newbrand & newcategory')",
    )
    .fetch_one(&db)
    .await
    .unwrap();
    assert_eq!(found, 1);
    let moved: i64 = sqlx::query_scalar("select count(*) from categories where id = $1 and parent_id is null")
        .bind(renamed.id)
        .fetch_one(&db)
        .await
        .unwrap();
    assert_eq!(moved, 0);
}
