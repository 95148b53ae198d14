//! Export, import, export: the second file is the first, byte for byte, and the import writes nothing.

use super::*;

/// Exports, imports the file, and exports again. Returns the file.
async fn go_round(db: &PgPool, service: &Db) -> String {
    let (file, before) = (exported(service).await, rows(db).await);
    let summary = take_good(service, &file).await;
    assert_eq!((summary.products.created, summary.products.updated, summary.variants_removed), (0, 0, 0), "{file}");
    assert_eq!(rows(db).await, before);
    assert_eq!(exported(service).await, file);
    file
}

async fn run(db: &PgPool, sql: &'static str) {
    sqlx::raw_sql(sql).execute(db).await.unwrap();
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn options_keep_their_order_and_variants_their_names(db: PgPool) {
    let service = service_db(&db);
    // The attributes are created in the other order, and "S" is a part of "Silver" and of "Moss".
    let file = "Handle,Title,Option1 Name,Option1 Value,Option2 Name,Option2 Value,Variant SKU,Variant Price\n\
        tee,Tee,Size,S,Colour,Black,T,1\n\
        hoop,Hoop,Colour,Silver,Size,S,HO-SS,12\nhoop,,,Silver,,M,HO-SM,12\nhoop,,,Moss,,S,HO-MS,12\n\
        ring,Ring,Colour,black,Size,s,R-1,1\nring,,,Moss,,M,R-2,1\n";
    take_good(&service, file).await;

    let exported = go_round(&db, &service).await;

    assert!(exported.contains("Colour,Silver,Size,S,"), "{exported}");
    let names: Vec<String> =
        all(&service).await.into_iter().flat_map(|product| product.variants).map(|variant| variant.name).collect();
    assert_eq!(names, ["S / Black", "Silver / S", "Silver / M", "Moss / S", "black / s", "Moss / M"]);

    // A file with another order changes it.
    take_good(
        &service,
        "Handle,Title,Option1 Name,Option1 Value,Option2 Name,Option2 Value,Variant SKU,Variant Price\n\
        hoop,Hoop,Size,S,Colour,Silver,HO-SS,12\nhoop,,,M,,Silver,HO-SM,12\nhoop,,,S,,Moss,HO-MS,12\n",
    )
    .await;
    let hoop = &all(&service).await[1];
    assert_eq!((hoop.variants[0].name.as_str(), hoop.variants[0].options()[0]), ("S / Silver", ("Size", "S")));
    go_round(&db, &service).await;
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn galleries_and_shared_images_stay(db: PgPool) {
    let service = service_db(&db);
    take_good(&service, &format!("{HEADER}{GOOD}")).await;
    run(
        &db,
        "update product_images i set variant_id = (select id from product_variants where sku = 'SH-M-BLUE')
          where url like '%/3.jpg';
         insert into product_images (product_id, url, alt_text, display_order, variant_id)
         select product_id, url, 'The same from the side', 9, (select id from product_variants where sku = 'SH-M-BLUE')
           from product_images where url like '%/2.jpg';
         -- The image that shows two variants comes first and third.
         update product_images set display_order = display_order + 20;
         update product_images set display_order = case alt_text when 'Back' then 0 when 'Front' then 1 when 'The same from the side' then 2 else display_order end",
    )
    .await;
    let shown = async || -> Vec<(String, String, bool)> {
        let shirt = all(&service).await.pop().unwrap();
        shirt.images.into_iter().map(|image| (image.url, image.alt_text, image.variant.is_some())).collect()
    };
    let before = shown().await;
    assert_eq!(before.iter().filter(|(.., shows)| *shows).count(), 4);

    go_round(&db, &service).await;

    assert_eq!(shown().await, before);
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn what_a_file_cannot_say_stays(db: PgPool) {
    let service = service_db(&db);
    let more = "titled,Titled,,,,,true,Title,Oak,,,T-1,,1,5,,,,,,\n\
        plain,Plain,,,,,true,Title,Default Title,,,P-1,,1,5,,,,,,\n\
        named,Named,,,,,true,Title,One size,,,N-1,,1,5,,,,,,\n";
    take_good(&service, &format!("{HEADER}{GOOD}{more}")).await;
    run(
        &db,
        // An attribute that is called as Shopify's sign for "no option", on two single variants.
        "with a as (insert into attributes (name, name_key) values ('Title', 'title') returning id),
              w as (insert into attribute_values (attribute_id, value, value_key) select a.id, x, lower(x) from a, unnest(array['Oak', 'Default Title']) x returning *)
         insert into variant_attribute_values (variant_id, attribute_id, attribute_value_id)
         select v.id, w.attribute_id, w.id from product_variants v, w
          where (v.sku, w.value) in (('T-1', 'Oak'), ('P-1', 'Default Title'));
         update product_variants set name = 'Oak, oiled' where sku = 'T-1';
         update products set status = 'draft', publish_at = '2030-01-01', unpublish_at = '2031-01-01' where slug = 'plain';
         update products set status = 'archived' where slug = 'named';
         update product_variants set archived_at = now() where sku = 'shirt.l.blue'",
    )
    .await;
    let before = all(&service).await;

    go_round(&db, &service).await;

    assert_eq!(all(&service).await, before);
    assert_eq!(before.iter().map(|product| product.variants[0].values.len()).collect::<Vec<_>>(), [0, 2, 1, 1, 0]);
}

/// Variants that staff have created with their values in different orders.
#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn variants_with_different_orders_of_values_stay(db: PgPool) {
    let service = service_db(&db);
    let file = "Handle,Title,Option1 Name,Option1 Value,Option2 Name,Option2 Value,Variant SKU,Variant Price\n\
        tee,Tee,Size,S,Colour,Black,T-1,1\ntee,,,M,,Black,T-2,1\n";
    take_good(&service, file).await;
    run(
        &db,
        "update variant_attribute_values x set position = 1 - x.position
           from product_variants v where v.id = x.variant_id and v.sku = 'T-2';
         update product_variants set name = 'Black / M' where sku = 'T-2'",
    )
    .await;
    go_round(&db, &service).await;
    assert_eq!(all(&service).await[0].variants[1].name, "Black / M");
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn an_exported_catalogue_imported_again_changes_nothing(db: PgPool) {
    let service = service_db(&db);
    let risky = "risky,=1+1,- soft,@home,Things,+,false,Title,One size,,,-7,,2,5,,'007,,,,\n";
    take(&service, &format!("{HEADER}{GOOD}{risky}")).await;
    let before = rows(&db).await;
    let mut file = Vec::new();

    let written = crate::export::export(&service, &mut file).await.unwrap();
    let (summary, errors) = take(&service, std::str::from_utf8(&file).unwrap()).await;

    assert_eq!((written.products, written.skipped, errors.len()), (3, 0, 0));
    assert_eq!((summary.products, summary.variants_removed), (unchanged(3), 0));
    assert_eq!(rows(&db).await, before);
    let text = String::from_utf8(file).unwrap();
    assert!(text.contains("risky,'=1+1,'- soft,'@home,Things,Things,'+,false,"), "{text}");
}

/// Spreadsheets of countries with decimal commas split cells at semicolons, whatever the file says.
#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn no_part_of_a_cell_is_a_formula(db: PgPool) {
    let service = service_db(&db);
    // The import removes one apostrophe before each formula.
    let texts = [
        ("x;=1+1", "x;=1+1"),
        ("＝1", "＝1"),
        ("＋1", "＋1"),
        ("'－1", "－1"),
        ("＠x", "＠x"),
        ("x;''=1", "x;'=1"),
        ("a;'b;''", "a;'b;''"),
        (";-1;＠x;+2", ";-1;＠x;+2"),
        ("''=1;=2", "'=1;=2"),
        ("it's; '-5'", "it's; '-5'"),
    ];
    let row = |(at, (text, _)): (usize, &(&str, &str))| {
        format!(
            "h{at};=1,{text},<p>a;=1&nbsp;- {at};-x</p>,{text},{text},{text},true,{text},{text},,,{text},,,5,,,,,,\n"
        )
    };
    let rows: String = texts.iter().enumerate().map(row).collect();
    take_good(&service, &format!("{HEADER}{rows}")).await;
    let stored = all(&service).await;
    assert_eq!(stored.iter().map(|product| product.name.as_str()).collect::<Vec<_>>(), texts.map(|(_, stored)| stored));
    assert_eq!(stored[0].description, "<p>a;=1&nbsp;- 0;-x</p>");

    let file = go_round(&db, &service).await;

    let signs = "=+-@＝＋－＠";
    for (before, sign) in file.chars().zip(file.chars().skip(1)) {
        assert!(!(",;\n\"".contains(before) && signs.contains(sign)), "{before}{sign} in {file}");
    }
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn an_export_names_each_product_by_its_handle(db: PgPool) {
    let service = service_db(&db);
    let handles = ["男性-1", "女性-1", "Mug", "mug", "-dash", "'quoted", "a b_c"];
    let rows: String =
        handles.iter().map(|handle| format!("{handle},P,,,,,true,Title,Default Title,,,,,1,5,,,,,,\n")).collect();
    take(&service, &format!("{HEADER}{rows}")).await;
    // Staff change a slug, and the next product takes it.
    sqlx::query("update products set slug = 'changed' where handle = 'mug'").execute(&db).await.unwrap();
    take(&service, &format!("{HEADER}changed,P,,,,,true,Title,Default Title,,,,,1,5,,,,,,\n")).await;
    let before = self::rows(&db).await;
    let mut file = Vec::new();

    crate::export::export(&service, &mut file).await.unwrap();
    let (summary, errors) = take(&service, std::str::from_utf8(&file).unwrap()).await;

    assert_eq!((summary.products, errors.len()), (unchanged(8), 0));
    assert_eq!(self::rows(&db).await, before);
    let stored: Vec<String> =
        sqlx::query_scalar("select handle from products order by id").fetch_all(&db).await.unwrap();
    assert_eq!(stored[..7], handles);
}
