//! List products by attribute, and count facets: `GET /api/v1/catalogue/products/`.

use serde_json::{Value, json};
use shared::app::db::Tx;
use shared::catalogue::write::{BrandRef, ProductEdit};
use shared::ids::{BrandId, CategoryId};
use shared::patch::Patch;
use shared::testing::TestApp;
use sqlx::PgPool;

use crate::samples::{self, SampleVariant};
use crate::{PRODUCTS, app, slugs};

/// Creates a product with variants of these sizes and colours, each in stock or not.
async fn product(
    tx: &mut Tx,
    (slug, brand, category): (&str, BrandId, CategoryId),
    cents: i64,
    variants: &[(&str, &str, i32)],
) {
    let product = ProductEdit {
        brand: Patch::Set(BrandRef::Id(brand)),
        tags: Some(vec![format!("of {slug}")]),
        ..samples::product(slug, slug, cents)
    };
    let skus: Vec<String> = variants.iter().map(|(size, colour, _)| format!("{slug}-{size}-{colour}")).collect();
    let values: Vec<_> = variants.iter().map(|(size, colour, _)| [("Size", *size), ("Colour", *colour)]).collect();
    let variants: Vec<SampleVariant<'_>> = (skus.iter().zip(&values).zip(variants))
        .map(|((sku, values), (.., stock))| SampleVariant {
            sku,
            name: sku,
            price_adjustment: 0,
            stock: *stock,
            values,
        })
        .collect();
    samples::insert(tx, &product, category, &variants).await;
}

/// Opens a shop with Clothing › Shirts › Tees, and Shoes: a product of Ana in Tees and in Shoes, one of Bela in Shirts.
async fn shop(db: PgPool) -> TestApp {
    let app = app(db);
    let mut tx = app.owner.begin().await.unwrap();
    let ana = samples::brand(&mut tx, "Ana", "ana").await;
    let bela = samples::brand(&mut tx, "Bela", "bela").await;
    let clothing = samples::category(&mut tx, None, "Clothing", "clothing").await;
    let shirts = samples::category(&mut tx, Some(clothing), "Shirts", "shirts").await;
    let tees = samples::category(&mut tx, Some(shirts), "Tees", "tees").await;
    let shoes = samples::category(&mut tx, None, "Shoes", "shoes").await;
    product(&mut tx, ("tee", ana, tees), 1_500, &[("S", "Red", 1), ("M", "Blue", 0)]).await;
    product(&mut tx, ("shirt", bela, shirts), 4_500, &[("M", "Red", 0), ("M", "Blue", 0)]).await;
    product(&mut tx, ("shoe", ana, shoes), 9_999, &[("M", "Red", 2)]).await;
    tx.commit().await.unwrap();
    app
}

async fn found(app: &TestApp, query: &str) -> Vec<String> {
    let page = app.anonymous().get(&format!("{PRODUCTS}?ordering=name&{query}")).await.expect(200);
    slugs(&page)
}

async fn facets(app: &TestApp, query: &str) -> Value {
    let page = app.anonymous().get(&format!("{PRODUCTS}?facets=true&{query}")).await.expect(200);
    page.body["facets"].clone()
}

/// Returns the name and the count of each entry of a facet: `[["Red", 2], …]`.
fn counts(facet: &Value, name: &str) -> Value {
    facet.as_array().unwrap().iter().map(|row| json!([row[name], row["count"]])).collect()
}

