//! A search finds the same products in the same order as a look at all of them, although it looks for whole words first.

use std::collections::HashSet;

use sqlx::PgPool;

use crate::run;

/// A product on a page: its rank and its id, by which the next page begins.
type Place = (i64, i64);

/// All products with the words of the text, as docs/finding.md ranks them.
async fn by_looking(db: &PgPool, text: &str) -> Vec<i64> {
    sqlx::query_scalar(
        "select p.id
           from products p cross join (select search_query($1) as query) q
          where p.search_document @@ q.query
          order by case when p.title_words @@ q.query
                        then title_rank(p.title_words, q.query, replace(q.query::text, ':*', '')::tsquery, p.sku = $1 or exists (
                             select from product_variants v where v.product_id = p.id and v.sku = $1)) else 0 end desc, p.id desc",
    )
    .bind(text)
    .fetch_all(db)
    .await
    .unwrap()
}

/// The same, page after page.
async fn by_pages(db: &PgPool, text: &str, page_size: i64) -> Vec<i64> {
    let (mut found, mut last): (Vec<i64>, Option<Place>) = (Vec::new(), None);
    loop {
        let (rank, id) = last.unzip();
        let page: Vec<Place> = sqlx::query_as("select key, id from search_cards($1, null, $2, $3, $4, $5)")
            .bind(text)
            .bind(rank)
            .bind(id)
            .bind(page_size)
            .bind(1_800_000_000_000_000_i64)
            .fetch_all(db)
            .await
            .unwrap();
        found.extend(page.iter().map(|(_, id)| *id));
        last = page.last().copied();
        if page.len() < usize::try_from(page_size).unwrap() {
            return found;
        }
    }
}

/// Products whose titles have these words, whole or as the beginnings of others, one or two of them, at different places.
async fn create(db: &PgPool, count: i32, words: &str) {
    run(
        db,
        &format!(
            "with words as (select '{{{words}}}'::text[] as w)
             insert into products (slug, handle, name, sku, description, base_price, created_at, updated_at)
             select 'p' || n, 'p' || n,
                    initcap(w[1 + n % cardinality(w)] || ' ' || w[1 + (n / 3) % cardinality(w)] || ' ' || n % 7), 'P' || n,
                    w[1 + (n / 5) % cardinality(w)], 100, now(), now()
               from words, generate_series(1, {count}) n;
             select refresh_product_cards(array(select id from products));
             analyze"
        ),
    )
    .await;
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn rare_words_find_the_same_products_in_the_same_order(db: PgPool) {
    create(&db, 400, "shoe,shoes,shoelace,red,reddish,wool,woollen,t-shirt,shirt,50 ml").await;
    for text in [
        "shoe",
        "sho",
        "red",
        "red shoe",
        "wool shirt",
        "woo",
        "t shirt",
        "tshirt",
        "50ml",
        "re sh",
        "P17",
        "p17 red",
        "5",
    ] {
        let expected = by_looking(&db, text).await;
        assert!(!expected.is_empty(), "{text}");
        for page_size in [1, 5, 51, 500] {
            assert_eq!(by_pages(&db, text, page_size).await, expected, "{text}, {page_size} a page");
        }
    }
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn a_frequent_word_lists_each_product_once_and_whole_words_first(db: PgPool) {
    create(&db, 2_600, "shoe,shoes").await;
    let all: HashSet<i64> = by_looking(&db, "shoe").await.into_iter().collect();
    let whole: HashSet<i64> = sqlx::query_scalar("select id from products where title_words @@ 'shoe'::tsquery")
        .fetch_all(&db)
        .await
        .unwrap()
        .into_iter()
        .collect();
    assert!(whole.len() > 1_000 && whole.len() < all.len(), "{} of {}", whole.len(), all.len());

    let found = by_pages(&db, "shoe", 100).await;

    assert!(found.iter().take(1_000).all(|id| whole.contains(id)));
    assert_eq!((found.len(), found.into_iter().collect::<HashSet<_>>()), (all.len(), all));
}
