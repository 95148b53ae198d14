//! The rules of filters and facets, applied to one product after the other.

use shared::catalogue::store::filter::{Filter, Subtree};
use shared::catalogue::{Status, Visibility};
use shared::ids::{AttributeId, AttributeValueId, BrandId, CategoryId};
use shared::money::Money;

use super::Counts;
use super::made::{ATTRIBUTES, BRANDS, Catalogue, PARENTS, Product, VALUES, Variant, subtree, value_id};

/// The lowest price of each band.
const BANDS: [i64; 15] = [
    0,
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

/// Returns the ids of the products that pass the filter.
pub(super) fn passing(catalogue: &Catalogue, filter: &Filter) -> Vec<i64> {
    catalogue.products.iter().filter(|product| passes(product, filter)).map(|product| product.id).collect()
}

fn passes(product: &Product, filter: &Filter) -> bool {
    let is_visible = matches!(filter.visibility, Visibility::Staff) || product.status == Status::Active;
    let has_status = filter.status.is_none_or(|status| product.status == status);
    let has_brand =
        filter.brands.as_ref().is_none_or(|brands| product.brand.is_some_and(|id| brands.contains(&BrandId(id))));
    let is_filed = filter
        .category
        .as_ref()
        .is_none_or(|category| product.categories.iter().any(|id| category.all.contains(&CategoryId(*id))));
    is_visible && has_status && has_brand && is_filed && has_a_variant(product, filter)
}

/// A product is available if one of the variants that pass the other filters is.
fn has_a_variant(product: &Product, filter: &Filter) -> bool {
    let chosen: Vec<Variant> =
        product.sold_variants().into_iter().filter(|variant| is_chosen(variant, filter)).collect();
    let is_available = chosen.iter().any(Variant::is_available);
    !chosen.is_empty() && filter.is_available.is_none_or(|wanted| is_available == wanted)
}

fn is_chosen(variant: &Variant, filter: &Filter) -> bool {
    let price = Money::from_minor(variant.price);
    filter.price_from.is_none_or(|from| from <= price)
        && filter.price_to.is_none_or(|to| price <= to)
        && filter
            .attributes
            .iter()
            .all(|(_, values)| variant.values.iter().any(|id| values.contains(&AttributeValueId(*id))))
}

/// Makes each choice of each facet and counts the products that pass then.
pub(super) fn expected_facets(catalogue: &Catalogue, filter: &Filter) -> Counts {
    let mut counts = Counts::new();
    let mut count = |kind, id, chosen: Filter| {
        let passing = passing(catalogue, &chosen).len();
        if passing > 0 {
            counts.insert((kind, id), passing as i64);
        }
    };
    for brand in 1..=BRANDS {
        count("brand", brand, Filter { brands: Some(vec![BrandId(brand)]), ..filter.clone() });
    }
    let top = filter.category.as_ref().map(|category| category.top.0);
    for category in (1..).zip(PARENTS).filter(|(_, parent)| *parent == top).map(|(id, _)| id) {
        let chosen: Subtree = subtree(category);
        count("category", category, Filter { category: Some(chosen), ..filter.clone() });
    }
    for (at, min) in BANDS.into_iter().enumerate() {
        let max = BANDS.get(at + 1).map(|next| Money::from_minor(next - 1));
        count("price", min, Filter { price_from: Some(Money::from_minor(min)), price_to: max, ..filter.clone() });
    }
    for is_available in [false, true] {
        count("available", is_available.into(), Filter { is_available: Some(is_available), ..filter.clone() });
    }
    for (attribute, value) in (1..=ATTRIBUTES).flat_map(|attribute| (0..VALUES).map(move |value| (attribute, value))) {
        let id = value_id(attribute, value);
        let mut chosen = filter.clone();
        chosen.attributes.retain(|(other, _)| *other != AttributeId(attribute));
        chosen.attributes.push((AttributeId(attribute), vec![AttributeValueId(id)]));
        count("value", id, chosen);
    }
    counts
}
