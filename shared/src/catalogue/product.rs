//! What clients see of a product.

use serde::Serialize;
use utoipa::ToSchema;

use super::{Brand, CategorySummary};
use crate::ids::{AttributeId, AttributeValueId, ImageId, ProductId, VariantId};
use crate::money::Money;

/// A product as lists show it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct ProductSummary {
    /// Which.
    pub id: ProductId,
    /// Its name in URLs.
    #[schema(example = "ocean-blue-shirt")]
    pub slug: String,
    /// Its name.
    #[schema(example = "Ocean Blue Shirt")]
    pub name: String,
    /// Its own SKU, if it has one beside those of its variants.
    pub sku: Option<String>,
    /// Whose it is.
    pub brand: Option<Brand>,
    /// Where it is filed.
    pub categories: Vec<CategorySummary>,
    /// What its variants' `price_adjustment` is added to.
    pub base_price: Money,
    /// ISO 4217.
    #[schema(example = "EUR")]
    pub currency: String,
    /// What its variants cost.
    pub price_range: PriceRange,
    /// Its first image.
    pub main_image: Option<MainImage>,
    /// Whether any of its variants is in stock.
    pub is_available: bool,
}

/// A product with all of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct Product {
    /// What lists show, too.
    #[serde(flatten)]
    pub summary: ProductSummary,
    /// HTML.
    pub description: String,
    /// Its images, in order.
    pub images: Vec<ProductImage>,
    /// The attributes by which its variants differ, each with the values they have.
    pub attributes: Vec<Attribute>,
    /// What can be bought, in order.
    pub variants: Vec<ProductVariant>,
}

/// What the variants of a product cost: the cheapest and the dearest.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct PriceRange {
    /// The cheapest.
    pub min: Money,
    /// The dearest.
    pub max: Money,
}

/// The image that stands for a product.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct MainImage {
    /// Where it is, absolute.
    #[schema(format = "uri")]
    pub url: String,
    /// What it shows, for those who do not see it.
    pub alt_text: String,
}

/// An image of a product.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct ProductImage {
    /// Which.
    pub id: ImageId,
    /// Where it is, absolute.
    #[schema(format = "uri")]
    pub url: String,
    /// What it shows, for those who do not see it.
    pub alt_text: String,
    /// Its place, from 0.
    pub display_order: i32,
    /// The variant it shows, if it shows one.
    pub product_variant_id: Option<VariantId>,
}

/// A variant: what has a price and a stock, and is put into carts.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct ProductVariant {
    /// Which; a cart's `product_variant_id`.
    pub id: VariantId,
    /// Its SKU.
    #[schema(example = "SHIRT-BLUE-M")]
    pub sku: String,
    /// What it is called beside its product.
    #[schema(example = "M / Blue")]
    pub name: String,
    /// What makes it this variant.
    pub attribute_values: Vec<VariantAttributeValue>,
    /// What it costs beyond the base price; may be negative.
    pub price_adjustment: Money,
    /// What it costs.
    pub price: Money,
    /// How many are in stock.
    pub inventory_count: i32,
    /// Whether any is in stock.
    pub is_available: bool,
}

/// A value that a variant has of an attribute.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct VariantAttributeValue {
    /// Which value.
    pub id: AttributeValueId,
    /// Of which attribute.
    pub attribute_id: AttributeId,
    /// The attribute's name.
    #[schema(example = "Size")]
    pub attribute: String,
    /// The value.
    #[schema(example = "M")]
    pub value: String,
}

/// An attribute with values of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct Attribute {
    /// Which.
    pub id: AttributeId,
    /// Its name.
    #[schema(example = "Size")]
    pub name: String,
    /// Its values, in order.
    pub values: Vec<AttributeValue>,
}

/// A value of an attribute.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct AttributeValue {
    /// Which.
    pub id: AttributeValueId,
    /// The value.
    #[schema(example = "M")]
    pub value: String,
}

impl ProductSummary {
    /// With absolute URLs; those that begin at the API's root get `base` before them.
    #[must_use]
    pub fn with_base_url(mut self, base: &str) -> Self {
        self.main_image = self.main_image.map(|image| image.with_base_url(base));
        self
    }
}

impl MainImage {
    /// With an absolute URL; one that begins at the API's root gets `base` before it.
    #[must_use]
    pub fn with_base_url(mut self, base: &str) -> Self {
        make_absolute(&mut self.url, base);
        self
    }
}

impl Product {
    /// With absolute URLs; those that begin at the API's root get `base` before them.
    #[must_use]
    pub fn with_base_url(mut self, base: &str) -> Self {
        self.images.iter_mut().for_each(|image| make_absolute(&mut image.url, base));
        Self { summary: self.summary.with_base_url(base), ..self }
    }
}

/// `//host/…` names a host, so it is not from the root.
fn make_absolute(url: &mut String, base: &str) {
    if url.starts_with('/') && !url.starts_with("//") {
        url.insert_str(0, base);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_urls_from_the_root_get_the_base() {
        for (url, absolute) in [
            ("/dev/images/a.svg", "https://shop.test/dev/images/a.svg"),
            ("//cdn.test/a.jpg", "//cdn.test/a.jpg"),
            ("https://cdn.test/a.jpg", "https://cdn.test/a.jpg"),
        ] {
            let mut url = url.to_owned();
            make_absolute(&mut url, "https://shop.test");
            assert_eq!(url, absolute);
        }
    }
}
