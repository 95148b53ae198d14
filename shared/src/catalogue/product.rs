//! What clients see of a product.

use serde::Serialize;
use strum::{EnumString, IntoStaticStr};
use utoipa::ToSchema;

use super::{Brand, CategorySummary};
use crate::fields::{Fields, FromField};
use crate::ids::{AttributeId, AttributeValueId, ImageId, ProductId, VariantId};
use crate::money::Money;
use crate::time::Timestamp;

/// A product as lists show it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct ProductCard {
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
    pub summary: ProductCard,
    /// HTML.
    pub description: String,
    /// Words to find it by.
    pub tags: Vec<String>,
    /// The variant to show first; null where it has none.
    pub default_variant_id: Option<VariantId>,
    /// When it came into the catalogue.
    pub created_at: Timestamp,
    /// When staff last changed it. What is sold does not.
    pub updated_at: Timestamp,
    /// Whether and when shoppers see it. For staff alone.
    #[serde(flatten)]
    pub publication: Option<Publication>,
    /// Its images, in order.
    pub images: Vec<ProductImage>,
    /// The attributes by which its variants differ, each with the values they have.
    pub attributes: Vec<Attribute>,
    /// What can be bought, in order.
    pub variants: Vec<ProductVariant>,
    /// How often it was changed; the first half of its `ETag`.
    #[serde(skip)]
    pub version: i64,
}

/// Whether and when shoppers see a product.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct Publication {
    /// `draft`, `active` or `archived`. For staff alone.
    pub status: Status,
    /// From when an active product is for sale; null: at once. For staff alone.
    pub publish_at: Option<Timestamp>,
    /// Until when it is; null: for good. For staff alone.
    pub unpublish_at: Option<Timestamp>,
}

/// How far a product is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, EnumString, IntoStaticStr, ToSchema)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum Status {
    /// Being prepared: staff alone see it.
    Draft,
    /// For sale, within its times.
    #[default]
    Active,
    /// No longer for sale; kept, because orders refer to it.
    Archived,
}

impl Status {
    /// As the database and the API write it.
    pub fn as_str(self) -> &'static str {
        self.into()
    }
}

impl FromField for Status {
    fn read(fields: &mut Fields, name: &str) -> Option<Self> {
        fields.choice(name, |text| text.parse().ok())
    }
}

/// Who looks, and so what there is to see.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Visibility {
    /// Shoppers see what is for sale at this time.
    Shoppers(Timestamp),
    /// Staff see everything: drafts, what is to come, what is archived.
    Staff,
}

impl Visibility {
    /// For SQL: the time at which a product must be for sale, or null where it need not be.
    pub(crate) const fn at(self) -> Option<Timestamp> {
        match self {
            Self::Shoppers(now) => Some(now),
            Self::Staff => None,
        }
    }
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
    /// The same in the size for lists; null where there is none.
    #[schema(format = "uri")]
    pub list_url: Option<String>,
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
    /// What is known of an image that was uploaded here; null for one that lies elsewhere.
    pub file: Option<ImageFile>,
}

/// An image that lies in the shop's own storage.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct ImageFile {
    /// In pixels.
    pub width: i32,
    /// In pixels.
    pub height: i32,
    /// The same in the size for lists, absolute.
    #[schema(format = "uri")]
    pub list_url: String,
    /// The same in the size for a product's page, absolute.
    #[schema(format = "uri")]
    pub page_url: String,
    /// The same as large as one may want to look at it, absolute.
    #[schema(format = "uri")]
    pub zoom_url: String,
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
    /// Its price, whatever the base price; null where it costs the base price and the adjustment.
    pub own_price: Option<Money>,
    /// What it costs.
    pub price: Money,
    /// The price before a reduction.
    pub compare_at_price: Option<Money>,
    /// Where there is a `compare_at_price`: the lowest price in the 30 days before the reduction, as directive 98/6/EC (article 6a) has it
    /// shown beside it. The reduction began when the variant last got another price, or a `compare_at_price`, whichever is later. Null
    /// where nobody was asked a price before.
    pub lowest_price_30_days: Option<Money>,
    /// What the scanner reads.
    pub barcode: Option<String>,
    /// What it weighs.
    pub weight_grams: Option<i32>,
    /// How many are in stock.
    pub inventory_count: i32,
    /// Whether any is in stock.
    pub is_available: bool,
    /// Whether it is no longer sold, and kept because orders refer to it. Staff alone see such.
    pub is_archived: bool,
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

impl ProductCard {
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
        self.list_url.iter_mut().for_each(|url| make_absolute(url, base));
        self
    }
}

impl ProductImage {
    /// With absolute URLs; those that begin at the API's root get `base` before them.
    #[must_use]
    pub fn with_base_url(mut self, base: &str) -> Self {
        make_absolute(&mut self.url, base);
        self.file = self.file.map(|file| file.with_base_url(base));
        self
    }
}

impl ImageFile {
    /// With absolute URLs; those that begin at the API's root get `base` before them.
    #[must_use]
    pub fn with_base_url(mut self, base: &str) -> Self {
        for url in [&mut self.list_url, &mut self.page_url, &mut self.zoom_url] {
            make_absolute(url, base);
        }
        self
    }
}

impl Product {
    /// With absolute URLs; those that begin at the API's root get `base` before them.
    #[must_use]
    pub fn with_base_url(mut self, base: &str) -> Self {
        self.images = self.images.into_iter().map(|image| image.with_base_url(base)).collect();
        Self { summary: self.summary.with_base_url(base), ..self }
    }
}

/// Whether a URL begins at the API's root. `//host/…` names a host.
pub(super) fn is_from_root(url: &str) -> bool {
    url.starts_with('/') && !url.starts_with("//")
}

fn make_absolute(url: &mut String, base: &str) {
    if is_from_root(url) {
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
