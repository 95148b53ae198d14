//! The columns of attributes: missing, empty and set.

use super::*;

/// Returns each variant with its name and its stock.
async fn variants(service: &Db) -> Vec<String> {
    let products = all(service).await;
    let variants = products.iter().flat_map(|product| &product.variants).filter(|variant| !variant.is_archived);
    variants.map(|one| format!("{} {} {}", one.sku, one.name, one.on_hand)).collect()
}

const TEE: &str = "Type,SKU,Name,Parent,Stock,Regular price,Attribute 1 name,Attribute 1 value(s),Attribute 2 name,Attribute 2 value(s)\n\
    variable,TEE,Tee,,,,Colour,\"Red, Blue\",Size,\"S, M\"\n\
    variation,TEE-R,,TEE,2,10,Colour,Red,Size,S\nvariation,TEE-B,,TEE,3,10,Colour,Blue,Size,M\n";

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn options_whose_columns_are_missing_stay(db: PgPool) {
    let service = service_db(&db);
    take_good(&service, TEE).await;
    let before = variants(&service).await;
    assert_eq!(before, ["TEE-R Red / S 2", "TEE-B Blue / M 3"]);
    let header = "Type,SKU,Name,Parent,Regular price";
    for (columns, all, red, blue) in [
        ("Attribute 1 name,Attribute 1 value(s)", "Colour,\"Red, Blue\"", "Colour,Red", "Colour,Blue"),
        // The pair with another number is one, too.
        ("Attribute 2 name,Attribute 2 value(s)", "Size,\"S, M\"", "Size,S", "Size,M"),
        ("Attribute 2 name", "", "", ""),
        ("Attribute 1 value(s)", "", "", ""),
    ] {
        let file = |price: &str| {
            format!(
                "{header},{columns}\nvariable,TEE,Tee,,,{all}\nvariation,TEE-R,,TEE,{price},{red}\nvariation,TEE-B,,TEE,{price},{blue}\n"
            )
        };
        assert_eq!(take_good(&service, &file("10")).await.products, unchanged(1), "{columns}");
        let summary = take_good(&service, &file("11")).await;
        assert_eq!((summary.variants.updated, variants(&service).await), (2, before.clone()), "{columns}");
        take_good(&service, TEE).await;
    }
    // By the options that are there, and not all variations: none is removed.
    let one = format!(
        "{header},Attribute 1 name,Attribute 1 value(s)\nvariable,TEE,Tee,,,Colour,Red\nvariation,,,TEE,12,Colour,Red\n"
    );
    assert_eq!((take_good(&service, &one).await.variants_removed, variants(&service).await), (0, before));
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn options_change_with_their_columns(db: PgPool) {
    let service = service_db(&db);
    take_good(&service, TEE).await;
    // Set.
    take_good(&service, &TEE.replace("\"S, M\"", "\"L, M\"").replace("Size,S\n", "Size,L\n")).await;
    assert_eq!(variants(&service).await, ["TEE-R Red / L 2", "TEE-B Blue / M 3"]);
    // Empty.
    let empty = TEE.replace("Size,\"S, M\"", ",").replace("Size,S\n", ",\n").replace("Size,M\n", ",\n");
    take_good(&service, &empty).await;
    assert_eq!(variants(&service).await, ["TEE-R Red 2", "TEE-B Blue 3"]);
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn half_an_attribute_is_an_error(db: PgPool) {
    let service = service_db(&db);
    take_good(&service, TEE).await;
    take_good(
        &service,
        "Type,SKU,Name,Regular price,Attribute 1 name,Attribute 1 value(s)\nsimple,CUP,Cup,5,Paper,Thick\n",
    )
    .await;
    let before = rows(&db).await;
    for (file, line, expected) in [
        (
            TEE.replace(",Attribute 2 name,", ",").replace(",Size,", ","),
            2,
            "\"Attribute 2 value(s)\" is \"S, M\": the file has no column \"Attribute 2 name\"; add it",
        ),
        (
            "Type,SKU,Name,Parent,Attribute 1 value(s)\nvariable,TEE,Tee,,\nvariation,TEE-R,,TEE,Red\n".to_owned(),
            3,
            "\"Attribute 1 value(s)\" is \"Red\": the file has no column \"Attribute 1 name\"; add it",
        ),
        (
            "Type,SKU,Name,Regular price,Attribute 1 name\nsimple,CUP,Cup,5,Paper\n".to_owned(),
            2,
            "\"Attribute 1 name\" is \"Paper\": the file has no column \"Attribute 1 value(s)\"; add it",
        ),
    ] {
        let (_, errors) = take(&service, &file).await;
        assert_eq!(errors.first(), Some(&(line, expected.to_owned())), "{file}");
        assert_eq!(rows(&db).await, before, "{file}");
    }
    // A simple product keeps, changes and loses its attribute.
    for (columns, cells, values) in [
        ("Tags", "new", vec![("Paper", "Thick")]),
        ("Attribute 1 name,Attribute 1 value(s)", "Paper,Thin", vec![("Paper", "Thin")]),
        ("Attribute 1 name,Attribute 1 value(s)", ",", vec![]),
    ] {
        take_good(&service, &format!("Type,SKU,Name,{columns}\nsimple,CUP,Cup,{cells}\n")).await;
        let cup = all(&service).await.pop().unwrap();
        assert_eq!(cup.variants[0].options(), values, "{columns} {cells}");
    }
}
