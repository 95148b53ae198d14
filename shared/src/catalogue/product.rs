//! Products as clients see them.

use serde::Serialize;
use strum::{EnumString, IntoStaticStr};
use utoipa::ToSchema;

use super::{Brand, CategorySummary};
use crate::fields::{Fields, FromField};
use crate::ids::{AttributeId, AttributeValueId, ImageId, ProductId, VariantId};
use crate::money::{Amount, Currency};
use crate::time::Timestamp;

/// A product in a list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct ProductCard {
    /// Id of the product.
    pub id: ProductId,
    /// Unique name in URLs.
    #[schema(example = "ocean-blue-shirt")]
    pub slug: String,
    /// Name of the product.
    #[schema(example = "Ocean Blue Shirt")]
    pub name: String,
    /// SKU of the product itself, in addition to those of its variants; null if it has none.
    pub sku: Option<String>,
    /// Brand of the product; null if it has none.
    pub brand: Option<Brand>,
    /// Categories that the product is in.
    pub categories: Vec<CategorySummary>,
    /// Price of the product before the `price_adjustment` of each variant.
    pub base_price: Amount,
    /// Currency code (ISO 4217).
    pub currency: Currency,
    /// Lowest and highest price of the variants; the base price if there is none.
    pub price_range: PriceRange,
    /// The first image; null if the product has none.
    pub main_image: Option<MainImage>,
    /// True if a unit of any variant can be ordered.
    pub is_available: bool,
}

/// A product with its variants and images.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct Product {
    /// The fields that lists show too.
    #[serde(flatten)]
    pub summary: ProductCard,
    /// Description in HTML, cleaned of everything that could harm readers.
    pub description: String,
    /// Words that customers find the product by.
    pub tags: Vec<String>,
    /// Id of the variant to show first; null if the product has none.
    pub default_variant_id: Option<VariantId>,
    /// Time at which the product was created.
    pub created_at: Timestamp,
    /// Time of the last change by staff; sales do not change it.
    pub updated_at: Timestamp,
    /// Status and times of publication, only for staff.
    #[serde(flatten)]
    #[schema(value_type = Publication)]
    pub publication: Option<Publication>,
    /// Images of the product, in order.
    pub images: Vec<ProductImage>,
    /// Attributes by which the variants differ, each with the values that they have.
    pub attributes: Vec<Attribute>,
    /// Variants of the product, in order.
    pub variants: Vec<ProductVariant>,
    /// Version of the product, which every change increases; the first half of its `ETag`.
    #[serde(skip)]
    pub version: i64,
}

/// Status and times of publication of a product.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct Publication {
    /// Publication status; missing unless you are staff who may change the catalogue.
    #[schema(required = false)]
    pub status: Status,
    /// Time from which an active product is for sale; null means at once. Missing like `status`.
    #[schema(required = false)]
    pub publish_at: Option<Timestamp>,
    /// Time until which the product is for sale; null means without end. Missing like `status`.
    #[schema(required = false)]
    pub unpublish_at: Option<Timestamp>,
}

/// Publication status of a product: `draft` (only staff see it), `active` (for sale between the times of publication) or `archived` (no longer
/// for sale).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, EnumString, IntoStaticStr, ToSchema)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum Status {
    /// In preparation; only staff see it.
    Draft,
    /// For sale between the times of publication.
    #[default]
    Active,
    /// No longer for sale; kept because orders or carts refer to it.
    Archived,
}

impl Status {
    /// Returns the text that the database and the API use.
    pub fn as_str(self) -> &'static str {
        self.into()
    }
}

impl FromField for Status {
    fn read(fields: &mut Fields, name: &str) -> Option<Self> {
        fields.choice(name, |text| text.parse().ok())
    }
}

/// The products that a reader may see.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Visibility {
    /// Shoppers see what is for sale at this time.
    Shoppers(Timestamp),
    /// Staff see everything, including drafts, future products and archived ones.
    Staff,
}

impl Visibility {
    /// Returns the time at which a product must be for sale, for SQL; `None` if every product counts.
    pub(crate) const fn at(self) -> Option<Timestamp> {
        match self {
            Self::Shoppers(now) => Some(now),
            Self::Staff => None,
        }
    }
}

/// Lowest and highest price of a product's variants; the base price if it has none.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct PriceRange {
    /// Price of the cheapest variant.
    pub min: Amount,
    /// Price of the most expensive variant.
    pub max: Amount,
}

/// The main image of a product or a variant.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct MainImage {
    /// Absolute URL of the image.
    #[schema(format = "uri")]
    pub url: String,
    /// Description of the picture, for people who cannot see it.
    pub alt_text: String,
    /// Absolute URL of the image in the size for lists; null for an image on another server.
    #[schema(format = "uri")]
    pub list_url: Option<String>,
}

/// An image of a product.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct ProductImage {
    /// Id of the image.
    pub id: ImageId,
    /// Absolute URL of the image.
    #[schema(format = "uri")]
    pub url: String,
    /// Description of the picture, for people who cannot see it.
    pub alt_text: String,
    /// Position among the images of the product, from 0.
    pub display_order: i32,
    /// Id of the variant that the image shows; null if it shows none.
    pub product_variant_id: Option<VariantId>,
    /// Size and smaller versions of an image that was uploaded to this shop; null for an image on another server.
    pub file: Option<ImageFile>,
}

