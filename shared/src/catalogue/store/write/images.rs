//! Statements that write the rows of images.

use crate::app::db::Tx;
use crate::ids::{ImageId, ProductId, VariantId};

/// An image's columns.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ImageRow {
    /// The product's id.
    pub product: ProductId,
    /// The image's id; `None` if it is new.
    pub id: Option<ImageId>,
    /// The position among the product's images.
    pub position: i32,
    /// The image's URL: absolute, or from the API's root (`/…`).
    pub url: String,
    /// The text for people who cannot see the image.
    pub alt_text: String,
    /// The variant that the image shows, if it shows one.
    pub variant: Option<VariantId>,
}

/// Gives each of these products exactly its rows.
pub async fn write_images(tx: &mut Tx, products: &[ProductId], rows: &[ImageRow]) -> sqlx::Result<()> {
    if products.is_empty() {
        return Ok(());
    }
    let owners: Vec<i64> = rows.iter().map(|row| row.product.0).collect();
    let ids: Vec<Option<i64>> = rows.iter().map(|row| row.id.map(|id| id.0)).collect();
    let positions: Vec<i32> = rows.iter().map(|row| row.position).collect();
    let urls: Vec<String> = rows.iter().map(|row| row.url.clone()).collect();
    let alt_texts: Vec<String> = rows.iter().map(|row| row.alt_text.clone()).collect();
    let variants: Vec<Option<i64>> = rows.iter().map(|row| row.variant.map(|id| id.0)).collect();
    sqlx::query!(
        "with wanted as (
             select * from unnest($2::bigint[], $3::bigint[], $4::integer[], $5::text[], $6::text[], $7::bigint[])
                 as t (product_id, id, display_order, url, alt_text, variant_id)
         ), updated as (
             update product_images i
                set url = w.url, alt_text = w.alt_text, variant_id = w.variant_id, display_order = w.display_order
               from wanted w
              where i.id = w.id and i.product_id = w.product_id
                and (i.url, i.alt_text, i.variant_id, i.display_order)
                    is distinct from (w.url, w.alt_text, w.variant_id, w.display_order)
         ), removed as (
             delete from product_images i
              where i.product_id = any ($1) and not exists (select from wanted w where w.id = i.id)
         )
         insert into product_images (product_id, variant_id, url, alt_text, display_order)
         select w.product_id, w.variant_id, w.url, w.alt_text, w.display_order
           from wanted w
          where w.id is null
          order by w.product_id, w.display_order",
        products as _,
        &owners,
        &ids as _,
        &positions,
        &urls,
        &alt_texts,
        &variants as _
    )
    .execute(&mut *tx)
    .await
    .map(drop)
}
