//! A random catalogue: drafts and archived products, products with many variants, with one, with archived ones or with none, and every
//! kind of stock.

use std::collections::BTreeSet;

use shared::catalogue::store::filter::{Filter, Subtree};
use shared::catalogue::{Status, Visibility};
use shared::ids::{AttributeId, AttributeValueId, BrandId, CategoryId};
use shared::money::Money;
use shared::time::Timestamp;
use sqlx::PgPool;

const PRODUCTS: i64 = 150;
pub(super) const BRANDS: i64 = 4;
pub(super) const ATTRIBUTES: i64 = 3;
/// Number of values of each attribute.
pub(super) const VALUES: i64 = 4;
/// The parents of the categories 1, 2 and so on.
pub(super) const PARENTS: [Option<i64>; 7] = [None, None, Some(1), Some(1), Some(3), Some(3), Some(2)];
/// Prices on both sides of the bounds of bands, far apart.
const PRICES: [i64; 10] = [0, 500, 999, 1_000, 1_999, 2_000, 7_500, 9_999, 30_000, 150_000];

/// SplitMix64: random enough for a test, and the same everywhere.
pub(super) struct Numbers(pub(super) u64);

impl Numbers {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// Returns a number from 0 up to, but not including, `end`.
    fn below(&mut self, end: i64) -> i64 {
        (self.next() % end as u64) as i64
    }

    /// Returns true once in `times`.
    fn once_in(&mut self, times: i64) -> bool {
        self.below(times) == 0
    }

    fn one_of<T: Copy>(&mut self, all: &[T]) -> T {
        all[self.below(all.len() as i64) as usize]
    }
}

#[derive(Clone, Debug)]
pub(super) struct Variant {
    pub(super) price: i64,
    pub(super) values: Vec<i64>,
    is_archived: bool,
    stock: Stock,
}

#[derive(Clone, Copy, Debug)]
struct Stock {
    on_hand: i32,
    is_tracked: bool,
    is_backorderable: bool,
    backorder_limit: Option<i32>,
    backordered: i32,
}

impl Variant {
    pub(super) fn is_available(&self) -> bool {
        let Stock { on_hand, is_tracked, is_backorderable, backorder_limit, backordered } = self.stock;
        !is_tracked || on_hand > 0 || (is_backorderable && backorder_limit.is_none_or(|limit| backordered < limit))
    }
}

impl Stock {
    fn make(numbers: &mut Numbers) -> Self {
        let on_hand = if numbers.once_in(2) { 0 } else { 1 + numbers.below(5) as i32 };
        Self {
            on_hand,
            is_tracked: !numbers.once_in(8),
            is_backorderable: numbers.once_in(6),
            backorder_limit: numbers.once_in(2).then(|| numbers.below(3) as i32),
            backordered: if on_hand == 0 { numbers.below(3) as i32 } else { 0 },
        }
    }

    /// No stock at all, and no way to buy without.
    const NONE: Self =
        Self { on_hand: 0, is_tracked: true, is_backorderable: false, backorder_limit: None, backordered: 0 };
}

pub(super) struct Product {
    pub(super) id: i64,
    pub(super) status: Status,
    pub(super) brand: Option<i64>,
    pub(super) categories: Vec<i64>,
    base_price: i64,
    variants: Vec<Variant>,
}

impl Product {
    fn make(numbers: &mut Numbers, id: i64) -> Self {
        let base_price = numbers.one_of(&PRICES);
        let has_one_price = numbers.once_in(2);
        let (mut combinations, mut variants) = (BTreeSet::new(), Vec::new());
        for _ in 0..numbers.below(6) {
            let values: Vec<i64> = (1..=ATTRIBUTES)
                .filter_map(|attribute| {
                    let value = numbers.below(VALUES);
                    (!numbers.once_in(4)).then_some(value_id(attribute, value))
                })
                .collect();
            if combinations.insert(values.clone()) {
                let price = if has_one_price { base_price } else { numbers.one_of(&PRICES) };
                variants.push(Variant { price, values, is_archived: numbers.once_in(8), stock: Stock::make(numbers) });
            }
        }
        Self {
            id,
            status: if numbers.once_in(6) {
                numbers.one_of(&[Status::Draft, Status::Archived])
            } else {
                Status::Active
            },
            brand: (!numbers.once_in(4)).then(|| 1 + numbers.below(BRANDS)),
            categories: (1..=PARENTS.len() as i64).filter(|_| numbers.once_in(4)).collect(),
            base_price,
            variants,
        }
    }

