//! The baselines: for each question one prepared statement that reads the rows of the response column by column. No service that builds its
//! responses from columns is faster. [`READY`] is the baseline for a service that stores finished cards, as this one does.

use shared::time::Timestamp;
use sqlx::postgres::{PgConnection, PgRow};

/// Columns of what is for sale.
macro_rules! for_sale {
    ($columns:literal $from:literal $rest:literal) => {
        concat!(
            "select ",
            $columns,
            " from ",
            $from,
            " where is_published(p.status, p.publish_at, p.unpublish_at, now()) ",
            $rest
        )
    };
}

/// The columns that a card is made of.
macro_rules! cards {
    ($from:literal $rest:literal) => {
        for_sale!(
            "p.id, p.slug, p.name, p.sku, p.base_price, p.currency, p.price_min, p.price_max, p.is_available, p.main_image_url,
                    p.main_image_alt_text, p.main_image_list_url, p.created_at, p.status, p.brand_id, p.brand_name, p.brand_slug,
                    p.category_ids, p.category_names, p.category_slugs"
            $from
            $rest
        )
    };
}

/// The card itself.
macro_rules! ready {
    ($rest:literal) => {
        for_sale!("p.id, p.card" "products p" $rest)
    };
}

/// The products that have the words of the query $1 in their title, by rank: 10,000 for the whole words of $2, which are looked up first. Then
/// those that have them in the description. Behind them stands what is added.
macro_rules! found {
    ($rest:literal) => {
        concat!(
            "with whole as materialized (
                 select i.id, i.title_words from product_index i
                  where i.title_words @@ $2::text::tsquery
                    and is_published(i.status, i.publish_at, i.unpublish_at, now()) limit 1000
             ), beginnings as materialized (
                 select i.id, i.title_words from product_index i
                  where i.title_words @@ $1::text::tsquery and i.id not in (select id from whole) and (select count(*) from whole) < 20
                    and is_published(i.status, i.publish_at, i.unpublish_at, now()) limit (select 1000 - count(*) from whole)
             ), candidates as materialized (
                 select * from whole union all select * from beginnings
             ), titled as materialized (
                 select id, 1 + 10000 * (title_words @@ $2::text::tsquery)::int
                            + (1000 * ts_rank('{0, 0, 0.4, 1}', title_words, $1::text::tsquery, 1))::bigint as rank
                   from candidates order by rank desc, id desc limit 20
             ), others as (
                 select p.id, 0::bigint as rank from products p
                  where p.search_document @@ $1::text::tsquery and is_published(p.status, p.publish_at, p.unpublish_at, now())
                    and p.id not in (select id from candidates) and (select count(*) from titled) < 20
                  order by p.id desc limit 20
             ) ",
            cards!(
                "(select * from titled union all select * from others) found join products p on p.id = found.id"
                "order by found.rank desc, p.id desc limit 20"
            ),
            $rest
        )
    };
}

pub(super) const NEWEST: &str = cards!("products p" "order by p.created_at desc, p.id desc limit 50");
pub(super) const BY_NAME: &str = cards!("products p" "order by p.name, p.id limit 50");
pub(super) const CHEAPEST: &str = cards!("products p" "order by p.price_min, p.id limit 50");
pub(super) const DEAREST: &str = cards!("products p" "order by p.price_min desc, p.id desc limit 50");
/// The cards of the same four pages.
pub(super) const READY: [&str; 4] = [
    ready!("order by p.created_at desc, p.id desc limit 50"),
    ready!("order by p.name, p.id limit 50"),
    ready!("order by p.price_min, p.id limit 50"),
    ready!("order by p.price_min desc, p.id desc limit 50"),
];
/// Behind the product of this time and id.
pub(super) const NEWEST_BEHIND: &str =
    cards!("products p" "and (p.created_at, p.id) < ($1, $2) order by p.created_at desc, p.id desc limit 50");
pub(super) const FOUND: &str = found!("");
/// With a look at the words that are like the mistyped one.
pub(super) const FOUND_MISTYPED: &str = found!(" offset (select least(count(*), 0) from similar_words($3))");
/// The page, and then the counts with the names of what they count.
macro_rules! page_and_counts {
    () => {
        "
     select * from page
      union all
     select c.id, c.kind, coalesce(b.name, k.name, w.value), coalesce(b.slug, k.slug), c.n, a.name, a.id, null, null, null, null, null, null, null,
            null, null, null, null, null, null
       from (select counted.*, v.attribute_id, row_number() over (partition by kind, v.attribute_id order by n desc, counted.id) as place
               from counted left join attribute_values v on kind = 'value' and v.id = counted.id) c
       left join brands b on c.kind = 'brand' and b.id = c.id
       left join categories k on c.kind = 'category' and k.id = c.id
       left join attribute_values w on c.kind = 'value' and w.id = c.id
       left join attributes a on a.id = w.attribute_id
      where c.place <= case c.kind when 'brand' then 50 else 100 end"
    };
}

