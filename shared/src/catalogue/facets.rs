//! What a list can be narrowed down to, and how many products each choice would leave.

use serde::Serialize;
use utoipa::ToSchema;

use super::{Brand, CategorySummary};
use crate::ids::{AttributeId, AttributeValueId};
use crate::money::Money;

/// What a list can be narrowed down to. Each part is counted with every filter but its own: choosing red leaves the count of blue as it is.
/// Parts that were not asked for are missing.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, ToSchema)]
pub struct Facets {
    /// The 50 brands with the most products.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Vec<BrandFacet>, required = false)]
    pub brands: Option<Vec<BrandFacet>>,
    /// The categories right below the one that was asked for, or those at the top, in order; at most 100.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Vec<CategoryFacet>, required = false)]
    pub categories: Option<Vec<CategoryFacet>>,
    /// The attributes, each with the 100 values that the most products have, in order.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Vec<AttributeFacet>, required = false)]
    pub attributes: Option<Vec<AttributeFacet>>,
    /// Prices, from the lowest band. A product whose variants cost differently may be in several.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Vec<PriceBand>, required = false)]
    pub price_bands: Option<Vec<PriceBand>>,
    /// What is in stock.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = AvailabilityFacet, required = false)]
    pub availability: Option<AvailabilityFacet>,
}

/// A brand, and how many products choosing it would leave.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct BrandFacet {
    /// The brand.
    #[serde(flatten)]
    pub brand: Brand,
    /// How many products.
    #[schema(example = 42)]
    pub count: i64,
}

/// A category, and how many products choosing it would leave.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct CategoryFacet {
    /// The category.
    #[serde(flatten)]
    pub category: CategorySummary,
    /// How many products, in it and in all that is below it.
    #[schema(example = 42)]
    pub count: i64,
}

/// An attribute with the values that products have.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct AttributeFacet {
    /// Which.
    pub id: AttributeId,
    /// Its name.
    #[schema(example = "Size")]
    pub name: String,
    /// Its values.
    pub values: Vec<ValueFacet>,
}

/// A value of an attribute, and how many products choosing it would leave.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct ValueFacet {
    /// Which.
    pub id: AttributeValueId,
    /// The value.
    #[schema(example = "M")]
    pub value: String,
    /// How many products.
    #[schema(example = 42)]
    pub count: i64,
}

/// A range of prices: `price_min` and `price_max` of the list that it stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct PriceBand {
    /// From this on.
    pub min: Money,
    /// Up to this, included; null: without end.
    pub max: Option<Money>,
    /// How many products have a price in it, between their cheapest variant's and their dearest's.
    #[schema(example = 42)]
    pub count: i64,
}

/// How many products are in stock, and how many are not.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, ToSchema)]
pub struct AvailabilityFacet {
    /// With a variant in stock.
    #[schema(example = 40)]
    pub available: i64,
    /// With none.
    #[schema(example = 2)]
    pub unavailable: i64,
}
