//! A column that is missing leaves its field alone; an empty cell empties it; a filled one sets it.

use super::*;

const FULL: &str = "Handle,Title,Body (HTML),Vendor,Type,Tags,Published,Option1 Name,Option1 Value,Variant SKU,Variant Grams,\
    Variant Inventory Qty,Variant Price,Variant Compare At Price,Variant Barcode,Image Src,Image Position,Image Alt Text,Variant Image,\
    Status\n\
    apron,Linen Apron,<p>Washed linen.</p>,Hearth,Textiles,\"linen, apron\",true,Size,S,AP-S,310,12,39.00,49.00,4006,\
    https://cdn.test/front.jpg,1,Front,https://cdn.test/front.jpg,active\n\
    apron,,,,,,,,M,AP-M,330,7,39.00,49.00,4007,https://cdn.test/back.jpg,2,Back,,\n";

/// Returns every field of the product by the column that says it.
fn fields(product: &ProductSnapshot) -> Vec<(&'static str, String)> {
    let first = &product.variants[0];
    let images = |of: &dyn Fn(&shared::catalogue::store::snapshot::ImageSnapshot) -> String| {
        product.images.iter().map(of).collect::<Vec<_>>().join(" ")
    };
    let mut urls: Vec<&str> = product.images.iter().map(|image| image.url.as_str()).collect();
    urls.sort_unstable();
    let brand = product.brand.as_ref().map_or("", |brand| &brand.name);
    let categories: Vec<&str> = product.categories.iter().map(|category| category.name.as_str()).collect();
    let money = |money: Option<shared::money::Money>| {
        money.map_or(String::new(), |money| product.currency.amount(money).to_string())
    };
    vec![
        ("Title", product.name.clone()),
        ("Body (HTML)", product.description.clone()),
        ("Vendor", brand.to_owned()),
        ("Type", categories.join(" ")),
        ("Tags", product.tags.join(", ")),
        ("Status", product.status.clone()),
        ("Option1 Value", first.name.clone()),
        ("Variant SKU", first.sku.clone()),
        ("Variant Grams", first.weight_grams.map(|grams| grams.to_string()).unwrap_or_default()),
        ("Variant Inventory Qty", first.on_hand.to_string()),
        ("Variant Price", money(Some(first.price))),
        ("Variant Compare At Price", money(first.compare_at_price)),
        ("Variant Barcode", first.barcode.clone().unwrap_or_default()),
        ("Image Src", urls.join(" ")),
        ("Image Position", images(&|image| image.url.clone())),
        ("Image Alt Text", images(&|image| image.alt_text.clone())),
        (
            "Variant Image",
            images(&|image| if image.variant == Some(first.id) { image.url.clone() } else { String::new() }),
        ),
    ]
}

async fn the_product(db: &Db) -> ProductSnapshot {
    all(db).await.pop().unwrap()
}

