//! Counts the filters that narrow a list down, in one query.

use sqlx::{Postgres, QueryBuilder};

use super::filter::Filter;
use crate::app::db::Tx;
use crate::catalogue::{
    AttributeFacet, AvailabilityFacet, Brand, BrandFacet, CategoryFacet, CategorySummary, Facets, PriceBand, ValueFacet,
};
use crate::ids::{AttributeId, AttributeValueId, BrandId, CategoryId};
use crate::money::Money;

/// The bounds between price bands in cents: 10.00, 20.00, 50.00 and so on.
const BOUNDS: [i64; 14] = [
    1_000,
    2_000,
    5_000,
    10_000,
    20_000,
    50_000,
    100_000,
    200_000,
    500_000,
    1_000_000,
    2_000_000,
    5_000_000,
    10_000_000,
    100_000_000,
];

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
}

/// One count of any facet.
#[derive(sqlx::FromRow)]
struct Row {
    kind: String,
    id: i64,
    name: String,
    slug: String,
    attribute_id: i64,
    attribute: String,
    count: i64,
}

/// Counts for each choice the products that pass every filter but that choice's own.
pub async fn facets(tx: &mut Tx, filter: &Filter, wanted: Wanted) -> sqlx::Result<Facets> {
    if wanted == Wanted::default() {
        return Ok(sorted(Vec::new(), wanted));
    }
    let mut sql = QueryBuilder::new("with recursive ");
    push_base(&mut sql, filter);
    if wanted.categories {
        push_below(&mut sql, filter);
    }
    sql.push(", counted (kind, id, n) as (");
    push_counts(&mut sql, filter, wanted);
    sql.push(NAMED);
    Ok(sorted(sql.build_query_as().fetch_all(&mut *tx).await?, wanted))
}

