//! A damaged row never removes variants: its product is refused, and so is a product of which it may be a row.

use super::*;

const HEADER: &str = "Handle,Title,Option1 Name,Option1 Value,Variant SKU,Variant Price\n";
const HAT: &str = "hat,Hat,Size,S,H-S,25\nhat,,,M,H-M,25\nhat,,,L,H-L,25\n";
const CAP: &str = "cap,Cap,Title,Default Title,CAP,9\n";

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn a_damaged_row_changes_nothing_of_its_product(db: PgPool) {
    let service = service_db(&db);
    take_good(&service, &format!("{HEADER}{HAT}")).await;
    let before = rows(&db).await;
    for (file, expected) in [
        // The handle is lost: between the rows, behind them, behind them at the end of a product's rows.
        (HAT.replace("hat,,,M", ",,,M"), (3, "\"Handle\" is empty; the product \"hat\" before it is not imported")),
        (HAT.replace("hat,,,L", ",,,L"), (4, "\"Handle\" is empty; the product \"hat\" before it is not imported")),
        (HAT.replace("hat,,,L", ",Hat,,L"), (4, "\"Handle\" is empty; the product \"hat\" before it is not imported")),
        (
            format!("{}{CAP}", HAT.replace("hat,,,L", "  ,,,L")),
            (4, "\"Handle\" is empty; the product \"hat\" before it is not imported"),
        ),
        // All cells of the row are deleted.
        (
            HAT.replace("hat,,,M,H-M,25", ",,,,,"),
            (4, "all cells of the row before this one are empty; complete that row, or remove it"),
        ),
        // Another handle without a title: a typing error.
        (
            HAT.replace("hat,,,L", "hta,,,L"),
            (2, "line 4 may be a row of this product: its handle is \"hta\", but it has no title; correct that line"),
        ),
        // The rows are not together, or the product begins twice.
        (
            format!("{}{CAP}hat,,,L,H-L,25\n", HAT.replace("hat,,,L,H-L,25\n", "")),
            (2, "the product \"hat\" begins again on line 5; all rows of a product must be next to each other"),
        ),
        (
            format!("hat,Hat,Size,S,H-S,25\n{CAP}hat,Hat,Size,M,H-M,25\n"),
            (2, "the product \"hat\" begins again on line 4; all rows of a product must be next to each other"),
        ),
        // The handle is lost, and the title's cell is filled: between the rows of a product, or because its cells moved to the right.
        (
            HAT.replace("hat,,,M", ",Hat (M),,M"),
            (3, "\"Handle\" is empty; the product \"hat\" before it is not imported"),
        ),
        // The handle of another product.
        (
            HAT.replace("hat,,,M", "hat,Cap,,M"),
            (3, "the row has the title \"Cap\", but the product is \"Hat\"; correct the handle"),
        ),
        (
            HAT.replace("hat,,,L,H-L,25", ",hat,,,L,H-L,25"),
            (4, "the row has 7 columns, but the header has 6; the product \"hat\" before it is not imported"),
        ),
        // The cell that is not closed ends within the next row.
        (
            HAT.replace("S,H-S", "\"S,H-S").replace("M,H-M", "M\",H-M"),
            (2, "the column \"Option1 Value\" contains the next row; a closing quote is missing"),
        ),
        (HAT.replace("H-M,25", "H-M,25,more"), (3, "the row has 7 columns, but the header has 6")),
        (HAT.replace("M,H-M", "\0M,H-M"), (3, "the column \"Option1 Value\" contains a NUL character; remove it")),
        // A quote that is not closed takes in the next row.
        (
            HAT.replace("S,H-S", "\"S,H-S").replace("L,H-L", "L\",H-L"),
            (2, "the column \"Option1 Value\" contains the next row; a closing quote is missing"),
        ),
        (
            HAT.replace("M,H-M,25", "M,H-M,\"25"),
            (
                3,
                "the file ends in a quoted cell of the record that begins here; is the file cut off, or a closing quote missing?",
            ),
        ),
        // The file is cut off.
        (
            HAT.trim_end_matches(",25\n").to_owned(),
            (
                4,
                "the file ends in this row, which has 5 columns of 6; if the file is not cut off, end its last line with a line break",
            ),
        ),
        ("hat,Hat,Size,S,H-S,25\nhat,,,M\n".to_owned(), (3, "\"Variant Price\" is empty")),
    ] {
        let (summary, errors) = take(&service, &format!("{HEADER}{file}")).await;
        assert!(errors.contains(&(expected.0, expected.1.to_owned())), "{file}: {errors:?}");
        assert_eq!(summary.variants_removed, 0, "{file}");
        sqlx::query("delete from products where slug = 'cap'").execute(&db).await.unwrap();
        assert_eq!(rows(&db).await, before, "{file}");
    }
}