/// Imports a file of one row that has only this column in addition to those that name the variant. It also sets the stock.
async fn take_cell(service: &Db, column: &str, cell: &str) -> ImportSummary {
    let file = format!("Handle,Variant SKU,{column}\napron,AP-S,\"{cell}\"\n");
    let (summary, errors) = take_with(service, file.as_bytes(), with_stock(Stock::Set)).await;
    assert_eq!(errors, [], "{file}");
    summary
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn each_column_changes_its_own_field_alone(db: PgPool) {
    let service = service_db(&db);
    // An empty price is an error.
    for (column, set, shown, empty) in [
        ("Body (HTML)", "<p>New.</p>", "<p>New.</p>", Some("")),
        ("Vendor", "Loom", "Loom", Some("")),
        ("Type", "Aprons", "Aprons Textiles", Some("Aprons Textiles")),
        ("Tags", "new", "new", Some("")),
        ("Status", "draft", "draft", Some("draft")),
        ("Variant Grams", "99", "99", Some("")),
        ("Variant Inventory Qty", "5", "5", Some("5")),
        ("Variant Price", "35.00", "35.00", None),
        ("Variant Compare At Price", "45.00", "45.00", Some("")),
        ("Variant Barcode", "5000", "5000", Some("")),
    ] {
        take_good(&service, FULL).await;
        let before = fields(&the_product(&service).await);
        let with = |value: &str| -> Vec<(&'static str, String)> {
            before
                .iter()
                .map(|(name, old)| (*name, if *name == column { value.to_owned() } else { old.clone() }))
                .collect()
        };

        let summary = take_cell(&service, column, set).await;
        assert_eq!((summary.products.updated, summary.variants_removed), (1, 0), "{column}");
        assert_eq!(fields(&the_product(&service).await), with(shown), "{column} set");
        assert_eq!(take_cell(&service, column, set).await.products, unchanged(1), "{column} set again");

        if let Some(empty) = empty {
            take_cell(&service, column, "").await;
            assert_eq!(fields(&the_product(&service).await), with(empty), "{column} empty");
        }
    }
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn a_price_that_is_empty_is_an_error(db: PgPool) {
    let service = service_db(&db);
    take_good(&service, FULL).await;
    let (_, errors) = take(&service, "Handle,Variant SKU,Variant Price\napron,AP-S,\n").await;
    assert_eq!(errors, [(2, "\"Variant Price\" is empty".to_owned())]);
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn a_price_list_changes_prices_alone(db: PgPool) {
    let service = service_db(&db);
    for status in ["active", "draft", "archived"] {
        take_good(&service, FULL).await;
        sqlx::query("update products set status = $1, publish_at = '2030-01-01'")
            .bind(status)
            .execute(&db)
            .await
            .unwrap();
        let mut expected = the_product(&service).await;
        expected.version += 1;
        expected.base_price = shared::money::Money::from_minor(3_500);
        for variant in &mut expected.variants {
            variant.price = expected.base_price;
        }

        let list = "Handle,Title,Option1 Name,Option1 Value,Variant SKU,Variant Price\n\
            apron,Linen Apron,Size,S,AP-S,35.00\napron,,,M,AP-M,35.00\n";
        take_good(&service, list).await;

        assert_eq!(the_product(&service).await, expected, "{status}");
    }
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn only_a_status_publishes_what_is_archived(db: PgPool) {
    let service = service_db(&db);
    take_good(&service, FULL).await;
    for (before, header, cells, after) in [
        ("archived", "Tags", "x", "archived"),
        ("draft", "Tags", "y", "draft"),
        ("archived", "Published", "true", "archived"),
        ("archived", "Published", "false", "archived"),
        ("draft", "Published", "true", "active"),
        ("draft", "Published", "", "draft"),
        ("active", "Published", "false", "draft"),
        ("active", "Published", "", "active"),
        ("archived", "Status", "", "archived"),
        ("archived", "Status", "active", "active"),
        ("archived", "Status,Published", "active,false", "draft"),
        ("active", "Status,Published", "archived,true", "archived"),
        ("draft", "Status,Published", ",true", "active"),
    ] {
        sqlx::query("update products set status = $1").bind(before).execute(&db).await.unwrap();
        take_good(&service, &format!("Handle,{header}\napron,{cells}\n")).await;
        assert_eq!(the_product(&service).await.status, after, "{before} {header} {cells}");
    }
    take_good(&service, "Handle,Title,Option1 Value,Variant Price\nnew,New,Default Title,1\n").await;
    assert_eq!(the_product(&service).await.status, "active");
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn images_and_their_texts_and_variants_stay_without_their_columns(db: PgPool) {
    let service = service_db(&db);
    let images = async || -> Vec<(String, String, bool)> {
        let product = the_product(&service).await;
        let image = |image: &shared::catalogue::store::snapshot::ImageSnapshot| {
            let name = image.url.trim_start_matches("https://cdn.test/").trim_end_matches(".jpg");
            (name.to_owned(), image.alt_text.clone(), image.variant == Some(product.variants[0].id))
        };
        product.images.iter().map(image).collect()
    };
    let of = |all: &[(&str, &str, bool)]| -> Vec<(String, String, bool)> {
        all.iter().map(|(name, text, shows)| ((*name).to_owned(), (*text).to_owned(), *shows)).collect()
    };
    let (front, back) = ("https://cdn.test/front.jpg", "https://cdn.test/back.jpg");
    for (header, rows, expected) in [
        // Only addresses: texts, variants and places stay.
        (
            "Image Src",
            vec![back.to_owned(), front.to_owned()],
            of(&[("front", "Front", true), ("back", "Back", false)]),
        ),
        ("Image Src", vec![back.to_owned()], of(&[("back", "Back", false)])),
        ("Image Src", vec![String::new()], of(&[])),
        (
            "Image Src,Image Position",
            vec![format!("{back},1"), format!("{front},2")],
            of(&[("back", "Back", false), ("front", "Front", true)]),
        ),
        (
            "Image Src,Image Position",
            vec![format!("{front},"), format!("{back},1")],
            of(&[("back", "Back", false), ("front", "Front", true)]),
        ),
        (
            "Image Src,Image Alt Text",
            vec![format!("{front},"), format!("{back},New")],
            of(&[("front", "", true), ("back", "New", false)]),
        ),
        (
            "Variant SKU,Variant Image",
            vec![format!("AP-S,{back}")],
            of(&[("front", "Front", false), ("back", "Back", true)]),
        ),
        (
            "Variant SKU,Variant Image",
            vec!["AP-S,".to_owned()],
            of(&[("front", "Front", false), ("back", "Back", false)]),
        ),
    ] {
        take_good(&service, FULL).await;
        let rows: String = rows.iter().map(|row| format!("apron,{row}\n")).collect();
        take_good(&service, &format!("Handle,{header}\n{rows}")).await;
        assert_eq!(images().await, expected, "{header}\n{rows}");
    }
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn a_file_without_options_or_skus_finds_the_variants_by_the_other(db: PgPool) {
    let service = service_db(&db);
    let prices = async || -> Vec<(String, i64)> {
        let variants = the_product(&service).await.variants;
        variants.into_iter().map(|variant| (variant.sku, variant.price.minor())).collect()
    };
    take_good(&service, FULL).await;

    take_good(&service, "Handle,Variant SKU,Variant Price\napron,AP-M,30\n").await;
    assert_eq!(prices().await, [("AP-S".to_owned(), 3_900), ("AP-M".to_owned(), 3_000)]);
    let by_options =
        "Handle,Title,Option1 Name,Option1 Value,Variant Price\napron,Linen Apron,Size,S,20\napron,,,M,21\n";
    let summary = take_good(&service, by_options).await;
    assert_eq!((summary.variants.updated, summary.variants_removed), (2, 0));
    assert_eq!(prices().await, [("AP-S".to_owned(), 2_000), ("AP-M".to_owned(), 2_100)]);

    let before = rows(&db).await;
    for (file, reason) in [
        (
            "Handle,Variant Price\napron,5\n",
            "the product has several variants, and the row does not say which: add the column \"Variant SKU\" or those of the options",
        ),
        (
            "Handle,Variant SKU,Variant Price\napron,AP-X,5\n",
            "the product has no variant with the SKU \"AP-X\", and a new one needs options: correct the SKU, or add the columns of the options",
        ),
        (
            "Handle,Option1 Name,Option1 Value,Tags\napron,Size,XL,x\n",
            "the product has no such variant yet, and a new one needs a price: add the column \"Variant Price\"",
        ),
        (
            "Handle,Variant Price\nnew,5\n",
            "there is no product with this handle yet, and a new one needs a title: add the column \"Title\"",
        ),
        (
            "Handle,Title,Tags\nnew,New,x\n",
            "there is no product with this handle yet, and a new one needs a variant: add the column \"Variant Price\"",
        ),
    ] {
        let (_, errors) = take(&service, file).await;
        assert_eq!(errors, [(2, reason.to_owned())], "{file}");
    }
    assert_eq!(rows(&db).await, before);

    let single = "Handle,Title,Variant Price\nmug,Mug,5\n";
    assert_eq!(take_good(&service, single).await.products, created(1));
    assert_eq!(take_good(&service, single).await.products, unchanged(1));
    take_good(&service, "Handle,Variant Barcode\nmug,77\n").await;
    assert_eq!(the_product(&service).await.variants[0].barcode.as_deref(), Some("77"));
}

/// A product of two options and four variants, with stock.
const TEE: &str = "Handle,Title,Option1 Name,Option1 Value,Option2 Name,Option2 Value,Option3 Name,Option3 Value,Variant SKU,\
    Variant Inventory Qty,Variant Price\n\
    tee,Tee,Size,S,Colour,Red,,,A,3,10\ntee,,,S,,Blue,,,B,4,10\ntee,,,M,,Red,,,C,5,10\ntee,,,L,,Green,,,D,6,10\n";

/// Returns each variant with its name, price and stock.
async fn tee(service: &Db) -> Vec<(String, String, i64, i32)> {
    let variants = the_product(service).await.variants.into_iter();
    variants.map(|one| (one.sku, one.name, one.price.minor(), one.on_hand)).collect()
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn options_whose_columns_are_missing_stay(db: PgPool) {
    let service = service_db(&db);
    take_good(&service, TEE).await;
    let before = tee(&service).await;
    let header = "Handle,Title,Option1 Name,Option1 Value,Variant SKU,Variant Price\n";

    // By SKU, and not all variants: nothing is removed, and no colour is lost.
    let summary = take_good(&service, &format!("{header}tee,Tee,Size,S,A,11\ntee,,,S,B,12\ntee,,,XL,D,10\n")).await;

    assert_eq!((summary.variants_removed, summary.variants.created), (0, 0));
    let changed = tee(&service).await;
    let prices: Vec<i64> = changed.iter().map(|(_, _, price, _)| *price).collect();
    assert_eq!(prices, [1_100, 1_200, 1_000, 1_000]);
    assert_eq!(changed[3].1, "XL / Green", "the named option changes, and the other stays");
    assert_eq!((&changed[0].1, &changed[1].1, &changed[2].1), (&before[0].1, &before[1].1, &before[2].1));
    let stock = |all: &[(String, String, i64, i32)]| all.iter().map(|one| one.3).collect::<Vec<_>>();
    assert_eq!(stock(&changed), stock(&before));
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn a_row_that_names_only_some_options_means_one_variant_or_none(db: PgPool) {
    let service = service_db(&db);
    take_good(&service, TEE).await;
    let before = rows(&db).await;
    let reason = "the product has other options too, and the row does not say which variant it is about: add the column \"Variant SKU\" or \
                  those of all options";
    for (file, line) in [
        ("Handle,Title,Option1 Name,Option1 Value,Variant Price\ntee,Tee,Size,S,5\n", 2),
        ("Handle,Title,Option1 Name,Option1 Value,Variant Price\ntee,Tee,Size,XXL,5\n", 2),
        ("Handle,Title,Option1 Value,Variant Price\ntee,Tee,Default Title,5\n", 2),
        ("Handle,Option1 Name,Option1 Value,Tags\ntee,Size,S,x\n", 2),
    ] {
        let (_, errors) = take(&service, file).await;
        assert_eq!(errors, [(line, reason.to_owned())], "{file}");
    }
    assert_eq!(rows(&db).await, before);

    let summary =
        take_good(&service, "Handle,Title,Option1 Name,Option1 Value,Variant Price\ntee,Tee,Size,M,5\n").await;
    assert_eq!((summary.variants.updated, summary.variants_removed), (1, 0));
    assert_eq!(tee(&service).await[2], ("C".to_owned(), "M / Red".to_owned(), 500, 5));
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn an_empty_category_takes_a_product_out_of_its_only_one_and_not_out_of_several(db: PgPool) {
    let service = service_db(&db);
    for column in ["Type", "Product Category"] {
        let in_category = |name: &str| format!("Handle,Title,{column},Variant Price\napron,Apron,{name},5\n");
        let empty = format!("Handle,{column},Tags\napron,,x\n");
        take_good(&service, &in_category("Linen")).await;
        take_good(&service, "Handle,Tags\napron,y\n").await;
        assert_eq!(the_product(&service).await.categories.len(), 1, "{column}");
        take_good(&service, &empty).await;
        assert_eq!(the_product(&service).await.categories.len(), 0, "{column}");
        for name in ["Kitchen", "Textiles", "Sale"] {
            take_good(&service, &in_category(name)).await;
        }
        take_good(&service, &empty).await;
        assert_eq!(the_product(&service).await.categories.len(), 3, "{column}");
        sqlx::query("delete from products").execute(&db).await.unwrap();
    }
}
