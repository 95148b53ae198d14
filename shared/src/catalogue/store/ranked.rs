//! Lists products by how well they match the words of a search.
//!
//! First come the products with all the words in their title (name, brand, categories, tags, SKUs), by rank; then those with some words in
//! the description only, with rank 0, newest first. Reading a title takes a few microseconds, so at most 1,000 titles are ranked, and the
//! other products have rank 0: a common word costs no more in a large catalogue than in a small one.

use sqlx::{Postgres, QueryBuilder};

use super::filter::{Filter, SearchQuery};
use super::row::{SortOrder, Walk};
use super::two_parts::{self, TwoParts};

struct Ranked<'f> {
    filter: &'f Filter,
    search: &'f SearchQuery,
    /// The query without prefixes: whole words rank higher.
    whole_words: String,
}

impl TwoParts for Ranked<'_> {
    const ORDER: SortOrder = SortOrder::Desc;
    const HEAD_COLUMNS: [&'static str; 2] = ["key", "id"];
    const HEAD_ROW: &'static str = "key, id";
    const TAIL_KEY: i64 = 0;

    fn push_head(&self, sql: &mut QueryBuilder<Postgres>) {
        sql.push("select id, key from (select id, title_rank(title_words, ").push_bind(self.search.query.clone());
        sql.push("::tsquery, ").push_bind(self.whole_words.clone());
        sql.push("::tsquery, id in (select id from sold_as)) as key from candidates) ranked where true");
    }

    fn push_tail(&self, sql: &mut QueryBuilder<Postgres>) {
        self.filter.push_words(sql, "p.search_document");
        self.filter.push_conditions(sql);
        sql.push(" and p.id not in (select id from candidates)");
    }
}

impl Ranked<'_> {
    /// Appends the products whose titles are ranked, and marks those with the SKU that the client typed.
    fn push_candidates(&self, sql: &mut QueryBuilder<Postgres>) {
        let spellings = |text: &String| [text.clone(), text.to_uppercase(), text.to_lowercase()];
        let skus: Vec<String> = self.filter.search_text.iter().flat_map(spellings).collect();
        sql.push("sold_as as materialized (select product_id as id from product_variants where sku = any (")
            .push_bind(skus.clone());
        sql.push(") and archived_at is null union select id from products where sku = any (").push_bind(skus);
        sql.push(")), candidates as materialized (");
        self.push_titles(sql, "p.id in (select id from sold_as)");
        sql.push(" union all (");
        self.push_titles(sql, "p.id not in (select id from sold_as)");
        sql.push(" limit 1000)), ");
    }

    fn push_titles(&self, sql: &mut QueryBuilder<Postgres>, which: &'static str) {
        sql.push("select p.id, p.title_words from product_index p where ").push(which);
        sql.push(" and p.title_words @@ ").push_bind(self.search.query.clone()).push("::tsquery");
        self.filter.push_conditions(sql);
    }
}

/// Builds the query for the products that pass the filter; returns `None` if the filter has no words.
pub(super) fn query(filter: &Filter, walk: &Walk) -> Option<QueryBuilder<Postgres>> {
    let search = filter.search.as_ref()?;
    let ranked = Ranked { filter, search, whole_words: search.query.replace(":*", "") };
    let mut sql = QueryBuilder::new("with ");
    ranked.push_candidates(&mut sql);
    two_parts::push(&mut sql, &ranked, walk);
    Some(sql)
}