    fn variants_with_ids(&self) -> impl Iterator<Item = (i64, &Variant)> {
        (self.id * 100..).zip(&self.variants)
    }

    /// Returns the variants that are not archived. A product without them counts as one that cannot be bought, at the base price.
    pub(super) fn sold_variants(&self) -> Vec<Variant> {
        let sold: Vec<Variant> = self.variants.iter().filter(|variant| !variant.is_archived).cloned().collect();
        let nothing = Variant { price: self.base_price, values: Vec::new(), is_archived: false, stock: Stock::NONE };
        if sold.is_empty() { vec![nothing] } else { sold }
    }
}

pub(super) struct Catalogue {
    pub(super) products: Vec<Product>,
}

impl Catalogue {
    pub(super) fn make(numbers: &mut Numbers) -> Self {
        Self { products: (1..=PRODUCTS).map(|id| Product::make(numbers, id)).collect() }
    }

    /// Returns a filter that leaves some products, most of the time.
    pub(super) fn filter(&self, numbers: &mut Numbers, now: Timestamp) -> Filter {
        let visibility = if numbers.once_in(4) { Visibility::Staff } else { Visibility::Shoppers(now) };
        let mut filter = Filter::everything(visibility);
        if numbers.once_in(3) {
            filter.brands = Some((0..=numbers.below(2)).map(|_| BrandId(1 + numbers.below(BRANDS))).collect());
        }
        if numbers.once_in(3) {
            filter.category = Some(subtree(1 + numbers.below(PARENTS.len() as i64)));
        }
        filter.is_available = numbers.one_of(&[None, Some(true), Some(true), Some(false)]);
        filter.price_from = numbers.once_in(3).then(|| Money::from_minor(numbers.one_of(&PRICES)));
        filter.price_to = numbers.once_in(3).then(|| Money::from_minor(numbers.one_of(&PRICES)));
        filter.status = numbers.once_in(6).then(|| numbers.one_of(&[Status::Active, Status::Draft]));
        for attribute in 1..=ATTRIBUTES {
            if numbers.once_in(4) {
                let values =
                    (0..=numbers.below(2)).map(|_| AttributeValueId(value_id(attribute, numbers.below(VALUES))));
                filter.attributes.push((AttributeId(attribute), values.collect()));
            }
        }
        filter
    }

    /// Gives every third variant other stock.
    pub(super) fn change_stock(&mut self, numbers: &mut Numbers) {
        for variant in self.products.iter_mut().flat_map(|product| &mut product.variants) {
            if numbers.once_in(3) {
                variant.stock = Stock::make(numbers);
            }
        }
    }

    /// Replaces the catalogue in the database.
    pub(super) async fn insert(&self, db: &PgPool) {
        sqlx::raw_sql("truncate products, brands, categories, attributes, product_index cascade")
            .execute(db)
            .await
            .unwrap();
        self.insert_nouns(db).await;
        for product in &self.products {
            insert_product(db, product).await;
        }
        self.write_stock(db).await;
        sqlx::query("select refresh_product_cards(array(select id from products))").execute(db).await.unwrap();
    }

