//! Query plans of the lists of 100,000 products: each list walks its index, and a page in the middle has the plan of the first.
//!
//! These are the plans of the statements of the service: PostgreSQL sends them as notices (`auto_explain`), and sqlx logs notices.

mod facets;
mod filters;
mod orders;
mod searches;

use std::collections::BTreeSet;

use shared::app::db::Db;
use shared::catalogue::store::filter::Filter;
use shared::catalogue::store::list::{CursorKey, ListRow, ProductBounds, Sort, list};
use shared::ids::ProductId;
use shared::testing::{RecordedLogs, service_db};
use sqlx::PgPool;

use crate::plans::last_indexes;

/// Inserts 100,000 products as `refresh_product_cards` would write them: 1,000 for each leaf category, brand and word.
const PRODUCTS: &str = "
    insert into brands (name, name_key, slug) select 'Brand ' || n, 'brand ' || n, 'brand-' || n from generate_series(1, 100) n;
    insert into categories (name, name_key, slug) values ('Top', 'top', 'top');
    insert into categories (parent_id, name, name_key, slug) select 1, 'Leaf ' || n, 'leaf ' || n, 'leaf-' || n from generate_series(1, 100) n;
    insert into attributes (name, name_key) values ('Size', 'size'), ('Colour', 'colour');
    insert into attribute_values (attribute_id, value, value_key) select 1 + n % 2, 'Value ' || n, 'value ' || n from generate_series(1, 100) n;
    insert into products (slug, handle, name, brand_id, base_price, price_min, price_max, tags, status, created_at, updated_at,
                          category_ids, category_names, category_slugs, value_ids, title_words, search_document, card)
    select 'p-' || n, 'p-' || n, 'Product ' || (n::bigint * 7919 % 100000), 1 + n % 100, price, price, price, array['tag' || n % 200],
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
    insert into product_index (id, brand_id, base_price, price_min, price_max, created_at, is_available, status, category_ids, value_ids, tags,
                               title_words)
    select id, brand_id, base_price, price_min, price_max, created_at, is_available, status, category_ids, value_ids, tags, title_words from products;
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
    async fn list(&self, filter: &Filter, sort: Sort, after: Option<(CursorKey, ProductId)>) -> BTreeSet<String> {
        let mut tx = self.service.read().await.unwrap();
        let page = list(&mut tx, filter, sort, bounds(after, 21)).await.unwrap();
        tx.commit().await.unwrap();
        assert_eq!(page.len(), 21, "{filter:?} {sort:?}");
        last_indexes(&self.logs)
    }
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn every_list_of_100_000_products_uses_its_index(db: PgPool) {
    let (service, logs) = service_that_explains(&db).await;
    let catalogue = Catalogue { service, logs };
    orders::every_order_walks_its_index(&catalogue).await;
    orders::a_generic_plan_walks_its_index(&catalogue).await;
    filters::every_filter_has_its_index(&catalogue).await;
    searches::a_search_uses_the_index_of_words(&catalogue).await;
    searches::a_common_word_is_not_counted_by_the_index(&catalogue).await;
    searches::known_candidates_do_not_change_the_results(&catalogue).await;
    searches::a_plain_search_uses_its_index(&catalogue).await;
    searches::a_word_that_no_product_has_reads_no_products(&catalogue).await;
    facets::facets_read_only_the_filtered_products(&catalogue).await;
}

pub(crate) const fn bounds(after: Option<(CursorKey, ProductId)>, limit: i64) -> ProductBounds {
    ProductBounds { after, before: None, limit }
}

fn ids(page: &[ListRow]) -> Vec<ProductId> {
    page.iter().map(|listed| listed.id).collect()
}
