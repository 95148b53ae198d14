//! The catalogue over HTTP.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod arrange_products;
mod ask_for_notice;
mod bulk_prices;
mod bulk_stock;
mod cached;
mod combine_variants;
mod create_product;
mod delete_product;
mod get_brand;
mod get_category;
mod get_product;
mod import_taxonomy;
mod list_attributes;
mod list_brands;
mod list_categories;
mod list_products;
mod list_products_arranged;
mod list_products_faceted;
mod list_products_filtered;
mod list_products_searched;
mod list_products_shown;
mod move_categories;
mod price_history;
mod root;
mod update_product;
mod who_may_write_products;
mod write_attributes;
mod write_brands;
mod write_categories;
mod write_images;
mod write_variants;

use shared::app::db::Tx;
use shared::catalogue::store::write::{
    NewImage, NewProduct, NewVariant, refresh_product_cards, replace_images, set_product_categories,
    set_variant_values, upsert_brand, upsert_category, upsert_product, upsert_variant,
};
use shared::ids::{BrandId, CategoryId, ProductId};
use shared::money::Money;
use shared::stock::Reason;
use shared::stock::store::set_stock;
use shared::testing::{Answer, Client, START, TestApp};
use sqlx::PgPool;

const PRODUCTS: &str = "/api/v1/catalogue/products/";

fn app(db: PgPool) -> TestApp {
    TestApp::new(db, catalogue::router())
}

/// A small shop: what each test needs is in its own words, this is what most of them look at.
///
/// Clothing › Shirts › Tees; Shoes. Brands Ana and Béla.
struct Shop {
    app: TestApp,
    shirts: CategoryId,
    ana: BrandId,
    /// In Shirts, by Ana: M for 50.00 (5 in stock), L for 52.50 (none).
    blouse: ProductId,
}

impl Shop {
    async fn open(db: PgPool) -> Self {
        let app = app(db);
        let mut tx = app.app.db.begin().await.unwrap();
        let ana = upsert_brand(&mut tx, "Ana", "ana").await.unwrap().id;
        let bela = upsert_brand(&mut tx, "Béla", "bela").await.unwrap().id;
        let clothing = upsert_category(&mut tx, None, "Clothing", "clothing").await.unwrap().id;
        let shirts = upsert_category(&mut tx, Some(clothing), "Shirts", "shirts").await.unwrap().id;
        let tees = upsert_category(&mut tx, Some(shirts), "Tees", "tees").await.unwrap().id;
        let shoes = upsert_category(&mut tx, None, "Shoes", "shoes").await.unwrap().id;
        let blouse = blouse(&mut tx, ana, shirts).await;
        for (slug, name, brand, category, price, stock) in [
            ("surf-tee", "Surf tee", Some(bela), tees, 2000, 1),
            ("t-shirt", "T-Shirt", None, tees, 1500, 0),
            ("boots", "Boots", Some(bela), shoes, 9000, 3),
        ] {
            simple_product(&mut tx, (slug, name, brand, category), price, stock).await;
        }
        tx.commit().await.unwrap();
        Self { app, shirts, ana, blouse }
    }

    fn client(&self) -> Client {
        self.app.anonymous()
    }

    /// The slugs of the products that this query lists, by name.
    async fn finds(&self, query: &str) -> Vec<String> {
        slugs(&self.client().get(&format!("{PRODUCTS}?ordering=name&{query}")).await.expect(200))
    }
}

async fn blouse(tx: &mut Tx, brand: BrandId, category: CategoryId) -> ProductId {
    let product = NewProduct {
        slug: "blouse",
        name: "Crème blouse",
        brand: Some(brand),
        sku: Some("BLOUSE"),
        description: "<p>Soft <b>linen</b>.</p>",
        base_price: Money::from_minor(5000),
        tags: &["summer".to_owned()],
        status: "active",
    };
    let id = upsert_product(tx, &product, START).await.unwrap().id;
    for (sku, name, adjustment, stock, position) in [("BLOUSE-M", "M", 0, 5, 0), ("BLOUSE-L", "L", 250, 0, 1)] {
        let variant = variant(sku, name, adjustment, position);
        let variant = upsert_variant(tx, id, &variant).await.unwrap().unwrap().id;
        set_variant_values(tx, variant, &[("Size", name), ("Colour", "Cream")]).await.unwrap();
        set_stock(tx, variant, stock, Reason::Received, START).await.unwrap();
    }
    let front = NewImage { url: "/dev/images/blouse.svg", alt_text: "A blouse", variant: None };
    let back = NewImage { url: "https://cdn.test/back.jpg", alt_text: "", variant: None };
    replace_images(tx, id, &[front, back]).await.unwrap();
    set_product_categories(tx, id, &[category]).await.unwrap();
    refresh_product_cards(tx, &[id]).await.unwrap();
    id
}

async fn simple_product(
    tx: &mut Tx,
    (slug, name, brand, category): (&str, &str, Option<BrandId>, CategoryId),
    price: i64,
    stock: i32,
) {
    let base_price = Money::from_minor(price);
    let product = NewProduct { slug, name, brand, sku: None, description: "", base_price, tags: &[], status: "active" };
    let id = upsert_product(tx, &product, START).await.unwrap().id;
    let sku = slug.to_uppercase();
    let variant = upsert_variant(tx, id, &variant(&sku, "One size", 0, 0)).await.unwrap().unwrap().id;
    set_stock(tx, variant, stock, Reason::Received, START).await.unwrap();
    set_product_categories(tx, id, &[category]).await.unwrap();
    refresh_product_cards(tx, &[id]).await.unwrap();
}

fn variant<'a>(sku: &'a str, name: &'a str, adjustment: i64, position: i32) -> NewVariant<'a> {
    NewVariant {
        sku,
        name,
        position,
        price_adjustment: Money::from_minor(adjustment),
        compare_at_price: None,
        barcode: None,
        weight_grams: None,
    }
}

/// The slugs of a page, in its order.
fn slugs(page: &Answer) -> Vec<String> {
    texts(page, "slug")
}

/// One field of each result of a page, in its order.
fn texts(page: &Answer, field: &str) -> Vec<String> {
    let results = page.body["results"].as_array().unwrap();
    results.iter().map(|row| row[field].as_str().unwrap().to_owned()).collect()
}

/// A link of a page without its host; `None` where it is null.
fn link(page: &Answer, name: &str) -> Option<String> {
    page.body[name].as_str().map(|link| link.strip_prefix("http://shop.test").unwrap().to_owned())
}

/// Follows `next` from this page to the last and `previous` back to the first, and sees to it that both ways show the same.
async fn walk(client: &Client, first: &str, field: &str) -> Vec<String> {
    let mut page = client.get(first).await.expect(200);
    assert_eq!(link(&page, "previous"), None);
    let mut there = texts(&page, field);
    while let Some(next) = link(&page, "next") {
        page = client.get(&next).await.expect(200);
        there.extend(texts(&page, field));
    }
    let mut back = texts(&page, field);
    while let Some(previous) = link(&page, "previous") {
        page = client.get(&previous).await.expect(200);
        back.splice(0..0, texts(&page, field));
    }
    assert_eq!(back, there);
    there
}
