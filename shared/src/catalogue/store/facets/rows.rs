//! The counts of facets as the database returns them, and the facets made of them.

use crate::catalogue::{
    AttributeFacet, AvailabilityFacet, Brand, BrandFacet, CategoryFacet, CategorySummary, Facets, PriceBand, ValueFacet,
};
use crate::ids::{AttributeId, AttributeValueId, BrandId, CategoryId};
use crate::money::{Currency, Money};

use super::Wanted;

/// The bounds between price bands in units of a currency with decimals: 10, 20, 50 and so on.
const BOUNDS: [i64; 14] = [10, 20, 50, 100, 200, 500, 1_000, 2_000, 5_000, 10_000, 20_000, 50_000, 100_000, 1_000_000];

/// Returns the bounds between price bands in minor units. A unit of a currency without decimals is worth as little as a cent, so there they
/// are 1,000, 2,000, 5,000 and so on.
pub(super) fn bounds(currency: Currency) -> [i64; BOUNDS.len()] {
    let unit = match currency.exponent() {
        0 => 100,
        exponent => 10_i64.pow(exponent.into()),
    };
    BOUNDS.map(|bound| bound * unit)
}

/// One count of any facet.
#[derive(sqlx::FromRow)]
pub(super) struct Row {
    kind: String,
    id: i64,
    name: String,
    slug: String,
    attribute_id: i64,
    attribute: String,
    count: i64,
}

/// The end of the query: the counts with the names of what they count, the most frequent of each facet. What kept counts count may be deleted since.
pub(super) const NAMED: &str = r") select c.kind, c.id, coalesce(b.name, k.name, w.value, '') as name, coalesce(b.slug, k.slug, '') as slug,
           coalesce(a.id, 0) as attribute_id, coalesce(a.name, '') as attribute, c.n as count
      from (select counted.*, v.attribute_id,
                   row_number() over (partition by kind, v.attribute_id order by n desc, counted.id) as place
              from counted left join attribute_values v on kind = 'value' and v.id = counted.id) c
      left join brands b on c.kind = 'brand' and b.id = c.id
      left join categories k on c.kind = 'category' and k.id = c.id
      left join attribute_values w on c.kind = 'value' and w.id = c.id
      left join attributes a on a.id = w.attribute_id
     where c.place <= case c.kind when 'brand' then 50 else 100 end
       and (c.kind in ('price', 'stock') or coalesce(b.id, k.id, w.id) is not null)
     order by c.kind, a.name, a.id, w.position, k.position, k.name, case c.kind when 'brand' then -c.n end, c.id";

/// Sorts the counts into their facets. A facet that was not requested is missing; a requested one may be empty.
pub(super) fn sorted(rows: Vec<Row>, wanted: Wanted, currency: Currency) -> Facets {
    let mut facets = Facets {
        brands: wanted.brands.then(Vec::new),
        categories: wanted.categories.then(Vec::new),
        attributes: wanted.attributes.then(Vec::new),
        price_bands: wanted.prices.then(Vec::new),
        availability: wanted.availability.then(AvailabilityFacet::default),
        counted_at: None,
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
            "price" => facets.price_bands.get_or_insert_default().push(band(row.id, row.count, currency)),
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
fn band(number: i64, count: i64, currency: Currency) -> PriceBand {
    let bounds = bounds(currency);
    let bound = |at: Option<usize>| at.and_then(|at| bounds.get(at)).copied();
    let amount = |minor| currency.amount(Money::from_minor(minor));
    let at = usize::try_from(number).ok();
    let min = bound(at.and_then(|at| at.checked_sub(1))).unwrap_or_default();
    PriceBand { min: amount(min), max: bound(at).map(|next| amount(next - 1)), count }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bands_are_adjacent_and_the_last_has_no_end() {
        for (code, first, second, last) in [
            ("JPY", ["0", "999"], ["1000", "1999"], "100000000"),
            ("EUR", ["0.00", "9.99"], ["10.00", "19.99"], "1000000.00"),
            ("KWD", ["0.000", "9.999"], ["10.000", "19.999"], "1000000.000"),
        ] {
            let band = |number| {
                let band = band(number, 1, code.parse().unwrap());
                [Some(band.min), band.max].map(|end| end.map(|end| end.to_string()))
            };
            assert_eq!(band(0), first.map(|end| Some(end.to_owned())));
            assert_eq!(band(1), second.map(|end| Some(end.to_owned())));
            assert_eq!(band(14), [Some(last.to_owned()), None]);
        }
    }
}
