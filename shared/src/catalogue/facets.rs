//! Facets of a product list: the filters that narrow it down, with the number of products that remain for each.

use serde::Serialize;
use utoipa::ToSchema;

use super::{Brand, CategorySummary};
use crate::ids::{AttributeId, AttributeValueId};
use crate::money::Amount;
use crate::time::Timestamp;

/// Filters that narrow a list down. Each facet is counted with every filter but its own: if you choose red, the count of blue stays as it
/// is. Attributes, prices and availability are those of one variant, as in the list. Facets that you do not request are missing.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, ToSchema)]
pub struct Facets {
    /// The 50 brands with the most products; missing unless requested.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Vec<BrandFacet>, required = false)]
    pub brands: Option<Vec<BrandFacet>>,
    /// The categories directly below the requested one, or those at the top, in order; at most 100. Missing unless requested.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Vec<CategoryFacet>, required = false)]
    pub categories: Option<Vec<CategoryFacet>>,
    /// The attributes, each with its 100 most frequent values, in order; missing unless requested.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Vec<AttributeFacet>, required = false)]
    pub attributes: Option<Vec<AttributeFacet>>,
    /// Price bands, the lowest first. A product whose variants differ in price may be in several. Missing unless requested.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Vec<PriceBand>, required = false)]
    pub price_bands: Option<Vec<PriceBand>>,
    /// Numbers of products that can be ordered and that are sold out; missing unless requested.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = AvailabilityFacet, required = false)]
    pub availability: Option<AvailabilityFacet>,
    /// Time of the counts, if they are older than this response. Those of a list of 20,000 products and more without another filter than its
    /// category are made every ten minutes.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Timestamp, required = false)]
    pub counted_at: Option<Timestamp>,
}

/// A brand with the number of products that remain if you filter by it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct BrandFacet {
    /// The brand to filter by.
    #[serde(flatten)]
    pub brand: Brand,
    /// Number of products of the brand.
    #[schema(example = 42)]
    pub count: i64,
}

/// A category with the number of products that remain if you filter by it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct CategoryFacet {
    /// The category to filter by.
    #[serde(flatten)]
    pub category: CategorySummary,
    /// Number of products in the category and in all categories below it.
    #[schema(example = 42)]
    pub count: i64,
}

/// An attribute with the values that products have.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct AttributeFacet {
    /// Id of the attribute.
    pub id: AttributeId,
    /// Name of the attribute.
    #[schema(example = "Size")]
    pub name: String,
    /// Values of the attribute that products have.
    pub values: Vec<ValueFacet>,
}

/// A value of an attribute with the number of products that remain if you filter by it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct ValueFacet {
    /// Id of the value.
    pub id: AttributeValueId,
    /// Text of the value.
    #[schema(example = "M")]
    pub value: String,
    /// Number of products with the value.
    #[schema(example = 42)]
    pub count: i64,
}

/// A range of prices; send its ends as `price_min` and `price_max` to filter by it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct PriceBand {
    /// Lowest price of the range, included.
    pub min: Amount,
    /// Highest price of the range, included; null means that there is no upper limit.
    pub max: Option<Amount>,
    /// Number of products with a variant in the range that passes the other filters.
    #[schema(example = 42)]
    pub count: i64,
}

/// Numbers of products that can be ordered and that are sold out.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, ToSchema)]
pub struct AvailabilityFacet {
    /// Number of products with a variant that passes the other filters and can be ordered.
    #[schema(example = 40)]
    pub available: i64,
    /// Number of the other products: all their variants that pass the other filters are sold out.
    #[schema(example = 2)]
    pub unavailable: i64,
}
