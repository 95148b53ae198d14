//! The options of an import: dry runs, kept variants, SKUs that are taken.

use super::*;

const HEADER: &str = "Handle,Title,Option1 Name,Option1 Value,Variant SKU,Variant Price\n";

fn suffix() -> ImportOptions {
    ImportOptions { duplicate_skus: DuplicateSkus::Suffix, ..ImportOptions::default() }
}

async fn skus(db: &Db) -> Vec<(String, String)> {
    let products = all(db).await;
    let of = |product: &ProductSnapshot| -> Vec<(String, String)> {
        product
            .variants
            .iter()
            .map(|variant| (format!("{} {}", product.slug, variant.name), variant.sku.clone()))
            .collect()
    };
    products.iter().flat_map(of).collect()
}

fn pairs(all: &[(&str, &str)]) -> Vec<(String, String)> {
    all.iter().map(|(name, sku)| ((*name).to_owned(), (*sku).to_owned())).collect()
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn a_dry_run_says_everything_and_writes_nothing(db: PgPool) {
    let service = service_db(&db);
    take_good(&service, &format!("{HEADER}hat,Hat,Size,S,H-S,25\nhat,,,M,H-M,25\ncup,Cup,Title,Default Title,C,5\n"))
        .await;
    let before = rows(&db).await;
    let file = format!(
        "{HEADER}hat,Hat,Size,S,H-S,20\ncup,Cup,Title,Default Title,C,5\nnew,New,Colour,Red,N,1\nbad,Bad,Size,S,B,x\nown,Own,Title,Default Title,C,1\n"
    );

    let dry = ImportOptions { dry_run: true, ..ImportOptions::default() };
    let said = take_with(&service, file.as_bytes(), dry).await;

    assert_eq!(rows(&db).await, before);
    assert_eq!((said.0.products, said.0.variants_removed), (Changes { created: 1, updated: 1, unchanged: 1 }, 1));
    assert_eq!(said.1.len(), 2);
    assert_eq!(take(&service, &file).await, said);
    assert_ne!(rows(&db).await, before);
}

/// A refusal by the database is found although the transaction does not end.
#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn a_dry_run_finds_what_the_database_refuses(db: PgPool) {
    let service = service_db(&db);
    sqlx::query("alter table products add constraint no_a check (slug <> 'a')").execute(&db).await.unwrap();
    let file = format!("{HEADER}a,A,Title,Default Title,A,1\nb,B,Title,Default Title,B,1\n");
    let dry = ImportOptions { dry_run: true, ..ImportOptions::default() };

    let (summary, errors) = take_with(&service, file.as_bytes(), dry).await;

    assert_eq!((summary.products, errors.len(), all(&service).await.len()), (created(1), 1, 0));
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn a_sku_that_is_there_twice_is_refused_with_its_line(db: PgPool) {
    let service = service_db(&db);
    let file = format!("{HEADER}ring,Ring,Size,52,RING,30\nring,,,54,RING,30\n");
    let (summary, errors) = take(&service, &file).await;
    assert_eq!(errors, [(3, "the SKU \"RING\" is already on line 2".to_owned())]);
    assert_eq!(summary.products, Changes::default());

    let file = format!("{HEADER}a,A,Size,S,A-S,1\na,,,M,ONE,1\nb,B,Size,S,B-S,1\nb,,,M,ONE,1\n");
    let (_, errors) = take(&service, &file).await;
    assert_eq!(errors, [(5, taken("ONE", "a", "b"))]);
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn a_sku_that_is_there_twice_gets_a_number_and_keeps_it(db: PgPool) {
    let service = service_db(&db);
    let rows_of = [
        "ring,Ring,Size,52,RING,30\nring,,,54,RING,31\nring,,,56,RING,32\n",
        "band,Band,Title,Default Title,RING,9\n",
        "loop,Loop,Title,Default Title,RING-2,9\n",
    ];
    let file = format!("{HEADER}{}", rows_of.concat());
    let expected = pairs(&[
        ("ring 52", "RING"),
        ("ring 54", "RING-3"),
        ("ring 56", "RING-4"),
        ("band ", "RING-5"),
        ("loop ", "RING-2"),
    ]);

    let (summary, errors) = take_with(&service, file.as_bytes(), suffix()).await;
    assert_eq!((summary.products, errors), (created(3), Vec::new()));
    assert_eq!(skus(&service).await, expected);

    // The same again, the products in another order, and the rows of one in another order.
    let before = rows(&db).await;
    let turned = format!("{HEADER}{}{}{}", rows_of[2], rows_of[1], rows_of[0]);
    for file in [&file, &turned] {
        let (summary, errors) = take_with(&service, file.as_bytes(), suffix()).await;
        assert_eq!((summary.products, errors), (unchanged(3), Vec::new()));
    }
    assert_eq!(rows(&db).await, before);
    let reordered = format!("{HEADER}ring,Ring,Size,54,RING,31\nring,,,52,RING,30\nring,,,56,RING,32\n");
    take_with(&service, reordered.as_bytes(), suffix()).await;
    let mut after = skus(&service).await;
    after.sort();
    let mut expected = expected;
    expected.sort();
    assert_eq!(after, expected);
}

#[test]
fn the_command_line_has_the_options() {
    use clap::Parser as _;

    #[derive(clap::Parser)]
    struct Line {
        #[command(flatten)]
        args: ImportArgs,
    }
    let options = |line: &[&str]| Line::try_parse_from(line).map(|line| line.args.options());
    assert_eq!(options(&["import", "x.csv"]).unwrap(), ImportOptions::default());
    let all =
        options(&["import", "x.csv", "--keep-missing-variants", "--duplicate-skus", "suffix", "--dry-run"]).unwrap();
    assert_eq!(all, ImportOptions { keep_missing_variants: true, dry_run: true, ..suffix() });
    assert!(options(&["import", "x.csv", "--duplicate-skus", "merge"]).is_err());
}
