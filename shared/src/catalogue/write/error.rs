//! Reasons why an edit of a product is refused. Their texts name no columns, which differ between files: [`super::reason`] does.

use super::edit::ImageVariant;
use crate::catalogue::limits::{MAX_IMAGES, MAX_VARIANTS};
use crate::ids::{AttributeValueId, CategoryId, ImageId, VariantId};

/// One error of an edit. `at` is an index into the edit's list of variants or of images.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum EditError {
    /// A category does not exist.
    #[error("there is no category {0}")]
    NoSuchCategory(CategoryId),
    /// The product has no variant with the id.
    #[error("there is no variant {id}")]
    NoSuchVariant {
        /// Index in the list.
        at: usize,
        /// The unknown id.
        id: VariantId,
    },
    /// Two edits in the list are about the same variant.
    #[error("a variant is in the list twice")]
    VariantNamedTwice {
        /// Index of the second in the list.
        at: usize,
        /// True if the second names the variant by id, false if by SKU.
        by_id: bool,
    },
    /// No attribute value has the id.
    #[error("there is no attribute value {id}")]
    NoSuchValue {
        /// Index in the list.
        at: usize,
        /// The unknown id.
        id: AttributeValueId,
    },
    /// The attribute or its value does not exist.
    #[error("there is no attribute with this name and value")]
    NoSuchOption {
        /// Index in the list.
        at: usize,
        /// Index among the variant's options.
        option: usize,
    },
    /// A variant has two values of one attribute.
    #[error("a variant has at most one value of \"{attribute}\"")]
    TwoValues {
        /// Index in the list.
        at: usize,
        /// True if the second value is named by id.
        by_id: bool,
        /// The attribute's name.
        attribute: String,
    },
    /// Another variant has the SKU.
    #[error("another variant has the SKU \"{sku}\"")]
    SkuTaken {
        /// Index in the list.
        at: usize,
        /// The SKU that is taken.
        sku: String,
    },
    /// A variant of another product has the SKU, and a file puts it into this product.
    #[error("the SKU \"{sku}\" belongs to the product \"{owner}\", and this product is \"{handle}\"")]
    SkuOfOtherProduct {
        /// Index in the list.
        at: usize,
        /// The SKU that is taken.
        sku: String,
        /// Handle of the product that has it.
        owner: String,
        /// Handle of this product.
        handle: String,
    },
    /// A file has a variant of this product under the handle of another product, and not here.
    #[error(
        "the variant with the SKU \"{sku}\" would be removed, but the file has it as one of the product \"{handle}\""
    )]
    SkuUnderOtherHandle {
        /// The SKU of the variant.
        sku: String,
        /// Handle of the other product.
        handle: String,
    },
    /// The variant with the SKU has the values of another edit in the list, which has no SKU.
    #[error(
        "the SKU \"{sku}\" belongs to a variant of this product that the file lists without a SKU; write it there, or use another SKU here"
    )]
    SkuOfOtherEdit {
        /// Index in the list.
        at: usize,
        /// The SKU that another edit's variant has.
        sku: String,
    },
    /// Another variant of the product has the same values.
    #[error("two variants have the same options")]
    SameValues {
        /// Index in the list.
        at: usize,
    },
    /// The price of a variant would be negative.
    #[error("the price of a variant would be negative")]
    NegativePrice {
        /// Index in the list; `None` for a variant that the edit does not mention.
        at: Option<usize>,
    },
    /// The price of a variant would be higher than any price can be.
    #[error("the price of a variant would be too high")]
    PriceTooHigh {
        /// Index in the list; `None` for a variant that the edit does not mention.
        at: Option<usize>,
    },
    /// A variant cannot be the default because it is archived, or because another one is the default too.
    #[error("exactly one variant is the default, and it must not be archived")]
    NotOneDefault {
        /// Index in the list.
        at: usize,
    },
    /// The product would have too many variants.
    #[error("a product has at most {MAX_VARIANTS} variants")]
    TooManyVariants,
    /// The product has no variant with the id of its default variant.
    #[error("there is no variant {0}")]
    NoSuchDefault(VariantId),
    /// The default variant is archived.
    #[error("the default variant must not be archived")]
    DefaultArchived,
    /// The product has no image with the id.
    #[error("there is no image {id}")]
    NoSuchImage {
        /// Index in the list.
        at: usize,
        /// The unknown id.
        id: ImageId,
    },
    /// The product does not have the variant that an image shows.
    #[error("an image shows a variant that the product does not have")]
    NoSuchImageVariant {
        /// Index in the list.
        at: usize,
        /// The unknown variant.
        variant: ImageVariant,
    },
    /// The product would have too many images.
    #[error("a product has at most {MAX_IMAGES} images")]
    TooManyImages,
    /// The edit changes the stock of a variant or its rules, and its author may not.
    #[error("the stock of a variant can be changed only with the permission `stock`")]
    StockNotPermitted {
        /// Index in the list.
        at: usize,
    },
    /// A file does not say enough about a product or a variant.
    #[error("{missing}")]
    Incomplete {
        /// Index in the list of variants; `None` if it is about the product.
        at: Option<usize>,
        /// The missing part.
        missing: Missing,
    },
}

impl EditError {
    /// Returns the index in the list of variants, if the error is about one of them.
    pub(super) const fn variant(&self) -> Option<usize> {
        match self {
            Self::NoSuchVariant { at, .. }
            | Self::VariantNamedTwice { at, .. }
            | Self::NoSuchValue { at, .. }
            | Self::NoSuchOption { at, .. }
            | Self::TwoValues { at, .. }
            | Self::SkuTaken { at, .. }
            | Self::SkuOfOtherProduct { at, .. }
            | Self::SkuOfOtherEdit { at, .. }
            | Self::SameValues { at }
            | Self::StockNotPermitted { at }
            | Self::NotOneDefault { at } => Some(*at),
            Self::NegativePrice { at } | Self::PriceTooHigh { at } | Self::Incomplete { at, .. } => *at,
            Self::NoSuchCategory(_)
            | Self::SkuUnderOtherHandle { .. }
            | Self::TooManyVariants
            | Self::NoSuchDefault(_)
            | Self::DefaultArchived
            | Self::NoSuchImage { .. }
            | Self::NoSuchImageVariant { .. }
            | Self::TooManyImages => None,
        }
    }
}

/// Something that a file does not say about a product or a variant.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Missing {
    /// The name of a new product.
    #[error("a new product needs a name")]
    Name,
    /// The variants of a new product.
    #[error("a new product needs a variant")]
    Variants,
    /// The other options of a product that has more than the file names.
    #[error("the product has other options too")]
    OtherOptions,
    /// The price of a new variant.
    #[error("a new variant needs a price")]
    Price,
    /// The variant that a row is about.
    #[error("the product has several variants")]
    SkuAndOptions,
    /// The options of a new variant.
    #[error("the product has no variant with the SKU \"{0}\", and a new one needs options")]
    Options(String),
}
