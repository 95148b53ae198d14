//! The columns of prices: missing, empty and set.

use super::*;

/// Returns the price of each variant with the one before its reduction, or 0.
async fn prices(service: &Db) -> Vec<(i64, i64)> {
    let products = all(service).await;
    let variants = products.iter().flat_map(|product| &product.variants);
    variants.map(|one| (one.price.minor(), one.compare_at_price.map_or(0, |before| before.minor()))).collect()
}

/// A product whose first variation is reduced.
const MUG: &str = "Type,SKU,Name,Parent,Regular price,Sale price,Attribute 1 name,Attribute 1 value(s)\n\
    variable,MUG,Mug,,,,Size,\"S, M\"\nvariation,MUG-S,,MUG,45,35,Size,S\nvariation,MUG-M,,MUG,55,,Size,M\n";

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn each_column_of_prices_changes_its_own_price_alone(db: PgPool) {
    let service = service_db(&db);
    let (small, medium) = ((3_500, 4_500), (5_500, 0));
    for (column, sku, cell, expected) in [
        // Missing.
        ("Stock", "MUG-S", "", [small, medium]),
        // Without the sale price, reductions stay.
        ("Regular price", "MUG-S", "45", [small, medium]),
        ("Regular price", "MUG-S", "50", [(3_500, 5_000), medium]),
        ("Regular price", "MUG-M", "60", [small, (6_000, 0)]),
        // A regular price that is not higher than the reduced one ends the reduction.
        ("Regular price", "MUG-S", "35", [(3_500, 0), medium]),
        ("Regular price", "MUG-S", "20", [(2_000, 0), medium]),
        // Without the regular price, the one that the variant had is the price before the reduction.
        ("Sale price", "MUG-S", "35", [small, medium]),
        ("Sale price", "MUG-S", "30", [(3_000, 4_500), medium]),
        ("Sale price", "MUG-M", "30", [small, (3_000, 5_500)]),
        ("Sale price", "MUG-M", "55", [small, medium]),
        ("Sale price", "MUG-M", "", [small, medium]),
        // An empty sale price ends the reduction.
        ("Sale price", "MUG-S", "", [(4_500, 0), medium]),
        ("Sale price", "MUG-S", "50", [(4_500, 0), medium]),
    ] {
        take_good(&service, MUG).await;
        let file = format!("Type,SKU,Name,Parent,{column}\nvariable,MUG,Mug,,\nvariation,{sku},,MUG,{cell}\n");
        for _ in 0..2 {
            take_good(&service, &file).await;
            assert_eq!(prices(&service).await, expected, "{file}");
        }
    }
    let (_, errors) =
        take(&service, "Type,SKU,Name,Parent,Regular price\nvariable,MUG,Mug,,\nvariation,MUG-S,,MUG,\n").await;
    assert_eq!(errors, [(3, "\"Regular price\" is empty".to_owned())]);
    let (_, errors) = take(&service, "Type,SKU,Name,Sale price\nsimple,CUP,Cup,5\n").await;
    assert!(errors[0].0 == 2 && errors[0].1.ends_with("add the column \"Regular price\""), "{errors:?}");
}

/// The base price of the product changes with its lowest price, and the price of a reduced variant does not follow it.
#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn a_whole_file_without_sale_prices_keeps_reductions(db: PgPool) {
    let service = service_db(&db);
    take_good(&service, MUG).await;
    let file =
        MUG.replace(",Sale price", "").replace("45,35", "45").replace("55,,", "25,").replace(",,,,Size", ",,,Size");

    assert_eq!(take_good(&service, &file).await.products.updated, 1);
    assert_eq!(prices(&service).await, [(3_500, 4_500), (2_500, 0)]);
    assert_eq!(take_good(&service, &file).await.products, unchanged(1));
}
