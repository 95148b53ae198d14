//! Images of variants that a file does not have.

use super::*;

const HEADER: &str =
    "Handle,Title,Option1 Name,Option1 Value,Variant SKU,Variant Price,Variant Image,Image Src,Image Position\n";

fn keep_missing() -> ImportOptions {
    ImportOptions { keep_missing_variants: true, ..ImportOptions::default() }
}

/// A shirt in three sizes, each with an image, and with one that shows no size.
fn shirt() -> String {
    let image = |size: &str| format!("https://cdn.test/{size}.jpg");
    format!(
        "{HEADER}shirt,Shirt,Size,S,SH-S,10,{s},{s},1\nshirt,,,M,SH-M,10,{m},{m},2\nshirt,,,L,SH-L,10,{l},{l},3\nshirt,,,,,,,{front},4\n",
        s = image("s"),
        m = image("m"),
        l = image("l"),
        front = image("front"),
    )
}

/// Returns the name of each image with the SKU of the variant that it shows.
async fn images(service: &Db) -> Vec<String> {
    let product = all(service).await.pop().unwrap();
    let sku = |id| product.variants.iter().find(|variant| Some(variant.id) == id).map_or("", |variant| &variant.sku);
    let name = |url: &str| url.trim_start_matches("https://cdn.test/").trim_end_matches(".jpg").to_owned();
    product.images.iter().map(|image| format!("{} {}", name(&image.url), sku(image.variant))).collect()
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn images_of_variants_that_stay_without_a_row_stay_too(db: PgPool) {
    let service = service_db(&db);
    let small = "shirt,Shirt,Size,S,SH-S,10,https://cdn.test/s.jpg,https://cdn.test/s.jpg,1\n";
    let without_price = |file: &str| file.replace(",Variant Price", "").replace(",10,", ",");
    for (file, options, stays) in [
        (format!("{HEADER}{small}"), keep_missing(), ["s SH-S", "m SH-M", "l SH-L"].as_slice()),
        // Without the prices, the file is not whole.
        (without_price(&format!("{HEADER}{small}")), ImportOptions::default(), &["s SH-S", "m SH-M", "l SH-L"]),
        // The image of a variant that the file has, and does not list, is removed.
        (
            "Handle,Variant SKU,Variant Image,Image Src\nshirt,SH-S,,\n".to_owned(),
            ImportOptions::default(),
            &["m SH-M", "l SH-L"],
        ),
        // A file without columns of variants lists all images.
        ("Handle,Image Src\nshirt,https://cdn.test/l.jpg\n".to_owned(), ImportOptions::default(), &["l SH-L"]),
        // A variant that is removed takes its image along.
        (format!("{HEADER}{small}"), ImportOptions::default(), &["s SH-S"]),
    ] {
        take_good(&service, &shirt()).await;
        for _ in 0..2 {
            let (_, errors) = take_with(&service, file.as_bytes(), options).await;
            assert_eq!(errors, [], "{file}");
            assert_eq!(images(&service).await, stays, "{file}");
        }
    }
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn the_summary_counts_removed_images_also_in_a_dry_run(db: PgPool) {
    let service = service_db(&db);
    take_good(&service, &shirt()).await;
    let file =
        shirt().replace("shirt,,,,,,,https://cdn.test/front.jpg,4\n", "").replace(",https://cdn.test/l.jpg", ",");
    let dry = ImportOptions { dry_run: true, ..ImportOptions::default() };

    let (said, _) = take_with(&service, file.as_bytes(), dry).await;

    assert_eq!((said.images_removed, said.variants_removed, images(&service).await.len()), (2, 0, 4));
    assert!(said.to_string().contains("unchanged      2 removed\n"), "{said}");
    assert_eq!(take_good(&service, &file).await, said);
    assert_eq!(images(&service).await, ["s SH-S", "m SH-M"]);
    assert_eq!(take_good(&service, &file).await.images_removed, 0);
}
