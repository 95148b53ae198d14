//! Reads the parts of products that lists show only on request, for a whole page with one or two queries each.

use std::collections::HashMap;

use super::prices::lowest_before_reductions;
use super::product::FileColumns;
use crate::app::db::Tx;
use crate::catalogue::{ProductImage, ProductVariant, VariantAttributeValue, Visibility};
use crate::ids::{AttributeId, AttributeValueId, ProductId};

/// Maximum number of variants that a list shows of each product.
pub const MAX_VARIANTS: i64 = 50;
/// Maximum number of images that a list shows of each product.
pub const MAX_IMAGES: i64 = 20;

/// Returns the first variants of each of these products, in order.
pub async fn variants(
    tx: &mut Tx,
    products: &[ProductId],
    visibility: Visibility,
) -> sqlx::Result<HashMap<ProductId, Vec<ProductVariant>>> {
    let rows = sqlx::query!(
        r#"select p.id as product_id, p.base_price, p.currency, v.id, v.sku, v.name, v.price_adjustment, v.own_price, v.compare_at_price, v.barcode,
                  v.weight_grams, s.on_hand, s.track_inventory, s.allow_backorder, s.backorder_limit, s.quantity_limit_per_customer, s.backordered,
                  s.is_available, v.archived_at is not null as "is_archived!",
                  options.value_ids as "value_ids!: Vec<AttributeValueId>", options.attribute_ids as "attribute_ids!: Vec<AttributeId>",
                  options.attributes as "attributes!", options.values as "values!"
             from products p
            cross join lateral (
                  select * from product_variants
                   where product_id = p.id and ($2 or archived_at is null)
                   order by archived_at is not null, position, id limit $3) v
             join stock_levels s on s.variant_id = v.id
            cross join lateral (
                  select coalesce(array_agg(w.id order by a.id, w.id), '{}') as value_ids,
                         coalesce(array_agg(a.id order by a.id, w.id), '{}') as attribute_ids,
                         coalesce(array_agg(a.name order by a.id, w.id), '{}') as attributes,
                         coalesce(array_agg(w.value order by a.id, w.id), '{}') as values
                    from attribute_values w join attributes a on a.id = w.attribute_id
                   where w.id = any (v.attribute_value_ids)) options
            where p.id = any ($1)
            order by p.id, v.archived_at is not null, v.position, v.id"#,
        products as _,
        visibility == Visibility::Staff,
        MAX_VARIANTS
    )
    .fetch_all(&mut *tx)
    .await?;
    let is_reduced = rows.iter().any(|row| row.compare_at_price > Some(row.base_price + row.price_adjustment));
    let mut lowest = if is_reduced { lowest_before_reductions(tx, products).await? } else { HashMap::new() };
    let mut variants: HashMap<ProductId, Vec<ProductVariant>> = HashMap::new();
    for row in rows {
        let ids = row.value_ids.into_iter().zip(row.attribute_ids);
        let words = row.attributes.into_iter().zip(row.values);
        let amount = |money| row.currency.amount(money);
        variants.entry(row.product_id).or_default().push(ProductVariant {
            attribute_values: ids
                .zip(words)
                .map(|((id, attribute_id), (attribute, value))| VariantAttributeValue {
                    id,
                    attribute_id,
                    attribute,
                    value,
                })
                .collect(),
            id: row.id,
            sku: row.sku,
            name: row.name,
            price_adjustment: amount(row.price_adjustment),
            own_price: row.own_price.map(amount),
            price: amount(row.base_price + row.price_adjustment),
            compare_at_price: row.compare_at_price.map(amount),
            lowest_price_30_days: lowest.remove(&row.id).map(amount),
            barcode: row.barcode,
            weight_grams: row.weight_grams,
            inventory_count: row.on_hand,
            track_inventory: row.track_inventory,
            allow_backorder: row.allow_backorder,
            backorder_limit: row.backorder_limit,
            quantity_limit_per_customer: row.quantity_limit_per_customer,
            backordered: (visibility == Visibility::Staff).then_some(row.backordered),
            is_available: row.is_available && !row.is_archived,
            is_archived: row.is_archived,
        });
    }
    Ok(variants)
}

/// Returns the first images of each of these products, in order.
pub async fn images(tx: &mut Tx, products: &[ProductId]) -> sqlx::Result<HashMap<ProductId, Vec<ProductImage>>> {
    let rows = sqlx::query!(
        r#"select i.product_id, i.id, i.url, i.alt_text, i.display_order, i.variant_id,
                  f.width as "width?", f.height as "height?", f.list_url as "list_url?", f.page_url as "page_url?", f.zoom_url as "zoom_url?"
             from unnest($1::bigint[]) as asked (id)
            cross join lateral (
                  select * from product_images where product_id = asked.id order by display_order limit $2) i
             left join image_files f on f.url = i.url
            order by i.product_id, i.display_order"#,
        products as _,
        MAX_IMAGES
    )
    .fetch_all(&mut *tx)
    .await?;
    let mut images: HashMap<ProductId, Vec<ProductImage>> = HashMap::new();
    for row in rows {
        images.entry(row.product_id).or_default().push(ProductImage {
            id: row.id,
            url: row.url,
            alt_text: row.alt_text,
            display_order: row.display_order,
            product_variant_id: row.variant_id,
            file: FileColumns {
                width: row.width,
                height: row.height,
                list_url: row.list_url,
                page_url: row.page_url,
                zoom_url: row.zoom_url,
            }
            .file(),
        });
    }
    Ok(images)
}
