//! Writing all images of a product at once, as staff do.

use serde::Serialize;
use sqlx::types::Json;

use crate::app::db::Tx;
use crate::catalogue::ProductImage;
use crate::ids::{ImageId, ProductId, VariantId};

/// An image as it is to be. Its place is its place among the others.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ImageState {
    /// Which; none where it is new.
    pub id: Option<ImageId>,
    /// Where it is: absolute, or from the API's root (`/…`).
    pub url: String,
    /// What it shows, for those who do not see it.
    pub alt_text: String,
    /// The variant it shows, if it shows one.
    pub variant_id: Option<VariantId>,
}

impl From<&ProductImage> for ImageState {
    fn from(image: &ProductImage) -> Self {
        Self {
            id: Some(image.id),
            url: image.url.clone(),
            alt_text: image.alt_text.clone(),
            variant_id: image.product_variant_id,
        }
    }
}

/// These images and no others, in this order. The product has been locked.
pub async fn write_images(tx: &mut Tx, product: ProductId, wanted: &[ImageState]) -> sqlx::Result<()> {
    let known: Vec<ImageId> = wanted.iter().filter_map(|image| image.id).collect();
    sqlx::query!(
        "delete from product_images where product_id = $1 and id <> all ($2::bigint[])",
        product as _,
        &known as _
    )
    .execute(&mut *tx)
    .await?;
    sqlx::query!(
        "with wanted as (
             select (image ->> 'id')::bigint as id, image ->> 'url' as url, image ->> 'alt_text' as alt_text,
                    (image ->> 'variant_id')::bigint as variant_id, (place - 1)::integer as display_order
               from jsonb_array_elements($2::jsonb) with ordinality as t (image, place)
         ), updated as (
             update product_images i
                set url = w.url, alt_text = w.alt_text, variant_id = w.variant_id, display_order = w.display_order
               from wanted w
              where i.id = w.id and i.product_id = $1
                and (i.url, i.alt_text, i.variant_id, i.display_order)
                    is distinct from (w.url, w.alt_text, w.variant_id, w.display_order)
         )
         insert into product_images (product_id, variant_id, url, alt_text, display_order)
         select $1, w.variant_id, w.url, w.alt_text, w.display_order from wanted w where w.id is null order by w.display_order",
        product as _,
        Json(wanted) as _
    )
    .execute(&mut *tx)
    .await
    .map(drop)
}