/// In one of the categories $1, which are $2 and all below it: a page, and then the counts of the facets.
pub(super) const IN_CATEGORY: &str = concat!(
    "with recursive page as (",
    cards!("products p" "and p.category_ids && $1::bigint[] order by p.created_at desc, p.id desc limit 50"),
    "), base as materialized (
         select p.brand_id, p.category_ids, p.value_ids, p.price_min, p.price_max, p.is_available
           from product_index p where is_published(p.status, p.publish_at, p.unpublish_at, now()) and p.category_ids && $1
     ), below as (
         select c.id as child, c.id from categories c where c.parent_id = $2
         union all
         select below.child, c.id from categories c join below on c.parent_id = below.id
     ), counted as (
         select 'brand' as kind, brand_id as id, count(*) as n from base where brand_id is not null group by brand_id
          union all
         select 'category', child, sum(n)::bigint
           from (select distinct g.category_ids, g.n, below.child
                   from (select category_ids, count(*) as n from base group by category_ids) g
                  cross join unnest(g.category_ids) as own (id) join below on below.id = own.id) once
          group by child
          union all
         select 'value', value, sum(n)::bigint
           from (select value_ids, count(*) as n from base group by value_ids) g cross join unnest(g.value_ids) as had (value)
          group by value
          union all
         select 'price', band, sum(n)::bigint
           from (select width_bucket(price_min, bounds) as lowest, width_bucket(price_max, bounds) as highest, count(*) as n
                   from base cross join (select array[1000, 2000, 5000, 10000, 20000, 50000, 100000, 200000, 500000, 1000000, 2000000,
                                                      5000000, 10000000, 100000000]::bigint[] as bounds) b group by 1, 2) spans
          cross join lateral generate_series(lowest, highest) as band
          group by band
          union all
         select 'stock', is_available::int, count(*) from base group by is_available
     )
",
    page_and_counts!()
);
/// The same with the counts that are kept.
pub(super) const IN_LARGE_CATEGORY: &str = concat!(
    "with page as (",
    cards!("products p" "and p.category_ids && $1::bigint[] order by p.created_at desc, p.id desc limit 50"),
    "), counted (kind, id, n) as (
         select c ->> 0, (c ->> 1)::bigint, (c ->> 2)::bigint
           from kept_facets k cross join jsonb_array_elements(k.counts) c where k.category_id = $2
     )",
    page_and_counts!()
);
pub(super) const PRODUCT: &str = "
    select p.id, p.slug, p.name, p.sku, p.description, p.base_price, p.currency, p.tags, p.price_min, p.price_max, p.is_available,
           p.main_image_url, p.main_image_alt_text, p.main_image_list_url, p.created_at, p.updated_at, p.default_variant_id, p.version,
           b.id, b.name, b.slug, category.*, image.*, variant.*
      from products p
      left join brands b on b.id = p.brand_id
     cross join lateral (
           select array_agg(c.id) as ids, array_agg(c.name) as names, array_agg(c.slug) as slugs
             from product_categories pc join categories c on c.id = pc.category_id
            where pc.product_id = p.id) category
     cross join lateral (
           select array_agg((i.id, i.url, i.alt_text, i.display_order, i.variant_id, f.width, f.height, f.list_url, f.page_url, f.zoom_url)::text
                            order by i.display_order)
             from product_images i left join image_files f on f.url = i.url
            where i.product_id = p.id) image
     cross join lateral (
           select array_agg((v.id, v.sku, v.name, v.price_adjustment, v.own_price, v.compare_at_price, v.barcode, v.weight_grams, s.on_hand,
                             array(select (w.id, a.id, a.name, w.value)::text
                                     from attribute_values w join attributes a on a.id = w.attribute_id
                                    where w.id = any (v.attribute_value_ids)))::text order by v.position, v.id)
             from product_variants v join stock_levels s on s.variant_id = v.id
            where v.product_id = p.id and v.archived_at is null) variant
     where p.slug = $1 and is_published(p.status, p.publish_at, p.unpublish_at, now())";

/// A statement and its arguments.
#[derive(Clone, Debug)]
pub(super) struct Baseline {
    pub(super) sql: &'static str,
    pub(super) arguments: Vec<Argument>,
}

/// An argument of a statement.
#[derive(Clone, Debug)]
pub(super) enum Argument {
    Id(i64),
    Time(Timestamp),
    Text(String),
    Ids(Vec<i64>),
}

impl Baseline {
    pub(super) async fn rows(&self, connection: &mut PgConnection) -> sqlx::Result<Vec<PgRow>> {
        let mut query = sqlx::query(self.sql);
        for argument in &self.arguments {
            query = match argument {
                Argument::Id(id) => query.bind(id),
                Argument::Time(time) => query.bind(time),
                Argument::Text(text) => query.bind(text),
                Argument::Ids(ids) => query.bind(ids),
            };
        }
        query.fetch_all(connection).await
    }
}
