//! Reading a product.

use std::collections::HashMap;

use super::categories::of_products;
use super::prices::lowest_before_reductions;
use crate::app::db::Tx;
use crate::catalogue::{
    Attribute, AttributeValue, Brand, IdOrSlug, ImageFile, MainImage, PriceRange, Product, ProductImage,
    ProductSummary, ProductVariant, Publication, Sight, Status, VariantAttributeValue,
};
use crate::ids::{BrandId, ProductId, VariantId};
use crate::money::Money;
use crate::time::Timestamp;

/// A product beside its brand.
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
            main_image: row.main_image_url.map(|url| MainImage {
                url,
                alt_text: row.main_image_alt_text.unwrap_or_default(),
                list_url: row.main_image_list_url,
            }),
            is_available: row.is_available,
        }
    }
}

/// What lists do not show.
struct OnlyWhole {
    description: String,
    tags: Vec<String>,
    default_variant_id: Option<VariantId>,
    updated_at: Timestamp,
    status: String,
    publish_at: Option<Timestamp>,
    unpublish_at: Option<Timestamp>,
    version: i64,
}

/// The product with this id or slug, if it is there to be seen.
pub async fn find(tx: &mut Tx, product: &IdOrSlug, sight: Sight) -> sqlx::Result<Option<Product>> {
    let row = sqlx::query_as!(
        Row,
        r#"select p.id, p.slug, p.name, p.sku, p.base_price, p.currency, p.price_min, p.price_max,
                  p.is_available, p.main_image_url, p.main_image_alt_text, p.main_image_list_url, p.created_at,
                  p.brand_id, b.name as "brand_name?", b.slug as "brand_slug?"
             from products p left join brands b on b.id = p.brand_id
            where ($3::timestamptz is null or is_published(p.status, p.publish_at, p.unpublish_at, $3))
              and (p.id = $1 or p.slug = $2)
            order by p.id = $1 desc limit 1"#,
        product.id,
        product.slug,
        sight.at() as _
    )
    .fetch_optional(&mut *tx)
    .await?;
    let Some(row) = row else { return Ok(None) };
    let (id, base_price, created_at) = (row.id, row.base_price, row.created_at);
    let whole = sqlx::query_as!(
        OnlyWhole,
        "select description, tags, default_variant_id, updated_at, status, publish_at, unpublish_at, version
           from products where id = $1",
        id as _
    )
    .fetch_one(&mut *tx)
    .await?;
    let categories = of_products(tx, &[id]).await?.remove(&id).unwrap_or_default();
    let values = attribute_values(tx, id, sight).await?;
    let attributes = attributes(&values);
    let variants = variants(tx, (id, base_price), values, sight).await?;
    let first = variants.iter().find(|variant| !variant.is_archived).map(|variant| variant.id);
    Ok(Some(Product {
        summary: ProductSummary { categories, ..row.into() },
        tags: whole.tags,
        default_variant_id: whole.default_variant_id.or(first),
        created_at,
        updated_at: whole.updated_at,
        publication: match sight {
            Sight::Shoppers(_) => None,
            Sight::Staff => Some(Publication {
                status: status(&whole.status)?,
                publish_at: whole.publish_at,
                unpublish_at: whole.unpublish_at,
            }),
        },
        description: whole.description,
        images: images(tx, id).await?,
        attributes,
        variants,
        version: whole.version,
    }))
}

/// The slug of the product that had this one before, if it is there to be seen.
pub async fn renamed_from(tx: &mut Tx, slug: &str, sight: Sight) -> sqlx::Result<Option<String>> {
    sqlx::query_scalar!(
        "select p.slug from old_product_slugs o join products p on p.id = o.product_id
          where o.slug = $1 and ($2::timestamptz is null or is_published(p.status, p.publish_at, p.unpublish_at, $2))",
        slug,
        sight.at() as _
    )
    .fetch_optional(&mut *tx)
    .await
}

fn status(column: &str) -> sqlx::Result<Status> {
    Status::named(column).ok_or_else(|| sqlx::Error::Decode(format!("a product is `{column}`").into()))
}

async fn images(tx: &mut Tx, product: ProductId) -> sqlx::Result<Vec<ProductImage>> {
    let rows = sqlx::query!(
        r#"select i.id, i.url, i.alt_text, i.display_order, i.variant_id,
                  f.width as "width?", f.height as "height?", f.list_url as "list_url?", f.page_url as "page_url?", f.zoom_url as "zoom_url?"
             from product_images i left join image_files f on f.url = i.url
            where i.product_id = $1 order by i.display_order"#,
        product as _
    )
    .fetch_all(&mut *tx)
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| ProductImage {
            id: row.id,
            url: row.url,
            alt_text: row.alt_text,
            display_order: row.display_order,
            product_variant_id: row.variant_id,
            file: match (row.width, row.height, row.list_url, row.page_url, row.zoom_url) {
                (Some(width), Some(height), Some(list_url), Some(page_url), Some(zoom_url)) => {
                    Some(ImageFile { width, height, list_url, page_url, zoom_url })
                }
                _ => None,
            },
        })
        .collect())
}

async fn variants(
    tx: &mut Tx,
    (product, base_price): (ProductId, Money),
    values: Vec<(VariantId, VariantAttributeValue)>,
    sight: Sight,
) -> sqlx::Result<Vec<ProductVariant>> {
    let mut values_of: HashMap<VariantId, Vec<VariantAttributeValue>> = HashMap::new();
    for (variant, value) in values {
        values_of.entry(variant).or_default().push(value);
    }
    let rows = sqlx::query!(
        r#"select v.id, v.sku, v.name, v.price_adjustment, v.own_price, v.compare_at_price, v.barcode, v.weight_grams, s.on_hand,
                  v.archived_at is not null as "is_archived!"
             from product_variants v join stock_levels s on s.variant_id = v.id
            where v.product_id = $1 and ($2 or v.archived_at is null)
            order by v.archived_at is not null, v.position, v.id"#,
        product as _,
        sight == Sight::Staff
    )
    .fetch_all(&mut *tx)
    .await?;
    let is_reduced = rows.iter().any(|row| row.compare_at_price.is_some());
    let mut lowest = if is_reduced { lowest_before_reductions(tx, &[product]).await? } else { HashMap::new() };
    Ok(rows
        .into_iter()
        .map(|row| ProductVariant {
            attribute_values: values_of.remove(&row.id).unwrap_or_default(),
            id: row.id,
            sku: row.sku,
            name: row.name,
            price_adjustment: row.price_adjustment,
            own_price: row.own_price,
            price: base_price + row.price_adjustment,
            compare_at_price: row.compare_at_price,
            lowest_price_30_days: lowest.remove(&row.id),
            barcode: row.barcode,
            weight_grams: row.weight_grams,
            inventory_count: row.on_hand,
            is_available: row.on_hand > 0 && !row.is_archived,
            is_archived: row.is_archived,
        })
        .collect())
}

/// The values of each variant, in the order of the attributes and then of the values.
async fn attribute_values(
    tx: &mut Tx,
    product: ProductId,
    sight: Sight,
) -> sqlx::Result<Vec<(VariantId, VariantAttributeValue)>> {
    let rows = sqlx::query!(
        "select x.variant_id, w.id, w.attribute_id, a.name as attribute, w.value
           from product_variants v
           join variant_attribute_values x on x.variant_id = v.id
           join attribute_values w on w.id = x.attribute_value_id
           join attributes a on a.id = w.attribute_id
          where v.product_id = $1 and ($2 or v.archived_at is null)
          order by a.id, w.position, w.id, v.position, v.id",
        product as _,
        sight == Sight::Staff
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
