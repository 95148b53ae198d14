//! What staff say of a product that takes the place of what was there.

use shared::http::{Fields, FromFields};
use utoipa::ToSchema;

use crate::images::body::ImageToBe;
use crate::products::body::{ProductPatch, ProductToBe};
use crate::variants::body::VariantToBe;

/// A product as it is to be instead. Its variants and images have to be said, so that nobody loses them by leaving them out.
#[derive(Debug, ToSchema)]
pub(crate) struct ProductReplacement {
    /// The rest of it.
    #[serde(flatten)]
    pub product: ProductToBe,
    /// All of its variants, in order; an empty list: none. One that is not named is deleted, or archived where orders refer to it.
    #[schema(max_items = 500)]
    pub variants: Vec<VariantToBe>,
    /// All of its images, in order; an empty list: none.
    #[schema(max_items = 250)]
    pub images: Vec<ImageToBe>,
}

impl FromFields for ProductReplacement {
    fn read(fields: &mut Fields) -> Option<Self> {
        for name in ["variants", "images"] {
            // Null says nothing either.
            if fields.maybe(name, |_, _| Some(())) == Some(None) {
                fields.error(name, "This field is required.");
            }
        }
        let mut product = ProductToBe::read(fields)?;
        let (variants, images) = (product.variants.take(), product.images.take());
        Some(Self { product, variants: variants?, images: images? })
    }
}

impl From<ProductReplacement> for ProductPatch {
    fn from(all: ProductReplacement) -> Self {
        Self { variants: Some(all.variants), images: Some(all.images), ..all.product.into() }
    }
}
