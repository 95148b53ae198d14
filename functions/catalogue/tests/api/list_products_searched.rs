//! Search products, with typing errors and by relevance: `GET /api/v1/catalogue/products/`.

use sqlx::PgPool;

use crate::{PRODUCTS, Shop, app, texts, walk};

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn a_search_with_typing_errors_finds_similar_words(db: PgPool) {
    let shop = Shop::open(db).await;
    for (search, found) in [
        ("bluose", &["blouse"][..]),
        ("creem", &["blouse"]),
        ("bluose+lnien", &["blouse"]),
        ("blouse+lnien", &["blouse"]),
        ("shrit", &["blouse", "t-shirt"]),
        ("bots", &["boots"]),
        // Three letters are too few to correct.
        ("tea", &[]),
        ("trousers", &[]),
        ("blouse+trousers", &[]),
    ] {
        assert_eq!(shop.finds(&format!("search={search}")).await, found, "{search}");
    }
}

/// Each unknown word is a look-up by trigrams, and a text may have many words.
#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn at_most_four_words_of_a_search_are_corrected(db: PgPool) {
    let app = app(db);
    app.a_product().named("Sunset Harbour Lantern Meadow Willow").create().await;
    let found = async |search: &str| {
        let path = format!("{PRODUCTS}?search={search}");
        app.anonymous().get(&path).await.expect(200).body["results"].as_array().unwrap().len()
    };
    assert_eq!(found("sunste+harbuor+lantren+meadwo").await, 1);
    assert_eq!(found("sunste+harbuor+lantren+meadwo+willow").await, 1, "the fifth word is known");
    assert_eq!(found("sunste+harbuor+lantren+meadwo+willwo").await, 0);

    let looked_up = "select count(similar_words) from mistyped_words('sunste harbuor lantren meadwo willwo')";
    assert_eq!(app.count(looked_up).await, 0);
    let pending = "select count(*) from pg_class
                    where relname = 'catalogue_word_by_trigrams' and 'fastupdate=off' = any (reloptions)";
    assert_eq!(app.count(pending).await, 1, "a search reads no list of pending words");
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn a_word_that_products_have_is_not_corrected(db: PgPool) {
    let shop = Shop::open(db).await;
    // There are boots and shirts, but no boots by Ana, so the correct result is empty.
    assert_eq!(shop.finds("search=boots&brand=ana").await, [""; 0]);
    assert_eq!(shop.finds("search=boots+shirts").await, [""; 0]);
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn a_corrected_search_has_counts_facets_and_pages(db: PgPool) {
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
async fn the_best_match_comes_first(db: PgPool) {
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
async fn a_word_with_more_products_than_are_ranked_finds_all(db: PgPool) {
    let app = app(db);
    sqlx::raw_sql(
        "insert into products (slug, handle, name, base_price, created_at, updated_at, title_words, search_document)
         select 'p-' || n, 'p-' || n, 'Shoe ' || n, 100, now(), now(), setweight(to_tsvector('simple', 'shoe ' || n), 'A'),
                setweight(to_tsvector('simple', 'shoe ' || n), 'A')
           from generate_series(1, 1210) n",
    )
    .execute(&app.db)
    .await
    .unwrap();
    // The updates move rows to the end of the table. The product whose SKU is the searched word still comes first.
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
