//! Search and filter products: `GET /api/v1/catalogue/products/`.

use sqlx::PgPool;

use crate::{PRODUCTS, Shop, samples, walk};

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn search_finds_words_by_their_beginning(db: PgPool) {
    let shop = Shop::open(db).await;
    for (search, found) in [
        ("creme", &["blouse"][..]),
        ("CR%C3%88M", &["blouse"]),
        ("blou+cre", &["blouse"]),
        ("ouse", &[]),
        ("blouse+boots", &[]),
        ("bela", &["boots", "surf-tee"]),
        ("B%C3%A9la+tee", &["surf-tee"]),
        ("shirt", &["blouse", "t-shirt"]),
        ("t-shirt", &["t-shirt"]),
        ("linen", &["blouse"]),
        ("summer", &["blouse"]),
        ("blouse-m", &["blouse"]),
        ("blouse/l", &["blouse"]),
        ("p", &[]),
    ] {
        assert_eq!(shop.finds(&format!("search={search}")).await, found, "{search}");
    }
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn search_finds_parts_of_a_sku(db: PgPool) {
    let shop = Shop::open(db).await;
    sqlx::query("update product_variants set sku = 'AB-123/45.6' where sku = 'BOOTS'")
        .execute(&shop.app.db)
        .await
        .unwrap();
    sqlx::query("select refresh_product_cards(array(select id from products))").execute(&shop.app.db).await.unwrap();
    for search in ["AB-123%2F45.6", "ab-12", "123", "45", "ab+45.6"] {
        assert_eq!(shop.finds(&format!("search={search}")).await, ["boots"], "{search}");
    }
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn a_search_without_words_finds_nothing_and_a_blank_one_is_ignored(db: PgPool) {
    let shop = Shop::open(db).await;
    for search in ["!!!", "%26", "%27", "%E2%80%94", "%3A*", "%5C"] {
        assert_eq!(shop.finds(&format!("search={search}&count=true")).await, [""; 0], "{search}");
    }
    let everything = ["blouse", "boots", "surf-tee", "t-shirt"].map(str::to_owned).to_vec();
    let mut blank = shop.finds("search=+&brand=&category=&is_available=&price_min=").await;
    blank.sort();
    assert_eq!(blank, everything);
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn operators_of_postgresql_have_no_meaning_in_a_search(db: PgPool) {
    let shop = Shop::open(db).await;
    for search in
        ["blouse'", "blouse:*", "blouse&", "!blouse", "(blouse", "blouse|", "'blouse' ", "blouse\\", "<->blouse"]
    {
        let escaped: String = search.bytes().map(|byte| format!("%{byte:02X}")).collect();
        assert_eq!(shop.finds(&format!("search={escaped}")).await, ["blouse"], "{search}");
    }
    // Letters that unaccent turns into operators.
    for search in ["ŉ", "½"] {
        let escaped: String = search.bytes().map(|byte| format!("%{byte:02X}")).collect();
        assert_eq!(shop.finds(&format!("search={escaped}")).await, [""; 0], "{search}");
    }
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn products_are_filtered_by_the_id_or_slug_of_a_brand(db: PgPool) {
    let shop = Shop::open(db).await;
    assert_eq!(shop.finds("brand=ana").await, ["blouse"]);
    assert_eq!(shop.finds(&format!("brand={}", shop.ana)).await, ["blouse"]);
    assert_eq!(shop.finds("brand=bela").await, ["boots", "surf-tee"]);
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn digits_name_a_slug_if_no_brand_has_that_id(db: PgPool) {
    let shop = Shop::open(db).await;
    let mut tx = shop.app.owner.begin().await.unwrap();
    samples::brand(&mut tx, "501", "501").await;
    let shadowed = shop.ana.to_string();
    samples::brand(&mut tx, "Shadowed", &shadowed).await;
    tx.commit().await.unwrap();
    assert_eq!(shop.finds("brand=501").await, [""; 0]);
    assert_eq!(shop.finds(&format!("brand={shadowed}")).await, ["blouse"]);
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn a_category_filter_includes_its_descendants(db: PgPool) {
    let shop = Shop::open(db).await;
    let id = shop.shirts.to_string();
    for (category, found) in [
        ("clothing", &["blouse", "surf-tee", "t-shirt"][..]),
        ("shirts", &["blouse", "surf-tee", "t-shirt"]),
        (&id, &["blouse", "surf-tee", "t-shirt"]),
        ("tees", &["surf-tee", "t-shirt"]),
        ("shoes", &["boots"]),
    ] {
        let mut slugs = shop.finds(&format!("category={category}")).await;
        slugs.sort();
        assert_eq!(slugs, found, "{category}");
    }
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn a_product_in_several_matching_categories_is_listed_once(db: PgPool) {
    let shop = Shop::open(db).await;
    sqlx::query("insert into product_categories select $1, id from categories where slug in ('clothing', 'tees')")
        .bind(shop.blouse)
        .execute(&shop.app.db)
        .await
        .unwrap();
    sqlx::query("select refresh_product_cards(array[$1])").bind(shop.blouse).execute(&shop.app.db).await.unwrap();
    let page = shop.client().get(&format!("{PRODUCTS}?category=clothing&search=blouse&count=true")).await.expect(200);
    assert_eq!((&page.body["count"], page.body["results"].as_array().unwrap().len()), (&1.into(), 1));
    let categories = page.body["results"][0]["categories"].as_array().unwrap();
    let names: Vec<&str> = categories.iter().map(|category| category["name"].as_str().unwrap()).collect();
    assert_eq!(names, ["Clothing", "Shirts", "Tees"]);
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn availability_can_be_filtered_both_ways_and_by_both_names(db: PgPool) {
    let shop = Shop::open(db).await;
    for name in ["is_available", "in_stock"] {
        assert_eq!(shop.finds(&format!("{name}=true")).await, ["boots", "blouse", "surf-tee"]);
        assert_eq!(shop.finds(&format!("{name}=false")).await, ["t-shirt"]);
    }
    assert_eq!(shop.finds("is_available=false&in_stock=true").await, ["t-shirt"]);
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn a_price_filter_matches_the_price_of_any_variant(db: PgPool) {
    let shop = Shop::open(db).await;
    for (query, found) in [
        ("price_min=52.50", &["boots", "blouse"][..]),
        ("price_min=52.51", &["boots"]),
        ("price_max=50", &["blouse", "surf-tee", "t-shirt"]),
        ("price_max=49.99", &["surf-tee", "t-shirt"]),
        ("price_min=16&price_max=60", &["blouse", "surf-tee"]),
        ("price_min=60&price_max=16", &[]),
    ] {
        assert_eq!(shop.finds(query).await, found, "{query}");
    }
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn filters_combine_and_hold_on_every_page(db: PgPool) {
    let shop = Shop::open(db).await;
    assert_eq!(
        shop.finds("category=clothing&brand=bela&is_available=true&search=surf&price_max=20").await,
        ["surf-tee"]
    );
    assert_eq!(shop.finds("category=shoes&brand=ana").await, [""; 0]);
    for ordering in ["price", "-price", "created_at"] {
        let first = format!("{PRODUCTS}?category=clothing&page_size=1&ordering={ordering}");
        let mut walked = walk(&shop.client(), &first, "slug").await;
        walked.sort();
        assert_eq!(walked, ["blouse", "surf-tee", "t-shirt"], "{ordering}");
    }
}
