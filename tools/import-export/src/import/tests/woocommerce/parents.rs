//! A cell of `Parent` that names another product of the file, because it is mistyped or damaged, moves no variant.

use super::*;

/// The rows of a mug in two sizes and of a cup in one.
fn kitchen() -> [String; 5] {
    let cup = [("sku", "CUP"), ("name", "Cup"), ("published", "1"), ("a1", "Size"), ("v1", "S, M, L")];
    let large =
        [("sku", "CUP-L"), ("published", "1"), ("parent", "CUP"), ("regular", "7"), ("a1", "Size"), ("v1", "L")];
    [
        mug(&[]),
        variation(2, "MUG-S", &[("v1", "S"), ("stock", "1")]),
        variation(3, "MUG-M", &[("v1", "M"), ("stock", "4")]),
        row(10, "variable", &cup),
        row(11, "variation", &large),
    ]
}

/// Returns the row of a variation with another parent.
fn moved(variation: &str, parent: &str) -> String {
    variation.replace("\"MUG\"", &format!("\"{parent}\""))
}

/// Imports a file with a variation that is not where it was. Nothing may be removed or moved; returns the errors.
async fn take_misplaced(db: &PgPool, rows_of_file: &[&str]) -> Vec<(u64, String)> {
    let variants = "select string_agg(p.handle || ' ' || v.sku || ' ' || s.on_hand, ', ' order by v.id) from product_variants v
                      join products p on p.id = v.product_id join stock_levels s on s.variant_id = v.id where v.archived_at is null";
    let before: String = sqlx::query_scalar(variants).fetch_one(db).await.unwrap();
    let (summary, errors) = take(&service_db(db), &[&[HEADER][..], rows_of_file].concat().concat()).await;
    let after: String = sqlx::query_scalar(variants).fetch_one(db).await.unwrap();
    assert!(summary.variants_removed == 0 && after.starts_with(&before), "{before}\n{after}\n{errors:?}");
    errors
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn a_variation_of_another_product_is_refused_and_so_is_the_product_that_would_lose_it(db: PgPool) {
    let [head, small, medium, cup, large] = &kitchen();
    take_good(&service_db(&db), &[HEADER, head, small, medium, cup, large].concat()).await;
    let before = rows(&db).await;
    for parent in ["CUP", "id:10", " id: 10 "] {
        let moved = &moved(medium, parent);
        for (file, mug, medium) in [
            ([head, small, moved, cup, large], 2, 4),
            ([moved, cup, large, small, head], 6, 2),
            ([cup, large, head, small, moved], 4, 6),
        ] {
            let errors = take_misplaced(&db, &file.map(String::as_str)).await;
            let reason =
                |line: u64| errors.iter().find(|(found, _)| *found == line).map_or("", |(_, reason)| reason.as_str());
            assert_eq!(errors.len(), 2, "{errors:?}");
            assert!(reason(medium).starts_with("the SKU \"MUG-M\" belongs to the product \"MUG\""), "{errors:?}");
            assert!(reason(mug).starts_with("the variant with the SKU \"MUG-M\" would be removed"), "{errors:?}");
            assert_eq!(rows(&db).await, before);
        }
    }
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn a_variation_without_a_sku_is_known_by_its_name_and_its_values(db: PgPool) {
    let [head, small, medium, cup, large] = kitchen()
        .map(|row| ["MUG-S", "MUG-M", "CUP-L"].iter().fold(row, |row, sku| row.replace(&format!("\"{sku}\""), "\"\"")));
    take_good(&service_db(&db), &[HEADER, &head, &small, &medium, &cup, &large].concat()).await;

    let named = moved(&medium, "CUP").replacen("\"\",\"\",\"\"", "\"\",\"\",\"Mug - M\"", 1);
    let errors = take_misplaced(&db, &[&head, &small, &cup, &large, &named]).await;
    let reason =
        "\"Name\" is \"Mug - M\", like those of the product \"MUG\", but \"Parent\" is \"CUP\"; correct one of them";
    assert_eq!(errors, [(6, reason.to_owned())]);

    // The cup has this size already.
    let twice = moved(&medium, "CUP").replace("\"M\"", "\"L\"");
    let errors = take_misplaced(&db, &[&head, &small, &cup, &large, &twice]).await;
    assert!(errors.len() == 1 && errors[0].1.contains("two variations \"L\""), "{errors:?}");

    // The cup does not come in this size. It may be the cell of the product that is wrong, so the row is read.
    let only_large = cup.replace("S, M, L", "L");
    assert_eq!(take_misplaced(&db, &[&head, &small, &only_large, &large, &moved(&medium, "CUP")]).await, []);
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn a_name_that_people_changed_says_nothing(db: PgPool) {
    let service = service_db(&db);
    let named = |row: &str, name: &str| row.replacen("\"\",\"1\"", &format!("\"{name}\",\"1\""), 1);
    let [head, small, medium, cup, large] = kitchen();
    let [small, medium] = [named(&small, "Mug - Special - S"), named(&medium, "Großer Becher")];
    assert!(small.contains("Special") && medium.contains("Becher"));
    // Another product with the name of the first, and one whose name is longer.
    let others = [
        cup.replace("\"Cup\"", "\"mug\""),
        row(12, "variable", &[("sku", "X"), ("name", "Mug - Special"), ("a1", "Size"), ("v1", "S")]),
    ];
    let of_other = row(
        13,
        "variation",
        &[
            ("sku", "X-S"),
            ("name", "Mug - Special - S"),
            ("parent", "X"),
            ("regular", "3"),
            ("a1", "Size"),
            ("v1", "S"),
        ],
    );
    let large = named(&large, "Mug - L");
    assert!(large.contains("Mug - L"));
    take_good(&service, &[HEADER, &head, &small, &medium, &others[0], &large, &others[1], &of_other].concat()).await;
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn a_variation_of_any_value_moves_none_of_its_variants(db: PgPool) {
    let [head, _, medium, cup, large] = &kitchen();
    let any = &variation(2, "MUG-ANY", &[]);
    take_good(&service_db(&db), &[HEADER, head, any, medium, cup, large].concat()).await;

    let errors = take_misplaced(&db, &[head, &moved(any, "CUP"), medium, cup, large]).await;

    let [(2, lost), (3, found)] = errors.as_slice() else { panic!("{errors:?}") };
    assert!(
        lost.contains("\"MUG-ANY-S\" would be removed")
            && found.contains("\"MUG-ANY-S\" belongs to the product \"MUG\"")
    );
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn a_parent_that_cannot_have_variations_removes_nothing(db: PgPool) {
    let [head, small, medium, ..] = kitchen().map(|row| row.replace("\"MUG-M\"", "\"\""));
    take_good(&service_db(&db), &[HEADER, &head, &small, &medium].concat()).await;
    let simple = row(20, "simple", &[("sku", "OTHER"), ("name", "Other"), ("regular", "1")]);
    let [grouped, external] = ["Grouped", "external"].map(|kind| row(20, kind, &[("sku", "OTHER")]));
    for (other, parent, words) in [
        (&simple, "OTHER", "the product \"OTHER\" of the variation is not variable"),
        (&grouped, "OTHER", "the product \"OTHER\" of the variation is not variable"),
        (&external, "id:20", "the product \"id:20\" of the variation is not variable"),
        (&simple, "id:99", "the product \"id:99\" of the variation is not in the file"),
        (&simple, "mug", "the product \"mug\" of the variation is not in the file"),
        (&simple, "", "\"Parent\" is empty"),
    ] {
        let errors = take_misplaced(&db, &[&head, &small, &moved(&medium, parent), other]).await;
        assert!(errors.iter().any(|(line, reason)| *line == 4 && reason.contains(words)), "{words}: {errors:?}");
    }
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn a_variant_does_not_become_a_simple_product(db: PgPool) {
    let [head, small, medium, ..] = kitchen();
    take_good(&service_db(&db), &[HEADER, &head, &small, &medium].concat()).await;

    let simple = row(3, "simple", &[("sku", "MUG-M"), ("name", "Mug - M"), ("regular", "5"), ("published", "1")]);
    let errors = take_misplaced(&db, &[&head, &small, &simple]).await;

    let lines: Vec<u64> = errors.iter().map(|(line, _)| *line).collect();
    assert_eq!(lines, [2, 4], "{errors:?}");
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn an_id_that_two_products_have_is_named(db: PgPool) {
    let [head, _, _, cup, _] = kitchen();
    let (_, errors) = take(&service_db(&db), &[HEADER, &head, &cup.replace("\"10\"", "\"1\"")].concat()).await;
    assert_eq!(errors, [(3, "the ID \"1\" is already on line 2".to_owned())]);
}
