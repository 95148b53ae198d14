//! The catalogue that is read: created by SQL in bulk, because creating it is not measured, and the same in every run.
//!
//! Each row depends only on its number, so a catalogue of 100,000 products can grow to a million. Words have the frequencies of a natural
//! language: the second is half as frequent as the first, the third a third.

use anyhow::ensure;
use indicatif::{ProgressBar, ProgressStyle};
use shared::app::db::Connector;
use sqlx::postgres::{PgConnectOptions, PgConnection};
use sqlx::{ConnectOptions as _, Executor as _};

use super::words::vocabulary;

/// Products per batch.
const BATCH: i64 = 5_000;

/// Functions and rows that the products need.
const BASE_DATA: &str = "
    set synchronous_commit = off;
    -- A number between 0 and 1, the same in every run for a row's number and a property of it.
    create function pg_temp.fraction(n bigint, property integer) returns double precision language sql immutable parallel safe as
        'select (hashint8extended(n, property) & 2147483647) / 2147483648.0';
    create temporary table words (rank integer primary key, word text not null);

    insert into brands (name, name_key, slug) select 'Brand ' || n, 'brand ' || n, 'brand-' || n from generate_series(1, 300) n;
    -- 8 at the top, 4 below each, 4 below each of those, and 3 below each of those: 552.
    insert into categories (name, name_key, slug, parent_id)
    select 'Department ' || n, 'department ' || n, 'department-' || n, null from generate_series(1, 8) n;
    insert into categories (name, name_key, slug, parent_id)
    select 'Range ' || n, 'range ' || n, 'range-' || n, 1 + (n - 9) / 4 from generate_series(9, 40) n;
    insert into categories (name, name_key, slug, parent_id)
    select 'Group ' || n, 'group ' || n, 'group-' || n, 9 + (n - 41) / 4 from generate_series(41, 168) n;
    insert into categories (name, name_key, slug, parent_id)
    select 'Shelf ' || n, 'shelf ' || n, 'shelf-' || n, 41 + (n - 169) / 3 from generate_series(169, 552) n;
    insert into attributes (name, name_key) values ('Size', 'size'), ('Colour', 'colour');
    insert into attribute_values (attribute_id, value, value_key, position)
    select 1, value, lower(value), position from unnest(array['XS', 'S', 'M', 'L', 'XL', 'XXL']) with ordinality t (value, position);
    insert into attribute_values (attribute_id, value, value_key, position)
    select 2, value, lower(value), position
      from unnest(array['Black', 'White', 'Grey', 'Red', 'Blue', 'Green', 'Yellow', 'Orange', 'Brown', 'Pink', 'Purple', 'Beige'])
           with ordinality t (value, position);";

/// Products $1 to $2, each with a name of three words that are not the most frequent ones, and a description of thirty that may be. A trigger
/// gives each its row in the index.
const PRODUCTS: &str = "
    insert into products (id, brand_id, slug, handle, name, description, base_price, tags, status, publish_at, created_at, updated_at, card)
     overriding system value
     select n, 1 + floor(300 * power(pg_temp.fraction(n, 1), 2)), replace(t.name, ' ', '-') || '-' || n, replace(t.name, ' ', '-') || '-' || n,
            initcap(t.name),
            '<p>' || t.description || '</p>', 499 + 10 * floor(3000 * power(pg_temp.fraction(n, 2), 2))::bigint,
            array[(array['new', 'sale', 'outlet', 'gift', 'basic'])[1 + floor(5 * pg_temp.fraction(n, 3))::integer]],
            case when pg_temp.fraction(n, 4) < 0.97 then 'active' when pg_temp.fraction(n, 4) < 0.99 then 'draft' else 'archived' end,
            case when pg_temp.fraction(n, 5) < 0.01 then timestamptz '2124-01-01' end, made_at, made_at, ''
       from (select n, timestamptz '2024-01-01' + n * interval '1 minute' + pg_temp.fraction(n, 6) * interval '7 days' as made_at,
                    string_agg(w.word, ' ' order by k) filter (where k <= 3) as name,
                    string_agg(w.word, ' ' order by k) filter (where k > 3) as description
               from generate_series($1::bigint, $2::bigint) n
              cross join generate_series(1, 33) k
               join words w on w.rank = case when k <= 3 then floor(50 * power(400, pg_temp.fraction(n, 100 + k)))
                                             else floor(power(20000, pg_temp.fraction(n, 100 + k))) end::integer
              group by n) t
      order by n";

