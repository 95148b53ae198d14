//! `GET /api/v1/catalogue/products/`: typing errors, and what comes first.

use sqlx::PgPool;

use crate::{PRODUCTS, Shop, app, texts, walk};

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn typing_errors_are_forgiven(db: PgPool) {
    let shop = Shop::open(db).await;
    for (search, found) in [
        ("bluose", &["blouse"][..]),
        ("creem", &["blouse"]),
        ("bluose+lnien", &["blouse"]),
        ("blouse+lnien", &["blouse"]),
        ("shrit", &["blouse", "t-shirt"]),
        ("bots", &["boots"]),
        // In three letters there is not enough left of what was meant.
        ("tea", &[]),
        ("trousers", &[]),
        ("blouse+trousers", &[]),
    ] {
        assert_eq!(shop.finds(&format!("search={search}")).await, found, "{search}");
    }
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn what_products_have_is_not_taken_for_an_error(db: PgPool) {
    let shop = Shop::open(db).await;
    // Boots and shirts there are, but no boots by Ana: that is the answer.
    assert_eq!(shop.finds("search=boots&brand=ana").await, [""; 0]);
    assert_eq!(shop.finds("search=boots+shirts").await, [""; 0]);
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn a_corrected_search_is_counted_and_walked_like_any_other(db: PgPool) {
    let shop = Shop::open(db).await;
    for ordering in ["relevance", "name"] {
        let first = format!("{PRODUCTS}?search=shrit&count=true&page_size=1&facets=brand&ordering={ordering}");
        let page = shop.client().get(&first).await.expect(200);
        assert_eq!((&page.body["count"], &page.body["facets"]["brands"][0]["slug"]), (&2.into(), &"ana".into()));
        let mut walked = walk(&shop.client(), &first, "slug").await;
        walked.sort();
        assert_eq!(walked, ["blouse", "t-shirt"], "{ordering}");
    }
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn what_fits_best_comes_first(db: PgPool) {
    let app = app(db);
    let zebra = app.a_product().named("Zebra").create().await;
    let other = app.a_product().named("Other").create().await;
    for name in ["Teens", "Tee", "Tee with a long name that says a lot of it"] {
        app.a_product().named(name).create().await;
    }
    sqlx::query("update product_variants set sku = 'TEE' where id = $1")
        .bind(zebra.variant)
        .execute(&app.db)
        .await
        .unwrap();
    sqlx::query("update products set description = '<p>Not a tee.</p>' where id = $1")
        .bind(other.id)
        .execute(&app.db)
        .await
        .unwrap();
    sqlx::query("select refresh_product_cards(array(select id from products))").execute(&app.db).await.unwrap();

    let page = app.anonymous().get(&format!("{PRODUCTS}?search=tee")).await.expect(200);

    let long = "Tee with a long name that says a lot of it";
    assert_eq!(texts(&page, "name"), ["Zebra", "Tee", long, "Teens", "Other"]);
    for size in 1..=4 {
        let first = format!("{PRODUCTS}?search=tee&page_size={size}");
        assert_eq!(walk(&app.anonymous(), &first, "name").await, texts(&page, "name"), "{size}");
    }
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn a_word_of_more_than_can_be_ranked_still_finds_all(db: PgPool) {
    let app = app(db);
    sqlx::raw_sql(
        "insert into products (slug, name, base_price, created_at, updated_at, title_words, search_document)
         select 'p-' || n, 'Shoe ' || n, 100, now(), now(), setweight(to_tsvector('simple', 'shoe ' || n), 'A'),
                setweight(to_tsvector('simple', 'shoe ' || n), 'A')
           from generate_series(1, 1210) n",
    )
    .execute(&app.db)
    .await
    .unwrap();
    // Rows that were written again lie behind the others, or on their page; one that is sold as what was typed comes first all the same.
    sqlx::raw_sql(
        "update products set tags = '{old}' where id % 7 = 0; update products set is_available = true where id % 3 = 0;
         update products set sku = 'SHOE' where slug = 'p-1210'; analyze",
    )
    .execute(&app.db)
    .await
    .unwrap();
    for query in ["search=shoe", "search=shoe&price_max=9"] {
        let mut walked = walk(&app.anonymous(), &format!("{PRODUCTS}?{query}&page_size=100"), "slug").await;
        assert_eq!(walked.first().map(String::as_str), Some("p-1210"), "{query}");
        assert_eq!(walked.len(), 1210, "{query}");
        walked.sort();
        walked.dedup();
        assert_eq!(walked.len(), 1210, "{query}");
    }
}
