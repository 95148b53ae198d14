//! Images of variations, which the product's own row does not list.

use super::*;

/// Returns the SKUs of the variants that an image shows.
async fn shown(service: &Db) -> Vec<String> {
    let product = all(service).await.pop().unwrap();
    let has_image = |id| product.images.iter().any(|image| image.variant == Some(id));
    product.variants.iter().filter(|variant| has_image(variant.id)).map(|variant| variant.sku.clone()).collect()
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn images_of_variations_without_a_row_stay(db: PgPool) {
    let service = service_db(&db);
    let head = mug(&[("images", "https://cdn.test/mug.jpg")]);
    let [small, medium] = [("S", "s.jpg"), ("M", "m.jpg")].map(|(size, image)| {
        let url = format!("https://cdn.test/{image}");
        variation(2, &format!("MUG-{size}"), &[("v1", size), ("images", &url)])
    });
    take_good(&service, &[HEADER, &head, &small, &medium].concat()).await;
    let before = rows(&db).await;

    let file = |rows: &[&str]| [&[HEADER][..], rows].concat().concat();
    let without_parent = medium.replace("\"MUG\"", "\"\"");
    let without_type = medium.replace("\"variation\"", "\"\"");
    for (rows_of_file, failed) in
        [(file(&[&head]), 0), (file(&[&head, &small, &without_parent]), 1), (file(&[&head, &small, &without_type]), 1)]
    {
        let (_, errors) = take(&service, &rows_of_file).await;
        assert_eq!(errors.len(), failed, "{errors:?}");
        assert_eq!(
            (shown(&service).await, rows(&db).await == before),
            (vec!["MUG-S".to_owned(), "MUG-M".to_owned()], true)
        );
    }
    // The image of a variation that the file has is removed with its cell, and one that is removed takes its image along.
    let empty = small.replace("https://cdn.test/s.jpg", "");
    take_good(&service, &file(&[&head, &empty, &medium])).await;
    assert_eq!(shown(&service).await, ["MUG-M"]);
    take_good(&service, &file(&[&head, &empty])).await;
    assert_eq!((shown(&service).await.len(), all(&service).await[0].images.len()), (0, 1));
}
