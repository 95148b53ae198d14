//! WooCommerce's product export in, rows out. The files have the shape of real ones and other products.

mod attributes;
mod cells;
mod damaged;
mod flags;
mod images;
mod parents;
mod prices;
mod reasons;
mod variations;

use super::*;

/// The columns that WooCommerce exports by default, with those of two attributes.
const HEADER: &str = "ID,Type,SKU,\"GTIN, UPC, EAN, or ISBN\",Name,Published,\"Is featured?\",\"Visibility in catalog\",\"Short description\",\
    Description,\"Date sale price starts\",\"Date sale price ends\",\"In stock?\",Stock,\"Backorders allowed?\",\"Weight (lbs)\",\
    \"Sale price\",\"Regular price\",Categories,Tags,Images,Parent,Position,\"Attribute 1 name\",\"Attribute 1 value(s)\",\
    \"Attribute 1 visible\",\"Attribute 1 global\",\"Attribute 2 name\",\"Attribute 2 value(s)\",\"Attribute 2 visible\",\"Meta: _x\",Brands\n";

/// The columns of [`HEADER`], by short names.
const COLUMNS: [&str; 32] = [
    "id",
    "type",
    "sku",
    "gtin",
    "name",
    "published",
    "featured",
    "visibility",
    "short",
    "description",
    "starts",
    "ends",
    "in",
    "stock",
    "backorders",
    "weight",
    "sale",
    "regular",
    "categories",
    "tags",
    "images",
    "parent",
    "position",
    "a1",
    "v1",
    "s1",
    "g1",
    "a2",
    "v2",
    "s2",
    "meta",
    "brands",
];

/// Returns a row with these cells, whose types and ids come first.
fn row(id: u32, kind: &str, cells: &[(&str, &str)]) -> String {
    let of = |name: &str| match name {
        "id" => id.to_string(),
        "type" => kind.to_owned(),
        _ => cells.iter().find(|(cell, _)| *cell == name).map_or("", |(_, value)| value).to_owned(),
    };
    let cells: Vec<String> = COLUMNS.iter().map(|name| format!("\"{}\"", of(name).replace('"', "\"\""))).collect();
    format!("{}\n", cells.join(","))
}

