//! Builds a product from the result of `read_product`.

use std::collections::HashMap;

use serde::Deserialize;
use sqlx::types::Json;

use super::FileColumns;
use crate::app::db::Array;
use crate::catalogue::{
    Attribute, AttributeValue, Brand, CategorySummary, MainImage, PriceRange, Product, ProductCard, ProductImage,
    ProductVariant, Publication, Status, VariantAttributeValue, Visibility,
};
use crate::ids::{AttributeId, AttributeValueId, BrandId, CategoryId, ImageId, ProductId, VariantId};
use crate::money::{Amount, Currency, Money};
use crate::time::Timestamp;

/// A product as `read_product` returns it.
#[derive(sqlx::FromRow)]
pub(super) struct Page {
    pub(super) id: ProductId,
    pub(super) slug: String,
    pub(super) name: String,
    pub(super) sku: Option<String>,
    pub(super) base_price: Money,
    pub(super) currency: Currency,
    pub(super) price_min: Money,
    pub(super) price_max: Money,
    pub(super) is_available: bool,
    pub(super) main_image_url: Option<String>,
    pub(super) main_image_alt_text: Option<String>,
    pub(super) main_image_list_url: Option<String>,
    pub(super) created_at: Timestamp,
    pub(super) brand_id: Option<BrandId>,
    pub(super) brand_name: Option<String>,
    pub(super) brand_slug: Option<String>,
    pub(super) description: String,
    pub(super) tags: Array<String>,
    pub(super) default_variant_id: Option<VariantId>,
    pub(super) updated_at: Timestamp,
    pub(super) status: String,
    pub(super) publish_at: Option<Timestamp>,
    pub(super) unpublish_at: Option<Timestamp>,
    pub(super) version: i64,
    pub(super) categories: Json<Vec<Category>>,
    pub(super) images: Json<Vec<Image>>,
    pub(super) variants: Json<Vec<Variant>>,
    pub(super) attribute_values: Json<Vec<Value>>,
    pub(super) lowest_prices: Json<Vec<(VariantId, i64)>>,
}

/// A category as an array in this order; the other parts are arrays too.
#[derive(Deserialize)]
pub(super) struct Category {
    id: CategoryId,
    name: String,
    slug: String,
}

#[derive(Deserialize)]
pub(super) struct Image {
    id: ImageId,
    url: String,
    alt_text: String,
    display_order: i32,
    variant_id: Option<VariantId>,
    width: Option<i32>,
    height: Option<i32>,
    list_url: Option<String>,
    page_url: Option<String>,
    zoom_url: Option<String>,
}

#[derive(Deserialize)]
pub(super) struct Variant {
    id: VariantId,
    sku: String,
    name: String,
    price_adjustment: i64,
    own_price: Option<i64>,
    compare_at_price: Option<i64>,
    barcode: Option<String>,
    weight_grams: Option<i32>,
    on_hand: i32,
    track_inventory: bool,
    allow_backorder: bool,
    backorder_limit: Option<i32>,
    quantity_limit_per_customer: Option<i32>,
    backordered: Option<i32>,
    is_available: bool,
    is_archived: bool,
}

#[derive(Deserialize)]
pub(super) struct Value {
    variant_id: VariantId,
    id: AttributeValueId,
    attribute_id: AttributeId,
    attribute: String,
    value: String,
}

impl Page {
    pub(super) fn product(self, visibility: Visibility) -> sqlx::Result<Product> {
        let publication = self.publication(visibility)?;
        let values: Vec<_> = self.attribute_values.0.into_iter().map(Value::of_variant).collect();
        let attributes = attributes(&values);
        let variants = variants(self.variants.0, self.currency.amount(self.base_price), values, self.lowest_prices.0);
        let first = variants.iter().find(|variant| !variant.is_archived).map(|variant| variant.id);
        let categories = self.categories.0.into_iter();
        let summary = ProductCard {
            id: self.id,
            slug: self.slug,
            name: self.name,
            sku: self.sku,
            brand: match (self.brand_id, self.brand_name, self.brand_slug) {
                (Some(id), Some(name), Some(slug)) => Some(Brand { id, name, slug }),
                _ => None,
            },
            categories: categories.map(|Category { id, name, slug }| CategorySummary { id, name, slug }).collect(),
            base_price: self.currency.amount(self.base_price),
            currency: self.currency,
            price_range: PriceRange {
                min: self.currency.amount(self.price_min),
                max: self.currency.amount(self.price_max),
            },
            main_image: self.main_image_url.map(|url| MainImage {
                url,
                alt_text: self.main_image_alt_text.unwrap_or_default(),
                list_url: self.main_image_list_url,
            }),
            is_available: self.is_available,
        };
        Ok(Product {
            summary,
            tags: self.tags.0,
            default_variant_id: self.default_variant_id.or(first),
            created_at: self.created_at,
            updated_at: self.updated_at,
            publication,
            description: self.description,
            images: self.images.0.into_iter().map(Image::shown).collect(),
            attributes,
            variants,
            version: self.version,
        })
    }