/// The other rows of these products, a statement for each table. They include what triggers would do row by row.
const ROWS: [&str; 7] = [
    "insert into product_categories (product_id, category_id)
     select n, 169 + floor(384 * power(pg_temp.fraction(n, 10), 2)) from generate_series($1::bigint, $2::bigint) n
      union
     select n, 169 + floor(384 * pg_temp.fraction(n, 11)) from generate_series($1::bigint, $2::bigint) n where pg_temp.fraction(n, 12) < 0.2",
    "insert into product_variants (id, product_id, sku, name, position, price_adjustment, compare_at_price, barcode, weight_grams,
                                   attribute_value_ids)
     overriding system value
     select (n - 1) * 3 + k, n, 'SKU-' || lpad(n::text, 7, '0') || '-' || k, size.value || ' / ' || colour.value, k,
            case when pg_temp.fraction(n, 20) < 0.3 then 500 * (k - 1) else 0 end,
            case when pg_temp.fraction(n, 21) < 0.2 then 60000 end, lpad(((n - 1) * 3 + k)::text, 13, '4'), 100 + 10 * k, array[size.id, colour.id]
       from generate_series($1::bigint, $2::bigint) n
      cross join generate_series(1, 3) k
       join attribute_values size on size.id = 1 + (floor(6 * pg_temp.fraction(n, 22))::bigint + k) % 6
       join attribute_values colour on colour.id = 7 + (floor(12 * power(pg_temp.fraction(n, 23), 2))::bigint + k / 3) % 12
      order by n, k",
    "insert into variant_attribute_values (variant_id, attribute_id, attribute_value_id)
     select v.id, w.attribute_id, w.id
       from product_variants v join attribute_values w on w.id = any (v.attribute_value_ids)
      where v.product_id between $1 and $2",
    // Reduced variants had a higher price before.
    "insert into variant_prices (variant_id, at, price, is_reduced, is_offered)
     select v.id, history.at, p.base_price + v.price_adjustment + history.more, history.is_reduced, true
       from product_variants v
       join products p on p.id = v.product_id
       join (values (timestamptz '2024-01-01', 500, false), (timestamptz '2025-12-01', 0, true)) as history (at, more, is_reduced)
         on not history.is_reduced or v.compare_at_price is not null
      where v.product_id between $1 and $2",
    "insert into stock_levels (variant_id, on_hand)
     select id, case when pg_temp.fraction(id, 30) < 0.15 then 0 else 1 + floor(50 * pg_temp.fraction(id, 31)) end
       from product_variants where product_id between $1 and $2",
    "insert into stock_ledger (variant_id, change, on_hand_after, reason, at)
     select s.variant_id, s.on_hand, s.on_hand, 'received', now()
       from stock_levels s join product_variants v on v.id = s.variant_id
      where v.product_id between $1 and $2 and s.on_hand > 0",
    "insert into product_images (id, product_id, url, alt_text, display_order)
     overriding system value
     select (n - 1) * 2 + k, n, 'https://images.example.com/' || n || '-' || k || '.jpg', 'Seen from side ' || k, k - 1
       from generate_series($1::bigint, $2::bigint) n cross join generate_series(1, 2) k",
];

/// Fills the derived columns of each product and, by triggers, its card and the columns of its row in the index.
const CARDS: &str = "select refresh_product_cards(array(select generate_series($1::bigint, $2::bigint)))";

/// Brings the database into the state of one that has run for a while.
const MAINTENANCE: [&str; 5] = [
    "select setval(pg_get_serial_sequence('products', 'id'), (select max(id) from products))",
    "select setval(pg_get_serial_sequence('product_variants', 'id'), (select max(id) from product_variants))",
    "select setval(pg_get_serial_sequence('product_images', 'id'), (select max(id) from product_images))",
    "vacuum (analyze)",
    "checkpoint",
];

/// Fills the database of a run.
pub(super) struct Fixture {
    connection: PgConnection,
    products: i64,
}

impl Fixture {
    /// Prepares an empty database.
    pub(super) async fn create(owner: &PgConnectOptions) -> anyhow::Result<Self> {
        migrate::apply(&Connector::to(owner.clone())).await?;
        let mut connection = owner.clone().disable_statement_logging().connect().await?;
        connection.execute(sqlx::raw_sql(BASE_DATA)).await?;
        sqlx::query(
            "insert into words (rank, word) select rank, word from unnest($1::text[]) with ordinality t (word, rank)",
        )
        .bind(vocabulary())
        .execute(&mut connection)
        .await?;
        connection.execute("analyze words").await?;
        Ok(Self { connection, products: 0 })
    }

    /// Adds products until there are this many.
    pub(super) async fn grow_to(&mut self, products: i64) -> anyhow::Result<()> {
        let style = ProgressStyle::with_template("{bar:30} {pos}/{len} products, {eta} left")?;
        let bar = ProgressBar::new((products - self.products).unsigned_abs()).with_style(style);
        while self.products < products {
            let (from, to) = (self.products + 1, (self.products + BATCH).min(products));
            sqlx::query(PRODUCTS).bind(from).bind(to).execute(&mut self.connection).await?;
            // Without triggers and foreign key checks: the statements do what they would do.
            self.connection.execute("set session_replication_role = replica").await?;
            for rows in ROWS {
                sqlx::query(rows).bind(from).bind(to).execute(&mut self.connection).await?;
            }
            self.connection.execute("set session_replication_role = origin").await?;
            sqlx::query(CARDS).bind(from).bind(to).execute(&mut self.connection).await?;
            bar.inc((to + 1 - from).unsigned_abs());
            self.products = to;
        }
        bar.finish_and_clear();
        let indexed: i64 = sqlx::query_scalar("select count(*) from product_index where value_ids <> '{}'")
            .fetch_one(&mut self.connection)
            .await?;
        ensure!(indexed == products, "{indexed} of {products} products are in the index");
        for statement in MAINTENANCE {
            self.connection.execute(statement).await?;
        }
        Ok(())
    }
}