/// A variable product of two options, whose second variation has any size, and a simple one. The variations are on both sides of the product.
fn shop() -> String {
    [
        HEADER.to_owned(),
        row(
            21,
            "variation",
            &[
                ("sku", "TEE-R-S"),
                ("name", "Tee - Red, Small"),
                ("published", "1"),
                ("in", "1"),
                ("stock", "6"),
                ("backorders", "0"),
                ("weight", ".5"),
                ("sale", "15"),
                ("regular", "20"),
                ("parent", "TEE"),
                ("position", "2"),
                ("a1", "Color"),
                ("v1", "Red"),
                ("a2", "Size"),
                ("v2", "Small"),
                ("images", "https://cdn.test/red.jpg"),
            ],
        ),
        row(
            20,
            "variable",
            &[
                ("sku", "TEE"),
                ("name", "Plain Tee"),
                ("published", "1"),
                ("visibility", "visible"),
                ("short", "Soft."),
                ("description", "First line\\nsecond\\n\\nNew paragraph"),
                ("in", "1"),
                ("backorders", "0"),
                ("weight", "1"),
                ("categories", "Clothing > Tops, Sale, Bags\\, Belts"),
                ("tags", "warm, soft"),
                ("images", "https://cdn.test/a.jpg, https://cdn.test/b\\,c.jpg"),
                ("a1", "Material"),
                ("v1", "Cotton"),
                ("a2", "Color"),
                ("v2", "Red, Green"),
                ("brands", "Makers > Loom & Co"),
            ],
        ),
        row(
            23,
            "simple, virtual",
            &[
                ("sku", "CARD"),
                ("name", "Gift card"),
                ("published", "-1"),
                ("description", "<p>Any amount.</p>"),
                ("in", "0"),
                ("regular", "7,50"),
                ("gtin", "'0123"),
                ("a1", "Paper"),
                ("v1", "Thick"),
                ("s1", "1"),
            ],
        ),
        row(
            22,
            "variation",
            &[
                ("sku", "TEE-G"),
                ("name", "Tee - Green"),
                ("published", "1"),
                ("in", "1"),
                ("backorders", "notify"),
                ("regular", "22"),
                ("parent", "id:20"),
                ("position", "1"),
                ("a1", "color"),
                ("v1", "GREEN"),
                ("a2", "Size"),
                ("v2", "Small"),
            ],
        ),
    ]
    .concat()
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn products_and_variations_come_through_and_a_second_import_changes_nothing(db: PgPool) {
    let service = service_db(&db);

    let summary = take_good(&service, &shop()).await;

    assert!(
        summary.to_string().starts_with("file      WooCommerce product export, UTF-8, separated by commas\n"),
        "{summary}"
    );
    assert_eq!((summary.products, summary.variants), (created(2), created(3)));
    let products = all(&service).await;
    let [tee, card] = products.as_slice() else { panic!("{products:?}") };
    assert_eq!((tee.handle.as_deref(), tee.slug.as_str(), tee.name.as_str()), (Some("TEE"), "plain-tee", "Plain Tee"));
    assert_eq!(tee.description, "<p>Soft.</p>\n<p>First line<br>second</p>\n<p>New paragraph</p>");
    assert_eq!((tee.status.as_str(), tee.tags.join("|").as_str()), ("active", "warm|soft"));
    assert_eq!(tee.brand.as_ref().map(|brand| brand.name.as_str()), Some("Loom & Co"));
    let categories: Vec<&str> = tee.categories.iter().map(|category| category.name.as_str()).collect();
    assert_eq!(categories.len(), 3, "{categories:?}");
    assert!(["Tops", "Sale", "Bags, Belts"].iter().all(|name| categories.contains(name)), "{categories:?}");
    let images: Vec<&str> = tee.images.iter().map(|image| image.url.as_str()).collect();
    assert_eq!(images, ["https://cdn.test/a.jpg", "https://cdn.test/b,c.jpg", "https://cdn.test/red.jpg"]);
    let [green, red] = tee.variants.as_slice() else { panic!("{tee:?}") };
    assert_eq!((green.sku.as_str(), green.options()), ("TEE-G", vec![("Color", "Green"), ("Size", "Small")]));
    assert_eq!((green.price.minor(), green.stock_rules.track_inventory, green.weight_grams), (2200, false, Some(454)));
    assert_eq!((red.sku.as_str(), red.price.minor(), red.on_hand, red.weight_grams), ("TEE-R-S", 1500, 6, Some(227)));
    assert_eq!(red.compare_at_price.map(|price| price.minor()), Some(2000));
    assert_eq!(tee.images[2].variant, Some(red.id));
    let only = &card.variants[0];
    assert_eq!((card.status.as_str(), only.price.minor(), only.on_hand), ("draft", 750, 0));
    assert_eq!((only.stock_rules.track_inventory, only.barcode.as_deref()), (true, Some("0123")));
    assert_eq!(only.options(), [("Paper", "Thick")]);

    let before = rows(&db).await;
    assert_eq!(take_good(&service, &shop()).await.products, unchanged(2));
    assert_eq!(rows(&db).await, before);
    // A product that was renamed is still found.
    let renamed = shop().replace("Plain Tee", "Fancy Tee");
    assert_eq!(take_good(&service, &renamed).await.products.updated, 1);
    assert_eq!(all(&service).await[0].slug, "plain-tee");
    // It goes out as any other product, and in again.
    assert_eq!(take_good(&service, &exported(&service).await).await.products, unchanged(2));
}

fn variation(id: u32, sku: &str, cells: &[(&str, &str)]) -> String {
    row(
        id,
        "variation",
        &[&[("sku", sku), ("published", "1"), ("parent", "MUG"), ("regular", "5"), ("a1", "Size")], cells].concat(),
    )
}

fn mug(cells: &[(&str, &str)]) -> String {
    row(
        1,
        "variable",
        &[&[("sku", "MUG"), ("name", "Mug"), ("published", "1"), ("a1", "Size"), ("v1", "S, M, L")], cells].concat(),
    )
}

async fn skus(db: &Db) -> Vec<String> {
    all(db).await.into_iter().flat_map(|product| product.variants).map(|variant| variant.sku).collect()
}
