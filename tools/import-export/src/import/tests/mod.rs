//! Files in, rows out.

mod category_paths;
mod currencies;
mod damaged_rows;
mod dialects;
mod images_of_variants;
mod missing_columns;
mod options;
mod random_files;
mod round_trip;
mod stock;
mod stock_rules;
mod unusual_rows;
mod woocommerce;

use shared::app::db::Db;
use shared::catalogue::store::snapshot::{self, ProductSnapshot};
use shared::testing::{START, service_db};
use sqlx::PgPool;

use super::*;
use crate::import::summary::Changes;

const HEADER: &str = "Handle,Title,Body (HTML),Vendor,Type,Tags,Published,Option1 Name,Option1 Value,Option2 Name,Option2 Value,\
    Variant SKU,Variant Grams,Variant Inventory Qty,Variant Price,Variant Compare At Price,Variant Barcode,Image Src,Image Position,\
    Image Alt Text,Variant Image\r\n";

/// Two products as Shopify writes them: one without options, one of two options with more images than variants.
const GOOD: &str = "mug,Enamel Mug,,Lumen,,camping,true,Title,Default Title,,,,350,4,14.9,,,,,,\r\n\
    shirt,Oxford Shirt,\"<p onclick=\"\"x()\"\">Soft,\r\n\"\"warm\"\"</p><script>y</script>\",Marlow & Co,Shirts,\"men, cotton ,men\",true,\
    Size,M,Colour,Blue,SH-M-BLUE,200,3,59.90,69.9,'0123,https://cdn.test/2.jpg,2,Back,https://cdn.test/blue.jpg\r\n\
    shirt,,,,,,,,L,,Blue,,210.4,0,61,,,https://cdn.test/1.jpg,1,Front,https://cdn.test/2.jpg\r\n\
    shirt,,,,,,,,,,,,,,,,,https://cdn.test/3.jpg,3,,\r\n";

async fn take(db: &Db, text: &str) -> (ImportSummary, Vec<(u64, String)>) {
    take_with(db, text.as_bytes(), ImportOptions::default()).await
}

/// Returns the reason for a row with a SKU that the product `owner` has.
fn taken(sku: &str, owner: &str, handle: &str) -> String {
    format!(
        "the SKU \"{sku}\" belongs to the product \"{owner}\", but the handle here is \"{handle}\": correct the handle; to move the variant, first \
         import \"{owner}\" without it, in a separate file"
    )
}

fn with_stock(stock: Stock) -> ImportOptions {
    ImportOptions { stock, ..ImportOptions::default() }
}

async fn take_with(db: &Db, text: &[u8], options: ImportOptions) -> (ImportSummary, Vec<(u64, String)>) {
    let mut errors = Vec::new();
    let file = ProductFile::read(|| Ok(text), options, currency_of_shop(db).await.unwrap(), START).unwrap();
    let summary = import(db, file, START, &mut |row| errors.push((row.line, row.reason)), &|_| {}).await.unwrap();
    assert_eq!(summary.rows_failed, errors.len());
    (summary, errors)
}

/// Imports a file that has no errors.
async fn take_good(db: &Db, text: &str) -> ImportSummary {
    let (summary, errors) = take(db, text).await;
    assert_eq!(errors, [], "{text}");
    summary
}

async fn exported(db: &Db) -> String {
    let mut file = Vec::new();
    let written = crate::export::export(db, &mut file).await.unwrap();
    assert_eq!(written.skipped, 0);
    String::from_utf8(file).unwrap()
}

async fn all(db: &Db) -> Vec<ProductSnapshot> {
    let mut tx = db.read().await.unwrap();
    let products = snapshot::list_after(&mut tx, None, 100).await.unwrap();
    tx.commit().await.unwrap();
    products
}

/// Deletes everything that an export says.
async fn empty(db: &PgPool) {
    sqlx::raw_sql(
        "delete from products; delete from brands; delete from attribute_values; delete from attributes;
         do $$ begin
             loop
                 delete from categories c where not exists (select from categories below where below.parent_id = c.id);
                 exit when not found;
             end loop;
         end $$",
    )
    .execute(db)
    .await
    .unwrap();
}

fn unchanged(of: usize) -> Changes {
    Changes { unchanged: of, ..Changes::default() }
}

