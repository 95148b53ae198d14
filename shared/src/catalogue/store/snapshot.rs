//! Statements that read whole products, drafts included: for exports, and for the writer of products, which compares them with an edit.

use std::collections::{HashMap, HashSet};

use super::categories::{names_to, of_products};
use super::write::KnownValue;
use crate::app::db::Tx;
use crate::catalogue::{Brand, CategorySummary, Product, ProductImage, ProductVariant, Status, VariantAttributeValue};
use crate::ids::{BrandId, CategoryId, ImageId, ProductId, VariantId};
use crate::money::{Currency, Money};
use crate::stock::StockRules;
use crate::time::Timestamp;

/// A product with everything that an edit can change.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProductSnapshot {
    /// The product's id.
    pub id: ProductId,
    /// Number of changes so far.
    pub version: i64,
    /// The product's name in files; `None` if it was not read.
    pub handle: Option<String>,
    /// The product's name in URLs.
    pub slug: String,
    /// The product's name.
    pub name: String,
    /// The product's own SKU, which is not the SKU of a variant.
    pub sku: Option<String>,
    /// The brand, if the product has one.
    pub brand: Option<Brand>,
    /// The product's categories, ordered by name.
    pub categories: Vec<CategorySummary>,
    /// The description as sanitised HTML.
    pub description: String,
    /// The price to which each variant's `price_adjustment` is added.
    pub base_price: Money,
    /// The currency of all prices.
    pub currency: Currency,
    /// Words by which shoppers find the product.
    pub tags: Vec<String>,
    /// The publication status: `draft`, `active` or `archived`.
    pub status: String,
    /// The time at which the product becomes visible to shoppers; `None` means at once.
    pub publish_at: Option<Timestamp>,
    /// The time at which the product stops being visible to shoppers; `None` means never.
    pub unpublish_at: Option<Timestamp>,
    /// The variant that staff chose to be shown first.
    pub default_variant: Option<VariantId>,
    /// The product's variants in order, archived ones included.
    pub variants: Vec<VariantSnapshot>,
    /// The product's images in order.
    pub images: Vec<ImageSnapshot>,
}

/// A variant of a [`ProductSnapshot`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VariantSnapshot {
    /// The variant's id.
    pub id: VariantId,
    /// The variant's SKU.
    pub sku: String,
    /// The variant's name within its product.
    pub name: String,
    /// The stored position among the product's variants.
    pub position: i32,
    /// The price that shoppers pay.
    pub price: Money,
    /// The difference between the price and the product's base price.
    pub price_adjustment: Money,
    /// A price that does not follow the base price, if the variant has one.
    pub own_price: Option<Money>,
    /// The price before a reduction.
    pub compare_at_price: Option<Money>,
    /// The barcode (GTIN).
    pub barcode: Option<String>,
    /// The weight in grams.
    pub weight_grams: Option<i32>,
    /// Number of units on hand.
    pub on_hand: i32,
    /// Number of units that are sold and not on hand yet.
    pub backordered: i32,
    /// The rules by which the variant is sold when too few units are on hand.
    pub stock_rules: StockRules,
    /// True if the variant is no longer sold.
    pub is_archived: bool,
    /// The attribute values that make this variant, in the order in which files and names have them.
    pub values: Vec<KnownValue>,
}

impl VariantSnapshot {
    /// Returns the names of the variant's attributes, each with the variant's value.
    pub fn options(&self) -> Vec<(&str, &str)> {
        self.values.iter().map(|value| (value.attribute.as_str(), value.value.as_str())).collect()
    }
}

/// An image of a [`ProductSnapshot`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ImageSnapshot {
    /// The image's id.
    pub id: ImageId,
    /// The image's URL: absolute, or from the API's root.
    pub url: String,
    /// The text for people who cannot see the image.
    pub alt_text: String,
    /// The variant that the image shows, if it shows one.
    pub variant: Option<VariantId>,
}

impl ProductSnapshot {
    /// Completes a product that was read for the API by [`super::product::find`], under the lock that returned its default variant.
    pub async fn of(tx: &mut Tx, product: &Product, default_variant: Option<VariantId>) -> sqlx::Result<Self> {
        let positions = positions(tx, product.summary.id).await?;
        let variant = |variant: &ProductVariant| {
            VariantSnapshot::of(variant, positions.get(&variant.id).copied().unwrap_or_default())
        };
        let (summary, publication) = (&product.summary, product.publication.as_ref());
        Ok(Self {
            id: summary.id,
            version: product.version,
            handle: None,
            slug: summary.slug.clone(),
            name: summary.name.clone(),
            sku: summary.sku.clone(),
            brand: summary.brand.clone(),
            categories: summary.categories.clone(),
            description: product.description.clone(),
            base_price: summary.base_price.money,
            currency: summary.currency,
            tags: product.tags.clone(),
            status: publication.map_or(Status::default(), |publication| publication.status).as_str().to_owned(),
            publish_at: publication.and_then(|publication| publication.publish_at),
            unpublish_at: publication.and_then(|publication| publication.unpublish_at),
            default_variant,
            variants: product.variants.iter().map(variant).collect(),
            images: product.images.iter().map(ImageSnapshot::from).collect(),
        })
    }
}