/// Every row of the hat with its title, as some sheets have it.
const TITLED: &str = "hat,Hat,Size,S,H-S,25\nhat,Hat,Size,M,H-M,25\nhat,Hat,Size,L,H-L,25\n";

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn a_mistyped_handle_with_a_title_moves_no_variant_to_a_new_product(db: PgPool) {
    let service = service_db(&db);
    take_good(&service, &format!("{HEADER}{TITLED}")).await;
    let before = rows(&db).await;
    let elsewhere = |sku: &str| {
        format!(
            "the variant with the SKU \"{sku}\" would be removed, but the file has it under the handle \"hta\": correct that handle; to move the \
             variant, first import this product without it, in a separate file"
        )
    };
    for (row, sku, (hat, hta)) in [("hat,Hat,Size,S", "H-S", (3, 2)), ("hat,Hat,Size,L", "H-L", (2, 4))] {
        let file = format!("{HEADER}{}{CAP}", TITLED.replace(row, &row.replace("hat", "hta")));
        for options in [ImportOptions::default(), ImportOptions { dry_run: true, ..ImportOptions::default() }] {
            let (summary, errors) = take_with(&service, file.as_bytes(), options).await;
            let mut expected = [(hat, elsewhere(sku)), (hta, taken(sku, "hat", "hta"))];
            expected.sort();
            assert_eq!(errors, expected);
            assert_eq!((summary.products, summary.products_skipped), (created(1), 2), "the cap is imported");
            sqlx::query("delete from products where slug = 'cap'").execute(&db).await.unwrap();
            assert_eq!(rows(&db).await, before);
        }
    }
    // Between the rows of the hat, which then are not next to each other.
    let file = TITLED.replace("hat,Hat,Size,M", "hta,Hat,Size,M");
    let (_, errors) = take(&service, &format!("{HEADER}{file}")).await;
    assert!(errors.contains(&(3, taken("H-M", "hat", "hta"))), "{errors:?}");
    assert_eq!(rows(&db).await, before);
    // A number behind the SKU of the mistyped row changes nothing for the hat.
    let suffix = ImportOptions { duplicate_skus: DuplicateSkus::Suffix, ..ImportOptions::default() };
    let file = format!("{HEADER}{}", TITLED.replace("hat,Hat,Size,L", "hta,Hat,Size,L"));
    let (summary, errors) = take_with(&service, file.as_bytes(), suffix).await;
    assert_eq!((summary.variants_removed, errors), (0, vec![(2, elsewhere("H-L"))]));
}

