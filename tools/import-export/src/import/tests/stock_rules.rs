//! The columns `Variant Inventory Tracker` and `Variant Inventory Policy`.

use super::*;

const HEADER: &str =
    "Handle,Title,Variant SKU,Variant Inventory Tracker,Variant Inventory Qty,Variant Inventory Policy,Variant Price\n";
const FILE: &str = "wrap,Gift Wrap,W,,,deny,3\ntable,Table,T,shopify,0,continue,400\nhat,Last Hat,H,shopify,0,deny,15\n\
    bag,Bag,B,other-app,4,,9\n";

/// For each SKU in order: whether it is tracked, whether it may be backordered, and whether it can be bought.
async fn rules(db: &PgPool) -> Vec<(String, bool, bool, bool)> {
    sqlx::query_as(
        "select v.sku, s.track_inventory, s.allow_backorder, s.is_available
           from product_variants v join stock_levels s on s.variant_id = v.id order by v.sku",
    )
    .fetch_all(db)
    .await
    .unwrap()
}

fn rule(sku: &str, tracked: bool, backorder: bool, available: bool) -> (String, bool, bool, bool) {
    (sku.to_owned(), tracked, backorder, available)
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn what_shopify_sells_can_be_bought_and_the_summary_counts_it(db: PgPool) {
    let service = service_db(&db);
    let file = format!("{HEADER}{FILE}");

    let summary = take_good(&service, &file).await;

    let wanted = [
        rule("B", true, false, true),
        rule("H", true, false, false),
        rule("T", true, true, true),
        rule("W", false, false, true),
    ];
    assert_eq!(rules(&db).await, wanted);
    assert_eq!((summary.variants_untracked, summary.variants_backorderable), (1, 1));
    assert!(summary.to_string().contains("     1 untracked      1 backorderable"), "{summary}");
    assert_eq!(take_good(&service, &file).await.products, unchanged(4));
    let exported = exported(&service).await;
    assert!(exported.contains(",,0,0,deny,") && exported.contains(",shopify,0,0,continue,"), "{exported}");
    assert_eq!(take_good(&service, &exported).await.products, unchanged(4));
    assert_eq!(rules(&db).await, wanted);
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn each_column_changes_its_own_rule_alone(db: PgPool) {
    let service = service_db(&db);
    take_good(&service, &format!("{HEADER}{FILE}")).await;
    sqlx::query("update stock_levels set backorder_limit = 7").execute(&db).await.unwrap();
    for (file, expected) in [
        ("Handle,Variant Price\ntable,401\n", rule("T", true, true, true)),
        ("Handle,Variant Inventory Policy\ntable,\n", rule("T", true, true, true)),
        ("Handle,Variant Inventory Policy\ntable,DENY\n", rule("T", true, false, false)),
        ("Handle,Variant Inventory Tracker\ntable,\n", rule("T", false, false, true)),
        ("Handle,Continue selling when out of stock\ntable,true\n", rule("T", false, true, true)),
        ("Handle,Variant Inventory Tracker\ntable,shopify\n", rule("T", true, true, true)),
    ] {
        take_good(&service, file).await;
        assert_eq!(rules(&db).await[2], expected, "{file}");
    }
    let limits: Vec<Option<i32>> =
        sqlx::query_scalar("select distinct backorder_limit from stock_levels").fetch_all(&db).await.unwrap();
    assert_eq!(limits, [Some(7)]);
    // The tracker says nothing of the number of units.
    take_good(&service, "Handle,Variant Inventory Tracker\nbag,\n").await;
    let on_hand: i32 = sqlx::query_scalar("select max(on_hand) from stock_levels").fetch_one(&db).await.unwrap();
    assert_eq!(on_hand, 4);
    let (_, errors) = take(&service, "Handle,Variant Inventory Policy\ntable,perhaps\n").await;
    assert_eq!(errors, [(2, "\"Variant Inventory Policy\" is \"perhaps\": it must be deny or continue".to_owned())]);
}
