//! Every reason for which a row is not imported names the columns of WooCommerce's files and no others.

use super::*;

/// Columns of Shopify's files that WooCommerce's do not have, and words that only mean something there.
const OF_SHOPIFY: [&str; 8] =
    ["andle", "\"Title\"", "\"Variant", "\"Option", "\"Vendor\"", "\"Body", "\"Image ", "\"Status\""];

/// Imports a file with one bad row, and returns its reason.
async fn reason(service: &Db, file: &str, line: u64) -> String {
    let (_, errors) = take(service, file).await;
    let [(found, reason)] = errors.as_slice() else { panic!("{file}\n{errors:?}") };
    assert_eq!(*found, line, "{reason}");
    assert!(OF_SHOPIFY.iter().all(|words| !reason.contains(words)), "{reason}");
    reason.clone()
}

/// Imports files that begin with their header and have one bad row on line 2 or 3.
async fn expect(service: &Db, cases: &[(&str, u64, &str)]) {
    for (file, line, expected) in cases {
        let reason = reason(service, file, *line).await;
        assert!(reason.starts_with(expected), "{file}\n{reason}\n{expected}");
    }
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn a_cell_that_cannot_be_read_is_named_by_its_column(db: PgPool) {
    let service = service_db(&db);
    let [long, longer] = [256, 70_000].map(|length| "x".repeat(length));
    let many = |of: usize, prefix: &str| (0..of).map(|n| format!("{prefix}{n}")).collect::<Vec<_>>().join(",");
    let (many_labels, many_images) = (many(101, "n"), many(251, "/"));
    for (cell, text, expected) in [
        ("name", "", "\"Name\" is empty"),
        ("name", long.as_str(), "\"Name\" has more than 255 characters"),
        ("sku", long.as_str(), "\"SKU\" has more than 255 characters"),
        ("gtin", long.as_str(), "\"GTIN, UPC, EAN, or ISBN\" has more than 255 characters"),
        ("published", "maybe", "\"Published\" is \"maybe\": it must be 1 (published), 0 (private) or -1 (draft)"),
        ("short", longer.as_str(), "\"Short description\" has more than 65536 characters"),
        ("description", longer.as_str(), "\"Description\" has more than 65536 characters"),
        ("starts", "soon", "\"Date sale price starts\" is \"soon\": it must be a date"),
        ("ends", "later", "\"Date sale price ends\" is \"later\": it must be a date"),
        ("in", "some", "\"In stock?\" is \"some\": it must be 1, 0 or backorder"),
        ("stock", "many", "\"Stock\" is \"many\": it must be a whole number"),
        ("stock", "9999999999", "\"Stock\" is \"9999999999\": it must be at most 1000000000"),
        ("backorders", "some", "\"Backorders allowed?\" is \"some\": it must be 0, 1 or notify"),
        ("weight", "heavy", "\"Weight (lbs)\" is \"heavy\": it must be a whole number"),
        ("sale", "cheap", "\"Sale price\" is \"cheap\": A valid number is required."),
        ("regular", "", "\"Regular price\" is empty"),
        ("regular", "five", "\"Regular price\" is \"five\": A valid number is required."),
        ("regular", "-1", "\"Regular price\" is \"-1\": it must not be negative"),
        (
            "regular",
            "1,000",
            "\"Regular price\" is \"1,000\": the digits after the separator may be thousands or decimals",
        ),
        ("regular", "1.234,50", "\"Regular price\" is \"1.234,50\": write it without a thousands separator"),
        ("categories", long.as_str(), "a category has more than 255 characters"),
        ("categories", many_labels.as_str(), "the product has more than 100 categories"),
        ("tags", long.as_str(), "a tag has more than 255 characters"),
        ("tags", many_labels.as_str(), "the product has more than 100 tags"),
        ("brands", long.as_str(), "the brand in \"Brands\" has more than 255 characters"),
        ("images", "javascript:x", "\"Images\" is \"javascript:x\": it must be the URL of an image"),
        ("images", many_images.as_str(), "the product has more than 250 images"),
        ("parent", "MUG", "\"Parent\" is filled, but \"Type\" is not variation; correct one of them"),
        ("s1", "maybe", "\"Attribute 1 visible\" is \"maybe\": it must be 1 or 0"),
    ] {
        let good = [("sku", "CUP"), ("name", "Cup"), ("regular", "5"), ("a1", "Paper"), ("v1", "Thick")];
        let file = [HEADER, &row(1, "simple", &[&[(cell, text)][..], &good].concat())].concat();
        let reason = reason(&service, &file, 2).await;
        assert!(reason.starts_with(expected), "{reason}\n{expected}");
    }
    let descriptions =
        [("short", &longer[..65_000]), ("description", &longer[..65_000]), ("name", "Cup"), ("regular", "5")];
    let reason = reason(&service, &[HEADER, &row(1, "simple", &descriptions)].concat(), 2).await;
    assert_eq!(reason, "\"Short description\" and \"Description\" together have more than 65536 characters");
    assert_eq!(all(&service).await, []);
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn a_variation_that_cannot_be_sold_is_named_by_its_columns(db: PgPool) {
    let service = service_db(&db);
    let long = "x".repeat(256);
    for (cell, text, expected) in [
        ("position", "first", "\"Position\" is \"first\": it must be a whole number"),
        ("published", "maybe", "\"Published\" is \"maybe\""),
        ("images", "x", "\"Images\" is \"x\""),
        ("sku", long.as_str(), "\"SKU\" has more than 255 characters"),
        ("v1", long.as_str(), "a value of \"Size\" has more than 255 characters"),
        ("a1", long.as_str(), "an attribute's name has more than 255 characters"),
        ("a2", "Colour", "the variation has no value of \"Colour\", and its product lists none either"),
    ] {
        let good = [("sku", "MUG-S"), ("parent", "MUG"), ("regular", "5"), ("a1", "Size"), ("v1", "S")];
        let file = [HEADER, &mug(&[]), &row(2, "variation", &[&[(cell, text)][..], &good].concat())].concat();
        let reason = reason(&service, &file, 3).await;
        assert!(reason.starts_with(expected), "{reason}\n{expected}");
    }
    let off = variation(2, "MUG-S", &[("v1", "S")]).replacen("\"1\"", "\"0\"", 1);
    let reason = reason(&service, &[HEADER, &mug(&[]), &off].concat(), 2).await;
    assert_eq!(
        reason,
        "all its variations are switched off: \"Published\" is 0; publish one of them, or remove the product from the file"
    );
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn the_reason_for_a_file_that_says_too_little_names_the_column_to_add(db: PgPool) {
    let service = service_db(&db);
    let sizes = [variation(2, "MUG-S", &[("v1", "S")]), variation(3, "MUG-M", &[("v1", "M")])];
    take_good(&service, &[HEADER, &mug(&[]), &sizes[0], &sizes[1]].concat()).await;
    let of_two = "Type,SKU,Name,Parent,Regular price,Attribute 1 name,Attribute 1 value(s),Attribute 2 name,Attribute 2 value(s)\n\
        variable,TEE,Tee,,,Size,S,Colour,\"Red, Blue\"\nvariation,TEE-R,,TEE,5,Size,S,Colour,Red\nvariation,TEE-B,,TEE,5,Size,S,Colour,Blue\n";
    take_good(&service, of_two).await;
    let before = rows(&db).await;
    expect(
        &service,
        &[
            (
                "Type,SKU,Regular price\nsimple,NEW,5\n",
                2,
                "there is no product with this SKU or ID yet, and a new one needs a name: add the column \"Name\"",
            ),
            (
                "Type,SKU,Name,Regular price,Parent\nvariable,NEW,New,,\n",
                2,
                "there is no product with this SKU or ID yet, and a new variable one needs variations: add their rows, with the product in \"Parent\"",
            ),
            (
                "Type,SKU,Name,Stock\nsimple,NEW,New,3\n",
                2,
                "the product has no such variant yet, and a new one needs a price: add the column \"Regular price\"",
            ),
            (
                "Type,SKU,Parent,Regular price\nvariable,MUG,,\nvariation,,MUG,9\n",
                3,
                "the product has several variants, and the row does not say which: add the column \"SKU\" or those of the attributes",
            ),
            (
                "Type,SKU,Parent,Regular price\nvariable,MUG,,\nvariation,MUG-X,MUG,9\n",
                3,
                "the product has no variant with the SKU \"MUG-X\", and a new one needs attributes: correct the SKU, or add the columns of the attributes",
            ),
            (
                "Type,SKU,Parent,Regular price,Attribute 1 name,Attribute 1 value(s)\nvariable,TEE,,,Size,S\nvariation,,TEE,9,Size,S\n",
                3,
                "the product has other attributes too, and the row does not say which variant it is about: add the column \"SKU\" or those of all \
                 attributes",
            ),
            ("ID,Type,SKU,Name,Regular price\n,simple,,Cup,5\n", 2, "\"SKU\" and \"ID\" are empty"),
            ("Type,SKU,Name,Regular price\n,CUP,Cup,5\n", 2, "\"Type\" is empty"),
            ("Type,SKU,Name,Regular price\nbundle,CUP,Cup,5\n", 2, "\"Type\" is \"bundle\": only simple and variable products"),
            ("Type,SKU,Name,Regular price\nGrouped,CUP,Cup,5\n", 2, "\"Type\" is \"Grouped\": a group of other products"),
            ("Type,SKU,Name,Regular price\nEXTERNAL,CUP,Cup,5\n", 2, "\"Type\" is \"EXTERNAL\": a product of another shop"),
            ("Type,SKU,Name,Regular price,Tags\nsimple,CUP,C\u{0}p,5,\n", 2, "the column \"Name\" contains a NUL character"),
            ("Type,SKU,Name,Regular price\nsimple,CUP,Cup,5,6\n", 2, "the row has 5 columns, but the header has 4"),
            // The file's own spelling of a name.
            ("TYPE,sku,NAME,regular PRICE\nsimple,CUP,Cup,\n", 2, "\"regular PRICE\" is empty"),
        ],
    )
    .await;
    assert_eq!(rows(&db).await, before);
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn a_sku_of_another_row_is_explained_in_the_words_of_the_file(db: PgPool) {
    let service = service_db(&db);
    let [small, medium] = [variation(2, "MUG-S", &[("v1", "S")]), variation(3, "MUG-M", &[("v1", "M")])];
    take_good(&service, &[HEADER, &mug(&[]), &small, &medium].concat()).await;
    let before = rows(&db).await;
    let other = |sku: &str| row(9, "simple", &[("sku", sku), ("name", "Other"), ("regular", "5")]);
    let [twice, listed] = [("MUG-S", "L"), ("MUG-S", "M")].map(|(sku, size)| variation(3, sku, &[("v1", size)]));
    for (file, line, expected) in [
        (
            other("MUG-M"),
            2,
            "the SKU \"MUG-M\" belongs to the product \"MUG\", but the row is one of the product \"MUG-M\": correct \"Parent\" or \"SKU\"; to move the \
             variant, first import \"MUG\" without it, in a separate file",
        ),
        (
            [mug(&[]), small.clone(), twice].concat(),
            4,
            "another row of the product is about the same variant; correct its SKU, or remove one of the rows",
        ),
        (
            [mug(&[]), small.replace("\"MUG-S\"", "\"\""), listed].concat(),
            4,
            "the SKU \"MUG-S\" belongs to a variant of this product that the file lists without a SKU",
        ),
    ] {
        let reason = reason(&service, &format!("{HEADER}{file}"), line).await;
        assert!(reason.starts_with(expected), "{reason}\n{expected}");
    }
    assert_eq!(rows(&db).await, before);
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn stock_that_cannot_be_compared_is_explained_without_a_column_of_another_format(db: PgPool) {
    let currency = currency_of_shop(&service_db(&db)).await.unwrap();
    let file = ProductFile::read(|| Ok(shop_bytes()), with_stock(Stock::Compare), currency, START).unwrap();
    let imported = import(&service_db(&db), file, START, &mut |_| {}, &|_| {}).await;
    let reason = imported.unwrap_err().to_string();
    assert!(reason.contains("a WooCommerce product export does not say what stock its author saw"), "{reason}");
    assert!(!reason.contains("Variant"), "{reason}");
}

fn shop_bytes() -> &'static [u8] {
    b"Type,SKU,Name,Stock,Regular price\nsimple,CUP,Cup,3,5\n"
}
