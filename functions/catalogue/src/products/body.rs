//! The bodies that create, replace and change a product.

use shared::catalogue::limits::{MAX_DESCRIPTION, MAX_IMAGES, MAX_LABELS, MAX_NAME, MAX_SKU, MAX_TAG, MAX_VARIANTS};
use shared::catalogue::write::{
    BasePrice, BrandRef, CategoriesEdit, ImagesEdit, ProductEdit, ProductTarget, VariantsEdit,
};
use shared::catalogue::{MAX_SLUG, Status, clean_html};
use shared::fields::{ReadOnly, ReadOnlyName};
use shared::http::{BaseUrl, Fields, Request};
use shared::ids::{BrandId, CategoryId, VariantId};
use shared::money::Money;
use shared::patch::Patch;
use shared::time::Timestamp;

use crate::categories::body::slug;
use crate::images::body::CreateImage;
use crate::variants::body::{CHANGE_STOCK, CURRENCY, CreateVariant};

/// Maximum size of a body in bytes: enough for 500 variants and a long description.
pub(crate) const MAX_BODY: usize = 2 * 1024 * 1024;

const READ_ONLY: ReadOnly = &[
    ReadOnlyName::fixed("attributes", "Send options or attribute_value_ids of the variants."),
    ReadOnlyName::fixed("brand", "Send brand_id."),
    ReadOnlyName::fixed("categories", "Send category_ids."),
    ReadOnlyName::fixed("created_at", ""),
    ReadOnlyName::fixed("currency", CURRENCY),
    ReadOnlyName::fixed("id", ""),
    ReadOnlyName::fixed("inventory_count", CHANGE_STOCK),
    ReadOnlyName::moving("is_available"),
    ReadOnlyName::fixed("main_image", "Send images."),
    ReadOnlyName::fixed("price", PRICES),
    ReadOnlyName::fixed("price_range", PRICES),
    ReadOnlyName::fixed("stock", CHANGE_STOCK),
    ReadOnlyName::moving("updated_at"),
];
const PRICES: &str = "Send base_price, or own_price of a variant.";

/// A product to create.
#[derive(Debug, Request)]
#[request(update = UpdateProduct, replace = ReplaceProduct, read_only = READ_ONLY)]
pub(crate) struct CreateProduct {
    /// Name of the product.
    #[field(max = MAX_NAME)]
    #[schema(example = "Ocean Blue Shirt")]
    pub name: String,
    /// Unique name in URLs.
    #[field(max = MAX_SLUG, with = slug, blank_as_null)]
    #[field(
        on_create = "Made from the name if left out, with a number if it is taken.",
        on_update = "Requests for an old slug are redirected to the new one.",
        on_replace = "Stays as it is if left out. Requests for an old slug are redirected to the new one."
    )]
    #[schema(pattern = "^[a-z0-9]+(-[a-z0-9]+)*$", example = "ocean-blue-shirt")]
    pub slug: Option<String>,
    /// Id of the brand; null means that the product has no brand.
    #[field(blank_as_null)]
    #[field(on_replace = "Stays as it is if left out.")]
    pub brand_id: Patch<BrandId>,
    /// Ids of all categories of the product.
    #[field(max = MAX_LABELS, map = without_repeats)]
    #[field(on_replace = "Stay as they are if left out.")]
    pub category_ids: Option<Vec<CategoryId>>,
    /// Unique SKU of the product itself, in addition to those of its variants; null means that there is none.
    #[field(nullable, blank_as_null, max = MAX_SKU)]
    pub sku: Option<String>,
    /// Description in HTML. Elements and attributes that could harm readers are removed.
    #[field(default, blank, max = MAX_DESCRIPTION, map = cleaned)]
    #[schema(example = "<p>Soft linen.</p>")]
    pub description: String,
    /// Price of the product before the `price_adjustment` of each variant.
    #[field(schema = String, on_update = "A variant with its own price keeps it.")]
    #[schema(pattern = r"^\d+(\.\d{1,3})?$", example = "49.90")]
    pub base_price: Money,
    /// All tags: words that customers find the product by.
    #[field(default, max = MAX_LABELS, each = tag, each_max = MAX_TAG, map = without_repeats)]
    pub tags: Vec<String>,
    /// Publication status of the product.
    #[field(blank_as_null)]
    #[field(on_create = "`active` if left out.", on_replace = "Stays as it is if left out.")]
    pub status: Option<Status>,
    /// Time from which an active product is for sale; null means at once.
    #[field(nullable, blank_as_null)]
    pub publish_at: Option<Timestamp>,
    /// Time until which the product is for sale, later than `publish_at`; null means without end.
    #[field(nullable, blank_as_null)]
    pub unpublish_at: Option<Timestamp>,
    /// Id of the variant to show first, which must not be archived; null means the first one. A variant with `is_default` takes
    /// precedence.
    #[field(nullable, blank_as_null, on_create = "In a new product, use `is_default` of a variant instead.")]
    pub default_variant_id: Option<VariantId>,
    /// All variants, in order.
    #[field(max = MAX_VARIANTS, required_on_replace)]
    #[field(
        on_update = "Variants that are not in the list are deleted, or archived if orders or carts refer to them.",
        on_replace = "Variants that are not in the list are deleted, or archived if orders or carts refer to them."
    )]
    pub variants: Option<Vec<CreateVariant>>,
    /// All images, in order.
    #[field(max = MAX_IMAGES, required_on_replace)]
    #[field(
        on_update = "Images that are not in the list are deleted.",
        on_replace = "Images that are not in the list are deleted."
    )]
    pub images: Option<Vec<CreateImage>>,
}

impl UpdateProduct {
    /// Returns the edit of a product that the body requests.
    pub(crate) fn edit(self, base: &BaseUrl) -> ProductEdit {
        let variants = |all: Vec<CreateVariant>| all.into_iter().map(CreateVariant::edit_in_list).collect();
        let images = |all: Vec<CreateImage>| all.into_iter().map(|image| image.edit_in_list(base)).collect();
        ProductEdit {
            has_slug_of_name: false,
            option_columns: None,
            product: ProductTarget::New,
            slug: self.slug,
            name: self.name,
            brand: self.brand_id.map(BrandRef::Id),
            sku: self.sku,
            description: self.description,
            base_price: self.base_price.map_or(BasePrice::Keep, BasePrice::Set),
            tags: self.tags,
            status: self.status,
            is_published: None,
            publish_at: self.publish_at,
            unpublish_at: self.unpublish_at,
            default_variant: self.default_variant_id,
            categories: self.category_ids.map_or(CategoriesEdit::Keep, CategoriesEdit::Set),
            variants: self.variants.map_or(VariantsEdit::Keep, |all| VariantsEdit::All(variants(all))),
            images: self.images.map_or(ImagesEdit::Keep, |all| ImagesEdit::All(images(all))),
        }
    }
}

/// Reads a tag, which must not contain a comma because import and export files separate tags with commas.
fn tag(fields: &mut Fields, at: &str) -> Option<String> {
    let tag = fields.text(at, MAX_TAG)?;
    if tag.contains(',') {
        fields.error(at, "A tag must not contain a comma.");
        return None;
    }
    Some(tag)
}

fn cleaned(html: String) -> String {
    clean_html(&html)
}

/// Removes repeated items and keeps the order of their first occurrence.
fn without_repeats<T: PartialEq>(all: Vec<T>) -> Vec<T> {
    let mut kept: Vec<T> = Vec::new();
    for item in all {
        if !kept.contains(&item) {
            kept.push(item);
        }
    }
    kept
}
