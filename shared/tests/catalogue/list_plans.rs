//! Query plans of the lists of 100,000 products: each list walks its index, and a page in the middle has the plan of the first.
//!
//! These are the plans of the statements of the service: PostgreSQL sends them as notices (`auto_explain`), and sqlx logs notices.

use std::collections::BTreeSet;

use shared::app::db::Db;
use shared::app::{Clock as _, SystemClock};
use shared::catalogue::store::everything::list_everything;
use shared::catalogue::store::facets::{Wanted, facets};
use shared::catalogue::store::filter::{Filter, SearchQuery, Subtree};
use shared::catalogue::store::list::{CursorKey, ListRow, ProductBounds, SortKey, SortOrder, count, list};
use shared::catalogue::store::search::{self, search_everything};
use shared::catalogue::{Status, Visibility};
use shared::ids::{AttributeId, AttributeValueId, BrandId, CategoryId, ProductId};
use shared::testing::{RecordedLogs, service_db};
use shared::time::Timestamp;
use sqlx::PgPool;

use crate::plans::{assert_reads_by, indexes_since, last_indexes, reads_all};

/// Inserts 100,000 products as `refresh_product_cards` would write them: 1,000 for each leaf category, brand and word.
const PRODUCTS: &str = "
    insert into brands (name, slug) select 'Brand ' || n, 'brand-' || n from generate_series(1, 100) n;
    insert into categories (name, slug) values ('Top', 'top');
    insert into categories (parent_id, name, slug) select 1, 'Leaf ' || n, 'leaf-' || n from generate_series(1, 100) n;
    insert into attributes (name) values ('Size'), ('Colour');
    insert into attribute_values (attribute_id, value) select 1 + n % 2, 'Value ' || n from generate_series(1, 100) n;
    insert into products (slug, name, brand_id, base_price, price_min, price_max, tags, status, created_at, updated_at,
                          category_ids, category_names, category_slugs, value_ids, title_words, search_document, card)
    select 'p-' || n, 'Product ' || (n::bigint * 7919 % 100000), 1 + n % 100, price, price, price, array['tag' || n % 200],
           case n % 50 when 0 then 'draft' else 'active' end,
           timestamptz '2026-01-01Z' + n::bigint * 31 % 100000 * interval '1 minute', now(),
           array[2 + n / 10 % 100], array['Leaf'], array['leaf'], array[1 + n / 100 % 100, 1 + n / 7 % 100], words,
           words || setweight(to_tsvector('simple', 'soft text' || n % 500), 'D'), '{}'
      from generate_series(1, 100000) n
     cross join lateral (select n::bigint * 104729 % 100000 as price,
                                -- As wide as real titles, because the planner chooses an index by the width.
                                setweight(to_tsvector('simple', 'product word' || n / 3 % 100 || ' a' || n || 's a' || n || 'm a' || n || 'l'), 'A')
                                || setweight(to_tsvector('simple', format('brand%s top leaf%s spring collection tag%s', n % 100, n / 10 % 100, n % 200)), 'B')
                                   as words) made;
    insert into product_index (id, brand_id, price_min, price_max, created_at, is_available, status, category_ids, value_ids, tags, title_words)
    select id, brand_id, price_min, price_max, created_at, is_available, status, category_ids, value_ids, tags, title_words from products;
    insert into product_categories (product_id, category_id, position) select id, category_ids[1], id % 1000 from products;
    insert into catalogue_words select 'word' || n from generate_series(1, 100) n;";

