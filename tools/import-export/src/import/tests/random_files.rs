//! A file with some columns and some changed cells changes exactly these cells: exports before and after say so.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use shared::catalogue::product_file::records::Records;

use super::*;

/// A small generator of numbers, so that every run tries the same files.
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, limit: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap() % limit
    }

    fn one_in(&mut self, count: usize) -> bool {
        self.below(count) == 0
    }

    fn word(&mut self) -> &'static str {
        let words = ["Silver", "S", "Moss", "été", "=1+1", "-x", "'quoted", "a, \"b\"", "Ω", "line\nbreak", "007", "M"];
        words[self.below(words.len())]
    }
}

type Row = BTreeMap<String, String>;

const OPTIONS: [&str; 6] =
    ["Option1 Name", "Option1 Value", "Option2 Name", "Option2 Value", "Option3 Name", "Option3 Value"];
/// The columns that a file may lack, besides the options and the SKU, of which it needs one.
const OPTIONAL: [&str; 18] = [
    "Title",
    "Body (HTML)",
    "Vendor",
    "Type",
    "Category Paths",
    "Tags",
    "Status",
    "Variant Grams",
    "Variant Inventory Tracker",
    "Variant Inventory Qty",
    "Variant Inventory Policy",
    "Variant Price",
    "Variant Compare At Price",
    "Variant Barcode",
    "Image Src",
    "Image Position",
    "Image Alt Text",
    "Variant Image",
];

fn read(file: &str) -> Vec<Row> {
    let mut records = Records::new(file.as_bytes()).unwrap();
    let mut next = || {
        let record = records.record().unwrap()?;
        Some(record.fields.into_iter().map(|field| String::from_utf8(field).unwrap()).collect::<Vec<_>>())
    };
    let header = next().unwrap();
    std::iter::from_fn(|| next().map(|cells| header.iter().cloned().zip(cells).collect())).collect()
}

fn write(rows: &[Row], columns: &BTreeSet<&str>) -> String {
    let mut file = columns.iter().copied().collect::<Vec<_>>().join(",");
    file.push('\n');
    for row in rows {
        let cells: Vec<String> =
            columns.iter().map(|column| format!("\"{}\"", row[*column].replace('"', "\"\""))).collect();
        let _ = writeln!(file, "{}", cells.join(","));
    }
    file
}

/// Returns a catalogue of products of every shape.
fn a_catalogue(numbers: &mut Numbers) -> String {
    let mut file = format!("Handle,{},Variant SKU,Published,{}\n", OPTIONS.join(","), OPTIONAL.join(","));
    for product in 0..6 {
        let variants = [1, 1, 2, 3][numbers.below(4)];
        let options = if variants == 1 { numbers.below(3) } else { 1 + numbers.below(2) };
        let images = numbers.below(4);
        for at in 0..variants.max(images) {
            let is_variant = at < variants;
            let mut cells = vec![format!("p{product}")];
            for option in 0..3 {
                let name = ["Colour", "Size"].get(option).filter(|_| option < options && at == 0);
                cells.push(name.copied().unwrap_or_default().to_owned());
                cells.push(if is_variant && option < options {
                    ["Silver", "S", "Moss"][(at + option * product) % 3].to_owned()
                } else {
                    String::new()
                });
            }
            cells.push(if is_variant { format!("SKU-{product}-{at}") } else { String::new() });
            cells.push(String::new());
            for column in OPTIONAL {
                let value = match column {
                    "Title" if at == 0 => format!("Product {product}"),
                    "Status" if at == 0 => ["active", "draft", "archived"][numbers.below(3)].to_owned(),
                    "Type" if at == 0 => format!("Type {}", numbers.below(3)),
                    "Variant Price" if is_variant => format!("{}.50", 10 + numbers.below(9)),
                    "Variant Inventory Qty" if is_variant => numbers.below(9).to_string(),
                    "Image Src" if at < images => format!("https://cdn.test/{product}-{at}.jpg"),
                    "Image Position" if at < images => (at + 1).to_string(),
                    "Image Alt Text" if at < images => numbers.word().to_owned(),
                    "Variant Image" if is_variant && images > 0 => {
                        format!("https://cdn.test/{product}-{}.jpg", numbers.below(images))
                    }
                    "Variant Image" | "Image Src" | "Image Position" | "Image Alt Text" => String::new(),
                    _ if is_changeable(column, at == 0, is_variant) => value_of(column, numbers),
                    _ => String::new(),
                };
                cells.push(value);
            }
            let cells: Vec<String> = cells.iter().map(|cell| format!("\"{}\"", cell.replace('"', "\"\""))).collect();
            let _ = writeln!(file, "{}", cells.join(","));
        }
    }
    file
}

/// Returns true if any text of [`value_of`] can stand in the cell.
fn is_changeable(column: &str, is_first: bool, is_variant: bool) -> bool {
    match column {
        "Body (HTML)" | "Vendor" | "Category Paths" | "Tags" | "Status" | "Title" => is_first,
        "Variant Inventory Tracker" | "Variant Inventory Policy" => is_variant,
        "Variant Grams" | "Variant Price" | "Variant Compare At Price" | "Variant Barcode" => is_variant,
        _ => false,
    }
}

