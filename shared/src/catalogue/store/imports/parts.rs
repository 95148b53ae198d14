//! What hangs on products and variants: attribute values, stock, images, categories.

use std::collections::HashMap;

use super::options::Options;
use super::plan::Plan;
use crate::app::db::Tx;
use crate::ids::VariantId;
use crate::stock::store::{Counted, set_all};
use crate::time::Timestamp;

/// These values and no others.
pub(super) async fn write_options(tx: &mut Tx, plans: &[&mut Plan<'_>], options: &Options) -> sqlx::Result<()> {
    let (mut variants, mut attributes, mut values) = (Vec::new(), Vec::new(), Vec::new());
    let mut old = Vec::new();
    for plan in plans {
        let was_there = |id: VariantId| plan.before.iter().flat_map(|before| &before.variants).any(|one| one.id == id);
        for (variant, planned) in
            plan.entry.variants.iter().zip(&plan.variants).filter(|(_, one)| one.has_other_options)
        {
            let Some(id) = planned.id else { continue };
            old.extend(was_there(id).then_some(id.0));
            for (attribute, value) in options.of(variant) {
                variants.push(id.0);
                attributes.push(attribute.0);
                values.push(value.0);
            }
        }
    }
    if !old.is_empty() {
        sqlx::query!(
            "delete from variant_attribute_values x
              where x.variant_id = any ($1)
                and not exists (select from unnest($2::bigint[], $3::bigint[]) as t (variant_id, attribute_id)
                                 where t.variant_id = x.variant_id and t.attribute_id = x.attribute_id)",
            &old,
            &variants,
            &attributes
        )
        .execute(&mut *tx)
        .await?;
    }
    if variants.is_empty() {
        return Ok(());
    }
    sqlx::query!(
        "insert into variant_attribute_values as x (variant_id, attribute_id, attribute_value_id)
         select * from unnest($1::bigint[], $2::bigint[], $3::bigint[])
             on conflict (variant_id, attribute_id) do update set attribute_value_id = excluded.attribute_value_id
          where x.attribute_value_id <> excluded.attribute_value_id",
        &variants,
        &attributes,
        &values
    )
    .execute(&mut *tx)
    .await
    .map(drop)
}

/// Stock that was as it should be before it was locked is left alone: what is sold meanwhile is sold after the count.
pub(super) async fn write_stock(
    tx: &mut Tx,
    plans: &[&mut Plan<'_>],
    on_hand: &HashMap<VariantId, i32>,
    now: Timestamp,
) -> sqlx::Result<()> {
    let planned = plans.iter().flat_map(|plan| &plan.variants);
    let counts: Vec<Counted> = planned
        .filter_map(|variant| {
            let (id, (units, reason)) = (variant.id?, variant.stock?);
            Some(Counted { variant: id, before: on_hand.get(&id).copied().unwrap_or_default(), on_hand: units, reason })
        })
        .collect();
    set_all(tx, &counts, now).await
}

/// These images and no others, in this order. An image that stays in its place keeps its id.
pub(super) async fn write_images(tx: &mut Tx, plans: &[&mut Plan<'_>]) -> sqlx::Result<()> {
    let changed: Vec<_> = plans.iter().filter(|plan| plan.has_other_images).collect();
    let Some(products) = changed.iter().map(|plan| plan.id.map(|id| id.0)).collect::<Option<Vec<i64>>>() else {
        return Err(sqlx::Error::RowNotFound);
    };
    if products.is_empty() {
        return Ok(());
    }
    let (mut owners, mut places) = (Vec::new(), Vec::new());
    let (mut urls, mut alt_texts, mut variants) = (Vec::new(), Vec::new(), Vec::new());
    for (plan, product) in changed.iter().zip(&products) {
        for (place, image) in (0_i32..).zip(&plan.entry.images) {
            let shown = image.variant.and_then(|at| plan.variants.get(at)).and_then(|variant| variant.id);
            owners.push(*product);
            places.push(place);
            urls.push(image.url.clone());
            alt_texts.push(image.alt_text.clone());
            variants.push(shown.map(|id| id.0));
        }
    }
    sqlx::query!(
        "with wanted as (
             select * from unnest($2::bigint[], $3::integer[], $4::text[], $5::text[], $6::bigint[])
                 as t (product_id, display_order, url, alt_text, variant_id)
         ), updated as (
             update product_images i set url = w.url, alt_text = w.alt_text, variant_id = w.variant_id
               from wanted w
              where i.product_id = w.product_id and i.display_order = w.display_order
                and (i.url, i.alt_text, i.variant_id) is distinct from (w.url, w.alt_text, w.variant_id)
         ), removed as (
             delete from product_images i
              where i.product_id = any ($1)
                and not exists (select from wanted w where w.product_id = i.product_id and w.display_order = i.display_order)
         )
         insert into product_images (product_id, variant_id, url, alt_text, display_order)
         select w.product_id, w.variant_id, w.url, w.alt_text, w.display_order
           from wanted w
          where not exists (
                select from product_images i where i.product_id = w.product_id and i.display_order = w.display_order)
          order by w.product_id, w.display_order",
        &products,
        &owners,
        &places,
        &urls,
        &alt_texts,
        &variants as _
    )
    .execute(&mut *tx)
    .await
    .map(drop)
}

/// One category more for those that are to be filed.
pub(super) async fn write_categories(tx: &mut Tx, plans: &[&mut Plan<'_>]) -> sqlx::Result<()> {
    let pairs = plans.iter().filter_map(|plan| Some((plan.id?.0, plan.category?.0)));
    let (products, categories): (Vec<i64>, Vec<i64>) = pairs.unzip();
    if products.is_empty() {
        return Ok(());
    }
    sqlx::query!(
        "insert into product_categories (product_id, category_id)
         select * from unnest($1::bigint[], $2::bigint[])
             on conflict do nothing",
        &products,
        &categories
    )
    .execute(&mut *tx)
    .await
    .map(drop)
}
