//! Variations: any value of an option, more of them than a product can have, and units that they share.

use super::*;

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn a_variation_of_any_value_stands_for_all_that_have_no_own_one(db: PgPool) {
    let service = service_db(&db);
    let file =
        [HEADER, &mug(&[]), &variation(2, "MUG-ANY", &[]), &variation(3, "MUG-M", &[("v1", "M"), ("stock", "3")])]
            .concat();
    take_good(&service, &file).await;
    assert_eq!(skus(&service).await, ["MUG-ANY-S", "MUG-ANY-L", "MUG-M"]);
    assert_eq!(take_good(&service, &file).await.products, unchanged(1));

    let counted = [HEADER, &mug(&[]), &variation(2, "MUG-ANY", &[("stock", "6")])].concat();
    let (_, errors) = take(&service, &counted).await;
    assert!(errors[0].0 == 3 && errors[0].1.contains("3 variants would share these units"), "{errors:?}");
}

/// Each of the variations stands for 500 variants. All of them together are never in memory.
#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn a_product_of_too_many_variants_is_refused_before_they_are_all_read(db: PgPool) {
    let service = service_db(&db);
    let values: Vec<String> = (0..500).map(|n| n.to_string()).collect();
    let head = row(1, "variable", &[("sku", "MUG"), ("name", "Mug"), ("a1", "Size"), ("v1", &values.join(", "))]);
    let any = |n: u32| variation(n, &format!("ANY-{n}"), &[("v1", ""), ("a2", "Colour"), ("v2", &n.to_string())]);
    // Nothing behind the variant that is too many is read.
    let bad =
        row(9, "variation", &[("sku", "BAD"), ("parent", "MUG"), ("regular", "five"), ("a1", "Size"), ("v1", "1")]);
    let many: String = (100..601).map(|n| variation(n, &format!("V-{n}"), &[("v1", &n.to_string())])).collect();
    for rows in [[any(2), any(3), bad].concat(), many] {
        let (summary, errors) = take(&service, &[HEADER, &head, &rows].concat()).await;
        assert_eq!(errors, [(2, "the product has more than 500 variants".to_owned())]);
        assert_eq!(summary.products, Changes::default());
    }
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn units_that_variations_share_are_refused_unless_there_is_one_variation(db: PgPool) {
    let service = service_db(&db);
    let head = mug(&[("stock", "10"), ("backorders", "1")]);
    let one = variation(2, "MUG-S", &[("v1", "S"), ("stock", "parent")]);
    let other = variation(3, "MUG-M", &[("v1", "M"), ("stock", "parent")]);

    let (_, errors) = take(&service, &[HEADER, &head, &one, &other].concat()).await;
    assert!(errors[0].0 == 2 && errors[0].1.contains("2 variations share these units"), "{errors:?}");

    let other = variation(3, "MUG-M", &[("v1", "M"), ("stock", "4")]);
    take_good(&service, &[HEADER, &head, &one, &other].concat()).await;
    let stock: Vec<_> =
        all(&service).await[0].variants.iter().map(|v| (v.on_hand, v.stock_rules.allow_backorder)).collect();
    assert_eq!(stock, [(10, true), (4, false)]);
}