    /// Returns status and times of publication, which only staff see.
    fn publication(&self, visibility: Visibility) -> sqlx::Result<Option<Publication>> {
        match visibility {
            Visibility::Shoppers(_) => Ok(None),
            Visibility::Staff => {
                let Self { publish_at, unpublish_at, .. } = *self;
                Ok(Some(Publication { status: status(&self.status)?, publish_at, unpublish_at }))
            }
        }
    }
}

impl Image {
    fn shown(self) -> ProductImage {
        let Self { width, height, list_url, page_url, zoom_url, .. } = self;
        ProductImage {
            id: self.id,
            url: self.url,
            alt_text: self.alt_text,
            display_order: self.display_order,
            product_variant_id: self.variant_id,
            file: FileColumns { width, height, list_url, page_url, zoom_url }.file(),
        }
    }
}

impl Value {
    fn of_variant(self) -> (VariantId, VariantAttributeValue) {
        let Self { variant_id, id, attribute_id, attribute, value } = self;
        (variant_id, VariantAttributeValue { id, attribute_id, attribute, value })
    }
}

fn status(column: &str) -> sqlx::Result<Status> {
    column.parse::<Status>().map_err(|_| sqlx::Error::Decode(format!("a product is `{column}`").into()))
}

/// Gives each variant its own values.
fn variants(
    rows: Vec<Variant>,
    base: Amount,
    values: Vec<(VariantId, VariantAttributeValue)>,
    lowest: Vec<(VariantId, i64)>,
) -> Vec<ProductVariant> {
    let lowest: HashMap<VariantId, i64> = lowest.into_iter().collect();
    let mut values_of: HashMap<VariantId, Vec<VariantAttributeValue>> = HashMap::new();
    for (variant, value) in values {
        values_of.entry(variant).or_default().push(value);
    }
    let variant = |row: Variant| {
        let amount = |minor| base.currency.amount(Money::from_minor(minor));
        ProductVariant {
            attribute_values: values_of.remove(&row.id).unwrap_or_default(),
            id: row.id,
            sku: row.sku,
            name: row.name,
            price_adjustment: amount(row.price_adjustment),
            own_price: row.own_price.map(amount),
            price: base.currency.amount(base.money + Money::from_minor(row.price_adjustment)),
            compare_at_price: row.compare_at_price.map(amount),
            lowest_price_30_days: lowest.get(&row.id).copied().map(amount),
            barcode: row.barcode,
            weight_grams: row.weight_grams,
            inventory_count: row.on_hand,
            track_inventory: row.track_inventory,
            allow_backorder: row.allow_backorder,
            backorder_limit: row.backorder_limit,
            quantity_limit_per_customer: row.quantity_limit_per_customer,
            backordered: row.backordered,
            is_available: row.is_available && !row.is_archived,
            is_archived: row.is_archived,
        }
    };
    rows.into_iter().map(variant).collect()
}

/// Returns the attributes of these values, each once, with each value once; equal values are adjacent.
fn attributes(values: &[(VariantId, VariantAttributeValue)]) -> Vec<Attribute> {
    let mut attributes: Vec<Attribute> = Vec::new();
    for (_, VariantAttributeValue { id, attribute_id, attribute, value }) in values {
        let value = AttributeValue { id: *id, value: value.clone() };
        match attributes.last_mut() {
            Some(last) if last.id == *attribute_id && last.values.last() == Some(&value) => {}
            Some(last) if last.id == *attribute_id => last.values.push(value),
            _ => attributes.push(Attribute { id: *attribute_id, name: attribute.clone(), values: vec![value] }),
        }
    }
    attributes
}
