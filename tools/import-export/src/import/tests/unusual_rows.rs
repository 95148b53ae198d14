//! Rows as people and programs write them.

use super::*;

const HEADER: &str = "Handle,Title,Option1 Name,Option1 Value,Option2 Name,Option2 Value,Variant SKU,Variant Inventory Qty,Variant Price,\
    Variant Barcode,Image Src,Status\n";

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn empty_cells_at_the_end_of_a_row_may_be_missing(db: PgPool) {
    let service = service_db(&db);
    let file = format!(
        "{HEADER}fork,Fork,Title,Default Title,,,FO,1,2.00,,,active\nspoon,Spoon,Title,Default Title,,,SP,1,2.00\nknife,Knife,,,,,KN,1,3,,,\n"
    );
    assert_eq!(take_good(&service, &file).await.products, created(3));
    assert_eq!(take_good(&service, &file).await.products, unchanged(3));
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn an_unquoted_comma_moves_no_number_into_the_price(db: PgPool) {
    let service = service_db(&db);
    let header = "Handle,Title,Variant SKU,Variant Price,Tags\n";
    let (_, errors) = take(&service, &format!("{header}rz,Shirt, blue,10023,5,\n")).await;
    assert!(errors[0].0 == 2 && errors[0].1.contains("put a cell that contains the delimiter in quotes"), "{errors:?}");
    assert!(all(&service).await.is_empty());
    // Delimiters at the end of all lines.
    let file = format!("{},,\nrz,\"Shirt, blue\",10023,5,,,\nsz,Shirt,10024,5,\n", header.trim_end());
    assert_eq!(take_good(&service, &file).await.products, created(2));
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn a_cell_of_invisible_characters_is_empty(db: PgPool) {
    let service = service_db(&db);
    for (row, words) in [
        ("\u{200b}\u{feff},Cup,,,,,C,1,5", "\"Handle\" is empty"),
        ("cup,\u{feff},,,,,C,1,5", "\"Title\" is empty"),
        ("cup,Cup,Size,\u{200b},,,C,1,5", "the option \"Size\" has no value"),
        ("cup,Cup,\u{200b},S,,,C,1,5", "\"Option1 Name\" is empty"),
    ] {
        let (_, errors) = take(&service, &format!("{HEADER}{row}\n")).await;
        assert!(errors[0].0 == 2 && errors[0].1.contains(words), "{errors:?}");
    }
    take_good(&service, &format!("{HEADER}cup,Cup,,,,,\u{200b},1,5\n")).await;
    assert_eq!(all(&service).await[0].variants[0].sku, "cup");
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn a_whole_quantity_may_have_decimals(db: PgPool) {
    let service = service_db(&db);
    const WHOLE: &str = "it must be a whole number";
    for (quantity, expected) in [
        ("10.0", Ok(10)),
        ("-3.00", Ok(0)),
        ("-3000000000", Ok(0)),
        ("10.5", Err(WHOLE)),
        ("1e3", Err(WHOLE)),
        ("1.0.0", Err(WHOLE)),
        ("--3", Err(WHOLE)),
        ("3000000000", Err("it must be at most 1000000000")),
        (
            "1.000",
            Err(
                "the digits after the separator may be thousands or decimals; write thousands without a separator, and not three decimals",
            ),
        ),
    ] {
        let file = format!("{HEADER}knife,Knife,,,,,KN,{quantity},4\n");
        let (_, errors) = take_with(&service, file.as_bytes(), with_stock(Stock::Set)).await;
        match expected {
            Ok(units) => assert_eq!((errors.len(), all(&service).await[0].variants[0].on_hand), (0, units)),
            Err(why) => assert_eq!(errors, [(2, format!("\"Variant Inventory Qty\" is \"{quantity}\": {why}"))]),
        }
    }
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn an_option_without_a_name_is_kept_or_refused_but_never_dropped(db: PgPool) {
    let service = service_db(&db);
    let refused = |cells: &str| format!("{HEADER}bag,Bag,{cells},B,1,5\n");
    for (cells, column, value) in [("Size,S,,Red", 2, "Red"), (",S,,", 1, "S"), (",S,Colour,Red", 1, "S")] {
        let (_, errors) = take(&service, &refused(cells)).await;
        let reason = format!(
            "\"Option{column} Value\" is \"{value}\", but \"Option{column} Name\" is empty on the product's first row"
        );
        assert_eq!(errors, [(2, reason)]);
    }
    take_good(&service, &refused(",,Colour,Red")).await;
    assert_eq!(all(&service).await[0].variants[0].options(), [("Colour", "Red")]);
    let (_, errors) = take(&service, "Handle,Title,Option1 Value,Variant Price\nbox,Box,S,5\n").await;
    assert_eq!(errors, [(2, "\"Option1 Value\" is \"S\", but the file has no column \"Option1 Name\"".to_owned())]);
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn blanks_in_the_address_of_an_image_are_encoded(db: PgPool) {
    let service = service_db(&db);
    let file = format!("{HEADER}cup,Cup,,,,,C,1,5,,https://cdn.test/my cup\u{a0}1.jpg,\n");
    take_good(&service, &file).await;
    assert_eq!(all(&service).await[0].images[0].url, "https://cdn.test/my%20cup%C2%A01.jpg");
    assert_eq!(take_good(&service, &file).await.products, unchanged(1));
    assert_eq!(take_good(&service, &exported(&service).await).await.products, unchanged(1));
}

/// To a browser these lead to another host, or to nothing.
#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn the_address_of_an_image_is_refused_as_the_api_refuses_it(db: PgPool) {
    let service = service_db(&db);
    for address in ["//evil.test/x.png", "///x.png", "https:///x.png", "https://", "data:image/png;base64", "x.png"] {
        for (image, variant_image) in [(address, ""), ("", address)] {
            let file = format!("{HEADER_WITH_VARIANT_IMAGE}cup,Cup,C,5,{image},{variant_image}\n");
            let (summary, errors) = take(&service, &file).await;
            let [(2, reason)] = errors.as_slice() else { panic!("{address}: {errors:?}") };
            assert!(reason.contains("a path that begins with one /"), "{reason}");
            assert_eq!(summary.products, Changes::default());
        }
    }
    assert_eq!(all(&service).await.len(), 0);
}

const HEADER_WITH_VARIANT_IMAGE: &str = "Handle,Title,Variant SKU,Variant Price,Image Src,Variant Image\n";

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn values_that_differ_only_in_case_are_one_bad_row(db: PgPool) {
    let service = service_db(&db);
    for (one, other) in [("TEAL", "teal"), ("Caf\u{e9}", "Cafe\u{301}"), ("red", "re\u{200b}d")] {
        let file = format!("{HEADER}pin,Pin,Colour,{one},,,P-1,1,2\npin,,,{other},,,P-2,1,2\n");
        let (summary, errors) = take(&service, &file).await;
        let [(3, reason)] = errors.as_slice() else { panic!("{errors:?}") };
        assert!(reason.contains(&format!("\"{other}\" and \"{one}\" on line 2")), "{reason}");
        assert_eq!(summary.products, Changes::default());
    }
    // Twice the same attribute value in one product is no mistake.
    let file = format!("{HEADER}pin,Pin,Colour,TEAL,Size,S,P-1,1,2\npin,,,teal,,M,P-2,1,2\n");
    assert_eq!(take_good(&service, &file).await.products, created(1));
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn a_refusal_of_the_database_is_explained_in_words(db: PgPool) {
    let service = service_db(&db);
    sqlx::query("alter table products add constraint no_a check (slug <> 'a')").execute(&db).await.unwrap();
    let row = |handle: &str, sku: &str| format!("{handle},{handle},,,,,{sku},1,5\n");
    let (summary, errors) = take(&service, &format!("{HEADER}{}{}", row("a", "A"), row("b", "B"))).await;
    assert_eq!(errors, [(2, "it breaks a rule of the shop that has no name here; the log has the details".to_owned())]);
    assert_eq!(summary.products, created(1));
}