/// Size and smaller versions of an image that was uploaded to this shop.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct ImageFile {
    /// Width of the full-size image in pixels.
    pub width: i32,
    /// Height of the full-size image in pixels.
    pub height: i32,
    /// Absolute URL of the image in the size for lists, at most 320 pixels a side; the full-size image if that is smaller.
    #[schema(format = "uri")]
    pub list_url: String,
    /// Absolute URL of the image in the size for a product's page, at most 1000 pixels a side; the full-size image if that is smaller.
    #[schema(format = "uri")]
    pub page_url: String,
    /// Absolute URL of the image in the size for a zoomed view, at most 2000 pixels a side; the full-size image if that is smaller.
    #[schema(format = "uri")]
    pub zoom_url: String,
}

/// A variant of a product, which has a price and a stock and can be put into carts.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct ProductVariant {
    /// Id of the variant, which is `product_variant_id` in carts.
    pub id: VariantId,
    /// Unique stock keeping unit (SKU).
    #[schema(example = "SHIRT-M-BLUE")]
    pub sku: String,
    /// Name of the variant within its product; empty for the only variant of a product without options.
    #[schema(example = "M / Blue")]
    pub name: String,
    /// Attribute values that distinguish this variant.
    pub attribute_values: Vec<VariantAttributeValue>,
    /// Difference between the price and the base price; it may be negative. With an own price it is computed.
    pub price_adjustment: Amount,
    /// Own price, independent of the base price; null if the variant costs the base price and the adjustment.
    pub own_price: Option<Amount>,
    /// Price that customers pay.
    pub price: Amount,
    /// Price before a reduction; null if there is none. A value that is not higher than `price` is kept, but is no reduction: show only a higher one.
    pub compare_at_price: Option<Amount>,
    /// Lowest price in the 30 days before the reduction, which directive 98/6/EC (article 6a) requires you to show with it. The reduction
    /// began when the variant last got another price or a higher `compare_at_price`, whichever is later. Null if the `compare_at_price` is not
    /// higher than `price`, or if the variant was not for sale before.
    pub lowest_price_30_days: Option<Amount>,
    /// Barcode (GTIN); null if there is none.
    pub barcode: Option<String>,
    /// Weight in grams; null if it is unknown.
    pub weight_grams: Option<i32>,
    /// Number of units in stock.
    pub inventory_count: i32,
    /// True if a sale takes units from the stock. If false, the variant can always be bought, whatever the stock is.
    pub track_inventory: bool,
    /// True if the variant can be bought with too few units in stock; the missing ones are backordered. It has no effect unless `track_inventory`
    /// is true.
    pub allow_backorder: bool,
    /// Maximum number of backordered units of all orders; null means that there is no maximum. It has no effect unless `allow_backorder` is true.
    pub backorder_limit: Option<i32>,
    /// Maximum number of units that one customer can have in open orders; null means that the limit of the shop holds.
    pub quantity_limit_per_customer: Option<i32>,
    /// Number of units that are sold and not in stock yet. Units that arrive go to them first. Only for staff who may change the catalogue.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false, nullable = false)]
    pub backordered: Option<i32>,
    /// True if a unit can be ordered: it is in stock, can be backordered, or `track_inventory` is false.
    pub is_available: bool,
    /// True if the variant is no longer for sale. Only staff who may change the catalogue see such variants.
    pub is_archived: bool,
}

/// An attribute value of a variant.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct VariantAttributeValue {
    /// Id of the value.
    pub id: AttributeValueId,
    /// Id of the attribute.
    pub attribute_id: AttributeId,
    /// Name of the attribute.
    #[schema(example = "Size")]
    pub attribute: String,
    /// Text of the value.
    #[schema(example = "M")]
    pub value: String,
}

/// An attribute with its values.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct Attribute {
    /// Id of the attribute.
    pub id: AttributeId,
    /// Name of the attribute.
    #[schema(example = "Size")]
    pub name: String,
    /// Values of the attribute, in order.
    pub values: Vec<AttributeValue>,
}

/// A value of an attribute.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct AttributeValue {
    /// Id of the value.
    pub id: AttributeValueId,
    /// Text of the value.
    #[schema(example = "M")]
    pub value: String,
}

impl ProductCard {
    /// Makes the URLs absolute: those that begin at the API's root get `base` before them.
    #[must_use]
    pub fn with_base_url(mut self, base: &str) -> Self {
        self.main_image = self.main_image.map(|image| image.with_base_url(base));
        self
    }
}

impl MainImage {
    /// Makes the URL absolute: one that begins at the API's root gets `base` before it.
    #[must_use]
    pub fn with_base_url(mut self, base: &str) -> Self {
        make_absolute(&mut self.url, base);
        self.list_url.iter_mut().for_each(|url| make_absolute(url, base));
        self
    }
}

impl ProductImage {
    /// Makes the URLs absolute: those that begin at the API's root get `base` before them.
    #[must_use]
    pub fn with_base_url(mut self, base: &str) -> Self {
        make_absolute(&mut self.url, base);
        self.file = self.file.map(|file| file.with_base_url(base));
        self
    }
}

impl ImageFile {
    /// Makes the URLs absolute: those that begin at the API's root get `base` before them.
    #[must_use]
    pub fn with_base_url(mut self, base: &str) -> Self {
        for url in [&mut self.list_url, &mut self.page_url, &mut self.zoom_url] {
            make_absolute(url, base);
        }
        self
    }
}

impl Product {
    /// Makes the URLs absolute: those that begin at the API's root get `base` before them.
    #[must_use]
    pub fn with_base_url(mut self, base: &str) -> Self {
        self.images = self.images.into_iter().map(|image| image.with_base_url(base)).collect();
        Self { summary: self.summary.with_base_url(base), ..self }
    }
}

/// Returns true if a URL begins at the API's root. `//host/…` does not, because it names a host.
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
