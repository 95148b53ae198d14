//! Builders of test data.
#![expect(clippy::disallowed_methods, reason = "tests write directly, never through the pooler")]

use crate::app::{Rng as _, SystemRng};
use sqlx::PgPool;

use super::TestApp;
use crate::ids::{CartId, ProductId, UserId, VariantId};
use crate::stock::StockRules;

/// A product with one variant.
#[derive(Clone, Debug)]
pub struct TestProduct {
    /// Id of the product.
    pub id: ProductId,
    /// Id of its variant.
    pub variant: VariantId,
    /// SKU of the variant.
    pub sku: String,
    /// Slug of the product.
    pub slug: String,
}

/// A builder of a product with one variant.
#[derive(Debug)]
pub struct ProductBuilder<'a> {
    db: &'a PgPool,
    name: String,
    price: i64,
    stock: i32,
    status: &'static str,
    rules: StockRules,
}

impl<'a> ProductBuilder<'a> {
    pub(super) fn new(db: &'a PgPool) -> Self {
        let rules = StockRules::default();
        Self { db, name: "Shoes".to_owned(), price: 1000, stock: 0, status: "active", rules }
    }

    /// Sets the name.
    #[must_use]
    pub fn named(mut self, name: &str) -> Self {
        name.clone_into(&mut self.name);
        self
    }

    /// Sets the price in cents.
    #[must_use]
    pub fn cents(mut self, price: i64) -> Self {
        self.price = price;
        self
    }

    /// Sets the number of units in stock.
    #[must_use]
    pub fn stock(mut self, units: i32) -> Self {
        self.stock = units;
        self
    }

    /// Lets the variant be bought whatever is in stock.
    #[must_use]
    pub fn untracked(mut self) -> Self {
        self.rules.track_inventory = false;
        self
    }

    /// Lets the variant be bought with nothing in stock, up to this number of backordered units.
    #[must_use]
    pub fn backorders(mut self, limit: Option<i32>) -> Self {
        self.rules.allow_backorder = true;
        self.rules.backorder_limit = limit;
        self
    }

    /// Sets the status `draft` or `archived` instead of `active`.
    #[must_use]
    pub fn status(mut self, status: &'static str) -> Self {
        self.status = status;
        self
    }

    /// Inserts the product.
    pub async fn create(self) -> TestProduct {
        let unique = SystemRng.random_uuid().simple().to_string();
        let (slug, sku) = (format!("product-{unique}"), format!("SKU-{unique}"));
        let mut tx = self.db.begin().await.unwrap();
        let id: ProductId = sqlx::query_scalar(
            "insert into products (slug, handle, name, base_price, status, created_at, updated_at)
             values ($1, $1, $2, $3, $4, now(), now()) returning id",
        )
        .bind(&slug)
        .bind(&self.name)
        .bind(self.price)
        .bind(self.status)
        .fetch_one(&mut *tx)
        .await
        .unwrap();
        let variant: VariantId = sqlx::query_scalar(
            "insert into product_variants (product_id, sku, name) values ($1, $2, 'One size') returning id",
        )
        .bind(id)
        .bind(&sku)
        .fetch_one(&mut *tx)
        .await
        .unwrap();
        sqlx::query(
            "update stock_levels set track_inventory = $2, allow_backorder = $3, backorder_limit = $4 where variant_id = $1",
        )
        .bind(variant)
        .bind(self.rules.track_inventory)
        .bind(self.rules.allow_backorder)
        .bind(self.rules.backorder_limit)
        .execute(&mut *tx)
        .await
        .unwrap();
        sqlx::query("select change_stock($1, $2, 'received', now())")
            .bind(variant)
            .bind(self.stock)
            .execute(&mut *tx)
            .await
            .unwrap();
        sqlx::query("select refresh_product_cards(array[$1])").bind(id).execute(&mut *tx).await.unwrap();
        tx.commit().await.unwrap();
        TestProduct { id, variant, sku, slug }
    }
}

impl TestApp {
    /// Adds this many variants to a product, each with a unit in stock, and returns them in the order of their ids.
    pub async fn variants_of(&self, product: &TestProduct, count: i32) -> Vec<VariantId> {
        let mut variants: Vec<VariantId> = sqlx::query_scalar(
            "insert into product_variants (product_id, sku, name, attribute_value_ids)
             select $1, $2 || '-' || n, 'Size ' || n, array[n] from generate_series(1, $3) n returning id",
        )
        .bind(product.id)
        .bind(&product.sku)
        .bind(count)
        .fetch_all(&self.db)
        .await
        .unwrap();
        sqlx::query("select change_stock(v, 1, 'received', now()) from unnest($1::bigint[]) v")
            .bind(&variants)
            .execute(&self.db)
            .await
            .unwrap();
        variants.sort();
        variants
    }
}

/// A builder of a cart.
#[derive(Debug)]
pub struct CartBuilder<'a> {
    db: &'a PgPool,
    user: Option<UserId>,
    lines: Vec<(VariantId, i32)>,
}

impl<'a> CartBuilder<'a> {
    pub(super) fn new(db: &'a PgPool) -> Self {
        Self { db, user: None, lines: Vec::new() }
    }

    /// Sets the user who owns the cart.
    #[must_use]
    pub fn of(mut self, user: UserId) -> Self {
        self.user = Some(user);
        self
    }

    /// Adds a line.
    #[must_use]
    pub fn with(mut self, variant: VariantId, quantity: i32) -> Self {
        self.lines.push((variant, quantity));
        self
    }

    /// Inserts the cart.
    pub async fn create(self) -> CartId {
        let id = CartId(SystemRng.random_uuid());
        let mut tx = self.db.begin().await.unwrap();
        sqlx::query("insert into carts (id, user_id, created_at, updated_at) values ($1, $2, now(), now())")
            .bind(id)
            .bind(self.user)
            .execute(&mut *tx)
            .await
            .unwrap();
        for (variant, quantity) in self.lines {
            sqlx::query("insert into cart_lines (cart_id, variant_id, quantity) values ($1, $2, $3)")
                .bind(id)
                .bind(variant)
                .bind(quantity)
                .execute(&mut *tx)
                .await
                .unwrap();
        }
        tx.commit().await.unwrap();
        id
    }
}
