//! An edit of a product. Each field stays as it is, is emptied or is set: [`Patch`], or `Option` for a field that cannot be empty.

use crate::catalogue::Status;
use crate::catalogue::product_import::{ImportImages, Label, OnlyPrice};
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
    /// The product's name in URLs. A new product without one gets one that is made from its handle or its name.
    pub slug: Option<String>,
    /// True if the slug of a new product is made of its name even if it has a handle.
    pub has_slug_of_name: bool,
    /// The product's name.
    pub name: Option<String>,
    /// The product's brand.
    pub brand: Patch<BrandRef>,
    /// The product's own SKU.
    pub sku: Patch<String>,
    /// The description as sanitised HTML.
    pub description: Option<String>,
    /// The price to which each variant's `price_adjustment` is added.
    pub base_price: BasePrice,
    /// All of the product's tags.
    pub tags: Option<Vec<String>>,
    /// The publication status; a new product is active.
    pub status: Option<Status>,
    /// Without `status`: false makes an active product a draft, true makes a draft active. An archived product stays archived.
    pub is_published: Option<bool>,
    /// The time at which the product becomes visible to shoppers.
    pub publish_at: Patch<Timestamp>,
    /// The time at which the product stops being visible to shoppers.
    pub unpublish_at: Patch<Timestamp>,
    /// The variant that is shown first, unless one of `variants` is marked as the default.
    pub default_variant: Patch<VariantId>,
    /// Number of attributes that a file can name; `None` if there is no file. If a variant of the product has more attributes, values of those
    /// that the edits of variants do not name stay, and variants without an edit too.
    pub option_columns: Option<usize>,
    /// The change of the product's categories.
    pub categories: CategoriesEdit,
    /// The change of the product's variants.
    pub variants: VariantsEdit,
    /// The change of the product's images.
    pub images: ImagesEdit,
}

/// The product that is edited.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum ProductTarget {
    /// A product that does not exist yet.
    #[default]
    New,
    /// A product that the caller has locked and read.
    Locked(Box<ProductSnapshot>),
    /// The product with this handle, which is created if it does not exist.
    Handle(String),
}

impl ProductTarget {
    /// Returns the handle by which the product is found, which only files use.
    pub(super) fn handle(&self) -> Option<&str> {
        match self {
            Self::Handle(handle) => Some(handle),
            Self::New | Self::Locked(_) => None,
        }
    }
}

/// A brand by id or name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum BrandRef {
    /// The brand with this id.
    Id(BrandId),
    /// The brand with this name, which is created if it does not exist.
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
    /// The base price becomes the lowest price of the edit's variants, if the product sells only these and one of them costs something else
    /// than before.
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
    /// The product is in the categories with these paths and in no others. Categories that do not exist are created.
    SetPaths(Vec<Vec<String>>),
    /// The product leaves its category, if it is in one only. A file names one category and says nothing of others.
    Leave,
    /// The product is also in the categories with these paths, unless it is already in a category of that name. Categories that do not exist
    /// are created.
    Include(Vec<Vec<String>>),
}

/// A change of a product's variants.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum VariantsEdit {
    /// The variants stay as they are.
    #[default]
    Keep,
    /// The product has these variants in this order. Others are deleted, or archived if orders or carts refer to them.
    All(Vec<VariantEdit>),
    /// The product sells these variants in this order. Others are deleted, or archived if orders or carts refer to them; archived ones stay.
    AllSold(Vec<VariantEdit>),
    /// These variants are changed or added; the others stay.
    Some(Vec<VariantEdit>),
    /// This variant is deleted, or archived if orders or carts refer to it; the others stay.
    Without(VariantId),
}

impl VariantsEdit {
    /// Returns true if the variants stay as they are.
    pub(super) const fn is_keep(&self) -> bool {
        matches!(self, Self::Keep)
    }

    /// Returns the edits of single variants.
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
    /// The variant's SKU. A new variant without one gets one that is made from the product's slug and the variant's values.
    pub sku: Option<String>,
    /// The variant's name within its product.
    pub name: VariantName,
    /// All of the variant's attribute values.
    pub values: Option<Vec<NamedValue>>,
    /// The change of the variant's price.
    pub price: PriceEdit,
    /// The price before a reduction.
    pub compare_at_price: Patch<Money>,
    /// The barcode (GTIN).
    pub barcode: Patch<String>,
    /// The weight in grams.
    pub weight_grams: Patch<i32>,
    /// The position among the variants, from 0.
    pub position: Option<i32>,
    /// True if this variant is shown first.
    pub is_default: Option<bool>,
    /// True if the variant is no longer sold.
    pub is_archived: Option<bool>,
    /// The units on hand of a new variant.
    pub initial_stock: Option<i32>,
    /// The change of the units on hand of an existing variant.
    pub stock: StockEdit,
    /// True if a sale takes units from the stock, as for a new variant. If false, the variant can always be bought.
    pub track_inventory: Option<bool>,
    /// True if the variant can be bought with nothing on hand; a new variant cannot.
    pub allow_backorder: Option<bool>,
    /// The maximum number of units that are sold and not on hand; empty means any number. It has no effect while backorders are not allowed.
    pub backorder_limit: Patch<i32>,
    /// The maximum number of units that one account can have in open orders; empty means that the limit of the shop holds.
    pub quantity_limit_per_customer: Patch<i32>,
}

