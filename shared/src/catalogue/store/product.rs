//! Reading a product.

use std::collections::HashMap;

use super::categories::of_products;
use crate::app::db::Tx;
use crate::catalogue::{
    Attribute, AttributeValue, Brand, IdOrSlug, MainImage, PriceRange, Product, ProductImage, ProductSummary,
    ProductVariant, VariantAttributeValue,
};
use crate::ids::{BrandId, ProductId, VariantId};
use crate::money::Money;
use crate::time::Timestamp;

/// A product beside its brand. Lists leave the description empty.
pub(super) struct Row {
    pub(super) id: ProductId,
    pub(super) slug: String,
    pub(super) name: String,
    pub(super) sku: Option<String>,
    pub(super) description: String,
    pub(super) base_price: Money,
    pub(super) currency: String,
    pub(super) price_min: Money,
    pub(super) price_max: Money,
    pub(super) is_available: bool,
    pub(super) main_image_url: Option<String>,
    pub(super) main_image_alt_text: Option<String>,
    pub(super) created_at: Timestamp,
    pub(super) brand_id: Option<BrandId>,
    pub(super) brand_name: Option<String>,
    pub(super) brand_slug: Option<String>,
}

/// Without its categories, which are rows of their own.
impl From<Row> for ProductSummary {
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
            main_image: row
                .main_image_url
                .map(|url| MainImage { url, alt_text: row.main_image_alt_text.unwrap_or_default() }),
            is_available: row.is_available,
        }
    }
}

/// The product with this id or slug, if it is for sale.
pub async fn find(tx: &mut Tx, product: &IdOrSlug) -> sqlx::Result<Option<Product>> {
    let row = sqlx::query_as!(
        Row,
        r#"select p.id, p.slug, p.name, p.sku, p.description, p.base_price, p.currency, p.price_min, p.price_max,
                  p.is_available, p.main_image_url, p.main_image_alt_text, p.created_at,
                  p.brand_id, b.name as "brand_name?", b.slug as "brand_slug?"
             from products p left join brands b on b.id = p.brand_id
            where p.status = 'active' and (p.id = $1 or p.slug = $2)
            order by p.id = $1 desc limit 1"#,
        product.id,
        product.slug
    )
    .fetch_optional(&mut *tx)
    .await?;
    let Some(mut row) = row else { return Ok(None) };
    let (id, base_price, description) = (row.id, row.base_price, std::mem::take(&mut row.description));
    let categories = of_products(tx, &[id]).await?.remove(&id).unwrap_or_default();
    let images = images(tx, id).await?;
    let values = attribute_values(tx, id).await?;
    let attributes = attributes(&values);
    let variants = variants(tx, id, base_price, values).await?;
    let summary = ProductSummary { categories, ..row.into() };
    Ok(Some(Product { summary, description, images, attributes, variants }))
}

async fn images(tx: &mut Tx, product: ProductId) -> sqlx::Result<Vec<ProductImage>> {
    sqlx::query_as!(
        ProductImage,
        "select id, url, alt_text, display_order, variant_id as product_variant_id
           from product_images where product_id = $1 order by display_order",
        product as _
    )
    .fetch_all(&mut *tx)
    .await
}

async fn variants(
    tx: &mut Tx,
    product: ProductId,
    base_price: Money,
    values: Vec<(VariantId, VariantAttributeValue)>,
) -> sqlx::Result<Vec<ProductVariant>> {
    let mut values_of: HashMap<VariantId, Vec<VariantAttributeValue>> = HashMap::new();
    for (variant, value) in values {
        values_of.entry(variant).or_default().push(value);
    }
    let rows = sqlx::query!(
        "select v.id, v.sku, v.name, v.price_adjustment, s.on_hand
           from product_variants v join stock_levels s on s.variant_id = v.id
          where v.product_id = $1
          order by v.position, v.id",
        product as _
    )
    .fetch_all(&mut *tx)
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| ProductVariant {
            attribute_values: values_of.remove(&row.id).unwrap_or_default(),
            id: row.id,
            sku: row.sku,
            name: row.name,
            price_adjustment: row.price_adjustment,
            price: base_price + row.price_adjustment,
            inventory_count: row.on_hand,
            is_available: row.on_hand > 0,
        })
        .collect())
}

/// The values of each variant, in the order of the attributes and then of the values.
async fn attribute_values(tx: &mut Tx, product: ProductId) -> sqlx::Result<Vec<(VariantId, VariantAttributeValue)>> {
    let rows = sqlx::query!(
        "select x.variant_id, w.id, w.attribute_id, a.name as attribute, w.value
           from product_variants v
           join variant_attribute_values x on x.variant_id = v.id
           join attribute_values w on w.id = x.attribute_value_id
           join attributes a on a.id = w.attribute_id
          where v.product_id = $1
          order by a.id, w.position, w.id, v.position, v.id",
        product as _
    )
    .fetch_all(&mut *tx)
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| {
            let (attribute_id, attribute) = (row.attribute_id, row.attribute);
            (row.variant_id, VariantAttributeValue { id: row.id, attribute_id, attribute, value: row.value })
        })
        .collect())
}

/// The attributes of these values, each once; values that lie side by side are said once.
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
