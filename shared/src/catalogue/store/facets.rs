//! Counting what a list can be narrowed down to: one query for all of it.

use super::filter::Filter;
use crate::app::db::Tx;
use crate::catalogue::{
    AttributeFacet, AvailabilityFacet, Brand, BrandFacet, CategoryFacet, CategorySummary, Facets, PriceBand, ValueFacet,
};
use crate::ids::{AttributeId, AttributeValueId, BrandId, CategoryId};
use crate::money::Money;

/// Where one price band ends and the next begins, in cents: 10.00, 20.00, 50.00 and so on.
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

/// Which facets are wanted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Wanted {
    /// Brands.
    pub brands: bool,
    /// Categories.
    pub categories: bool,
    /// Attributes and their values.
    pub attributes: bool,
    /// Price bands.
    pub prices: bool,
    /// What is in stock.
    pub availability: bool,
}

impl Wanted {
    /// All of them.
    pub const ALL: Self = Self { brands: true, categories: true, attributes: true, prices: true, availability: true };

    /// These and those.
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

/// One count, of whatever kind.
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
///
/// A product that fails two of the four filters that have facets counts nowhere, so it is not even read into `base`. The category is no such
/// filter: its facet is what is below it. Where attributes are chosen, values are counted by variant, because red and M are to be one
/// variant's; else by product, and products with the same values at once.
#[expect(clippy::too_many_lines, reason = "one query, which is read as one")]
pub async fn facets(tx: &mut Tx, filter: &Filter, wanted: Wanted) -> sqlx::Result<Facets> {
    let attributes: Vec<AttributeId> = filter.attributes.iter().map(|(attribute, _)| *attribute).collect();
    let top = filter.category.as_ref().map(|category| category.top);
    let rows = sqlx::query_as!(
        Row,
        r#"with recursive base as materialized (
               select p.id, p.brand_id, p.category_ids, p.value_ids, p.price_min, p.price_max, p.is_available,
                      ok.brand, ok.price, ok.stock, ok.options
                 from product_index p
                 left join products d on d.id = p.id -- only where words are sought that many products have
                cross join lateral (select
                      $2::bigint[] is null or coalesce(p.brand_id = any ($2), false) as brand,
                      ($5::bigint is null or p.price_max >= $5) and ($6::bigint is null or p.price_min <= $6) as price,
                      $4::boolean is null or p.is_available = $4 as stock,
                      $12::bigint[] is null or (p.value_ids && $12 and ($13::bigint[] is null or exists (
                          select from product_variants v
                           where v.product_id = p.id and v.archived_at is null
                             and v.attribute_value_ids && $12 and v.attribute_value_ids && $13
                             and ($14::bigint[] is null or v.attribute_value_ids && $14)
                             and ($15::bigint[] is null or v.attribute_value_ids && $15)))) as options) ok
                where ($7::timestamptz is null or is_published(p.status, p.publish_at, p.unpublish_at, $7))
                  and ($1::text is null or $16::bigint[] is not null or d.search_document @@ $1::text::tsquery)
                  and ($16 is null or p.id = any ($16))
                  and ($3::bigint[] is null or p.category_ids && $3)
                  and ($8::text is null or p.tags @> array[$8::text])
                  and ($9::timestamptz is null or p.created_at >= $9)
                  and ($10::timestamptz is null or p.created_at < $10)
                  and ($11::text is null or p.status = $11)
                  and ok.brand::int + ok.price::int + ok.stock::int + ok.options::int >= 3
           ), below as (
               select c.id as child, c.id from categories c where c.parent_id is not distinct from $18::bigint and $21
               union all
               select below.child, c.id from categories c join below on c.parent_id = below.id
           ), counted as (
               select 'brand' as kind, brand_id as id, count(*) as n
                 from base where price and stock and options and brand_id is not null and $20
                group by brand_id
               union all
               select 'category', child, sum(n)::bigint
                 from (select distinct g.category_ids, g.n, below.child
                         from (select category_ids, count(*) as n from base where brand and price and stock and options group by category_ids) g
                        cross join unnest(g.category_ids) as filed (id)
                         join below on below.id = filed.id) once
                group by child
               union all
               select 'value', value, sum(n)::bigint
                 from (select value_ids, count(*) as n from base
                        where $12 is null and brand and price and stock and $22 group by value_ids) g
                cross join unnest(g.value_ids) as had (value)
                group by value
               union all
               select 'value', value, count(*)
                 from (select distinct base.id, w.id as value
                         from base
                         join product_variants v on v.product_id = base.id and v.archived_at is null
                        cross join lateral (select array_remove(array[
                              case when not v.attribute_value_ids && $12 then ($17::bigint[])[1] end,
                              case when not v.attribute_value_ids && $13 then ($17)[2] end,
                              case when not v.attribute_value_ids && $14 then ($17)[3] end,
                              case when not v.attribute_value_ids && $15 then ($17)[4] end], null) as attributes) lacks
                         join attribute_values w on w.id = any (v.attribute_value_ids)
                        where $12 is not null and base.brand and base.price and base.stock and $22
                          and (lacks.attributes = '{}' or lacks.attributes = array[w.attribute_id])) once
                group by value
               union all
               select 'price', band, sum(n)::bigint
                 from (select width_bucket(price_min, $19::bigint[]) as lowest, width_bucket(price_max, $19) as highest, count(*) as n
                         from base where brand and stock and options and $23 group by 1, 2) spans
                cross join lateral generate_series(lowest, highest) as band
                group by band
               union all
               select 'stock', is_available::int, count(*) from base where brand and price and options and $24 group by is_available
           )
           select c.kind as "kind!", c.id as "id!", coalesce(b.name, k.name, w.value, '') as "name!", coalesce(b.slug, k.slug, '') as "slug!",
                  coalesce(a.id, 0) as "attribute_id!", coalesce(a.name, '') as "attribute!", c.n as "count!"
             from (select counted.*, v.attribute_id,
                          row_number() over (partition by kind, v.attribute_id order by n desc, counted.id) as place
                     from counted left join attribute_values v on kind = 'value' and v.id = counted.id) c
             left join brands b on c.kind = 'brand' and b.id = c.id
             left join categories k on c.kind = 'category' and k.id = c.id
             left join attribute_values w on c.kind = 'value' and w.id = c.id
             left join attributes a on a.id = w.attribute_id
            where c.place <= case c.kind when 'brand' then 50 else 100 end
            order by c.kind, lower(a.name), w.position, k.position, k.name, case c.kind when 'brand' then -c.n end, c.id"#,
        filter.query(),
        filter.brands as _,
        filter.categories() as _,
        filter.is_available,
        filter.price_from as _,
        filter.price_to as _,
        filter.sight.at() as _,
        filter.tag,
        filter.created_from as _,
        filter.created_until as _,
        filter.status.map(crate::catalogue::Status::as_str),
        filter.values(0) as _,
        filter.values(1) as _,
        filter.values(2) as _,
        filter.values(3) as _,
        filter.few() as _,
        &attributes as _,
        top as _,
        &BOUNDS[..],
        wanted.brands,
        wanted.categories,
        wanted.attributes,
        wanted.prices,
        wanted.availability
    )
    .fetch_all(&mut *tx)
    .await?;
    Ok(sorted(rows, wanted))
}

/// Each count to its facet; those that were not wanted are missing, those that were are there, if empty.
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

/// Values of one attribute lie side by side.
fn add_value(attributes: &mut Vec<AttributeFacet>, row: Row) {
    let value = ValueFacet { id: AttributeValueId(row.id), value: row.name, count: row.count };
    let id = AttributeId(row.attribute_id);
    match attributes.last_mut() {
        Some(last) if last.id == id => last.values.push(value),
        _ => attributes.push(AttributeFacet { id, name: row.attribute, values: vec![value] }),
    }
}

/// The band with this number, as `width_bucket` counts: 0 is below the first bound.
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
    fn bands_lie_side_by_side_and_the_last_has_no_end() {
        let ends = |number| (band(number, 1).min.minor(), band(number, 1).max.map(Money::minor));
        assert_eq!(ends(0), (0, Some(999)));
        assert_eq!(ends(1), (1_000, Some(1_999)));
        assert_eq!(ends(14), (100_000_000, None));
    }
}