/// Appends `base`: the products that count in any facet, and which of the four filters with facets each passes. A product that fails two
/// of them counts in none. The category is not one of these filters, because its facet has the categories below it.
fn push_base(sql: &mut QueryBuilder<Postgres>, filter: &Filter) {
    sql.push(
        "base as materialized (
             select p.id, p.brand_id, p.category_ids, p.value_ids, p.price_min, p.price_max, p.is_available,
                    ok.brand, ok.price, ok.stock, ok.options
               from product_index p",
    );
    filter.push_document(sql);
    sql.push(" cross join lateral (select coalesce(");
    filter.push_brand(sql);
    sql.push(", false) as brand, ");
    filter.push_price(sql);
    sql.push(" as price, ");
    filter.push_stock(sql);
    sql.push(" as stock, ");
    filter.push_attributes(sql);
    sql.push(" as options) ok where ");
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

/// Appends a `select` of kind, id and number for each requested facet.
fn push_counts(sql: &mut QueryBuilder<Postgres>, filter: &Filter, wanted: Wanted) {
    let mut counts = sql.separated(" union all ");
    if wanted.brands {
        counts.push(
            "select 'brand', brand_id, count(*) from base where price and stock and options and brand_id is not null group by brand_id",
        );
    }
    if wanted.categories {
        counts.push(
            "select 'category', child, sum(n)::bigint
               from (select distinct g.category_ids, g.n, below.child
                       from (select category_ids, count(*) as n from base where brand and price and stock and options group by category_ids) g
                      cross join unnest(g.category_ids) as own (id)
                       join below on below.id = own.id) once
              group by child",
        );
    }
    if wanted.prices {
        counts
            .push("select 'price', band::bigint, sum(n)::bigint from (select width_bucket(price_min, ")
            .push_bind_unseparated(&BOUNDS[..])
            .push_unseparated(") as lowest, width_bucket(price_max, ")
            .push_bind_unseparated(&BOUNDS[..])
            .push_unseparated(
                ") as highest, count(*) as n from base where brand and stock and options group by 1, 2) spans
                 cross join lateral generate_series(lowest, highest) as band
                 group by band",
            );
    }
    if wanted.availability {
        counts.push(
            "select 'stock', is_available::int::bigint, count(*) from base where brand and price and options group by is_available",
        );
    }
    if wanted.attributes && filter.attributes.is_empty() {
        // Products with the same values are counted together.
        counts.push(
            "select 'value', value, sum(n)::bigint
               from (select value_ids, count(*) as n from base where brand and price and stock group by value_ids) g
              cross join unnest(g.value_ids) as had (value)
              group by value",
        );
    } else if wanted.attributes {
        counts.push("");
        push_values_by_variant(sql, filter);
    }
}

/// Appends the counts of values if attributes are chosen. They are counted by variant, because one variant must have both red and M: a
/// value counts if its variant has a value of every chosen attribute, except the value's own attribute.
fn push_values_by_variant(sql: &mut QueryBuilder<Postgres>, filter: &Filter) {
    sql.push(
        "select 'value', value, count(*)
           from (select distinct base.id, w.id as value
                   from base
                   join product_variants v on v.product_id = base.id and v.archived_at is null
                  cross join lateral (select array_remove(array[",
    );
    for (at, (attribute, values)) in filter.attributes.iter().enumerate() {
        sql.push(if at == 0 { "" } else { ", " }).push("case when not v.attribute_value_ids && ");
        sql.push_bind(values.clone()).push(" then ").push_bind(*attribute).push(" end");
    }
    sql.push(
        "], null) as attributes) lacks
                   join attribute_values w on w.id = any (v.attribute_value_ids)
                  where base.brand and base.price and base.stock
                    and (lacks.attributes = '{}' or lacks.attributes = array[w.attribute_id])) once
          group by value",
    );
}

/// The end of the query: the counts with the names of what they count, the most frequent of each facet.
const NAMED: &str = r") select c.kind, c.id, coalesce(b.name, k.name, w.value, '') as name, coalesce(b.slug, k.slug, '') as slug,
           coalesce(a.id, 0) as attribute_id, coalesce(a.name, '') as attribute, c.n as count
      from (select counted.*, v.attribute_id,
                   row_number() over (partition by kind, v.attribute_id order by n desc, counted.id) as place
              from counted left join attribute_values v on kind = 'value' and v.id = counted.id) c
      left join brands b on c.kind = 'brand' and b.id = c.id
      left join categories k on c.kind = 'category' and k.id = c.id
      left join attribute_values w on c.kind = 'value' and w.id = c.id
      left join attributes a on a.id = w.attribute_id
     where c.place <= case c.kind when 'brand' then 50 else 100 end
     order by c.kind, a.name, a.id, w.position, k.position, k.name, case c.kind when 'brand' then -c.n end, c.id";

/// Sorts the counts into their facets. A facet that was not requested is missing; a requested one may be empty.
fn sorted(rows: Vec<Row>, wanted: Wanted) -> Facets {
    let mut facets = Facets {
        brands: wanted.brands.then(Vec::new),
        categories: wanted.categories.then(Vec::new),
        attributes: wanted.attributes.then(Vec::new),
        price_bands: wanted.prices.then(Vec::new),
        availability: wanted.availability.then(AvailabilityFacet::default),
    };
    for row in rows {
        match row.kind.as_str() {
            "brand" => facets.brands.get_or_insert_default().push(BrandFacet {
                brand: Brand { id: BrandId(row.id), name: row.name, slug: row.slug },
                count: row.count,
            }),
            "category" => facets.categories.get_or_insert_default().push(CategoryFacet {
                category: CategorySummary { id: CategoryId(row.id), name: row.name, slug: row.slug },
                count: row.count,
            }),
            "value" => add_value(facets.attributes.get_or_insert_default(), row),
            "price" => facets.price_bands.get_or_insert_default().push(band(row.id, row.count)),
            _ => {
                let availability = facets.availability.get_or_insert_default();
                let kept = if row.id == 1 { &mut availability.available } else { &mut availability.unavailable };
                *kept = row.count;
            }
        }
    }
    facets
}

/// Adds a value to its attribute; values of one attribute follow one another.
fn add_value(attributes: &mut Vec<AttributeFacet>, row: Row) {
    let value = ValueFacet { id: AttributeValueId(row.id), value: row.name, count: row.count };
    let id = AttributeId(row.attribute_id);
    match attributes.last_mut() {
        Some(last) if last.id == id => last.values.push(value),
        _ => attributes.push(AttributeFacet { id, name: row.attribute, values: vec![value] }),
    }
}

/// Returns the band with this number, as `width_bucket` counts them: 0 is below the first bound.
fn band(number: i64, count: i64) -> PriceBand {
    let bound = |at: Option<usize>| at.and_then(|at| BOUNDS.get(at)).copied();
    let at = usize::try_from(number).ok();
    let min = bound(at.and_then(|at| at.checked_sub(1))).unwrap_or_default();
    PriceBand { min: Money::from_minor(min), max: bound(at).map(|next| Money::from_minor(next - 1)), count }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bands_are_adjacent_and_the_last_has_no_end() {
        let ends = |number| (band(number, 1).min.minor(), band(number, 1).max.map(Money::minor));
        assert_eq!(ends(0), (0, Some(999)));
        assert_eq!(ends(1), (1_000, Some(1_999)));
        assert_eq!(ends(14), (100_000_000, None));
    }
}
