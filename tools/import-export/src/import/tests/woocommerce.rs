//! WooCommerce's product export in, rows out. The files have the shape of real ones and other products.

use shared::money::Money;

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

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn a_variation_of_any_value_stands_for_all_that_have_no_own_one(db: PgPool) {
    let service = service_db(&db);
    let file =
        [HEADER, &mug(&[]), &variation(2, "MUG-ANY", &[]), &variation(3, "MUG-M", &[("v1", "M"), ("stock", "3")])]
            .concat();
    take_good(&service, &file).await;
    assert_eq!(skus(&service).await, ["MUG-ANY-S", "MUG-ANY-L", "MUG-M"]);
    assert_eq!(take_good(&service, &file).await.products, unchanged(1));

    let counted = [HEADER, &mug(&[]), &variation(2, "MUG-ANY", &[("stock", "6")])].concat();
    let (_, errors) = take(&service, &counted).await;
    assert!(errors[0].0 == 3 && errors[0].1.contains("3 variants would share these units"), "{errors:?}");
}

/// Each of the variations stands for 500 variants. All of them together are never in memory.
#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn a_product_of_too_many_variants_is_refused_before_they_are_all_read(db: PgPool) {
    let service = service_db(&db);
    let values: Vec<String> = (0..500).map(|n| n.to_string()).collect();
    let head = row(1, "variable", &[("sku", "MUG"), ("name", "Mug"), ("a1", "Size"), ("v1", &values.join(", "))]);
    let any = |n: u32| variation(n, &format!("ANY-{n}"), &[("v1", ""), ("a2", "Colour"), ("v2", &n.to_string())]);
    // Nothing behind the variant that is too many is read.
    let bad =
        row(9, "variation", &[("sku", "BAD"), ("parent", "MUG"), ("regular", "five"), ("a1", "Size"), ("v1", "1")]);
    let many: String = (100..601).map(|n| variation(n, &format!("V-{n}"), &[("v1", &n.to_string())])).collect();
    for rows in [[any(2), any(3), bad].concat(), many] {
        let (summary, errors) = take(&service, &[HEADER, &head, &rows].concat()).await;
        assert_eq!(errors, [(2, "the product has more than 500 variants".to_owned())]);
        assert_eq!(summary.products, Changes::default());
    }
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn units_that_variations_share_are_refused_unless_there_is_one_variation(db: PgPool) {
    let service = service_db(&db);
    let head = mug(&[("stock", "10"), ("backorders", "1")]);
    let one = variation(2, "MUG-S", &[("v1", "S"), ("stock", "parent")]);
    let other = variation(3, "MUG-M", &[("v1", "M"), ("stock", "parent")]);

    let (_, errors) = take(&service, &[HEADER, &head, &one, &other].concat()).await;
    assert!(errors[0].0 == 2 && errors[0].1.contains("2 variations share these units"), "{errors:?}");

    let other = variation(3, "MUG-M", &[("v1", "M"), ("stock", "4")]);
    take_good(&service, &[HEADER, &head, &one, &other].concat()).await;
    let stock: Vec<_> =
        all(&service).await[0].variants.iter().map(|v| (v.on_hand, v.stock_rules.allow_backorder)).collect();
    assert_eq!(stock, [(10, true), (4, false)]);
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn a_damaged_row_removes_nothing(db: PgPool) {
    let service = service_db(&db);
    let [head, small, medium] = [
        mug(&[]),
        variation(2, "MUG-S", &[("v1", "S"), ("stock", "1")]),
        variation(3, "MUG-M", &[("v1", "M"), ("stock", "1")]),
    ];
    let cup = row(9, "simple", &[("sku", "CUP"), ("name", "Cup"), ("regular", "5")]);
    take_good(&service, &[HEADER, &head, &small, &medium].concat()).await;
    let before = rows(&db).await;
    for (damaged, line, words) in [
        (medium.replace("\"MUG\"", "\"MGU\""), 4, "the product \"MGU\" of the variation is not in the file"),
        (medium.replace("\"MUG\"", "\"\""), 4, "\"Parent\" is empty"),
        (medium.replace("\"variation\"", "\"\""), 4, "\"Type\" is empty"),
        (medium.replace("\"variation\"", "\"variaton\""), 4, "\"Type\" is \"variaton\": only simple"),
        (medium.replace("\"variation\"", "\"simple\""), 4, "\"Parent\" is filled, but \"Type\" is not variation"),
        (medium.replace("\"variation\"", "\"variable\""), 4, "\"Parent\" is filled, but \"Type\" is not variation"),
        (
            format!("{}{cup}", medium.replace("\"MUG\"", "\"CUP\"")),
            4,
            "the product \"CUP\" of the variation is not variable",
        ),
        (medium.replace("\"5\"", "\"five\""), 4, "A valid number is required"),
        (medium.replace("\"5\"", "\"\""), 4, "\"Regular price\" is empty"),
        (medium.trim_end_matches("\"\",\"\"\n").to_owned(), 4, "the file ends in this row"),
        (medium.split("-M\"").take(1).collect::<String>(), 4, "the file ends in a quoted cell"),
        (format!("{medium}{head}"), 5, "the product \"MUG\" is already on line 2"),
    ] {
        let (summary, errors) = take(&service, &[HEADER, &head, &small, &damaged].concat()).await;
        let [(found, reason)] = errors.as_slice() else { panic!("{words}: {errors:?}") };
        assert!(*found == line && reason.contains(words), "{words}: {found} {reason}");
        assert_eq!((summary.variants_removed, rows(&db).await == before), (0, true), "{words}");
    }
    // A file that is whole removes a variation that is not there.
    assert_eq!(take_good(&service, &[HEADER, &head, &small].concat()).await.variants_removed, 1);
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn a_missing_column_leaves_its_field_alone(db: PgPool) {
    let service = service_db(&db);
    take_good(&service, &shop()).await;
    let before = all(&service).await;

    take_good(&service, "Type;SKU;Parent;Regular price\nvariation;TEE-G;TEE;23,00\nvariable;TEE;;\nsimple;CARD;;8\n")
        .await;

    let mut wanted = before.clone();
    let mut after = all(&service).await;
    assert_eq!((after[0].variants[0].price.minor(), after[1].variants[0].price.minor()), (2300, 800));
    for product in wanted.iter_mut().chain(&mut after) {
        product.version = 0;
        product.base_price = Money::default();
        for variant in &mut product.variants {
            (variant.price, variant.price_adjustment) = (Money::default(), Money::default());
        }
    }
    assert_eq!(after, wanted);
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn a_sale_counts_between_its_dates(db: PgPool) {
    let service = service_db(&db);
    let (year, month, day) = START.date();
    let today = format!("{year}-{month}-{day} 0:00:00");
    let mut file = HEADER.to_owned();
    for (id, (starts, ends)) in (1..).zip([
        ("", ""),
        (today.as_str(), ""),
        ("2099-01-01", ""),
        ("", "2001-01-31"),
        ("2001-01-01", "2099-01-31 23:59:59"),
    ]) {
        let cells = [("name", "Cup"), ("sale", "4"), ("regular", "5"), ("starts", starts), ("ends", ends)];
        file.push_str(&row(id, "simple", &cells));
    }
    take_good(&service, &file).await;
    let prices: Vec<_> = all(&service)
        .await
        .iter()
        .map(|product| (product.handle.clone().unwrap_or_default(), product.variants[0].price.minor()))
        .collect();
    let wanted = [("id:1", 400), ("id:2", 400), ("id:3", 500), ("id:4", 500), ("id:5", 400)];
    assert_eq!(prices, wanted.map(|(handle, price)| (handle.to_owned(), price)));
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn what_cannot_be_sold_here_is_named_and_the_rest_imported(db: PgPool) {
    let service = service_db(&db);
    let file = [
        HEADER,
        &row(1, "grouped", &[("sku", "SET"), ("name", "Set")]),
        &row(2, "external", &[("sku", "AD"), ("name", "Ad"), ("regular", "5")]),
        &row(3, "variable-subscription", &[("sku", "SUB"), ("name", "Box")]),
        &row(4, "variation", &[("sku", "SUB-1"), ("parent", "SUB"), ("regular", "5")]),
        &row(5, "simple", &[("sku", "CUP"), ("name", "Cup"), ("regular", "1,000")]),
        &row(
            6,
            "simple",
            &[("sku", "MUG"), ("name", "Mug"), ("regular", "5"), ("visibility", "hidden"), ("published", "1")],
        ),
    ]
    .concat();
    let (summary, errors) = take(&service, &file).await;
    let lines: Vec<u64> = errors.iter().map(|(line, _)| *line).collect();
    assert_eq!(lines, [2, 3, 4, 6], "{errors:?}");
    assert!(errors[0].1.contains("a group of other products") && errors[3].1.contains("may be thousands or decimals"));
    assert_eq!((summary.products, summary.products_skipped), (created(1), 4));
    assert_eq!(all(&service).await[0].status, "draft");
}