impl VariantSnapshot {
    fn of(variant: &ProductVariant, position: i32) -> Self {
        let value = |value: &VariantAttributeValue| KnownValue {
            attribute_id: value.attribute_id,
            attribute: value.attribute.clone(),
            id: value.id,
            value: value.value.clone(),
        };
        Self {
            id: variant.id,
            sku: variant.sku.clone(),
            name: variant.name.clone(),
            position,
            price: variant.price.money,
            price_adjustment: variant.price_adjustment.money,
            own_price: variant.own_price.map(|price| price.money),
            compare_at_price: variant.compare_at_price.map(|price| price.money),
            barcode: variant.barcode.clone(),
            weight_grams: variant.weight_grams,
            on_hand: variant.inventory_count,
            backordered: variant.backordered.unwrap_or_default(),
            stock_rules: StockRules {
                track_inventory: variant.track_inventory,
                allow_backorder: variant.allow_backorder,
                backorder_limit: variant.backorder_limit,
                quantity_limit_per_customer: variant.quantity_limit_per_customer,
            },
            is_archived: variant.is_archived,
            values: variant.attribute_values.iter().map(value).collect(),
        }
    }
}

impl From<&ProductImage> for ImageSnapshot {
    fn from(image: &ProductImage) -> Self {
        Self {
            id: image.id,
            url: image.url.clone(),
            alt_text: image.alt_text.clone(),
            variant: image.product_variant_id,
        }
    }
}

/// Finds the products with these handles.
pub async fn find_all(tx: &mut Tx, handles: &[String]) -> sqlx::Result<Vec<ProductSnapshot>> {
    let ids =
        sqlx::query_scalar!("select id from products where handle = any ($1)", handles).fetch_all(&mut *tx).await?;
    if ids.is_empty() { Ok(Vec::new()) } else { read(tx, &ids).await }
}

/// Lists products by id, those after `after`; at most `limit`.
pub async fn list_after(tx: &mut Tx, after: Option<ProductId>, limit: i64) -> sqlx::Result<Vec<ProductSnapshot>> {
    let ids = sqlx::query_scalar!(
        "select id from products where $1::bigint is null or id > $1 order by id limit $2",
        after as _,
        limit
    )
    .fetch_all(&mut *tx)
    .await?;
    read(tx, &ids).await
}

/// The names that lead to categories, from the top of the tree down.
#[derive(Clone, Debug, Default)]
pub struct CategoryPaths(HashMap<CategoryId, Vec<String>>);

impl CategoryPaths {
    /// Reads the paths of all categories of these products.
    pub async fn read(tx: &mut Tx, products: &[ProductSnapshot]) -> sqlx::Result<Self> {
        let ids: HashSet<CategoryId> =
            products.iter().flat_map(|product| &product.categories).map(|category| category.id).collect();
        Ok(Self(names_to(tx, &ids.into_iter().collect::<Vec<_>>()).await?))
    }

    /// Returns the paths of a product's categories, in an order that is the same in every shop.
    pub fn of_product(&self, product: &ProductSnapshot) -> Vec<&[String]> {
        let all = product.categories.iter().filter_map(|category| self.0.get(&category.id));
        let mut paths: Vec<&[String]> = all.map(Vec::as_slice).collect();
        paths.sort_unstable();
        paths
    }
}

