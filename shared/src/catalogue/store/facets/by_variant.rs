//! Counts the values of attributes and the price bands.
//!
//! If the columns of a product say which choices it has, products with equal columns are counted together. Of every other product the variants
//! are read: it has a choice if one variant has it and passes the filters of price, attributes and availability, except the choice's own.

use sqlx::{Postgres, QueryBuilder};

use super::rows::bounds;
use crate::catalogue::store::filter::Filter;
use crate::ids::AttributeId;

/// Appends the counts of values.
///
/// The values of a product decide where no other choice depends on the variant: without a chosen attribute, or for the other values of the only
/// chosen one, if all prices of the product are in the requested range. Otherwise the variants do: red counts for size M only if one
/// variant is both.
pub(super) fn push_values(sql: &mut QueryBuilder<Postgres>, filter: &Filter) {
    sql.push("select 'value', value, sum(n)::bigint from (");
    match filter.attributes.as_slice() {
        [] => push_values_by_product(sql, filter, None),
        [(attribute, _)] => {
            push_values_by_product(sql, filter, Some(*attribute));
            sql.push(" union all ");
            push_values_of_variants(sql, filter);
            sql.push(" and p.options and ");
            filter.push_variant_values(sql);
            sql.push(" and w.attribute_id <> ").push_bind(*attribute);
            push_end(sql, filter);
        }
        _ => {
            push_values_of_variants(sql, filter);
            sql.push(" and ");
            push_lacks_no_other(sql, filter);
            push_end(sql, filter);
        }
    }
    sql.push(") found group by value");
}

/// Appends the counts of values, of this attribute only, with every filter but the one of attributes.
fn push_values_by_product(sql: &mut QueryBuilder<Postgres>, filter: &Filter, attribute: Option<AttributeId>) {
    push_values_of_products(sql, filter);
    push_only(sql, attribute);
    sql.push(" group by w.id");
    if filter.price_ends() > 0 {
        sql.push(" union all ");
        push_values_of_variants(sql, filter);
        sql.push(" and not (");
        filter.push_price_includes(sql, filter.asked_variants());
        sql.push(")");
        push_only(sql, attribute);
        push_end(sql, filter);
    }
}

fn push_only(sql: &mut QueryBuilder<Postgres>, attribute: Option<AttributeId>) {
    if let Some(attribute) = attribute {
        sql.push(" and w.attribute_id = ").push_bind(attribute);
    }
}

/// Appends the counts of the products whose prices are all in the requested range, up to and with their conditions.
fn push_values_of_products(sql: &mut QueryBuilder<Postgres>, filter: &Filter) {
    let variants = filter.asked_variants();
    // A value is unavailable if no variant with it can be bought.
    let except = match filter.is_available {
        Some(false) => "case when p.is_available then coalesce(p.available_value_ids, p.value_ids) else '{}' end",
        Some(true) | None => "'{}'::bigint[]",
    };
    sql.push("select w.id as value, sum(n) as n from (select ")
        .push(variants.value_ids())
        .push(" as had, ")
        .push(except);
    sql.push(" as except_these, count(*) as n from base p where p.brand and ").push(variants.exist()).push(" and ");
    filter.push_price_includes(sql, variants);
    sql.push(
        " group by 1, 2) g cross join unnest(g.had) as had (id) join attribute_values w on w.id = had.id
          where w.id <> all (g.except_these)",
    );
}

/// Appends the counts of the values of variants, up to and with the condition on their price.
fn push_values_of_variants(sql: &mut QueryBuilder<Postgres>, filter: &Filter) {
    sql.push("select value, count(*) as n from (select p.id, w.id as value from base p");
    push_variants(sql, filter);
    sql.push(
        " cross join unnest(v.attribute_value_ids) as had (id) join attribute_values w on w.id = had.id
          where p.brand and p.price and ",
    );
    filter.push_variant_price(sql);
}

/// Appends the end of the counts of values of variants.
fn push_end(sql: &mut QueryBuilder<Postgres>, filter: &Filter) {
    push_group(sql, filter);
    sql.push(") once group by value");
}

