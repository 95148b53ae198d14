//! Statements that read a product.

mod page;

use sqlx::types::Json;

use crate::app::db::{Array, Call, Db, Tx};
use crate::catalogue::{Brand, IdOrSlug, ImageFile, MainImage, PriceRange, Product, ProductCard, Visibility};
use crate::ids::{BrandId, ProductId, VariantId};
use crate::money::Money;
use crate::time::Timestamp;
use page::{Filed, Image, Page, Value, Variant};

/// A product with its brand.
pub(super) struct Row {
    pub(super) id: ProductId,
    pub(super) slug: String,
    pub(super) name: String,
    pub(super) sku: Option<String>,
    pub(super) base_price: Money,
    pub(super) currency: String,
    pub(super) price_min: Money,
    pub(super) price_max: Money,
    pub(super) is_available: bool,
    pub(super) main_image_url: Option<String>,
    pub(super) main_image_alt_text: Option<String>,
    pub(super) main_image_list_url: Option<String>,
    pub(super) brand_id: Option<BrandId>,
    pub(super) brand_name: Option<String>,
    pub(super) brand_slug: Option<String>,
}

/// Converts all but the categories, which are rows of another table.
impl From<Row> for ProductCard {
    fn from(row: Row) -> Self {
        let brand = match (row.brand_id, row.brand_name, row.brand_slug) {
            (Some(id), Some(name), Some(slug)) => Some(Brand { id, name, slug }),
            _ => None,
        };
        Self {
            id: row.id,
            slug: row.slug,
            name: row.name,
            sku: row.sku,
            brand,
            categories: Vec::new(),
            base_price: row.base_price,
            currency: row.currency,
            price_range: PriceRange { min: row.price_min, max: row.price_max },
            main_image: row.main_image_url.map(|url| MainImage {
                url,
                alt_text: row.main_image_alt_text.unwrap_or_default(),
                list_url: row.main_image_list_url,
            }),
            is_available: row.is_available,
        }
    }
}

impl ImageFile {
    /// Builds the file from the columns of an outer join, which are null for an image on another server: its size, and its URLs for lists,
    /// for a product's page and for a zoomed view.
    pub(super) fn of(
        size: (Option<i32>, Option<i32>),
        urls: (Option<String>, Option<String>, Option<String>),
    ) -> Option<Self> {
        let ((Some(width), Some(height)), (Some(list_url), Some(page_url), Some(zoom_url))) = (size, urls) else {
            return None;
        };
        Some(Self { width, height, list_url, page_url, zoom_url })
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
        r#"select id as "id!: ProductId", slug as "slug!", name as "name!", sku, base_price as "base_price!: Money", currency as "currency!",
                  price_min as "price_min!: Money", price_max as "price_max!: Money", is_available as "is_available!",
                  main_image_url, main_image_alt_text, main_image_list_url, created_at as "created_at!",
                  brand_id as "brand_id: BrandId", brand_name, brand_slug, description as "description!", tags as "tags!: Array<String>",
                  default_variant_id as "default_variant_id: VariantId", updated_at as "updated_at!", status as "status!",
                  publish_at, unpublish_at, version as "version!", categories as "categories!: Json<Vec<Filed>>",
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
