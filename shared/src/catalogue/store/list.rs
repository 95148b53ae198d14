//! Reading pages of products.
//!
//! Each of the three sort keys has an index, `(key, id) where status = 'active'`, and each is walked in both directions: six
//! queries that differ in a column and a comparison. Their text is put together from literals at compile time, because an
//! `order by` that depends on an argument cannot walk an index.

use super::categories::of_products;
use super::product::Row;
use crate::app::db::Tx;
use crate::catalogue::ProductSummary;
use crate::ids::{BrandId, CategoryId, ProductId};
use crate::money::Money;
use crate::time::Timestamp;

/// Which products a list is of. `None` is no condition.
#[derive(Clone, Debug)]
pub struct Filter {
    /// They are for sale at this time.
    pub now: Timestamp,
    /// What [`search_query`] made of the words to be found.
    pub search: Option<String>,
    /// Whose.
    pub brand: Option<BrandId>,
    /// In one of these categories.
    pub categories: Option<Vec<CategoryId>>,
    /// Whether any variant is in stock.
    pub is_available: Option<bool>,
    /// The dearest variant costs at least this.
    pub price_from: Option<Money>,
    /// The cheapest variant costs at most this.
    pub price_to: Option<Money>,
}

impl Filter {
    /// Everything that is for sale at this time.
    pub const fn at(now: Timestamp) -> Self {
        Self { now, search: None, brand: None, categories: None, is_available: None, price_from: None, price_to: None }
    }
}

/// What a list is sorted by; equal keys by id.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SortKey {
    /// When the product came into the catalogue.
    CreatedAt,
    /// Its name.
    Name,
    /// Its cheapest variant's price.
    Price,
}

/// Which way an index is walked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Way {
    /// From the smallest key.
    Up,
    /// From the largest key.
    Down,
}

/// The sort key of a row; of a price the minor units.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Place {
    /// In a list by time.
    CreatedAt(Timestamp),
    /// In a list by name.
    Name(String),
    /// In a list by price.
    Price(i64),
}

/// A product in a list, and when it was made, which is not shown.
#[derive(Clone, Debug)]
pub struct Listed {
    /// What is shown.
    pub product: ProductSummary,
    created_at: Timestamp,
}

impl Listed {
    /// Where it stands in a list sorted so.
    pub fn place(&self, key: SortKey) -> Place {
        match key {
            SortKey::CreatedAt => Place::CreatedAt(self.created_at),
            SortKey::Name => Place::Name(self.product.name.clone()),
            SortKey::Price => Place::Price(self.product.price_range.min.minor()),
        }
    }
}

/// A query over the products that are for sale and pass the filter, which are its arguments $1 to $6; $7 is now. The conditions of those
/// that are null vanish when PostgreSQL plans the query.
macro_rules! on_sale {
    ($macro:ident!($($row:ident)?), $select:literal, [$($rest:tt)*], $filter:ident $($arguments:tt)*) => {
        sqlx::$macro!(
            $($row,)?
            $select
                + " from products p left join brands b on b.id = p.brand_id
                   where is_published(p.status, p.publish_at, p.unpublish_at, $7)
                     and ($1::text is null or p.search_document @@ $1::text::tsquery)
                     and ($2::bigint is null or p.brand_id = $2)
                     and ($3::bigint[] is null or exists (
                            select from product_categories pc where pc.product_id = p.id and pc.category_id = any ($3)))
                     and ($4::boolean is null or p.is_available = $4)
                     and ($5::bigint is null or p.price_max >= $5)
                     and ($6::bigint is null or p.price_min <= $6)"
                + $($rest)*,
            $filter.search,
            $filter.brand as _,
            $filter.categories as _,
            $filter.is_available,
            $filter.price_from as _,
            $filter.price_to as _,
            $filter.now as _
            $($arguments)*
        )
    };
}

/// One of the six walks: from `(key, id)` on, or from the end of the index where that is null.
macro_rules! walk {
    ($tx:ident, $column:literal $type:literal $beyond:literal $order:literal, $filter:ident, $key:ident, $id:ident, $limit:ident) => {
        on_sale!(
            query_as!(Row),
            r#"select p.id, p.slug, p.name, p.sku, p.base_price, p.currency, p.price_min, p.price_max,
                      p.is_available, p.main_image_url, p.main_image_alt_text, p.main_image_list_url, p.created_at,
                      p.brand_id, b.name as "brand_name?", b.slug as "brand_slug?""#,
            [" and ($8::"
                + $type
                + " is null or (p."
                + $column
                + ", p.id) "
                + $beyond
                + " ($8, $9::bigint))
              order by p."
                + $column
                + $order
                + ", p.id"
                + $order
                + " limit $10"],
            $filter,
            $key as _,
            $id as _,
            $limit
        )
        .fetch_all(&mut *$tx)
        .await?
    };
}

/// Products sorted by `key`, walked this way, those beyond `after`; at most `limit`.
pub async fn list(
    tx: &mut Tx,
    filter: &Filter,
    (key, way): (SortKey, Way),
    after: Option<(Place, ProductId)>,
    limit: i64,
) -> sqlx::Result<Vec<Listed>> {
    let (place, id) = after.unzip();
    let (at, name, price) = match place {
        Some(Place::CreatedAt(at)) => (Some(at), None, None),
        Some(Place::Name(name)) => (None, Some(name), None),
        Some(Place::Price(minor)) => (None, None, Some(minor)),
        None => (None, None, None),
    };
    let rows = match (key, way) {
        (SortKey::CreatedAt, Way::Up) => walk!(tx, "created_at" "timestamptz" ">" " asc", filter, at, id, limit),
        (SortKey::CreatedAt, Way::Down) => walk!(tx, "created_at" "timestamptz" "<" " desc", filter, at, id, limit),
        (SortKey::Name, Way::Up) => walk!(tx, "name" "text" ">" " asc", filter, name, id, limit),
        (SortKey::Name, Way::Down) => walk!(tx, "name" "text" "<" " desc", filter, name, id, limit),
        (SortKey::Price, Way::Up) => walk!(tx, "price_min" "bigint" ">" " asc", filter, price, id, limit),
        (SortKey::Price, Way::Down) => walk!(tx, "price_min" "bigint" "<" " desc", filter, price, id, limit),
    };
    let ids: Vec<ProductId> = rows.iter().map(|row| row.id).collect();
    let mut categories = of_products(tx, &ids).await?;
    Ok(rows
        .into_iter()
        .map(|row| Listed {
            created_at: row.created_at,
            product: ProductSummary { categories: categories.remove(&row.id).unwrap_or_default(), ..row.into() },
        })
        .collect())
}

/// How many products pass the filter.
pub async fn count(tx: &mut Tx, filter: &Filter) -> sqlx::Result<i64> {
    on_sale!(query_scalar!(), r#"select count(*) as "count!""#, [""], filter).fetch_one(&mut *tx).await
}

/// What finds the products that have, for each word of the text, a word that begins so. Matches nothing where there is no word
/// in it.
pub async fn search_query(tx: &mut Tx, text: &str) -> sqlx::Result<String> {
    sqlx::query_scalar!(r#"select coalesce(search_query($1)::text, '') as "query!""#, text).fetch_one(&mut *tx).await
}
