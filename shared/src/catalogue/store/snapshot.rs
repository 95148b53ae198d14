//! Reading products with all that the tables have of them, drafts included: for those who copy the catalogue.

use std::collections::HashMap;

use super::categories::of_products;
use crate::app::db::Tx;
use crate::catalogue::{Brand, CategorySummary};
use crate::ids::{BrandId, ProductId, VariantId};
use crate::money::Money;

/// A product as it is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProductSnapshot {
    /// Which.
    pub id: ProductId,
    /// Counts the changes of it.
    pub version: i64,
    /// Its name in URLs.
    pub slug: String,
    /// Its name.
    pub name: String,
    /// Its own SKU.
    pub sku: Option<String>,
    /// Whose it is.
    pub brand: Option<Brand>,
    /// Where it is filed, by name.
    pub categories: Vec<CategorySummary>,
    /// HTML, cleaned.
    pub description: String,
    /// What the variants' prices are counted from.
    pub base_price: Money,
    /// Words to find it by.
    pub tags: Vec<String>,
    /// `draft`, `active` or `archived`.
    pub status: String,
    /// What can be bought, in order.
    pub variants: Vec<WholeVariant>,
    /// Its images, in order.
    pub images: Vec<WholeImage>,
}

/// A variant as it is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WholeVariant {
    /// Which.
    pub id: VariantId,
    /// Its SKU.
    pub sku: String,
    /// What it is called beside its product.
    pub name: String,
    /// Its place among its product's variants.
    pub position: i32,
    /// What it costs.
    pub price: Money,
    /// The price before a reduction.
    pub compare_at_price: Option<Money>,
    /// What the scanner reads.
    pub barcode: Option<String>,
    /// What it weighs.
    pub weight_grams: Option<i32>,
    /// How many are on hand.
    pub on_hand: i32,
    /// Whether it is no longer sold, and kept because orders refer to it.
    pub is_archived: bool,
    /// Whether its price is its own, whatever the product's is.
    pub has_own_price: bool,
    /// What makes it this variant: attribute and value, by attribute.
    pub options: Vec<(String, String)>,
}

/// An image as it is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WholeImage {
    /// Where it is.
    pub url: String,
    /// What it shows.
    pub alt_text: String,
    /// The variant it shows, if it shows one.
    pub variant: Option<VariantId>,
}

/// The products with these slugs.
pub async fn find_all(tx: &mut Tx, slugs: &[String]) -> sqlx::Result<Vec<ProductSnapshot>> {
    let ids = sqlx::query_scalar!("select id from products where slug = any ($1)", slugs).fetch_all(&mut *tx).await?;
    if ids.is_empty() { Ok(Vec::new()) } else { read(tx, &ids).await }
}

/// Products by id, those behind `after`; at most `limit`.
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

/// How many products there are, drafts included.
pub async fn count(tx: &mut Tx) -> sqlx::Result<i64> {
    sqlx::query_scalar!(r#"select count(*) as "count!" from products"#).fetch_one(&mut *tx).await
}

/// Each part of all of them in one query.
async fn read(tx: &mut Tx, ids: &[ProductId]) -> sqlx::Result<Vec<ProductSnapshot>> {
    let rows = sqlx::query!(
        r#"select p.id, p.version, p.slug, p.name, p.sku, p.description, p.base_price, p.tags, p.status,
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
            slug: row.slug,
            name: row.name,
            sku: row.sku,
            brand: match (row.brand_id, row.brand_name, row.brand_slug) {
                (Some(id), Some(name), Some(slug)) => Some(Brand { id, name, slug }),
                _ => None,
            },
            description: row.description,
            base_price: row.base_price,
            tags: row.tags,
            status: row.status,
            variants: Vec::new(),
            images: Vec::new(),
        })
        .collect();
    add_variants(tx, &mut products, ids).await?;
    add_images(tx, &mut products, ids).await?;
    Ok(products)
}

async fn add_variants(tx: &mut Tx, products: &mut [ProductSnapshot], ids: &[ProductId]) -> sqlx::Result<()> {
    let rows = sqlx::query!(
        r#"select v.product_id, v.id, v.sku, v.name, v.position, v.price_adjustment, v.compare_at_price, v.barcode, v.weight_grams, s.on_hand,
                  v.archived_at is not null as "is_archived!", v.own_price is not null as "has_own_price!"
             from product_variants v join stock_levels s on s.variant_id = v.id
            where v.product_id = any ($1)
            order by v.product_id, v.position, v.id"#,
        ids as _
    )
    .fetch_all(&mut *tx)
    .await?;
    let variants: Vec<VariantId> = rows.iter().map(|row| row.id).collect();
    let mut options = options(tx, &variants).await?;
    for row in rows {
        let Some(product) = find_by_id(products, row.product_id) else { continue };
        let variant = WholeVariant {
            options: options.remove(&row.id).unwrap_or_default(),
            id: row.id,
            sku: row.sku,
            name: row.name,
            position: row.position,
            price: product.base_price + row.price_adjustment,
            compare_at_price: row.compare_at_price,
            barcode: row.barcode,
            weight_grams: row.weight_grams,
            on_hand: row.on_hand,
            is_archived: row.is_archived,
            has_own_price: row.has_own_price,
        };
        product.variants.push(variant);
    }
    Ok(())
}

/// What makes each of these variants that variant. In a query of its own: as a subselect for each variant it costs so much by the planner's
/// count, where the tables were filled a moment ago and have no statistics yet, that PostgreSQL compiles the plan for any role but `shop`,
/// which takes a hundred times as long as the query.
async fn options(tx: &mut Tx, variants: &[VariantId]) -> sqlx::Result<HashMap<VariantId, Vec<(String, String)>>> {
    let rows = sqlx::query!(
        "select x.variant_id, a.name, w.value
           from variant_attribute_values x
           join attributes a on a.id = x.attribute_id
           join attribute_values w on w.id = x.attribute_value_id
          where x.variant_id = any ($1)
          order by x.variant_id, x.attribute_id",
        variants as _
    )
    .fetch_all(&mut *tx)
    .await?;
    let mut options: HashMap<VariantId, Vec<(String, String)>> = HashMap::new();
    for row in rows {
        options.entry(row.variant_id).or_default().push((row.name, row.value));
    }
    Ok(options)
}

async fn add_images(tx: &mut Tx, products: &mut [ProductSnapshot], ids: &[ProductId]) -> sqlx::Result<()> {
    let rows = sqlx::query!(
        "select product_id, url, alt_text, variant_id
           from product_images
          where product_id = any ($1)
          order by product_id, display_order",
        ids as _
    )
    .fetch_all(&mut *tx)
    .await?;
    for row in rows {
        if let Some(product) = find_by_id(products, row.product_id) {
            product.images.push(WholeImage { url: row.url, alt_text: row.alt_text, variant: row.variant_id });
        }
    }
    Ok(())
}

/// Products are in id order.
fn find_by_id(products: &mut [ProductSnapshot], id: ProductId) -> Option<&mut ProductSnapshot> {
    let at = products.binary_search_by_key(&id, |product| product.id).ok()?;
    products.get_mut(at)
}
