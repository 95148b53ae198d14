//! Cells that say yes or no, and other words, however a program writes them.

use shared::catalogue::store::snapshot::VariantSnapshot;

use super::*;

/// A product whose variations are for sale, untracked, sold out and switched off, in another order than that of their rows, and a draft with
/// a hidden attribute.
fn shop_of(yes: &str, no: &str, position: impl Fn(u8) -> String, word: fn(&str) -> String) -> String {
    let size = |id: u32, value: &'static str, at: u8, cells: &[(&str, &str)]| {
        let sku = format!("MUG-{value}");
        variation_of(id, &sku, &[&[("v1", value), ("position", position(at).as_str())], cells].concat())
    };
    let variable = &word("variable");
    [
        HEADER,
        &row(
            1,
            variable,
            &[
                ("sku", "MUG"),
                ("name", "Mug"),
                ("published", yes),
                ("visibility", &word("visible")),
                ("a1", "Size"),
                ("v1", "S, M, L"),
            ],
        ),
        &size(2, "S", 10, &[("published", yes), ("in", yes), ("backorders", no)]),
        &size(3, "M", 9, &[("published", yes), ("in", no), ("backorders", yes)]),
        &size(4, "L", 2, &[("published", no), ("in", yes)]),
        &row(
            5,
            &word("simple, virtual"),
            &[
                ("sku", "CARD"),
                ("name", "Card"),
                ("published", no),
                ("in", &word("backorder")),
                ("regular", "5"),
                ("a1", "Paper"),
                ("v1", "Thick"),
                ("s1", no),
            ],
        ),
        &row(
            6,
            &word("simple"),
            &[
                ("sku", "BAG"),
                ("name", "Bag"),
                ("published", yes),
                ("visibility", &word("hidden")),
                ("backorders", &word("notify")),
                ("regular", "5"),
                ("a1", "Paper"),
                ("v1", "Thick"),
                ("s1", yes),
            ],
        ),
    ]
    .concat()
}

fn variation_of(id: u32, sku: &str, cells: &[(&str, &str)]) -> String {
    row(id, "variation", &[&[("sku", sku), ("parent", "MUG"), ("regular", "5"), ("a1", "Size")], cells].concat())
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn flags_and_words_mean_the_same_however_they_are_written(db: PgPool) {
    let service = service_db(&db);
    take_good(&service, &shop_of("1", "0", |at| at.to_string(), str::to_owned)).await;
    let products = all(&service).await;
    let [mug, card, bag] = products.as_slice() else { panic!("{products:?}") };
    assert_eq!((mug.status.as_str(), card.status.as_str(), bag.status.as_str()), ("active", "draft", "draft"));
    let rules = |product: &ProductSnapshot| -> Vec<(String, bool, bool)> {
        let of = |variant: &VariantSnapshot| {
            (variant.sku.clone(), variant.stock_rules.track_inventory, variant.stock_rules.allow_backorder)
        };
        product.variants.iter().map(of).collect()
    };
    assert_eq!(rules(mug), [("MUG-M".to_owned(), true, true), ("MUG-S".to_owned(), false, false)]);
    assert_eq!(rules(card), [("CARD".to_owned(), true, true)]);
    assert_eq!((card.variants[0].options(), bag.variants[0].options()), (vec![], vec![("Paper", "Thick")]));

    let before = rows(&db).await;
    let upper = |word: &str| format!(" {} ", word.to_uppercase());
    for (yes, no) in [
        ("1.0", "0.0"),
        ("1,00", "0,0"),
        ("TRUE", "FALSE"),
        ("True", "False"),
        ("yes", "no"),
        ("YES", " No "),
        (" 1\u{a0}", "\u{200b}0"),
    ] {
        let file = shop_of(yes, no, |at| format!("{at}.0"), upper);
        assert_eq!(take_good(&service, &file).await.products, unchanged(3), "{yes} {no}");
        assert_eq!(rows(&db).await, before, "{yes} {no}");
    }
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn a_flag_that_cannot_be_read_is_an_error_of_its_row(db: PgPool) {
    let service = service_db(&db);
    let simple = [("sku", "CUP"), ("name", "Cup"), ("regular", "5"), ("a1", "Paper"), ("v1", "Thick")];
    for (column, name, text) in [
        ("published", "Published", "maybe"),
        ("published", "Published", "3"),
        ("in", "In stock?", "some"),
        ("backorders", "Backorders allowed?", "1.5"),
        ("s1", "Attribute 1 visible", "x"),
    ] {
        let (_, errors) =
            take(&service, &[HEADER, &row(1, "simple", &[&simple[..], &[(column, text)]].concat())].concat()).await;
        let [(2, reason)] = errors.as_slice() else { panic!("{name}: {errors:?}") };
        assert!(reason.starts_with(&format!("\"{name}\" is \"{text}\": it must be ")), "{reason}");
    }
    for (column, name) in [
        ("published", "Published"),
        ("position", "Position"),
        ("in", "In stock?"),
        ("backorders", "Backorders allowed?"),
    ] {
        let wrong = variation_of(2, "MUG-S", &[("v1", "S"), (column, "maybe")]);
        let (_, errors) = take(&service, &[HEADER, &mug(&[]), &wrong].concat()).await;
        let [(3, reason)] = errors.as_slice() else { panic!("{name}: {errors:?}") };
        assert!(reason.starts_with(&format!("\"{name}\" is \"maybe\": it must be ")), "{reason}");
    }
    assert_eq!(all(&service).await, []);
}

/// Some programs write every number with decimals, ids too.
#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn an_id_with_decimals_is_the_same_product(db: PgPool) {
    let service = service_db(&db);
    let file = |id: &str| {
        let head = row(7, "variable", &[("name", "Mug"), ("a1", "Size"), ("v1", "S")]).replacen(
            "\"7\"",
            &format!("\"{id}\""),
            1,
        );
        [HEADER, &head, &variation_of(8, "MUG-S", &[("v1", "S")]).replace("\"MUG\"", &format!("\"id:{id}\""))].concat()
    };
    take_good(&service, &file("7")).await;
    assert_eq!(take_good(&service, &file("7.0")).await.products, unchanged(1));
}
