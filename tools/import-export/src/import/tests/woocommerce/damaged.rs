//! Rows that are damaged.

use super::*;

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn a_damaged_row_removes_nothing(db: PgPool) {
    let service = service_db(&db);
    let [head, small, medium] = [
        mug(&[]),
        variation(2, "MUG-S", &[("v1", "S"), ("stock", "1")]),
        variation(3, "MUG-M", &[("v1", "M"), ("stock", "1")]),
    ];
    let cup = row(9, "simple", &[("sku", "CUP"), ("name", "Cup"), ("regular", "5")]);
    take_good(&service, &[HEADER, &head, &small, &medium].concat()).await;
    let before = rows(&db).await;
    for (damaged, line, words) in [
        (medium.replace("\"MUG\"", "\"MGU\""), 4, "the product \"MGU\" of the variation is not in the file"),
        (medium.replace("\"MUG\"", "\"\""), 4, "\"Parent\" is empty"),
        (medium.replace("\"variation\"", "\"\""), 4, "\"Type\" is empty"),
        (medium.replace("\"variation\"", "\"variaton\""), 4, "\"Type\" is \"variaton\": only simple"),
        (medium.replace("\"variation\"", "\"simple\""), 4, "\"Parent\" is filled, but \"Type\" is not variation"),
        (medium.replace("\"variation\"", "\"variable\""), 4, "\"Parent\" is filled, but \"Type\" is not variation"),
        (
            format!("{}{cup}", medium.replace("\"MUG\"", "\"CUP\"")),
            4,
            "the product \"CUP\" of the variation is not variable",
        ),
        (medium.replace("\"5\"", "\"five\""), 4, "A valid number is required"),
        (medium.replace("\"5\"", "\"\""), 4, "\"Regular price\" is empty"),
        (medium.trim_end_matches("\"\",\"\"\n").to_owned(), 4, "the file ends in this row"),
        (medium.split("-M\"").take(1).collect::<String>(), 4, "the file ends in a quoted cell"),
        (medium.replace("MUG-M", "MUG-\u{fffd}"), 4, "the column \"SKU\" contains \"\u{fffd}\""),
        (medium.replace("\"M\"", "\"#NAME?\""), 4, "the column \"Attribute 1 value(s)\" is \"#NAME?\""),
        (format!("{medium}{head}"), 5, "the product \"MUG\" is already on line 2"),
    ] {
        let (summary, errors) = take(&service, &[HEADER, &head, &small, &damaged].concat()).await;
        let [(found, reason)] = errors.as_slice() else { panic!("{words}: {errors:?}") };
        assert!(*found == line && reason.contains(words), "{words}: {found} {reason}");
        assert_eq!((summary.variants_removed, rows(&db).await == before), (0, true), "{words}");
    }
    // A file that is whole removes a variation that is not there.
    assert_eq!(take_good(&service, &[HEADER, &head, &small].concat()).await.variants_removed, 1);
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn a_file_that_is_cut_off_in_its_last_cell_removes_no_variant_of_its_last_product(db: PgPool) {
    let service = service_db(&db);
    let header = "Type,SKU,Name,Parent,Attribute 1 name,Attribute 1 value(s),Regular price\n";
    let head = |sku: &str| format!("variable,{sku},{sku},,Size,\"S, M\",\n");
    let row = |sku: &str, size: &str| format!("variation,{sku}-{size},,{sku},Size,{size},55\n");
    let both = |sku: &str| format!("{}{}{}", head(sku), row(sku, "S"), row(sku, "M"));
    take_good(&service, &format!("{header}{}{}", both("CUP"), both("MUG"))).await;

    let file = format!("{header}{}{}{}{}", head("CUP"), row("CUP", "S"), head("MUG"), row("MUG", "S"));
    let summary = take_good(&service, file.trim_end_matches("5\n")).await;

    assert_eq!((summary.variants_removed, summary.variants.updated), (1, 1), "the cup is whole");
    assert_eq!(skus(&service).await, ["CUP-S", "MUG-S", "MUG-M"]);
    assert_eq!(take_good(&service, &file).await.variants_removed, 1);
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn a_file_that_is_cut_off_in_a_parent_removes_nothing(db: PgPool) {
    let service = service_db(&db);
    let file = "Type,SKU,Name,Regular price,Attribute 1 name,Attribute 1 value(s),Parent\n\
        variable,CUP,Cup,,Size,\"S, L\",\nvariation,,,5,Size,S,CUP\n\
        variable,CUPS,Cups,,Size,\"S, L\",\nvariation,,,5,Size,S,CUPS\nvariation,,,5,Size,L,CUPS\n";
    take_good(&service, file).await;

    let (summary, _) = take(&service, file.trim_end_matches("S\n")).await;

    assert_eq!((summary.variants_removed, all(&service).await[1].variants.len()), (0, 2));
}
