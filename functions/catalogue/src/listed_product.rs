//! A product as a page of products shows it: with the fields that were asked for.

use serde::{Deserialize, Serialize};
use shared::catalogue::store::list::Listed;
use shared::catalogue::{Brand, CategorySummary, Facets, MainImage, PriceRange, ProductImage, ProductVariant, Status};
use shared::http::Page;
use shared::ids::ProductId;
use shared::money::Money;
use utoipa::ToSchema;

/// A page of products.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct ProductPage {
    #[serde(flatten)]
    pub page: Page<ListedProduct>,
    /// What the list can be narrowed down to; only where `facets` asks for it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Facets, required = false)]
    pub facets: Option<Facets>,
}

/// A field that `fields` can ask for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Field {
    Id,
    Slug,
    Name,
    Sku,
    Brand,
    Categories,
    BasePrice,
    Currency,
    PriceRange,
    MainImage,
    IsAvailable,
    Status,
}

/// A product in a list. Each field is there unless `fields` leaves it out.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct ListedProduct {
    /// Which.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = ProductId, required = false)]
    pub id: Option<ProductId>,
    /// Its name in URLs.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = String, required = false, example = "ocean-blue-shirt")]
    pub slug: Option<String>,
    /// Its name.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = String, required = false, example = "Ocean Blue Shirt")]
    pub name: Option<String>,
    /// Its own SKU, if it has one beside those of its variants.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, required = false)]
    pub sku: Option<Option<String>>,
    /// Whose it is.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Brand>, required = false)]
    pub brand: Option<Option<Brand>>,
    /// Where it is filed.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Vec<CategorySummary>, required = false)]
    pub categories: Option<Vec<CategorySummary>>,
    /// What its variants' `price_adjustment` is added to.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Money, required = false)]
    pub base_price: Option<Money>,
    /// ISO 4217.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = String, required = false, example = "EUR")]
    pub currency: Option<String>,
    /// What its variants cost.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = PriceRange, required = false)]
    pub price_range: Option<PriceRange>,
    /// Its first image.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<MainImage>, required = false)]
    pub main_image: Option<Option<MainImage>>,
    /// Whether any of its variants is in stock.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = bool, required = false)]
    pub is_available: Option<bool>,
    /// How far it is. For staff alone.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Status, required = false)]
    pub status: Option<Status>,
    /// Its first variants, in order; only where `expand` asks for them.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Vec<ProductVariant>, required = false)]
    pub variants: Option<Vec<ProductVariant>>,
    /// Its first images, in order; only where `expand` asks for them.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Vec<ProductImage>, required = false)]
    pub images: Option<Vec<ProductImage>>,
}

impl ListedProduct {
    /// These fields of it, or all; its status only for staff.
    pub(crate) fn new(Listed { product, status, .. }: Listed, fields: Option<&[Field]>, is_for_staff: bool) -> Self {
        let shows = |field| fields.is_none_or(|fields| fields.contains(&field));
        Self {
            id: shows(Field::Id).then_some(product.id),
            slug: shows(Field::Slug).then_some(product.slug),
            name: shows(Field::Name).then_some(product.name),
            sku: shows(Field::Sku).then_some(product.sku),
            brand: shows(Field::Brand).then_some(product.brand),
            categories: shows(Field::Categories).then_some(product.categories),
            base_price: shows(Field::BasePrice).then_some(product.base_price),
            currency: shows(Field::Currency).then_some(product.currency),
            price_range: shows(Field::PriceRange).then_some(product.price_range),
            main_image: shows(Field::MainImage).then_some(product.main_image),
            is_available: shows(Field::IsAvailable).then_some(product.is_available),
            status: (is_for_staff && shows(Field::Status)).then_some(status),
            variants: None,
            images: None,
        }
    }
}
