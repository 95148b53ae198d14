//! A product's card, as a list reads it: one row and no join.

use super::list::Listed;
use crate::app::db::Array;
use crate::catalogue::{Brand, CategorySummary, MainImage, PriceRange, ProductSummary, Status};
use crate::ids::{BrandId, CategoryId, ProductId};
use crate::money::Money;
use crate::time::Timestamp;

/// A card as it is kept.
#[derive(sqlx::FromRow)]
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
    pub(super) created_at: Timestamp,
    pub(super) status: String,
    pub(super) brand_id: Option<BrandId>,
    pub(super) brand_name: Option<String>,
    pub(super) brand_slug: Option<String>,
    pub(super) category_ids: Array<i64>,
    pub(super) category_names: Array<String>,
    pub(super) category_slugs: Array<String>,
    /// Its rank or position, in lists by those.
    #[sqlx(default)]
    pub(super) key: i64,
}

impl TryFrom<Row> for Listed {
    type Error = sqlx::Error;

    fn try_from(row: Row) -> sqlx::Result<Self> {
        let status = Status::named(&row.status)
            .ok_or_else(|| sqlx::Error::Decode(format!("a product is `{}`", row.status).into()))?;
        let brand = match (row.brand_id, row.brand_name, row.brand_slug) {
            (Some(id), Some(name), Some(slug)) => Some(Brand { id, name, slug }),
            _ => None,
        };
        let words = row.category_names.0.into_iter().zip(row.category_slugs.0);
        let categories = row.category_ids.0.into_iter().map(CategoryId).zip(words);
        let product = ProductSummary {
            id: row.id,
            slug: row.slug,
            name: row.name,
            sku: row.sku,
            brand,
            categories: categories.map(|(id, (name, slug))| CategorySummary { id, name, slug }).collect(),
            base_price: row.base_price,
            currency: row.currency,
            price_range: PriceRange { min: row.price_min, max: row.price_max },
            main_image: row.main_image_url.map(|url| MainImage {
                url,
                alt_text: row.main_image_alt_text.unwrap_or_default(),
                list_url: row.main_image_list_url,
            }),
            is_available: row.is_available,
        };
        Ok(Self { product, status, created_at: row.created_at, key: row.key })
    }
}
