//! Counts the filters that narrow a list down, in one query.
//!
//! Each count is what the list has when that choice is made, so the values, the price band and the availability of one choice are those of
//! one variant. `by_variant` counts what depends on it.

pub mod kept;

mod by_variant;
mod rows;

use sqlx::{Postgres, QueryBuilder};

use super::filter::Filter;
use super::offer::Variants;
use crate::app::db::Tx;
use crate::catalogue::Facets;
use rows::{NAMED, sorted};

/// The requested facets of a list.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Wanted {
    /// True to count brands.
    pub brands: bool,
    /// True to count categories.
    pub categories: bool,
    /// True to count attributes and their values.
    pub attributes: bool,
    /// True to count price bands.
    pub prices: bool,
    /// True to count availability.
    pub availability: bool,
}

impl Wanted {
    /// Requests all facets.
    pub const ALL: Self = Self { brands: true, categories: true, attributes: true, prices: true, availability: true };

    /// Returns the facets of both.
    #[must_use]
    pub const fn and(self, other: Self) -> Self {
        Self {
            brands: self.brands || other.brands,
            categories: self.categories || other.categories,
            attributes: self.attributes || other.attributes,
            prices: self.prices || other.prices,
            availability: self.availability || other.availability,
        }
    }

    /// Returns the names that the rows of these facets have in the column `kind`.
    fn kinds(self) -> Vec<&'static str> {
        let kinds = [
            (self.brands, "brand"),
            (self.categories, "category"),
            (self.attributes, "value"),
            (self.prices, "price"),
            (self.availability, "stock"),
        ];
        kinds.into_iter().filter(|(is_wanted, _)| *is_wanted).map(|(_, kind)| kind).collect()
    }
}

/// Counts for each choice the products that pass every filter but that choice's own. The counts of large lists may be some minutes old; see [`kept`].
pub async fn facets(tx: &mut Tx, filter: &Filter, wanted: Wanted) -> sqlx::Result<Facets> {
    if wanted == Wanted::default() {
        return Ok(sorted(Vec::new(), wanted, filter.currency));
    }
    if let Some(kept) = kept::find(tx, filter, wanted).await? {
        return Ok(kept);
    }
    let mut sql = QueryBuilder::new("");
    counting(&mut sql, filter, wanted);
    Ok(sorted(sql.build_query_as().fetch_all(&mut *tx).await?, wanted, filter.currency))
}

/// Appends the statement that counts. It returns [`rows::Row`]s.
fn counting(sql: &mut QueryBuilder<Postgres>, filter: &Filter, wanted: Wanted) {
    sql.push("with recursive ");
    push_base(sql, filter);
    if wanted.categories {
        push_below(sql, filter);
    }
    sql.push(", counted (kind, id, n) as (");
    push_counts(sql, filter, wanted);
    sql.push(NAMED);
}

/// Appends `base`: the products that may count in a facet. `brand`, `price` and `options` tell whether a product passes these filters, the last
/// two by different variants, perhaps; a product that fails two of the four filters with facets counts in none. `offered` and
/// `available` tell whether one of its variants, or one that can be bought, passes price and attributes together. The category is not
/// one of these filters, because its facet has the categories below it.
fn push_base(sql: &mut QueryBuilder<Postgres>, filter: &Filter) {
    sql.push(
        "base as materialized (
             select p.id, p.brand_id, p.category_ids, p.base_price, p.price_min, p.price_max, p.value_ids, p.is_available,
                    p.available_price_min, p.available_price_max, p.available_value_ids,
                    ok.brand, ok.price, ok.options, fits.offered, fits.available
               from product_index p",
    );
    filter.push_document(sql);
    sql.push(" cross join lateral (select coalesce(");
    filter.push_brand(sql);
    sql.push(", false) as brand, ");
    filter.push_price_overlaps(sql, Variants::All);
    sql.push(" as price, ").push(filter.asked_variants().exist()).push(" as stock, ");
    filter.push_values(sql, Variants::All);
    sql.push(" as options) ok cross join lateral (select ");
    filter.push_one_of(sql, Variants::All);
    sql.push(" as offered, ");
    filter.push_one_of(sql, Variants::Available);
    sql.push(" as available) fits where ");
    filter.push_words(sql, "d.search_document");
    sql.push(" and ");
    filter.push_scope(sql);
    sql.push(" and ok.brand::int + ok.price::int + ok.stock::int + ok.options::int >= 3)");
}

/// Appends `below`: the categories directly below the filter's, each with all categories below it.
fn push_below(sql: &mut QueryBuilder<Postgres>, filter: &Filter) {
    sql.push(", below as (select c.id as child, c.id from categories c where c.parent_id is not distinct from ");
    sql.push_bind(filter.category.as_ref().map(|category| category.top));
    sql.push(" union all select below.child, c.id from categories c join below on c.parent_id = below.id)");
}

type PushCounts = fn(&mut QueryBuilder<Postgres>, &Filter);

/// Appends a `select` of kind, id and number for each requested facet.
fn push_counts(sql: &mut QueryBuilder<Postgres>, filter: &Filter, wanted: Wanted) {
    let counts: [(bool, PushCounts); 5] = [
        (wanted.brands, push_brands),
        (wanted.categories, push_categories),
        (wanted.prices, by_variant::push_prices),
        (wanted.availability, push_availability),
        (wanted.attributes, by_variant::push_values),
    ];
    let mut between = "";
    for (_, push) in counts.into_iter().filter(|(is_wanted, _)| *is_wanted) {
        sql.push(between);
        push(sql, filter);
        between = " union all ";
    }
}

/// Condition that a product in `base` passes the filters of price, attributes and availability.
const fn is_offered(filter: &Filter) -> &'static str {
    match filter.is_available {
        None => "offered",
        Some(true) => "available",
        Some(false) => "offered and not available",
    }
}

fn push_brands(sql: &mut QueryBuilder<Postgres>, filter: &Filter) {
    sql.push("select 'brand', brand_id, count(*) from base where brand_id is not null and ").push(is_offered(filter));
    sql.push(" group by brand_id");
}

fn push_categories(sql: &mut QueryBuilder<Postgres>, filter: &Filter) {
    sql.push(
        "select 'category', child, sum(n)::bigint
           from (select distinct g.category_ids, g.n, below.child
                   from (select category_ids, count(*) as n from base where brand and ",
    );
    sql.push(is_offered(filter));
    sql.push(
        " group by category_ids) g
                  cross join unnest(g.category_ids) as own (id)
                   join below on below.id = own.id) once
          group by child",
    );
}

fn push_availability(sql: &mut QueryBuilder<Postgres>, _: &Filter) {
    sql.push("select 'stock', available::int::bigint, count(*) from base where brand and offered group by available");
}