/// Appends the condition that the variant has a chosen value of each chosen attribute, except the attribute of the value that is counted.
fn push_lacks_no_other(sql: &mut QueryBuilder<Postgres>, filter: &Filter) {
    sql.push("true");
    for (attribute, values) in &filter.attributes {
        sql.push(" and (v.attribute_value_ids && ").push_bind(values.clone());
        sql.push(" or w.attribute_id = ").push_bind(*attribute).push(")");
    }
}

/// Appends the counts of price bands.
///
/// Without a chosen attribute, a product's range decides if it has one band or two adjacent ones, because both its ends are prices of variants.
/// With one chosen attribute it decides if it has one band.
pub(super) fn push_prices(sql: &mut QueryBuilder<Postgres>, filter: &Filter) {
    sql.push("select 'price', band::bigint, sum(n)::bigint from (");
    let most_bands = match filter.attributes.len() {
        0 => Some("1"),
        1 => Some("0"),
        _ => None,
    };
    if let Some(most) = most_bands {
        push_bands_of_products(sql, filter, most);
        sql.push(" union all ");
    }
    push_bands_of_variants(sql, filter, most_bands);
    sql.push(") found group by band");
}

/// Appends the counts of the products whose range decides.
fn push_bands_of_products(sql: &mut QueryBuilder<Postgres>, filter: &Filter, most: &'static str) {
    let variants = filter.asked_variants();
    sql.push("select band, sum(n) as n from (select ");
    push_band_of(sql, filter, variants.price_min());
    sql.push(" as lowest, ");
    push_band_of(sql, filter, variants.price_max());
    sql.push(" as highest, count(*) as n from base p where p.brand and ");
    // Of a product with variants that can be bought, only the variants tell which bands have none.
    sql.push(if filter.is_available == Some(false) { "not p.is_available" } else { variants.exist() }).push(" and ");
    filter.push_values(sql, variants);
    sql.push(
        " group by 1, 2) spans cross join lateral generate_series(lowest, highest) as band
           where highest - lowest <= ",
    );
    sql.push(most).push(" group by band");
}

/// Appends the counts of the other products.
fn push_bands_of_variants(sql: &mut QueryBuilder<Postgres>, filter: &Filter, most_of_products: Option<&'static str>) {
    sql.push("select band, count(*) as n from (select p.id, priced.band from base p");
    push_variants(sql, filter);
    sql.push(" cross join lateral (select ");
    push_band_of(sql, filter, "p.base_price + v.price_adjustment");
    sql.push(" as band) priced where p.brand and p.options and ");
    filter.push_variant_values(sql);
    if let Some(most) = most_of_products {
        sql.push(" and (");
        push_band_of(sql, filter, filter.asked_variants().price_max());
        sql.push(" - ");
        push_band_of(sql, filter, filter.asked_variants().price_min());
        sql.push(" > ").push(most).push(if filter.is_available == Some(false) { " or p.is_available)" } else { ")" });
    }
    push_group(sql, filter);
    sql.push(") once group by band");
}

fn push_band_of(sql: &mut QueryBuilder<Postgres>, filter: &Filter, price: &'static str) {
    sql.push("width_bucket(").push(price).push(", ").push_bind(bounds(filter.currency).to_vec()).push(")");
}

/// Appends a join of the variants `v` of the products `p`, with their stock if it is asked for.
fn push_variants(sql: &mut QueryBuilder<Postgres>, filter: &Filter) {
    sql.push(" join product_variants v on v.product_id = p.id and v.archived_at is null");
    if filter.is_available.is_some() {
        sql.push(" join stock_levels s on s.variant_id = v.id");
    }
}

/// Appends the rest of a statement that has each choice of a product once, if the product has it as the filter of availability asks.
fn push_group(sql: &mut QueryBuilder<Postgres>, filter: &Filter) {
    sql.push(match filter.is_available {
        None => " group by 1, 2",
        Some(true) => " and s.is_available group by 1, 2",
        Some(false) => " group by 1, 2 having not bool_or(s.is_available)",
    });
}