/// The variant that is edited.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum VariantTarget {
    /// A variant that does not exist yet.
    #[default]
    New,
    /// The variant with this id.
    Id(VariantId),
    /// The variant with the edit's SKU, which is created if it does not exist.
    Sku,
    /// The variant with the edit's SKU, or else the one with the edit's values, which is created if it does not exist. An edit without
    /// values and SKU is that of the only variant.
    SkuOrValues,
    /// No variant, because a file does not say which: an error.
    Unclear,
}

/// A change of a variant's name.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum VariantName {
    /// A name that was made from the variant's values changes with them; a name that staff chose stays.
    #[default]
    Keep,
    /// The name becomes this.
    Set(String),
    /// The name becomes this, which is made from the values; a name that staff chose stays.
    Made(String),
    /// The variant has no values but a label. A variant that has the label as its only value keeps it, and its name.
    Label(Label),
}

/// A change of a variant's price.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PriceEdit {
    /// The parts of the price change one by one.
    Parts {
        /// The difference between the price and the base price. It has no effect while the variant has its own price.
        adjustment: Option<Money>,
        /// A price that does not follow the base price.
        own: Patch<Money>,
    },
    /// The variant costs this in total. A variant with its own price keeps having one.
    Total(Money),
    /// The variant has this price of a file without its other price. It also changes the price before a reduction.
    Only(OnlyPrice),
}

impl Default for PriceEdit {
    fn default() -> Self {
        Self::Parts { adjustment: None, own: Patch::Keep }
    }
}

/// A change of the units on hand of an existing variant. While units are backordered, the stock stays, unless 0 is wanted, which it is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum StockEdit {
    /// The stock stays as it is.
    #[default]
    Keep,
    /// The stock becomes this, whatever was on hand.
    Set(i32),
    /// The stock becomes `units` if it still is what the caller saw, and stays otherwise.
    Compare {
        /// Number of units to set.
        units: i32,
        /// Number of units that the caller saw; `None` if the caller does not know.
        seen: Option<i32>,
    },
}

impl StockEdit {
    /// Returns the edit, or [`Self::Keep`] if this many units are on hand and the edit wants no others.
    pub(super) fn unless_already(self, on_hand: i32) -> Self {
        match self {
            Self::Set(units) | Self::Compare { units, .. } if units == on_hand => Self::Keep,
            Self::Keep | Self::Set(_) | Self::Compare { .. } => self,
        }
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
    /// The product has the images that a file lists, and those that its variants name; see [`FileImages`].
    File(FileImages),
    /// This image is changed or added; the others stay and move.
    One(ImageEdit),
    /// This image is removed; the others stay and move up.
    Without(ImageId),
}

impl ImagesEdit {
    /// Returns the edits of single images.
    pub(super) fn edits(&self) -> &[ImageEdit] {
        match self {
            Self::All(edits) => edits,
            Self::One(edit) => std::slice::from_ref(edit),
            Self::Keep | Self::File(_) | Self::Without(_) => &[],
        }
    }
}

/// The images of a product as a file describes them. A file lists each URL once, while an image that shows several variants is stored once
/// for each; and it names one image of each variant, while a variant can have several. What it cannot say stays.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FileImages {
    /// The images that the file lists.
    pub images: ImportImages,
    /// For each edit of a variant, the URL of the first image that shows the variant.
    pub of_variants: Vec<Patch<String>>,
}

/// The changes to one image.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ImageEdit {
    /// The image that is changed or created.
    pub image: ImageTarget,
    /// The URL: absolute, or from the API's root.
    pub url: Option<String>,
    /// The text for people who cannot see the image.
    pub alt_text: Option<String>,
    /// The position among the images, from 0.
    pub position: Option<i32>,
    /// The variant that the image shows.
    pub variant: Patch<ImageVariant>,
}

/// The image that is edited.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ImageTarget {
    /// An image that does not exist yet.
    #[default]
    New,
    /// The image with this id.
    Id(ImageId),
    /// The image with the edit's URL, which is created if it does not exist.
    Url,
}

/// A variant of the product that an image shows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ImageVariant {
    /// The variant with this id.
    Id(VariantId),
    /// The variant with this SKU, which may be created by the same edit.
    Sku(String),
}

/// Returns the index for a requested position.
pub(super) fn place(position: i32) -> usize {
    usize::try_from(position).unwrap_or_default()
}
