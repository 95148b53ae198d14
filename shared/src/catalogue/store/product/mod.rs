//! Statements that read a product.

mod page;

use sqlx::types::Json;

use crate::app::db::{Array, Call, Db, Tx};
use crate::catalogue::{IdOrSlug, ImageFile, Product, Visibility};
use crate::ids::{BrandId, ProductId, VariantId};
use crate::money::{Currency, Money};
use crate::time::Timestamp;
use page::{Category, Image, Page, Value, Variant};

/// The columns of an image's file, which an outer join leaves null for an image on another server.
pub(super) struct FileColumns {
    pub(super) width: Option<i32>,
    pub(super) height: Option<i32>,
    pub(super) list_url: Option<String>,
    pub(super) page_url: Option<String>,
    pub(super) zoom_url: Option<String>,
}

impl FileColumns {
    /// Returns the file; `None` for an image on another server.
    pub(super) fn file(self) -> Option<ImageFile> {
        Some(ImageFile {
            width: self.width?,
            height: self.height?,
            list_url: self.list_url?,
            page_url: self.page_url?,
            zoom_url: self.zoom_url?,
        })
    }
}

/// Reads the visible product with this id or slug in one round trip, for callers that only read it.
pub async fn read(db: &Db, product: &IdOrSlug, visibility: Visibility) -> sqlx::Result<Option<Product>> {
    let call =
        Call::new("read_product").bigint(product.id).slug(&product.slug).bigint(visibility.at().map(Timestamp::micros));
    let pages: Vec<Page> = db.call(call).await?;
    pages.into_iter().next().map(|page| page.product(visibility)).transpose()
}

/// Reads the visible product with this id or slug as a transaction sees it.
pub async fn find(tx: &mut Tx, product: &IdOrSlug, visibility: Visibility) -> sqlx::Result<Option<Product>> {
    let page = sqlx::query_as!(
        Page,
        r#"select id as "id!: ProductId", slug as "slug!", name as "name!", sku, base_price as "base_price!: Money", currency as "currency!: Currency",
                  price_min as "price_min!: Money", price_max as "price_max!: Money", is_available as "is_available!",
                  main_image_url, main_image_alt_text, main_image_list_url, created_at as "created_at!",
                  brand_id as "brand_id: BrandId", brand_name, brand_slug, description as "description!", tags as "tags!: Array<String>",
                  default_variant_id as "default_variant_id: VariantId", updated_at as "updated_at!", status as "status!",
                  publish_at, unpublish_at, version as "version!", categories as "categories!: Json<Vec<Category>>",
                  images as "images!: Json<Vec<Image>>", variants as "variants!: Json<Vec<Variant>>",
                  attribute_values as "attribute_values!: Json<Vec<Value>>", lowest_prices as "lowest_prices!: Json<Vec<(VariantId, i64)>>"
             from read_product($1, $2, $3)"#,
        product.id,
        product.slug,
        visibility.at().map(Timestamp::micros)
    )
    .fetch_optional(&mut *tx)
    .await?;
    page.map(|page| page.product(visibility)).transpose()
}

/// Returns the current slug of the visible product that had this slug before.
pub async fn renamed_from(tx: &mut Tx, slug: &str, visibility: Visibility) -> sqlx::Result<Option<String>> {
    sqlx::query_scalar!(
        "select p.slug from old_product_slugs o join products p on p.id = o.product_id
          where o.slug = $1 and ($2::timestamptz is null or is_published(p.status, p.publish_at, p.unpublish_at, $2))",
        slug,
        visibility.at() as _
    )
    .fetch_optional(&mut *tx)
    .await
}
