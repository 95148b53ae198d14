//! Tests of the `catalogue` function through its HTTP interface.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod actors;
mod attribute_values_by_name;
mod bulk_prices;
mod bulk_stock;
mod caching;
mod create_invalid_product;
mod create_product;
mod create_variant_combinations;
mod currencies;
mod delete_product;
mod get_brand;
mod get_category;
mod get_product;
mod idempotency;
mod import_taxonomy;
mod list_attributes;
mod list_brands;
mod list_categories;
mod list_products;
mod list_products_fields;
mod list_products_filtered;
mod list_products_in_manual_order;
mod list_products_searched;
mod list_products_with_facets;
mod move_categories;
mod move_skus;
mod order_of_names;
mod price_history;
mod product_order;
mod product_permissions;
mod redirects;
mod remove_from_carts;
mod replace_product;
mod replica;
mod root;
mod samples;
mod search_words;
mod slugs_of_products;
mod stock_permission;
mod stock_rules;
mod subscribe_to_back_in_stock;
mod unknown_fields;
mod update_product;
mod write_attributes;
mod write_brands;
mod write_categories;
mod write_images;
mod write_variants;

use shared::app::db::Tx;
use shared::catalogue::write::{BrandRef, ImageEdit, ImagesEdit, ProductEdit};
use shared::ids::{BrandId, CategoryId, ProductId};
use shared::patch::Patch;
use shared::testing::{Answer, Client, TestApp};
use sqlx::PgPool;

use samples::SampleVariant;

const PRODUCTS: &str = "/api/v1/catalogue/products/";

fn app(db: PgPool) -> TestApp {
    TestApp::new(db, catalogue::router())
}

/// A small shop with the products that most tests read.
///
/// Its categories are Clothing › Shirts › Tees and Shoes, its brands Ana and Béla.
struct Shop {
    app: TestApp,
    shirts: CategoryId,
    ana: BrandId,
    /// A product of Ana in Shirts: M for 50.00 (5 in stock), L for 52.50 (out of stock).
    blouse: ProductId,
}

impl Shop {
    async fn open(db: PgPool) -> Self {
        Self::stock(app(db)).await
    }

    async fn stock(app: TestApp) -> Self {
        let mut tx = app.owner.begin().await.unwrap();
        let ana = samples::brand(&mut tx, "Ana", "ana").await;
        let bela = samples::brand(&mut tx, "Béla", "bela").await;
        let clothing = samples::category(&mut tx, None, "Clothing", "clothing").await;
        let shirts = samples::category(&mut tx, Some(clothing), "Shirts", "shirts").await;
        let tees = samples::category(&mut tx, Some(shirts), "Tees", "tees").await;
        let shoes = samples::category(&mut tx, None, "Shoes", "shoes").await;
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

    /// Returns the slugs of the products that this query finds, sorted by name.
    async fn finds(&self, query: &str) -> Vec<String> {
        slugs(&self.client().get(&format!("{PRODUCTS}?ordering=name&{query}")).await.expect(200))
    }
}

async fn blouse(tx: &mut Tx, brand: BrandId, category: CategoryId) -> ProductId {
    let image = |url: &str, alt_text: &str| ImageEdit {
        url: Some(url.to_owned()),
        alt_text: Some(alt_text.to_owned()),
        ..ImageEdit::default()
    };
    let images = vec![image("/dev/images/blouse.svg", "A blouse"), image("https://cdn.test/back.jpg", "")];
    let product = ProductEdit {
        brand: Patch::Set(BrandRef::Id(brand)),
        sku: Patch::Set("BLOUSE".to_owned()),
        description: Some("<p>Soft <b>linen</b>.</p>".to_owned()),
        tags: Some(vec!["summer".to_owned()]),
        images: ImagesEdit::All(images),
        ..samples::product("blouse", "Crème blouse", 5000)
    };
    let variants = [
        SampleVariant {
            sku: "BLOUSE-M",
            name: "M",
            price_adjustment: 0,
            stock: 5,
            values: &[("Size", "M"), ("Colour", "Cream")],
        },
        SampleVariant {
            sku: "BLOUSE-L",
            name: "L",
            price_adjustment: 250,
            stock: 0,
            values: &[("Size", "L"), ("Colour", "Cream")],
        },
    ];
    samples::insert(tx, &product, category, &variants).await
}

async fn simple_product(
    tx: &mut Tx,
    (slug, name, brand, category): (&str, &str, Option<BrandId>, CategoryId),
    price: i64,
    stock: i32,
) {
    let brand = Patch::replace(brand.map(BrandRef::Id));
    let product = ProductEdit { brand, ..samples::product(slug, name, price) };
    let only = SampleVariant { sku: &slug.to_uppercase(), name: "One size", price_adjustment: 0, stock, values: &[] };
    samples::insert(tx, &product, category, &[only]).await;
}

/// Returns the slugs of a page, in order.
fn slugs(page: &Answer) -> Vec<String> {
    texts(page, "slug")
}

/// Returns one field of each result of a page, in order.
fn texts(page: &Answer, field: &str) -> Vec<String> {
    let results = page.body["results"].as_array().unwrap();
    results.iter().map(|row| row[field].as_str().unwrap().to_owned()).collect()
}

/// Returns a link of a page without its host, or `None` if it is null.
fn link(page: &Answer, name: &str) -> Option<String> {
    page.body[name].as_str().map(|link| link.strip_prefix("http://shop.test").unwrap().to_owned())
}

/// Follows `next` to the last page and `previous` back to the first, and asserts that both ways return the same results.
async fn walk(client: &Client, first: &str, field: &str) -> Vec<String> {
    let mut page = client.get(first).await.expect(200);
    assert_eq!(link(&page, "previous"), None);
    let mut forward = texts(&page, field);
    while let Some(next) = link(&page, "next") {
        page = client.get(&next).await.expect(200);
        forward.extend(texts(&page, field));
    }
    let mut backward = texts(&page, field);
    while let Some(previous) = link(&page, "previous") {
        page = client.get(&previous).await.expect(200);
        backward.splice(0..0, texts(&page, field));
    }
    assert_eq!(backward, forward);
    forward
}