/// Returns the values of an attribute with their counts.
fn values(facets: &Value, attribute: &str) -> Value {
    let all = facets["attributes"].as_array().unwrap();
    all.iter().find(|row| row["name"] == attribute).map_or(json!([]), |row| counts(&row["values"], "value"))
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn an_attribute_filter_needs_one_variant_with_all_values(db: PgPool) {
    let app = shop(db).await;
    for (attributes, expected) in [
        ("colour:red", &["shirt", "shoe", "tee"][..]),
        ("COLOUR:RED,blue;size:m", &["shirt", "shoe", "tee"]),
        ("colour:red;size:m", &["shirt", "shoe"]),
        ("colour:red;size:s", &["tee"]),
        ("colour:blue;size:s", &[]),
    ] {
        assert_eq!(found(&app, &format!("attributes={attributes}")).await, expected, "{attributes}");
    }
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn an_archived_variant_does_not_match_an_attribute_filter(db: PgPool) {
    let app = shop(db).await;
    sqlx::query("update product_variants set archived_at = now() where sku in ('tee-S-Red', 'shirt-M-Red')")
        .execute(&app.db)
        .await
        .unwrap();
    sqlx::query("select refresh_product_cards(array(select id from products))").execute(&app.db).await.unwrap();
    assert_eq!(found(&app, "attributes=colour:red").await, ["shoe"]);
    assert_eq!(found(&app, "attributes=colour:red;size:m").await, ["shoe"]);
    assert_eq!(values(&facets(&app, "").await, "Colour"), json!([["Red", 1], ["Blue", 2]]));
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn products_are_filtered_by_brand_tag_and_time(db: PgPool) {
    let app = shop(db).await;
    sqlx::query("update products set created_at = timestamptz '2026-01-01Z' where slug = 'shoe'")
        .execute(&app.db)
        .await
        .unwrap();
    for (query, expected) in [
        ("brand=ana,bela", &["shirt", "shoe", "tee"][..]),
        ("brand=bela", &["shirt"]),
        ("tag=of+shoe", &["shoe"]),
        ("tag=of", &[]),
        ("created_before=2026-01-01T00:00:01Z", &["shoe"]),
        ("created_after=2026-01-01T00:00:00Z", &["shirt", "shoe", "tee"]),
        ("created_after=2026-01-01T02:00:01%2B01:00", &["shirt", "tee"]),
    ] {
        assert_eq!(found(&app, query).await, expected, "{query}");
    }
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn facets_count_the_products_of_each_choice(db: PgPool) {
    let app = shop(db).await;
    let facets = facets(&app, "").await;
    assert_eq!(counts(&facets["brands"], "slug"), json!([["ana", 2], ["bela", 1]]));
    assert_eq!(counts(&facets["categories"], "slug"), json!([["clothing", 2], ["shoes", 1]]));
    assert_eq!(values(&facets, "Size"), json!([["S", 1], ["M", 3]]));
    assert_eq!(values(&facets, "Colour"), json!([["Red", 3], ["Blue", 2]]));
    assert_eq!(
        facets["price_bands"],
        json!([
            {"min": "10.00", "max": "19.99", "count": 1},
            {"min": "20.00", "max": "49.99", "count": 1},
            {"min": "50.00", "max": "99.99", "count": 1},
        ])
    );
    assert_eq!(facets["availability"], json!({"available": 2, "unavailable": 1}));
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn a_choice_does_not_change_the_counts_of_its_facet(db: PgPool) {
    let app = shop(db).await;
    let red = facets(&app, "attributes=colour:red").await;
    assert_eq!(values(&red, "Colour"), json!([["Red", 3], ["Blue", 2]]));
    // The sizes count red variants alone.
    assert_eq!(values(&red, "Size"), json!([["S", 1], ["M", 2]]));
    let red_medium = facets(&app, "attributes=colour:red;size:m").await;
    assert_eq!(values(&red_medium, "Colour"), json!([["Red", 2], ["Blue", 2]]));
    assert_eq!(counts(&red_medium["brands"], "slug"), json!([["ana", 1], ["bela", 1]]));

    let ana = facets(&app, "brand=ana").await;
    assert_eq!(counts(&ana["brands"], "slug"), json!([["ana", 2], ["bela", 1]]));
    assert_eq!(counts(&ana["categories"], "slug"), json!([["clothing", 1], ["shoes", 1]]));
    assert_eq!(values(&ana, "Colour"), json!([["Red", 2], ["Blue", 1]]));

    let cheap = facets(&app, "price_max=20&in_stock=true").await;
    assert_eq!(counts(&cheap["price_bands"], "min"), json!([["10.00", 1], ["50.00", 1]]));
    assert_eq!(cheap["availability"], json!({"available": 1, "unavailable": 0}));
    assert_eq!(counts(&cheap["brands"], "slug"), json!([["ana", 1]]));

    let shirts = facets(&app, "category=shirts").await;
    assert_eq!(counts(&shirts["categories"], "slug"), json!([["tees", 1]]));
    assert_eq!(counts(&shirts["brands"], "slug"), json!([["ana", 1], ["bela", 1]]));
}

/// A mug is black for 30.00, sold out, and navy for 90.00.
#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn one_variant_has_the_attributes_the_price_and_the_stock(db: PgPool) {
    let app = app(db);
    let mut tx = app.owner.begin().await.unwrap();
    let ana = samples::brand(&mut tx, "Ana", "ana").await;
    let mugs = samples::category(&mut tx, None, "Mugs", "mugs").await;
    product(&mut tx, ("mug", ana, mugs), 3_000, &[("S", "Black", 0), ("S", "Navy", 5)]).await;
    tx.commit().await.unwrap();
    for change in [
        "update product_variants set price_adjustment = 6000 where sku = 'mug-S-Navy'",
        "select refresh_product_cards(array(select id from products))",
    ] {
        sqlx::query(change).execute(&app.db).await.unwrap();
    }
    for (query, is_found) in [
        ("attributes=colour:black", true),
        ("attributes=colour:black&in_stock=true", false),
        ("attributes=colour:black&in_stock=false", true),
        ("attributes=colour:navy&in_stock=true", true),
        ("attributes=colour:navy&in_stock=false", false),
        ("in_stock=false", false),
        ("attributes=colour:black&price_min=60", false),
        ("attributes=colour:navy&price_max=50", false),
        ("attributes=colour:navy&price_min=60&in_stock=true", true),
        ("price_max=50&in_stock=true", false),
        ("price_min=50&price_max=80", false),
        ("price_min=50&price_max=90", true),
    ] {
        assert_eq!(found(&app, query).await, if is_found { &["mug"][..] } else { &[] }, "{query}");
        let page = app.anonymous().get(&format!("{PRODUCTS}?count=true&{query}")).await.expect(200);
        assert_eq!(page.body["count"], i32::from(is_found), "{query}");
    }
    let black = facets(&app, "attributes=colour:black").await;
    assert_eq!(black["availability"], json!({"available": 0, "unavailable": 1}));
    assert_eq!(counts(&black["price_bands"], "min"), json!([["20.00", 1]]));
    let in_stock = facets(&app, "in_stock=true").await;
    assert_eq!(values(&in_stock, "Colour"), json!([["Navy", 1]]));
    assert_eq!(counts(&in_stock["price_bands"], "min"), json!([["50.00", 1]]));
    let cheap = facets(&app, "price_max=50").await;
    assert_eq!(values(&cheap, "Colour"), json!([["Black", 1]]));
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn each_count_equals_the_count_of_the_filtered_list(db: PgPool) {
    let app = shop(db).await;
    for query in
        ["", "search=t", "attributes=colour:red", "brand=ana", "category=clothing", "in_stock=true&price_max=60"]
    {
        let facets = facets(&app, query).await;
        let count = async |choice: String| {
            let other_filters = query.split('&').filter(|filter| filter.split('=').next() != choice.split('=').next());
            let all: Vec<&str> = other_filters.chain([choice.as_str()]).collect();
            let page = app.anonymous().get(&format!("{PRODUCTS}?count=true&{}", all.join("&"))).await.expect(200);
            page.body["count"].clone()
        };
        for brand in facets["brands"].as_array().unwrap() {
            assert_eq!(count(format!("brand={}", brand["id"])).await, brand["count"], "{query}: {brand}");
        }
        for category in facets["categories"].as_array().unwrap() {
            assert_eq!(count(format!("category={}", category["id"])).await, category["count"], "{query}: {category}");
        }
        for value in facets["attributes"][0]["values"].as_array().unwrap() {
            let choice = format!("attributes=colour:{}", value["value"].as_str().unwrap());
            assert_eq!(count(choice).await, value["count"], "{query}: {value}");
        }
    }
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn only_the_requested_facets_are_counted(db: PgPool) {
    let app = shop(db).await;
    let facets_of = async |query: &str| {
        let page = app.anonymous().get(&format!("{PRODUCTS}?{query}")).await.expect(200);
        page.body.get("facets").cloned()
    };
    assert_eq!(facets_of("").await, None);
    let requested = facets_of("facets=brand,price&search=nothing").await.unwrap();
    assert_eq!(requested, json!({"brands": [], "price_bands": []}));
}
