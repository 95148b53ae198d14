//! What staff say of a product that takes the place of what was there.

use shared::http::{Fields, FromFields};
use utoipa::ToSchema;

use crate::images::body::CreateImage;
use crate::products::body::{CreateProduct, UpdateProduct};
use crate::variants::body::CreateVariant;

/// A product as it is to be instead. Its variants and images have to be said, so that nobody loses them by leaving them out.
#[derive(Debug, ToSchema)]
pub(crate) struct ReplaceProduct {
    /// The rest of it.
    #[serde(flatten)]
    pub product: CreateProduct,
    /// All of its variants, in order; an empty list: none. One that is not named is deleted, or archived where orders refer to it.
    #[schema(max_items = 500)]
    pub variants: Vec<CreateVariant>,
    /// All of its images, in order; an empty list: none.
    #[schema(max_items = 250)]
    pub images: Vec<CreateImage>,
}

impl FromFields for ReplaceProduct {
    fn read(fields: &mut Fields) -> Option<Self> {
        for name in ["variants", "images"] {
            // Null says nothing either.
            if fields.maybe(name, |_, _| Some(())) == Some(None) {
                fields.error(name, "This field is required.");
            }
        }
        let mut product = CreateProduct::read(fields)?;
        let (variants, images) = (product.variants.take(), product.images.take());
        Some(Self { product, variants: variants?, images: images? })
    }
}

impl From<ReplaceProduct> for UpdateProduct {
    fn from(all: ReplaceProduct) -> Self {
        Self { variants: Some(all.variants), images: Some(all.images), ..all.product.into() }
    }
}