    async fn insert_nouns(&self, db: &PgPool) {
        for (sql, count) in [
            ("insert into brands (id, name, name_key, slug) overriding system value
              select n, 'Brand ' || n, 'brand ' || n, 'brand-' || n from generate_series(1, $1) n", BRANDS),
            ("insert into attributes (id, name, name_key) overriding system value
              select n, 'Attribute ' || n, 'attribute ' || n from generate_series(1, $1) n", ATTRIBUTES),
            ("insert into attribute_values (id, attribute_id, value, value_key) overriding system value
              select a.id * 100 + n, a.id, 'Value ' || n, 'value ' || n from attributes a, generate_series(0, $1 - 1) n", VALUES),
        ] {
            sqlx::query(sql).bind(count).execute(db).await.unwrap();
        }
        for (id, parent) in (1_i64..).zip(PARENTS) {
            sqlx::query(
                "insert into categories (id, parent_id, name, name_key, slug) overriding system value
                 values ($1, $2, 'Category ' || $1, 'category ' || $1, 'category-' || $1)",
            )
            .bind(id)
            .bind(parent)
            .execute(db)
            .await
            .unwrap();
        }
    }

    /// Writes the stock of all variants, as sales and counts do: without refreshing the rest of a product.
    pub(super) async fn write_stock(&self, db: &PgPool) {
        for (id, variant) in self.products.iter().flat_map(Product::variants_with_ids) {
            let Stock { on_hand, is_tracked, is_backorderable, backorder_limit, backordered } = variant.stock;
            sqlx::query(
                "update stock_levels set on_hand = $2, track_inventory = $3, allow_backorder = $4, backorder_limit = $5, backordered = $6
                  where variant_id = $1",
            )
            .bind(id)
            .bind(on_hand)
            .bind(is_tracked)
            .bind(is_backorderable)
            .bind(backorder_limit)
            .bind(backordered)
            .execute(db)
            .await
            .unwrap();
        }
        sqlx::query("select refresh_availability(array(select id from products))").execute(db).await.unwrap();
    }
}

async fn insert_product(db: &PgPool, product: &Product) {
    sqlx::query(
        "insert into products (id, slug, handle, name, brand_id, base_price, status, created_at, updated_at) overriding system value
         values ($1, 'p-' || $1, 'p-' || $1, 'Product ' || $1, $2, $3, $4, now(), now())",
    )
    .bind(product.id)
    .bind(product.brand)
    .bind(product.base_price)
    .bind(product.status.as_str())
    .execute(db)
    .await
    .unwrap();
    sqlx::query("insert into product_categories (product_id, category_id) select $1, id from unnest($2::bigint[]) id")
        .bind(product.id)
        .bind(&product.categories)
        .execute(db)
        .await
        .unwrap();
    for (id, variant) in product.variants_with_ids() {
        insert_variant(db, product, id, variant).await;
    }
}

async fn insert_variant(db: &PgPool, product: &Product, id: i64, variant: &Variant) {
    sqlx::query(
        "with variant as (
             insert into product_variants (id, product_id, sku, name, price_adjustment, archived_at) overriding system value
             values ($1, $2, 'V-' || $1, 'Variant ' || $1, $3, case when $4 then now() end))
         insert into variant_attribute_values (variant_id, attribute_id, attribute_value_id) select $1, id / 100, id from unnest($5::bigint[]) id",
    )
    .bind(id)
    .bind(product.id)
    .bind(variant.price - product.base_price)
    .bind(variant.is_archived)
    .bind(&variant.values)
    .execute(db)
    .await
    .unwrap();
}

pub(super) const fn value_id(attribute: i64, value: i64) -> i64 {
    attribute * 100 + value
}

/// Returns the category and all below it.
pub(super) fn subtree(top: i64) -> Subtree {
    let mut all = vec![CategoryId(top)];
    // Each parent stands before its children.
    for (id, parent) in (1..).zip(PARENTS) {
        if parent.is_some_and(|parent| all.contains(&CategoryId(parent))) {
            all.push(CategoryId(id));
        }
    }
    Subtree { top: CategoryId(top), all }
}