/// Counts all products, drafts included.
pub async fn count(tx: &mut Tx) -> sqlx::Result<i64> {
    sqlx::query_scalar!(r#"select count(*) as "count!" from products"#).fetch_one(&mut *tx).await
}

/// Reads each part of all products in one query.
async fn read(tx: &mut Tx, ids: &[ProductId]) -> sqlx::Result<Vec<ProductSnapshot>> {
    let rows = sqlx::query!(
        r#"select p.id, p.version, p.handle, p.slug, p.name, p.sku, p.description, p.base_price, p.currency, p.tags, p.status,
                  p.publish_at, p.unpublish_at, p.default_variant_id,
                  b.id as "brand_id?: BrandId", b.name as "brand_name?", b.slug as "brand_slug?"
             from products p left join brands b on b.id = p.brand_id
            where p.id = any ($1)
            order by p.id"#,
        ids as _
    )
    .fetch_all(&mut *tx)
    .await?;
    let mut categories = of_products(tx, ids).await?;
    let mut products: Vec<ProductSnapshot> = rows
        .into_iter()
        .map(|row| ProductSnapshot {
            categories: categories.remove(&row.id).unwrap_or_default(),
            id: row.id,
            version: row.version,
            handle: Some(row.handle),
            slug: row.slug,
            name: row.name,
            sku: row.sku,
            brand: match (row.brand_id, row.brand_name, row.brand_slug) {
                (Some(id), Some(name), Some(slug)) => Some(Brand { id, name, slug }),
                _ => None,
            },
            description: row.description,
            base_price: row.base_price,
            currency: row.currency,
            tags: row.tags,
            status: row.status,
            publish_at: row.publish_at,
            unpublish_at: row.unpublish_at,
            default_variant: row.default_variant_id,
            variants: Vec::new(),
            images: Vec::new(),
        })
        .collect();
    add_variants(tx, &mut products, ids).await?;
    add_images(tx, &mut products, ids).await?;
    Ok(products)
}

/// Returns the stored position of each variant of a product.
async fn positions(tx: &mut Tx, product: ProductId) -> sqlx::Result<HashMap<VariantId, i32>> {
    let rows = sqlx::query!("select id, position from product_variants where product_id = $1", product as _)
        .fetch_all(&mut *tx)
        .await?;
    Ok(rows.into_iter().map(|row| (row.id, row.position)).collect())
}

async fn add_variants(tx: &mut Tx, products: &mut [ProductSnapshot], ids: &[ProductId]) -> sqlx::Result<()> {
    let rows = sqlx::query!(
        r#"select v.product_id, v.id, v.sku, v.name, v.position, v.price_adjustment, v.compare_at_price, v.barcode, v.weight_grams, s.on_hand,
                  s.backordered, s.track_inventory, s.allow_backorder, s.backorder_limit, s.quantity_limit_per_customer, v.own_price,
                  v.archived_at is not null as "is_archived!"
             from product_variants v join stock_levels s on s.variant_id = v.id
            where v.product_id = any ($1)
            order by v.product_id, v.position, v.id"#,
        ids as _
    )
    .fetch_all(&mut *tx)
    .await?;
    let variants: Vec<VariantId> = rows.iter().map(|row| row.id).collect();
    let mut values = values(tx, &variants).await?;
    for row in rows {
        let Some(product) = find_by_id(products, row.product_id) else { continue };
        let variant = VariantSnapshot {
            values: values.remove(&row.id).unwrap_or_default(),
            id: row.id,
            sku: row.sku,
            name: row.name,
            position: row.position,
            price: product.base_price + row.price_adjustment,
            price_adjustment: row.price_adjustment,
            own_price: row.own_price,
            compare_at_price: row.compare_at_price,
            barcode: row.barcode,
            weight_grams: row.weight_grams,
            on_hand: row.on_hand,
            backordered: row.backordered,
            stock_rules: StockRules {
                track_inventory: row.track_inventory,
                allow_backorder: row.allow_backorder,
                backorder_limit: row.backorder_limit,
                quantity_limit_per_customer: row.quantity_limit_per_customer,
            },
            is_archived: row.is_archived,
        };
        product.variants.push(variant);
    }
    Ok(())
}

/// Reads the values of these variants in a separate query. As a subselect for each variant its estimated cost would be so high, while the
/// tables were just filled and have no statistics yet, that PostgreSQL compiles the plan for any role but those of the functions, which takes a hundred
/// times as long as the query.
async fn values(tx: &mut Tx, variants: &[VariantId]) -> sqlx::Result<HashMap<VariantId, Vec<KnownValue>>> {
    let rows = sqlx::query!(
        "select x.variant_id, x.attribute_id, a.name, w.id, w.value
           from variant_attribute_values x
           join attributes a on a.id = x.attribute_id
           join attribute_values w on w.id = x.attribute_value_id
          where x.variant_id = any ($1)
          order by x.variant_id, x.position, x.attribute_id",
        variants as _
    )
    .fetch_all(&mut *tx)
    .await?;
    let mut values: HashMap<VariantId, Vec<KnownValue>> = HashMap::new();
    for row in rows {
        let value = KnownValue { attribute_id: row.attribute_id, attribute: row.name, id: row.id, value: row.value };
        values.entry(row.variant_id).or_default().push(value);
    }
    Ok(values)
}

async fn add_images(tx: &mut Tx, products: &mut [ProductSnapshot], ids: &[ProductId]) -> sqlx::Result<()> {
    let rows = sqlx::query!(
        "select product_id, id, url, alt_text, variant_id
           from product_images
          where product_id = any ($1)
          order by product_id, display_order",
        ids as _
    )
    .fetch_all(&mut *tx)
    .await?;
    for row in rows {
        if let Some(product) = find_by_id(products, row.product_id) {
            let image = ImageSnapshot { id: row.id, url: row.url, alt_text: row.alt_text, variant: row.variant_id };
            product.images.push(image);
        }
    }
    Ok(())
}

/// Finds a product by id; the products must be in id order.
fn find_by_id(products: &mut [ProductSnapshot], id: ProductId) -> Option<&mut ProductSnapshot> {
    let at = products.binary_search_by_key(&id, |product| product.id).ok()?;
    products.get_mut(at)
}
