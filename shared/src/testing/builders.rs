//! Things that tests need to be there.
#![expect(clippy::disallowed_methods, reason = "tests write beside the service, never through the pooler")]

use crate::app::{Ambient as _, SystemAmbient};
use sqlx::PgPool;

use crate::ids::{CartId, ProductId, UserId, VariantId};

/// A product with one variant, and the names tests ask for.
#[derive(Clone, Debug)]
pub struct TestProduct {
    /// The product.
    pub id: ProductId,
    /// Its variant.
    pub variant: VariantId,
    /// The variant's SKU.
    pub sku: String,
    /// The product's slug.
    pub slug: String,
}

/// Says what a product is to be.
#[derive(Debug)]
pub struct ProductBuilder<'a> {
    db: &'a PgPool,
    name: String,
    price: i64,
    stock: i32,
    status: &'static str,
}

impl<'a> ProductBuilder<'a> {
    pub(super) fn new(db: &'a PgPool) -> Self {
        Self { db, name: "Shoes".to_owned(), price: 1000, stock: 0, status: "active" }
    }

    /// What it is called.
    #[must_use]
    pub fn named(mut self, name: &str) -> Self {
        name.clone_into(&mut self.name);
        self
    }

    /// What it costs, in cents.
    #[must_use]
    pub fn cents(mut self, price: i64) -> Self {
        self.price = price;
        self
    }

    /// How many there are.
    #[must_use]
    pub fn stock(mut self, units: i32) -> Self {
        self.stock = units;
        self
    }

    /// `draft` or `archived` instead of `active`.
    #[must_use]
    pub fn status(mut self, status: &'static str) -> Self {
        self.status = status;
        self
    }

    /// Makes it.
    pub async fn create(self) -> TestProduct {
        let unique = SystemAmbient.random_uuid().simple().to_string();
        let (slug, sku) = (format!("product-{unique}"), format!("SKU-{unique}"));
        let mut tx = self.db.begin().await.unwrap();
        let id: ProductId = sqlx::query_scalar(
            "insert into products (slug, name, base_price, status, created_at, updated_at)
             values ($1, $2, $3, $4, now(), now()) returning id",
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

/// Says what a cart is to be.
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

    /// Whose it is.
    #[must_use]
    pub fn of(mut self, user: UserId) -> Self {
        self.user = Some(user);
        self
    }

    /// One more line.
    #[must_use]
    pub fn with(mut self, variant: VariantId, quantity: i32) -> Self {
        self.lines.push((variant, quantity));
        self
    }

    /// Makes it.
    pub async fn create(self) -> CartId {
        let id = CartId(SystemAmbient.random_uuid());
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
