//! An edit of a product. A field is not mentioned, emptied or set: [`Patch`], or `Option` where a field cannot be empty.

use crate::catalogue::Status;
use crate::catalogue::store::snapshot::ProductSnapshot;
use crate::catalogue::store::write::NamedValue;
use crate::ids::{BrandId, CategoryId, ImageId, VariantId};
use crate::money::Money;
use crate::patch::Patch;
use crate::time::Timestamp;

/// The changes to one product.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ProductEdit {
    /// The product that is changed or created.
    pub product: ProductTarget,
    /// The name in URLs.
    pub slug: Option<String>,
    /// The name.
    pub name: Option<String>,
    /// The brand.
    pub brand: Patch<BrandRef>,
    /// The product's own SKU.
    pub sku: Patch<String>,
    /// Sanitised HTML.
    pub description: Option<String>,
    /// The price to which each variant's `price_adjustment` is added.
    pub base_price: BasePrice,
    /// All tags.
    pub tags: Option<Vec<String>>,
    /// The status; a new product is active.
    pub status: Option<Status>,
    /// When the product becomes visible to shoppers.
    pub publish_at: Patch<Timestamp>,
    /// When the product stops being visible to shoppers.
    pub unpublish_at: Patch<Timestamp>,
    /// The variant that is shown first, unless one of `variants` is marked as the default.
    pub default_variant: Patch<VariantId>,
    /// The categories.
    pub categories: CategoriesEdit,
    /// The variants.
    pub variants: VariantsEdit,
    /// The images.
    pub images: ImagesEdit,
}

/// The product that an edit is about.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum ProductTarget {
    /// A product that does not exist yet.
    #[default]
    New,
    /// A product that the caller has locked and read.
    Locked(Box<ProductSnapshot>),
    /// The product with this slug, which is created where it does not exist.
    Slug(String),
}

/// A brand by id or name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum BrandRef {
    /// The brand with this id.
    Id(BrandId),
    /// The brand with this name, which is created where it does not exist.
    Name(String),
}

/// A change of a product's base price.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum BasePrice {
    /// The base price stays as it is.
    #[default]
    Keep,
    /// The base price becomes this.
    Set(Money),
    /// The base price becomes the lowest price of the edit's variants, unless all of them cost what they did before.
    Lowest,
}

/// A change of a product's categories.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum CategoriesEdit {
    /// The categories stay as they are.
    #[default]
    Keep,
    /// The product is in these categories and in no others.
    Set(Vec<CategoryId>),
    /// The product is also in the category with this path, unless it is in a category of that name already. Categories that do not exist
    /// are created.
    Include(Vec<String>),
}

/// A change of a product's variants.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum VariantsEdit {
    /// The variants stay as they are.
    #[default]
    Keep,
    /// The product has these variants in this order. Others are deleted, or archived where orders refer to them.
    All(Vec<VariantEdit>),
    /// The product sells these variants in this order. Others are deleted, or archived where orders refer to them; archived ones stay.
    AllSold(Vec<VariantEdit>),
    /// These variants are changed or added; the others stay.
    Some(Vec<VariantEdit>),
    /// This variant is deleted, or archived where orders refer to it; the others stay.
    Without(VariantId),
}

impl VariantsEdit {
    /// The edits of single variants.
    pub(super) fn edits(&self) -> &[VariantEdit] {
        match self {
            Self::All(edits) | Self::AllSold(edits) | Self::Some(edits) => edits,
            Self::Keep | Self::Without(_) => &[],
        }
    }
}

/// The changes to one variant.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct VariantEdit {
    /// The variant that is changed or created.
    pub variant: VariantTarget,
    /// The SKU.
    pub sku: Option<String>,
    /// The name within the product.
    pub name: VariantName,
    /// All attribute values.
    pub values: Option<Vec<NamedValue>>,
    /// The price.
    pub price: PriceEdit,
    /// The price before a reduction.
    pub compare_at_price: Patch<Money>,
    /// Barcode (GTIN).
    pub barcode: Patch<String>,
    /// Weight in grams.
    pub weight_grams: Patch<i32>,
    /// The position among the variants, from 0.
    pub position: Option<i32>,
    /// True if this variant is shown first.
    pub is_default: Option<bool>,
    /// True if the variant is no longer sold.
    pub is_archived: Option<bool>,
    /// Units on hand of a new variant.
    pub initial_stock: Option<i32>,
    /// Units that were counted of a variant that exists.
    pub counted_stock: Option<i32>,
}

/// The variant that an edit is about.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum VariantTarget {
    /// A variant that does not exist yet.
    #[default]
    New,
    /// The variant with this id.
    Id(VariantId),
    /// The variant with the edit's SKU, which is created where it does not exist.
    Sku,
}

/// A change of a variant's name.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum VariantName {
    /// A name that was made of the variant's values follows them; a name that was given stays.
    #[default]
    Keep,
    /// The name becomes this.
    Set(String),
    /// The name becomes this, which is made of the values; a name that was given stays.
    Made(String),
}

/// A change of a variant's price.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PriceEdit {
    /// The parts of the price change one by one.
    Parts {
        /// The difference between the price and the base price. Changes nothing while the variant has a price of its own.
        adjustment: Option<Money>,
        /// A price that does not follow the base price.
        own: Patch<Money>,
    },
    /// The variant costs this. A variant with a price of its own keeps having one.
    Total(Money),
}

impl Default for PriceEdit {
    fn default() -> Self {
        Self::Parts { adjustment: None, own: Patch::Keep }
    }
}

/// A change of a product's images.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum ImagesEdit {
    /// The images stay as they are.
    #[default]
    Keep,
    /// The product has these images in this order and no others.
    All(Vec<ImageEdit>),
    /// This image is changed or added; the others stay and make room.
    One(ImageEdit),
    /// This image is removed; the others stay and move up.
    Without(ImageId),
}

impl ImagesEdit {
    /// The edits of single images.
    pub(super) fn edits(&self) -> &[ImageEdit] {
        match self {
            Self::All(edits) => edits,
            Self::One(edit) => std::slice::from_ref(edit),
            Self::Keep | Self::Without(_) => &[],
        }
    }
}

/// The changes to one image.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ImageEdit {
    /// The image that is changed or created.
    pub image: ImageTarget,
    /// The address: absolute, or from the API's root.
    pub url: Option<String>,
    /// The text for people who do not see the image.
    pub alt_text: Option<String>,
    /// The position among the images, from 0.
    pub position: Option<i32>,
    /// The variant that the image shows.
    pub variant: Patch<ImageVariant>,
}

/// The image that an edit is about.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ImageTarget {
    /// An image that does not exist yet.
    #[default]
    New,
    /// The image with this id.
    Id(ImageId),
    /// The image with the edit's address, which is created where it does not exist.
    Url,
    /// The image that is where the edit's image is in the list, which is created where there is none.
    Position,
}

/// A variant of the product that an image shows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ImageVariant {
    /// The variant with this id.
    Id(VariantId),
    /// The variant with this SKU, which may be created by the same edit.
    Sku(String),
}