/// Returns a text as an export writes it.
fn value_of(column: &str, numbers: &mut Numbers) -> String {
    let is_empty = numbers.one_in(3);
    match column {
        "Status" => ["active", "draft", "archived"][numbers.below(3)].to_owned(),
        "Title" => format!("Title {}", numbers.below(99)),
        "Variant Price" => format!("{}.00", 20 + numbers.below(9)),
        "Variant Inventory Policy" => ["deny", "continue"][numbers.below(2)].to_owned(),
        _ if is_empty => String::new(),
        "Variant Inventory Tracker" => "shopify".to_owned(),
        "Body (HTML)" => format!("<p>{}</p>", numbers.below(99)),
        "Vendor" => format!("Vendor {}", numbers.below(4)),
        "Category Paths" => paths(numbers),
        "Tags" => format!("tag {}, more", numbers.below(9)),
        "Variant Grams" => numbers.below(900).to_string(),
        "Variant Compare At Price" => format!("{}.00", 50 + numbers.below(9)),
        _ => format!("B{}", numbers.below(99)),
    }
}

/// Returns up to three paths of categories, of which some lie below others.
fn paths(numbers: &mut Numbers) -> String {
    let names = ["Home", "Kitchen", "A, b", "C > D", "\"E\"", "F\\G\\", "H  I", "'J"];
    let mut paths: BTreeSet<Vec<&str>> = BTreeSet::new();
    for _ in 0..=numbers.below(3) {
        let depth = 1 + numbers.below(3);
        paths.insert((0..depth).map(|_| names[numbers.below(names.len())]).collect());
    }
    let escaped = |name: &&str| name.replace('\\', "\\\\").replace(',', "\\,").replace('>', "\\>");
    let paths = paths.iter().map(|path| path.iter().map(escaped).collect::<Vec<_>>().join(" > "));
    let text = paths.collect::<Vec<_>>().join(", ");
    if text.starts_with('\'') { format!("'{text}") } else { text }
}

/// Returns some of the columns, with which every product can be found and none is whole by chance.
fn some_columns(numbers: &mut Numbers) -> BTreeSet<&'static str> {
    let mut columns: BTreeSet<&str> = OPTIONAL.into_iter().filter(|_| !numbers.one_in(3)).collect();
    let identity = numbers.below(3);
    if identity != 0 {
        columns.insert("Variant SKU");
    }
    if identity != 1 {
        columns.extend(OPTIONS);
    }
    // Without an address a text or a place says nothing.
    if !columns.contains("Image Src") {
        columns.remove("Image Alt Text");
        columns.remove("Image Position");
    }
    columns.insert("Handle");
    columns.insert("Tags");
    columns
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn a_file_changes_exactly_what_it_says(db: PgPool) {
    let service = service_db(&db);
    let mut numbers = Numbers(7);
    take_good(&service, &a_catalogue(&mut numbers)).await;
    for round in 0..40 {
        let before = read(&exported(&service).await);
        let columns = some_columns(&mut numbers);
        let mut wanted = before.clone();
        let mut last = String::new();
        for row in &mut wanted {
            let is_first = std::mem::replace(&mut last, row["Handle"].clone()) != row["Handle"];
            let is_variant = !row["Variant SKU"].is_empty();
            for column in &columns {
                if is_changeable(column, is_first, is_variant) && numbers.one_in(3) {
                    row.insert((*column).to_owned(), value_of(column, &mut numbers));
                }
            }
        }
        let file = write(&wanted, &columns);

        let summary = take_good(&service, &file).await;

        let mut after = read(&exported(&service).await);
        // Follows the status, and the categories.
        for row in wanted.iter_mut().chain(&mut after) {
            row.remove("Published");
            if columns.contains("Category Paths") {
                row.remove("Type");
            }
        }
        assert_eq!((summary.products.created, summary.variants.created, summary.variants_removed), (0, 0, 0));
        assert_eq!(after, wanted, "round {round}\n{file}");
        assert_eq!(take_good(&service, &file).await.products, unchanged(6), "round {round}\n{file}");
    }
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn a_random_catalogue_goes_out_and_in_unchanged(db: PgPool) {
    let service = service_db(&db);
    for seed in 1..6 {
        take_good(&service, &a_catalogue(&mut Numbers(seed))).await;
        // What only staff can do: archive a variant between others, give a variant several images, limit backorders.
        sqlx::raw_sql(
            "update product_variants v set archived_at = now()
              where position = 1 and exists (select from product_variants o where o.product_id = v.product_id and o.position = 2);
             update product_images i set variant_id = (select min(v.id) from product_variants v
                                                        where v.product_id = i.product_id and v.archived_at is null)
              where i.id % 3 > 0;
             update stock_levels set backorder_limit = 3 where variant_id % 2 = 0",
        )
        .execute(&db)
        .await
        .unwrap();
        let (file, before) = (exported(&service).await, rows(&db).await);
        assert_eq!(take_good(&service, &file).await.products, unchanged(6), "{file}");
        assert_eq!(rows(&db).await, before);
        assert_eq!(exported(&service).await, file);

        // In an empty shop, the file makes the same catalogue.
        empty(&db).await;
        assert_eq!(take_good(&service, &file).await.products, created(6), "{file}");
        assert_eq!(exported(&service).await, file);
    }
}