fn created(of: usize) -> Changes {
    Changes { created: of, ..Changes::default() }
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn everything_of_a_product_comes_through(db: PgPool) {
    let service = service_db(&db);

    let (summary, errors) = take(&service, &format!("\u{feff}{HEADER}{GOOD}")).await;

    assert_eq!(errors, []);
    assert_eq!((summary.products, summary.variants, summary.images), (created(2), created(3), created(4)));
    let products = all(&service).await;
    let [mug, shirt] = products.as_slice() else { panic!("{products:?}") };
    assert_eq!((mug.name.as_str(), mug.categories.len(), mug.images.len()), ("Enamel Mug", 0, 0));
    assert_eq!((mug.variants[0].sku.as_str(), mug.variants[0].name.as_str()), ("mug", ""));
    assert_eq!((mug.variants[0].values.len(), mug.variants[0].on_hand), (0, 4));

    assert_eq!((shirt.slug.as_str(), shirt.status.as_str()), ("shirt", "active"));
    assert_eq!(shirt.description, "<p>Soft,\n\"warm\"</p>");
    assert_eq!(
        shirt.brand.as_ref().map(|brand| (brand.name.as_str(), brand.slug.as_str())),
        Some(("Marlow & Co", "marlow-co"))
    );
    assert_eq!(shirt.categories[0].slug, "shirts");
    assert_eq!(shirt.tags, ["men", "cotton"]);
    let [medium, large] = shirt.variants.as_slice() else { panic!("{shirt:?}") };
    assert_eq!((medium.sku.as_str(), medium.name.as_str(), medium.on_hand), ("SH-M-BLUE", "M / Blue", 3));
    assert_eq!((medium.price.minor(), medium.compare_at_price.map(|price| price.minor())), (5990, Some(6990)));
    assert_eq!((medium.barcode.as_deref(), medium.weight_grams), (Some("0123"), Some(200)));
    assert_eq!((large.sku.as_str(), large.name.as_str(), large.on_hand), ("shirt.l.blue", "L / Blue", 0));
    assert_eq!((large.price.minor(), large.compare_at_price, large.weight_grams), (6100, None, Some(210)));
    assert_eq!(large.options(), [("Size", "L"), ("Colour", "Blue")]);
    let images: Vec<_> =
        shirt.images.iter().map(|image| (image.url.as_str(), image.alt_text.as_str(), image.variant)).collect();
    assert_eq!(
        images,
        [
            ("https://cdn.test/1.jpg", "Front", None),
            ("https://cdn.test/2.jpg", "Back", Some(large.id)),
            ("https://cdn.test/3.jpg", "", None),
            ("https://cdn.test/blue.jpg", "", Some(medium.id)),
        ]
    );
    let found: i64 =
        sqlx::query_scalar("select count(*) from products where is_available and search_document @@ 'marlow'")
            .fetch_one(&db)
            .await
            .unwrap();
    assert_eq!(found, 1);
}

/// Every row, with the transaction that wrote it.
async fn rows(db: &PgPool) -> Vec<String> {
    sqlx::query_scalar(
        "select 'b' || xmin || b::text from brands b union all select 'c' || xmin || c::text from categories c
         union all select 'p' || xmin || p::text from products p union all select 'v' || xmin || v::text from product_variants v
         union all select 'i' || xmin || i::text from product_images i
         union all select 'w' || xmin || w::text from attribute_values w
         union all select 'x' || xmin || x::text from variant_attribute_values x
         union all select 'y' || xmin || y::text from product_categories y
         union all select 's' || xmin || s::text from stock_levels s union all select 'l' || xmin || l::text from stock_ledger l
         order by 1",
    )
    .fetch_all(db)
    .await
    .unwrap()
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn the_same_file_twice_changes_nothing(db: PgPool) {
    let service = service_db(&db);
    // Two spellings of one brand, one category, and the values of two attributes: the first holds, both times.
    let more = "cup,Cup,,lumen,SHIRTS,,true,Title,Default Title,,,,,1,5,,,,,,\n\
        coat,Coat,,,,,true,SIZE,m,colour,BLUE,COAT,,1,5,,,,,,\n";
    let file = format!("{HEADER}{GOOD}{more}");
    take(&service, &file).await;
    let before = rows(&db).await;

    let (summary, _) = take(&service, &file).await;

    assert_eq!((summary.products, summary.variants, summary.images), (unchanged(4), unchanged(5), unchanged(4)));
    assert_eq!(rows(&db).await, before);
    let values: Vec<String> = sqlx::query_scalar("select value from attribute_values order by attribute_id, position")
        .fetch_all(&db)
        .await
        .unwrap();
    assert_eq!(values, ["M", "L", "Blue"]);
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn a_changed_file_changes_what_it_says_and_no_more(db: PgPool) {
    let service = service_db(&db);
    take(&service, &format!("{HEADER}{GOOD}")).await;

    let changed = GOOD
        .replace("SH-M-BLUE,200,3,59.90", "SH-M-BLUE,200,7,49.90")
        .replace("L,,Blue,,210.4,0,61", "L,,Red,,210.4,0,61");
    let (summary, errors) = take_with(&service, format!("{HEADER}{changed}").as_bytes(), with_stock(Stock::Set)).await;

    assert_eq!(errors, []);
    assert_eq!(summary.products, Changes { created: 0, updated: 1, unchanged: 1 });
    assert_eq!(summary.variants, Changes { created: 1, updated: 1, unchanged: 1 });
    assert_eq!((summary.variants_removed, summary.images.updated), (1, 1));
    let shirt = all(&service).await.pop().unwrap();
    let variants: Vec<_> =
        shirt.variants.iter().map(|variant| (variant.sku.as_str(), variant.price.minor(), variant.on_hand)).collect();
    assert_eq!(variants, [("SH-M-BLUE", 4990, 7), ("shirt.l.red", 6100, 0)]);
    let ledger: Vec<(i32, String)> =
        sqlx::query_as("select change, reason from stock_ledger order by id").fetch_all(&db).await.unwrap();
    let entry = |change, reason: &str| (change, reason.to_owned());
    assert_eq!(ledger, [entry(3, "received"), entry(4, "received"), entry(4, "counted")]);
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn every_error_is_reported_and_only_its_product_is_skipped(db: PgPool) {
    let service = service_db(&db);
    let file = [
        "a,A,,,,,true,Title,Default Title,,,,,1,5,,,,,,",             // 2
        "b,B,,,,,true,Size,S,,,,,1,abc,,,,,,",                        // 3: no price
        "b,,,,,,,,M,,,,,many,5,,,,,,",                                // 4: no number
        "b,,,,,,,,S,,,,,1,5,,,,,,",                                   // 5: as line 3
        ",C,,,,,true,Title,Default Title,,,,,1,5,,,,,,",              // 6: no handle
        "d,,,,,,true,Title,Default Title,,,,,1,5,,,,,,",              // 7: no title
        "e,E,,,,,maybe,Title,Default Title,,,,,1,5,,,,,,",            // 8: published?
        "f,F,,,,,true,Title,Default Title,,,,,1,-5,,,,,,",            // 9: negative
        "g,G,,,,,true,Title,Default Title,,,,,1,5,,,javascript:x,,,", // 10: no address
        "h,H,too,few",                                                // 11
        "i,\"I",                                                      // 12, with the next line
        "\",\u{0},,,,true,Title,Default Title,,,,,1,5,,,,,,",
        "a,A again,,,,,true,Title,Default Title,,,,,1,5,,,,,,", // 14: seen on 2
        "j,J,,,,,true,Title,Default Title,,,SAME,,1,5,,,,,,",   // 15
        "k,K,,,,,true,Title,Default Title,,,SAME,,1,5,,,,,,",   // 16: its SKU is j's
        "l,L,,,,,true,Size,S,size,M,,,1,5,,,,,,",               // 17: two sizes
        "m,M,,,,,true,,S,,,,,1,5,,,,,,",                        // 18: an option without a name
        "n,N,,,,,true,Title,Default Title,,,,,1,,,,,,,",        // 19: no price
        "z,Z,,,,,true,Title,Default Title,,,,,1,5,,,,,,",       // 20
    ];

    let (summary, errors) = take(&service, &format!("{HEADER}{}\n", file.join("\n"))).await;

    let same_sku = taken("SAME", "j", "k");
    let reasons: Vec<(u64, &str)> = errors.iter().map(|(line, reason)| (*line, reason.as_str())).collect();
    assert_eq!(
        reasons,
        [
            (2, "the product \"a\" begins again on line 14; all rows of a product must be next to each other"),
            (3, "\"Variant Price\" is \"abc\": A valid number is required."),
            (4, "\"Variant Inventory Qty\" is \"many\": it must be a whole number"),
            (5, "the variant \"S\" is already on line 3"),
            (6, "\"Handle\" is empty"),
            (7, "\"Title\" is empty, and this is the product's first row"),
            (8, "\"Published\" is \"maybe\": it must be true or false"),
            (9, "\"Variant Price\" is \"-5\": it must not be negative"),
            (10, "\"Image Src\" is \"javascript:x\": it must be the URL of an image, or a path that begins with one /"),
            (11, "\"Variant Price\" is empty"),
            (12, "the column \"Body (HTML)\" contains a NUL character; remove it"),
            (14, "the product \"a\" already began on line 2; all rows of a product must be next to each other"),
            (16, same_sku.as_str()),
            (17, "two options are called \"size\""),
            (18, "\"Option1 Value\" is \"S\", but \"Option1 Name\" is empty on the product's first row"),
            (19, "\"Variant Price\" is empty"),
        ]
    );
    assert_eq!((summary.products, summary.products_skipped), (created(2), 13));
    let slugs: Vec<String> = all(&service).await.into_iter().map(|product| product.slug).collect();
    assert_eq!(slugs, ["j", "z"]);
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn a_product_that_is_not_published_is_a_draft(db: PgPool) {
    let service = service_db(&db);
    take(&service, &format!("{HEADER}{}", GOOD.replace(",true,", ",FALSE,"))).await;
    let statuses: Vec<String> = all(&service).await.into_iter().map(|product| product.status).collect();
    assert_eq!(statuses, ["draft", "draft"]);
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn what_staff_arranged_stays(db: PgPool) {
    let service = service_db(&db);
    take(&service, &format!("{HEADER}{GOOD}")).await;
    for sql in [
        "insert into categories (name, name_key, slug) values ('Clothing', 'clothing', 'clothing')",
        "update categories set slug = 'mens-shirts', parent_id = (select id from categories where slug = 'clothing') where name = 'Shirts'",
        "insert into product_categories select id, (select id from categories where slug = 'clothing') from products where slug = 'shirt'",
        "update products set sku = 'OWN' where slug = 'shirt'",
    ] {
        sqlx::query(sql).execute(&db).await.unwrap();
    }

    let (summary, _) = take(&service, &format!("{HEADER}{GOOD}")).await;

    assert_eq!(summary.products, unchanged(2));
    let shirt = all(&service).await.pop().unwrap();
    let slugs: Vec<&str> = shirt.categories.iter().map(|category| category.slug.as_str()).collect();
    assert_eq!((slugs, shirt.sku.as_deref()), (vec!["clothing", "mens-shirts"], Some("OWN")));
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn a_path_names_one_category_and_a_single_name_any_of_that_name(db: PgPool) {
    let service = service_db(&db);
    let file = |column: &str, category: &str| {
        format!(
            "Handle,Title,{column},Option1 Name,Option1 Value,Variant SKU,Variant Price\np,P,{category},Title,Default Title,P,1\n"
        )
    };
    let categories = async || {
        let paths = "select coalesce(p.name || ' > ', '') || c.name from product_categories x join categories c on c.id = x.category_id
                       left join categories p on p.id = c.parent_id order by 1";
        sqlx::query_scalar::<_, String>(paths).fetch_all(&db).await.unwrap()
    };
    take_good(&service, &file("Product Category", "Home > Kitchen")).await;
    assert_eq!(categories().await, ["Home > Kitchen"]);
    for (column, category) in
        [("Type", "kitchen"), ("Product Category", "HOME > kitchen"), ("Product Category", "Kitchen")]
    {
        assert_eq!(take_good(&service, &file(column, category)).await.products, unchanged(1), "{category}");
    }
    assert_eq!(categories().await, ["Home > Kitchen"]);

    let summary = take_good(&service, &file("Product Category", "Garden > Kitchen")).await;
    assert_eq!(
        (summary.products.updated, categories().await),
        (1, vec!["Garden > Kitchen".to_owned(), "Home > Kitchen".to_owned()])
    );
    assert_eq!(take_good(&service, &file("Product Category", "Garden > Kitchen")).await.products, unchanged(1));
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn the_sample_fills_an_empty_shop_once(db: PgPool) {
    let service = service_db(&db);
    assert_eq!(crate::sample::load(&service, START).await.unwrap(), 62);
    let before = rows(&db).await;

    assert_eq!(crate::sample::load(&service, START.plus_seconds(60)).await.unwrap(), 0);

    assert_eq!(rows(&db).await, before);
    let mut file = Vec::new();
    crate::export::export(&service, &mut file).await.unwrap();
    let (summary, errors) = take(&service, std::str::from_utf8(&file).unwrap()).await;
    assert_eq!((summary.products, errors.len()), (unchanged(62), 0));
    assert_eq!(rows(&db).await, before);
}

#[test]
fn another_file_is_refused_with_what_is_understood() {
    let currency = "EUR".parse().unwrap();
    for text in ["", "id;name;price\n1;a;2\n", "{\"products\": []}", "Handle,Title,Location\n"] {
        let read = ProductFile::read(|| Ok(text.as_bytes()), ImportOptions::default(), currency, START);
        let error = read.map(drop).unwrap_err().to_string();
        assert!(error.contains("Shopify product export") && error.contains("Variant Price"), "{error}");
    }
}
