//! Files with other delimiters, encodings and decimal commas.

use shared::catalogue::product_file::{Delimiter, Dialect, Encoding};

use super::*;

async fn names(db: &Db) -> Vec<String> {
    all(db).await.into_iter().map(|product| product.name).collect()
}

async fn take_bytes(db: &Db, file: &[u8]) -> (ImportSummary, Vec<(u64, String)>) {
    take_with(db, file, ImportOptions::default()).await
}

fn dialect(encoding: Encoding, delimiter: Delimiter) -> Option<Dialect> {
    Some(Dialect { encoding, delimiter })
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn a_file_is_read_in_its_dialect_and_the_summary_names_it(db: PgPool) {
    let service = service_db(&db);
    let text = "Handle;Title;Option1 Name;Option1 Value;Variant SKU;Variant Price;Status\r\n\
        plate;\"Große Platte; weiß\";Title;Default Title;PL-1;7.50;active\r\n";
    let utf16 = |bytes: fn(u16) -> [u8; 2], text: &str| -> Vec<u8> {
        [0xfeff].into_iter().chain(text.encode_utf16()).flat_map(bytes).collect()
    };
    let windows = text.replace('ß', "\u{1}").into_bytes().iter().map(|b| if *b == 1 { 0xdf } else { *b }).collect();
    for (file, encoding, delimiter, words) in [
        (text.as_bytes().to_vec(), Encoding::Utf8, Delimiter::Semicolon, "UTF-8, separated by semicolons"),
        (
            format!("sep=;\r\n{text}").into_bytes(),
            Encoding::Utf8,
            Delimiter::Semicolon,
            "UTF-8, separated by semicolons",
        ),
        (
            format!("\u{feff}{}", text.replace(';', "\t")).into_bytes(),
            Encoding::Utf8,
            Delimiter::Tab,
            "separated by tabs",
        ),
        (text.replace(';', "|").into_bytes(), Encoding::Utf8, Delimiter::VerticalBar, "separated by vertical bars"),
        (windows, Encoding::Windows1252, Delimiter::Semicolon, "Windows-1252, separated by semicolons"),
        (utf16(u16::to_le_bytes, text), Encoding::Utf16Le, Delimiter::Semicolon, "UTF-16, separated by semicolons"),
        (
            utf16(u16::to_be_bytes, &text.replace(';', "\t")),
            Encoding::Utf16Be,
            Delimiter::Tab,
            "UTF-16, separated by tabs",
        ),
    ] {
        let (summary, errors) = take_bytes(&service, &file).await;

        assert_eq!(errors, [], "{words}");
        assert_eq!(summary.format.map(|format| format.dialect), dialect(encoding, delimiter));
        assert!(summary.to_string().starts_with("file      Shopify product export, "), "{summary}");
        assert!(summary.to_string().contains(words), "{summary}");
        let separator = char::from(match delimiter {
            Delimiter::Comma | Delimiter::Semicolon => b';',
            Delimiter::Tab => b'\t',
            Delimiter::VerticalBar => b'|',
        });
        assert_eq!(names(&service).await, [format!("Große Platte{separator} weiß")]);
        assert_eq!(all(&service).await[0].variants[0].price.minor(), 750);
        sqlx::query("delete from products").execute(&db).await.unwrap();
    }
}

/// The letter that tells the encoding comes in the last row only.
#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn the_encoding_is_that_of_the_whole_file(db: PgPool) {
    let service = service_db(&db);
    let mut file = b"Handle,Title,Variant Price\n".to_vec();
    for number in 0..2_000 {
        file.extend(format!("cup-{number},A cup with a long and plain English name,5\n").into_bytes());
    }
    file.extend(b"tasse,Gro\xdfe Tasse \x96 wei\xdf \x80,5\n");

    let (summary, errors) = take_bytes(&service, &file).await;

    assert_eq!((summary.products, errors), (created(2_001), vec![]));
    let name: String =
        sqlx::query_scalar("select name from products where handle = 'tasse'").fetch_one(&db).await.unwrap();
    assert_eq!(name, "Große Tasse – weiß €");
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn a_damaged_letter_in_a_file_of_utf_8_is_named(db: PgPool) {
    let service = service_db(&db);
    let file =
        ["Handle,Title,Variant Price\ntasse,Große weiße Tasse,5\n".as_bytes(), b"cafe,Caf\xe9,5\n", b"mug,Mug,5\n"]
            .concat();

    let (summary, errors) = take_bytes(&service, &file).await;

    let reason = "the column \"Title\" has bytes that are not UTF-8, although the file is; correct the cell, or save the file as \"CSV UTF-8\"";
    assert_eq!(errors, [(3, reason.to_owned())]);
    assert_eq!(summary.products, created(2));
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn a_decimal_comma_is_read_where_commas_do_not_separate_cells(db: PgPool) {
    let service = service_db(&db);
    let file = "Handle;Title;Variant SKU;Variant Price;Variant Compare At Price;Variant Grams;Variant Inventory Qty\n\
        a;A;A;7,50;1299,9;210,4;10,0\nb;B;B;0,75;;0,600;3\n";
    take_good(&service, file).await;
    let read: Vec<_> = all(&service)
        .await
        .iter()
        .map(|product| &product.variants[0])
        .map(|v| (v.price.minor(), v.compare_at_price.map(|price| price.minor()), v.weight_grams, v.on_hand))
        .collect();
    assert_eq!(read, [(750, Some(129_990), Some(210), 10), (75, None, Some(1), 3)]);

    for (delimiter, price) in
        [(';', "1,000"), (';', "1.000"), (';', "1.234,50"), ('\t', "1,234.50"), (',', "\"1,000\""), (',', "\"7,50\"")]
    {
        let file = format!("Handle{delimiter}Variant Price\na{delimiter}{price}\n");
        let (summary, errors) = take(&service, &file).await;
        let [(2, reason)] = errors.as_slice() else { panic!("{price}: {errors:?}") };
        assert!(reason.starts_with(&format!("\"Variant Price\" is \"{}\": ", price.trim_matches('"'))), "{reason}");
        assert_eq!(summary.products, Changes::default(), "{price}");
    }
    // Thousands of units are not one.
    let (_, errors) = take(&service, "Handle;Variant Inventory Qty\na;1.000\n").await;
    assert!(errors[0].1.contains("may be thousands or decimals"), "{errors:?}");
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn a_short_last_row_without_a_line_break_is_read_unless_something_may_be_lost(db: PgPool) {
    let service = service_db(&db);
    let header = "Handle,Title,Option1 Name,Option1 Value,Variant SKU,Variant Price,Variant Barcode,Status,Image Src\n";
    let whole = format!("{header}spoon,Spoon,Size,S,SP-1,2.00,123,draft,https://cdn.test/1.jpg\nspoon,,,M,SP-2,2.00\n");
    take_good(&service, &whole).await;

    let short = format!("{header}fork,Fork,Title,Default Title,FO-1,2.00,,active\nspoon,Spoon,Size,S,SP-1,3.00");
    take_good(&service, &short).await;

    let spoon = &all(&service).await[0];
    assert_eq!((spoon.status.as_str(), spoon.images.len(), spoon.variants.len()), ("draft", 1, 2));
    assert_eq!((spoon.variants[0].price.minor(), spoon.variants[0].barcode.as_deref()), (300, Some("123")));

    for cut in ["spoon,Spoon,Size,S,SP-", "spoon,Spoon,Size,S", "spoon"] {
        let (summary, errors) = take(&service, &format!("{header}{cut}")).await;
        assert!(errors[0].1.contains("the file ends in this row"), "{errors:?}");
        assert_eq!(summary.products, Changes::default());
    }
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn a_file_of_handles_and_titles_renames_products(db: PgPool) {
    let service = service_db(&db);
    take_good(&service, "Handle,Title,Variant Price\nmug,Mug,5\n").await;
    assert_eq!(take_good(&service, "Handle,Title\nmug,Enamel Mug\n").await.products.updated, 1);
    assert_eq!(names(&service).await, ["Enamel Mug"]);
}