/// A batch has a hundred products: the mistyped row is in another one than the product.
#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn a_mistyped_handle_moves_no_variant_from_one_batch_to_the_next(db: PgPool) {
    let service = service_db(&db);
    take_good(&service, &format!("{HEADER}{TITLED}")).await;
    let before: Vec<_> =
        all(&service).await[0].variants.iter().map(|variant| (variant.id, variant.sku.clone())).collect();
    let others: String = (1..100).map(|n| format!("f{n},F,Title,Default Title,F-{n},1\n")).collect();
    for (row, sku) in [("hat,Hat,Size,S", "H-S"), ("hat,Hat,Size,L", "H-L")] {
        // The row is damaged in another way, too, so its product is not even read.
        for damage in ["", "x"] {
            let mistyped = TITLED
                .replace(row, &row.replace("hat", "hta"))
                .replace(&format!("{sku},25"), &format!("{sku},{damage}25"));

            let (summary, errors) = take(&service, &format!("{HEADER}{others}{mistyped}")).await;

            assert_eq!((summary.variants_removed, summary.products_skipped, errors.len()), (0, 2, 2), "{errors:?}");
            let hat = all(&service).await.into_iter().find(|product| product.handle.as_deref() == Some("hat")).unwrap();
            let after: Vec<_> = hat.variants.iter().map(|variant| (variant.id, variant.sku.clone())).collect();
            assert_eq!(after, before);
        }
    }
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn a_mistyped_handle_in_a_file_that_is_not_whole_moves_no_variant(db: PgPool) {
    let service = service_db(&db);
    take_good(&service, &format!("{HEADER}{TITLED}")).await;
    let keeps = ImportOptions { keep_missing_variants: true, ..ImportOptions::default() };
    for (file, options) in [
        (
            "Handle,Title,Variant SKU,Variant Price\nhat,Hat,H-S,20\nhta,Hat,H-M,20\n".to_owned(),
            ImportOptions::default(),
        ),
        (format!("{HEADER}hat,Hat,Size,S,H-S,20\nhta,Hat,Size,M,H-M,20\n"), keeps),
    ] {
        let (summary, errors) = take_with(&service, file.as_bytes(), options).await;
        assert_eq!(errors, [(3, taken("H-M", "hat", "hta"))]);
        assert_eq!(summary.variants_removed, 0);
        let all = all(&service).await;
        let prices: Vec<i64> = all[0].variants.iter().map(|variant| variant.price.minor()).collect();
        assert_eq!((all.len(), prices), (1, vec![2_000, 2_500, 2_500]));
    }
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn a_variant_moves_to_another_product_in_two_files(db: PgPool) {
    let service = service_db(&db);
    take_good(&service, &format!("{HEADER}{TITLED}")).await;
    assert_eq!(
        take_good(&service, &format!("{HEADER}{}", TITLED.replace("hat,Hat,Size,L,H-L,25\n", "")))
            .await
            .variants_removed,
        1
    );
    let file = format!("{HEADER}{}", TITLED.replace("hat,Hat,Size,L", "wide-hat,Wide Hat,Size,L"));
    assert_eq!(take_good(&service, &file).await.variants, Changes { unchanged: 2, created: 1, ..Changes::default() });
}

const MISQUOTED: &str = "a quoted cell with a line break goes on behind its closing quote; is a closing quote missing in this row? The rows down to \
    that quote are not imported either";

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn a_missing_closing_quote_merges_no_products(db: PgPool) {
    let service = service_db(&db);
    let middle =
        "Handle,Title,Body (HTML),Vendor,Option1 Name,Option1 Value,Variant SKU,Variant Inventory Qty,Variant Price\n";
    let last =
        "Handle,Title,Vendor,Option1 Name,Option1 Value,Variant SKU,Variant Inventory Qty,Variant Price,Body (HTML)\n";
    for (header, is_last) in [(middle, false), (last, true)] {
        let row = |handle: &str, option: &str, value: &str, price: u32| {
            let (body, cells) =
                (format!("\"<p>{handle} nice</p>\""), format!("V {handle},{option},{value},{handle}-{price},5"));
            if is_last {
                format!("{handle},T {handle},{cells},{price},{body}\n")
            } else {
                format!("{handle},T {handle},{body},{cells},{price}\n")
            }
        };
        let none = ["Title", "Default Title"];
        let rows_of = |first: u32| {
            [
                row("sd1", none[0], none[1], first),
                row("se1", "Size", "S", first * 2),
                row("se1", "Size", "M", first * 2 + 1),
                row("sf1", none[0], none[1], first * 3),
            ]
        };
        take_good(&service, &format!("{header}{}", rows_of(5).concat())).await;
        let before = rows(&db).await;
        let without_quote = |row: &str| row.replacen("</p>\"", "</p>", 1);
        for damaged in 0..3 {
            let mut file = rows_of(5);
            file[damaged] = without_quote(&file[damaged]);
            let (summary, errors) = take(&service, &format!("{header}{}", file.concat())).await;
            let line = damaged as u64 + 2;
            assert!(errors.contains(&(line, MISQUOTED.to_owned())), "{header} {damaged}: {errors:?}");
            assert_eq!(summary.variants_removed, 0);
            // The product whose first row was in the cell is refused, and not taken for one without that row.
            assert_eq!(
                errors.iter().any(|(_, reason)| reason.contains("\"se1\" already began on line 3")),
                damaged == 0,
                "{errors:?}"
            );
            assert_eq!(rows(&db).await, before, "{header} {damaged}");
        }
        sqlx::query("delete from products").execute(&db).await.unwrap();
    }
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn a_missing_closing_quote_is_found_before_a_cell_that_begins_with_a_delimiter(db: PgPool) {
    let service = service_db(&db);
    let header = "Handle,Title,Body (HTML),Tags,Variant SKU,Variant Price,Option1 Name,Option1 Value\n";
    let jug = "jug,\"Jug\",clay,t,JUG,5,Title,Default Title\n";
    let pan = "pan,Pan,iron,\",t,u\",PAN-S,6,Size,S\npan,Pan,,,PAN-M,7,,M\n";
    take_good(&service, &format!("{header}{jug}{pan}")).await;
    let before = rows(&db).await;

    // Both rows together have as many cells as there are columns.
    let damaged = jug.replace("Jug\"", "Jug");
    let (summary, errors) = take(&service, &format!("{header}{damaged}{pan}")).await;

    assert_eq!(errors[0], (2, MISQUOTED.to_owned()));
    assert!(errors.len() == 2 && errors[1].1.contains("\"pan\" already began on line 3"), "{errors:?}");
    assert_eq!((summary.variants_removed, rows(&db).await == before), (0, true));
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn a_product_behind_a_record_that_is_too_large_loses_no_variant(db: PgPool) {
    let service = service_db(&db);
    take_good(&service, &format!("{HEADER}{TITLED}")).await;
    let before = rows(&db).await;
    // The quote that is missing in the first row closes at the second row of the hat.
    let between: String = (0..60_000).map(|n| format!("p{n},P,Title,Default Title,SKU-{n},1.00\n")).collect();
    assert!(between.len() > 2 * 1024 * 1024);
    let damaged = TITLED.replace("Size,M", "Size,\"M\"");

    let text = format!("{HEADER}cap,\"Cap,Title,Default Title,CAP,9\n{between}{damaged}");
    // As from a disk, a part at a time, so that the rest of the record is not kept.
    let open = || Ok(BufReader::new(text.as_bytes()));
    let currency = currency_of_shop(&service).await.unwrap();
    let file = ProductFile::read(open, ImportOptions::default(), currency, START).unwrap();
    let mut errors = Vec::new();
    let summary = import(&service, file, START, &mut |row| errors.push((row.line, row.reason)), &|_| {}).await.unwrap();

    let [(2, large), (_, hat)] = errors.as_slice() else { panic!("{errors:?}") };
    assert!(large.starts_with("a record larger than 2 MiB begins here"), "{large}");
    assert!(hat.contains("\"hat\" already began on line 2"), "{hat}");
    assert_eq!((summary.variants_removed, rows(&db).await == before), (0, true));
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn a_row_that_is_not_utf_8_changes_nothing_of_its_product(db: PgPool) {
    let service = service_db(&db);
    take_good(&service, &format!("{HEADER}{HAT}")).await;
    let before = rows(&db).await;
    for (place, byte) in [("hat,,,M", b"h\xe9t,,,M".as_slice()), ("M,H-M", b"\xe9,H-M")] {
        // The mark says that the file is UTF-8.
        let text = format!("\u{feff}{HEADER}{HAT}");
        let at = text.find(place).unwrap();
        let file = [&text.as_bytes()[..at], byte, &text.as_bytes()[at + place.len()..]].concat();
        let (_, errors) = take_with(&service, &file, ImportOptions::default()).await;
        assert!(!errors.is_empty());
        assert_eq!(rows(&db).await, before, "{place}");
    }
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn a_lost_handle_of_another_product_affects_no_neighbour(db: PgPool) {
    let service = service_db(&db);
    let file = format!("{HEADER}{HAT},Cap,Title,Default Title,CAP,9\nbag,Bag,Title,Default Title,BAG,9\n");

    let (summary, errors) = take(&service, &file).await;

    assert_eq!(errors, [(5, "\"Handle\" is empty".to_owned())]);
    assert_eq!((summary.products, summary.variants), (created(2), created(4)));
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn a_file_that_is_whole_removes_and_one_that_is_not_does_not(db: PgPool) {
    let service = service_db(&db);
    take_good(&service, &format!("{HEADER}{HAT}")).await;
    let two = "hat,Hat,Size,S,H-S,25\nhat,,,M,H-M,25\n";
    for partial in [
        "Handle,Variant SKU,Variant Price\nhat,H-S,20\n",
        "Handle,Title,Variant SKU,Variant Price\nhat,Hat,H-S,20\n",
        "Handle,Option1 Name,Option1 Value,Variant Price\nhat,Size,S,20\n",
        "Handle,Title,Option1 Name,Option1 Value,Variant Barcode\nhat,Hat,Size,S,1\n",
    ] {
        assert_eq!(take_good(&service, partial).await.variants_removed, 0, "{partial}");
    }
    let keeps = ImportOptions { keep_missing_variants: true, ..ImportOptions::default() };
    let (summary, _) = take_with(&service, format!("{HEADER}{two}").as_bytes(), keeps).await;
    assert_eq!((summary.variants_removed, all(&service).await[0].variants.len()), (0, 3));

    let summary = take_good(&service, &format!("{HEADER}{two}")).await;
    assert_eq!((summary.variants_removed, all(&service).await[0].variants.len()), (1, 2));
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn a_swallowed_row_is_found_where_the_handle_is_not_the_first_column(db: PgPool) {
    let service = service_db(&db);
    let header = "Title,URL handle,Option1 Name,Option1 Value,SKU,Price\n";
    take_good(&service, &format!("{header}Hat,hat,Size,S,H-S,25\n,hat,,M,H-M,25\n,hat,,L,H-L,25\n")).await;
    let before = rows(&db).await;

    let (_, errors) =
        take(&service, &format!("{header}Hat,hat,Size,\"S,H-S,25\n,hat,,M,H-M,25\n,hat,,L\",H-L,25\n")).await;

    assert_eq!(errors.first().map(|(line, _)| *line), Some(2), "{errors:?}");
    assert_eq!(rows(&db).await, before);
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn a_description_may_have_a_line_that_begins_with_the_handle(db: PgPool) {
    let service = service_db(&db);
    let file = "Handle,Title,Body (HTML),Variant Price\nmug,Mug,\"Our\nmug, made of clay\",5\n";
    assert_eq!(take_good(&service, file).await.products, created(1));
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn a_row_with_nothing_but_a_handle_removes_nothing(db: PgPool) {
    let service = service_db(&db);
    take_good(&service, &format!("{HEADER}{HAT}")).await;
    let before = rows(&db).await;
    // The columns of images may have been deleted, and these were the rows of images.
    for lost in ["hat,,,,,", "hat", "hat,,"] {
        let summary = take_good(&service, &format!("{HEADER}{}", HAT.replace("hat,,,M,H-M,25", lost))).await;
        assert_eq!((summary.products, summary.variants_removed), (unchanged(1), 0), "{lost}");
    }
    // With the column of images, it is neither a variant nor an image.
    let header = HEADER.replace('\n', ",Image Src\n");
    for lost in ["hat,,,,,,", "hat"] {
        let (_, errors) = take(&service, &format!("{header}{}", HAT.replace("hat,,,M,H-M,25", lost))).await;
        assert_eq!(errors, [(3, "the row has neither a variant nor an image; complete it, or remove it".to_owned())]);
    }
    assert_eq!(rows(&db).await, before);
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn a_cell_that_another_program_has_damaged_removes_no_variant(db: PgPool) {
    let service = service_db(&db);
    let header = "Handle,Title,Option1 Name,Option1 Value,Variant Inventory Qty,Variant Price,Notes\n";
    let file = format!("{header}pin,Pin,Farbe,Grün,7,5,\npin,,,Rot,2,5,\n");
    take_good(&service, &file).await;
    let before = rows(&db).await;
    let failed = |column: &str, text: &str| {
        format!(
            "the column \"{column}\" is \"{text}\", the result of a formula that has failed in a spreadsheet; correct the cell"
        )
    };
    for (damaged, reason) in [
        (
            file.replace("Grün", "Gr\u{fffd}n"),
            "the column \"Option1 Value\" contains \"\u{fffd}\", which a program".to_owned(),
        ),
        (
            file.replace(",Pin,", ",P\u{fffd}n,"),
            "the column \"Title\" contains \"\u{fffd}\", which a program".to_owned(),
        ),
        (file.replace("Grün", "#NAME?"), failed("Option1 Value", "#NAME?")),
        (file.replace("Grün", " #N/A "), failed("Option1 Value", "#N/A")),
        (file.replace("7,5,", "7,#REF!,"), failed("Variant Price", "#REF!")),
        (file.replace("Farbe", "#VALUE!"), failed("Option1 Name", "#VALUE!")),
        (file.replace("Pin,", "#DIV/0!,"), failed("Title", "#DIV/0!")),
    ] {
        let (summary, errors) = take(&service, &damaged).await;
        let [(2, found)] = errors.as_slice() else { panic!("{damaged}: {errors:?}") };
        assert!(found.starts_with(&reason), "{found}\n{reason}");
        assert_eq!((summary.products_skipped, rows(&db).await == before), (1, true), "{damaged}");
    }
    // Columns that the shop does not use, and texts in which such a word stands among others.
    let sound = file.replace("7,5,", "7,5,Gr\u{fffd}n").replace("2,5,", "2,5,#N/A").replace(",Pin,", ",Pin #N/A,");
    assert_eq!(take_good(&service, &sound).await.variants, unchanged(2));
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn a_file_that_is_cut_off_in_its_last_cell_removes_no_variant_of_its_last_product(db: PgPool) {
    let service = service_db(&db);
    let header = "Handle,Title,Option1 Name,Option1 Value,Variant SKU,Variant Price\n";
    let cap = "cap,Cap,Size,S,C-S,9\n";
    let file = format!("{header}{cap}cap,,,M,C-M,9\n{HAT}");
    take_good(&service, &file).await;

    let cut = format!("{header}{cap}hat,Hat,Size,S,H-S,25\nhat,,,M,H-M,2");
    let summary = take_good(&service, &cut).await;

    assert_eq!((summary.variants_removed, summary.variants.updated), (1, 1), "the cap is whole");
    let hat = all(&service).await.into_iter().find(|product| product.slug == "hat").unwrap();
    assert_eq!(hat.variants.len(), 3);
    // With the line break, the file is whole.
    assert_eq!(take_good(&service, &format!("{cut}5\n")).await.variants_removed, 1);
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn empty_rows_around_products_and_blank_lines_say_nothing(db: PgPool) {
    let service = service_db(&db);
    let empty_row = ",,,,,\n";
    let file = format!("{HEADER}{empty_row}{}{empty_row}{CAP}{empty_row}{empty_row}", HAT.replace('\n', "\n\n"));
    assert_eq!(take_good(&service, &file).await.products, created(2));
}