/// Fills the database and returns the service with a log that has the plan of every statement.
async fn service_that_explains(db: &PgPool) -> (Db, RecordedLogs) {
    // This runs on one connection and without the triggers, which would run for each row.
    let fill = format!("begin; set local session_replication_role = replica; {PRODUCTS} commit");
    sqlx::raw_sql(sqlx::AssertSqlSafe(fill)).execute(db).await.unwrap();
    sqlx::raw_sql("vacuum analyze").execute(db).await.unwrap();
    sqlx::raw_sql(
        "do $$ declare setting text; begin
             foreach setting in array array['session_preload_libraries = auto_explain', 'auto_explain.log_min_duration = 0',
                 'auto_explain.log_format = json', 'auto_explain.log_level = notice', 'auto_explain.log_nested_statements = on'] loop
                 execute format('alter database %I set %s', current_database(), setting);
             end loop;
         end $$",
    )
    .execute(db)
    .await
    .unwrap();
    (service_db(db), RecordedLogs::start())
}

struct Catalogue {
    service: Db,
    logs: RecordedLogs,
}

impl Catalogue {
    async fn list(
        &self,
        filter: &Filter,
        order: (SortKey, SortOrder),
        after: Option<(CursorKey, ProductId)>,
    ) -> BTreeSet<String> {
        let mut tx = self.service.read().await.unwrap();
        let page = list(&mut tx, filter, order, bounds(after, 21)).await.unwrap();
        tx.commit().await.unwrap();
        assert_eq!(page.len(), 21, "{filter:?} {order:?}");
        last_indexes(&self.logs)
    }
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn every_list_of_100_000_products_uses_its_index(db: PgPool) {
    let (service, logs) = service_that_explains(&db).await;
    let catalogue = Catalogue { service, logs };
    every_order_walks_its_index(&catalogue).await;
    a_generic_plan_walks_its_index(&catalogue).await;
    every_filter_has_its_index(&catalogue).await;
    a_search_uses_the_index_of_words(&catalogue).await;
    a_common_word_is_not_counted_by_the_index(&catalogue).await;
    known_candidates_do_not_change_the_results(&catalogue).await;
    a_plain_search_uses_its_index(&catalogue).await;
    a_word_that_no_product_has_reads_no_products(&catalogue).await;
    facets_read_only_the_filtered_products(&catalogue).await;
}

/// Returns each sort key with its index and a position in the middle.
fn sort_keys_with_middles() -> [(SortKey, &'static str, CursorKey); 3] {
    [
        (
            SortKey::CreatedAt,
            "product_by_newest",
            CursorKey::CreatedAt(Timestamp::from_seconds(1_767_225_600 + 3_000_000)),
        ),
        (SortKey::Name, "product_by_name", CursorKey::Name("Product 50000".to_owned())),
        (SortKey::Price, "product_by_price", CursorKey::Price(50_000)),
    ]
}

/// The list without filters is a prepared statement: PostgreSQL plans it five times for its arguments and then uses a generic plan.
async fn a_generic_plan_walks_its_index(catalogue: &Catalogue) {
    let now = SystemClock.now();
    for (key, index, middle) in sort_keys_with_middles() {
        for order in [SortOrder::Asc, SortOrder::Desc] {
            for after in [None, Some((middle.clone(), ProductId(50_000)))] {
                let (mut tx, filter) =
                    (catalogue.service.read().await.unwrap(), Filter::everything(Visibility::Shoppers(now)));
                let filtered = list(&mut tx, &filter, (key, order), bounds(after.clone(), 101)).await.unwrap();
                tx.commit().await.unwrap();
                for _ in 0..8 {
                    let page = list_everything(&catalogue.service, now, (key, order), bounds(after.clone(), 101))
                        .await
                        .unwrap();
                    assert_eq!(ids(&page), ids(&filtered), "{key:?} {order:?} {after:?}");
                    assert_eq!(
                        last_indexes(&catalogue.logs),
                        BTreeSet::from([index.to_owned()]),
                        "{key:?} {order:?} {after:?}"
                    );
                }
            }
        }
    }
}

const fn bounds(after: Option<(CursorKey, ProductId)>, limit: i64) -> ProductBounds {
    ProductBounds { after, before: None, limit }
}

fn ids(page: &[ListRow]) -> Vec<ProductId> {
    page.iter().map(|listed| listed.id).collect()
}

async fn every_order_walks_its_index(catalogue: &Catalogue) {
    for (key, index, middle) in sort_keys_with_middles() {
        for order in [SortOrder::Asc, SortOrder::Desc] {
            for (visibility, index) in [
                (Visibility::Shoppers(SystemClock.now()), index.to_owned()),
                (Visibility::Staff, format!("{index}_of_all")),
            ] {
                for after in [None, Some((middle.clone(), ProductId(50_000)))] {
                    let read = catalogue.list(&Filter::everything(visibility), (key, order), after.clone()).await;
                    assert_eq!(read, BTreeSet::from([index.clone()]), "{key:?} {order:?} {visibility:?} {after:?}");
                }
            }
        }
    }
}

async fn every_filter_has_its_index(catalogue: &Catalogue) {
    let everything = Filter::everything(Visibility::Shoppers(SystemClock.now()));
    let leaf = Subtree { top: CategoryId(5), all: vec![CategoryId(5)] };
    let values = |attribute, value| (AttributeId(attribute), vec![AttributeValueId(value)]);
    let rare = [
        ("product_by_category", Filter { category: Some(leaf.clone()), ..everything.clone() }),
        ("product_by_tag", Filter { tag: Some("tag7".to_owned()), ..everything.clone() }),
        ("product_by_value", Filter { attributes: vec![values(1, 7)], ..everything.clone() }),
        (
            "product_by_brand",
            Filter { brands: Some(vec![BrandId(7)]), is_available: Some(false), ..everything.clone() },
        ),
    ];
    for (index, filter) in rare {
        let read = catalogue.list(&filter, (SortKey::Name, SortOrder::Asc), None).await;
        // The filter leaves one product in a hundred, so PostgreSQL uses its index or reads a hundred rows in order for each result.
        let walked = read.contains(index) || read.contains("product_by_name");
        assert!(walked && !read.contains("(products)"), "{index}: {read:?}");
        let middle = CursorKey::Name("Product 5".to_owned());
        let deep = catalogue.list(&filter, (SortKey::Name, SortOrder::Asc), Some((middle, ProductId(1)))).await;
        assert!(!deep.contains("(products)"), "{index}: {deep:?}");
    }

    let all = (1..=101).map(CategoryId).collect();
    let whole = Filter { category: Some(Subtree { top: CategoryId(1), all }), ..everything.clone() };
    let read = catalogue.list(&whole, (SortKey::Price, SortOrder::Desc), None).await;
    assert_eq!(read, BTreeSet::from(["product_by_price".to_owned()]));

    let arranged = Filter { category: Some(leaf), ..everything.clone() };
    for after in [None, Some((CursorKey::Position(35), ProductId(1)))] {
        let read = catalogue.list(&arranged, (SortKey::Position, SortOrder::Asc), after).await;
        assert!(read.contains("product_category_in_order") && !read.contains("(products)"), "{read:?}");
    }

    let drafts = Filter { status: Some(Status::Draft), ..Filter::everything(Visibility::Staff) };
    let read = catalogue.list(&drafts, (SortKey::CreatedAt, SortOrder::Desc), None).await;
    assert_eq!(read, BTreeSet::from(["product_by_newest_of_all".to_owned()]));
}

/// The candidates of a rare word are known in advance; otherwise the index finds the products.
async fn a_search_uses_the_index_of_words(catalogue: &Catalogue) {
    let mut tx = catalogue.service.read().await.unwrap();
    let word = search::query(&mut tx, "word42").await.unwrap();
    // This word is only in descriptions.
    let described = search::query(&mut tx, "text499").await.unwrap();
    tx.commit().await.unwrap();
    let unknown = |word: &SearchQuery| SearchQuery { candidates: None, ..word.clone() };
    for (word, index, rank) in [
        (unknown(&word), "product_index_by_title", 20_000),
        (unknown(&described), "product_by_search", 0),
        (word, "product_index_pkey", 20_000),
        (described, "products_pkey", 0),
    ] {
        let filter = Filter { search: Some(word), ..Filter::everything(Visibility::Shoppers(SystemClock.now())) };
        for after in [None, Some((CursorKey::Rank(rank), ProductId(90_000)))] {
            let read = catalogue.list(&filter, (SortKey::Rank, SortOrder::Desc), after).await;
            assert!(read.contains(index) && !reads_all(&read), "{read:?}");
        }
        let read = catalogue.list(&filter, (SortKey::CreatedAt, SortOrder::Desc), None).await;
        assert!(!reads_all(&read), "{read:?}");
    }
}

/// A sample of products suffices to see that a word is common.
async fn a_common_word_is_not_counted_by_the_index(catalogue: &Catalogue) {
    let mut tx = catalogue.service.read().await.unwrap();
    let before = catalogue.logs.lines().len();
    assert_eq!(search::query(&mut tx, "product").await.unwrap().candidates, None);
    tx.commit().await.unwrap();
    assert_eq!(indexes_since(&catalogue.logs, before), BTreeSet::from(["products_pkey".to_owned()]));
}

async fn known_candidates_do_not_change_the_results(catalogue: &Catalogue) {
    let mut tx = catalogue.service.read().await.unwrap();
    // This word is in more titles than are ranked.
    assert_eq!(search::query(&mut tx, "a12").await.unwrap().candidates, None);
    // These are in a thousand titles; in 200 descriptions; with a word of every product; in the title and in the description.
    for text in ["word42", "text499", "word42 soft", "word42 text126"] {
        let known = search::query(&mut tx, text).await.unwrap();
        assert!(known.candidates.is_some(), "{text}");
        let unknown = SearchQuery { candidates: None, ..known.clone() };
        for visibility in [Visibility::Shoppers(SystemClock.now()), Visibility::Staff] {
            let [known, unknown] = [&known, &unknown]
                .map(|query| Filter { search: Some(query.clone()), ..Filter::everything(visibility) });
            for order in
                [(SortKey::Rank, SortOrder::Desc), (SortKey::Price, SortOrder::Asc), (SortKey::Name, SortOrder::Desc)]
            {
                let mut after = None;
                for _ in 0..2 {
                    let page = list(&mut tx, &known, order, bounds(after.clone(), 21)).await.unwrap();
                    let same = list(&mut tx, &unknown, order, bounds(after, 21)).await.unwrap();
                    assert_eq!((page.len(), ids(&page)), (21, ids(&same)), "{text} {order:?}");
                    after = page.last().map(|last| (last.cursor_key(order.0), last.id));
                }
            }
            let counts = (count(&mut tx, &known).await.unwrap(), count(&mut tx, &unknown).await.unwrap());
            assert_eq!(counts.0, counts.1, "{text}");
            let [known, unknown] = [
                facets(&mut tx, &known, Wanted::ALL).await.unwrap(),
                facets(&mut tx, &unknown, Wanted::ALL).await.unwrap(),
            ];
            assert_eq!(known, unknown, "{text}");
        }
    }
    tx.commit().await.unwrap();
}

/// A search without filters finds the same products as the filtered statement, by the same indexes.
async fn a_plain_search_uses_its_index(catalogue: &Catalogue) {
    let now = SystemClock.now();
    for (text, index, rank) in [("word42", "product_index_by_title", 20_000), ("text499", "product_by_search", 0)] {
        let mut tx = catalogue.service.read().await.unwrap();
        let query = search::query(&mut tx, text).await.unwrap();
        let search_text = Some(text.to_owned());
        let filter = Filter { search: Some(query), search_text, ..Filter::everything(Visibility::Shoppers(now)) };
        for after in [None, Some((CursorKey::Rank(rank), ProductId(90_000)))] {
            let filtered =
                list(&mut tx, &filter, (SortKey::Rank, SortOrder::Desc), bounds(after.clone(), 21)).await.unwrap();
            for _ in 0..8 {
                let before = catalogue.logs.lines().len();
                let page = search_everything(&catalogue.service, now, text, bounds(after.clone(), 21)).await.unwrap();
                assert_eq!(ids(&page), ids(&filtered), "{text} {after:?}");
                let read = indexes_since(&catalogue.logs, before);
                assert!(read.contains(index) && !reads_all(&read), "{text} {after:?}: {read:?}");
            }
        }
        tx.commit().await.unwrap();
    }
}

/// The index also shows that no product has a word, so no statement reads all products.
async fn a_word_that_no_product_has_reads_no_products(catalogue: &Catalogue) {
    let before = catalogue.logs.lines().len();
    for _ in 0..8 {
        let found =
            search_everything(&catalogue.service, SystemClock.now(), "qqqqqqqq", bounds(None, 21)).await.unwrap();
        assert_eq!(ids(&found), []);
    }
    let read = indexes_since(&catalogue.logs, before);
    assert!(read.contains("product_by_search") && !reads_all(&read), "{read:?}");

    let mut tx = catalogue.service.read().await.unwrap();
    let word = search::query(&mut tx, "qqqqqqqq").await.unwrap();
    assert_eq!(word.candidates.as_deref(), Some(&[][..]));
    let before = catalogue.logs.lines().len();
    let search_text = Some("qqqqqqqq".to_owned());
    let everything =
        Filter { search: Some(word), search_text, ..Filter::everything(Visibility::Shoppers(SystemClock.now())) };
    for filter in [Filter { is_available: Some(false), ..everything.clone() }, everything] {
        for order in
            [(SortKey::Rank, SortOrder::Desc), (SortKey::Price, SortOrder::Asc), (SortKey::CreatedAt, SortOrder::Desc)]
        {
            assert_eq!(ids(&list(&mut tx, &filter, order, bounds(None, 21)).await.unwrap()), [], "{order:?}");
        }
        assert_eq!(count(&mut tx, &filter).await.unwrap(), 0);
        facets(&mut tx, &filter, Wanted::ALL).await.unwrap();
    }
    tx.commit().await.unwrap();
    let read = indexes_since(&catalogue.logs, before);
    // This holds for a sorted or filtered list too. With a million products the planner would prefer to read them all in order.
    let walked =
        read.iter().any(|index| ["product_by_", "product_index_by_"].iter().any(|prefix| index.starts_with(prefix)));
    assert!(!walked && !reads_all(&read), "{read:?}");
}

async fn facets_read_only_the_filtered_products(catalogue: &Catalogue) {
    let leaf = Subtree { top: CategoryId(5), all: vec![CategoryId(5)] };
    let everything = Filter::everything(Visibility::Shoppers(SystemClock.now()));
    let mut tx = catalogue.service.read().await.unwrap();
    let word = search::query(&mut tx, "word42").await.unwrap();
    let unknown = SearchQuery { candidates: None, ..word.clone() };
    for (filter, index) in [
        (Filter { category: Some(leaf), ..everything.clone() }, "product_index_by_category"),
        (Filter { tag: Some("tag7".to_owned()), ..everything.clone() }, "product_index_by_tag"),
        (Filter { search: Some(unknown), ..everything.clone() }, "product_by_search"),
        (Filter { search: Some(word), ..everything }, "product_index_pkey"),
    ] {
        let facets = facets(&mut tx, &filter, Wanted::ALL).await.unwrap();
        assert!(facets.brands.is_some_and(|brands| !brands.is_empty()));
        let read = assert_reads_by(&catalogue.logs, index);
        assert!(count(&mut tx, &filter).await.unwrap() > 0);
        let read = read.union(&assert_reads_by(&catalogue.logs, index)).cloned().collect::<BTreeSet<_>>();
        // Only a search for a common word reads the products themselves.
        let by_words = filter.search.as_ref().is_some_and(|query| query.candidates.is_none());
        assert!(by_words || !read.contains("products_pkey"), "{read:?}");
    }
    tx.commit().await.unwrap();
}
