//! An import changes the rules of a variant's stock that its file has, and no others.

use shared::catalogue::product_file::{FileKind, NamedSkus};
use shared::catalogue::product_import::{ImportVariant, ProductImport};
use shared::catalogue::write::{ImportBatch, ImportOptions, RowChange, Saved, Stock, Together, save_imports};
use shared::money::{Currency, Money};
use shared::patch::Patch;
use shared::testing::{START, TestApp, service_db};
use shared::users::Stamp;
use sqlx::PgPool;

type Rules = (bool, bool, Option<i32>);

async fn import(db: &PgPool, variant: ImportVariant, dry_run: bool) -> Saved {
    let product = ProductImport {
        handle: "gift-wrap".to_owned(),
        name: Some("Gift wrap".to_owned()),
        variants: vec![ImportVariant { sku: Some("GW-1".to_owned()), price: Some(Money::from_minor(300)), ..variant }],
        has_all_variants: true,
        option_columns: 3,
        ..ProductImport::default()
    };
    save(db, &product, ImportOptions { dry_run, ..ImportOptions::default() }).await
}

async fn save(db: &PgPool, product: &ProductImport, options: ImportOptions) -> Saved {
    let mut tx = service_db(db).begin().await.unwrap();
    let skus = NamedSkus::default();
    let batch = ImportBatch {
        products: &[product],
        kind: FileKind::ShopifyCsv,
        skus: &skus,
        currency: Currency::DEFAULT,
        options,
        together: Together::All,
    };
    let saved = save_imports(&mut tx, batch, Stamp::of_system(START)).await.unwrap().remove(0).unwrap();
    tx.commit().await.unwrap();
    saved
}

async fn rules(db: &PgPool) -> Rules {
    sqlx::query_as("select track_inventory, allow_backorder, backorder_limit from stock_levels")
        .fetch_one(db)
        .await
        .unwrap()
}

async fn is_available(db: &PgPool) -> bool {
    sqlx::query_scalar("select is_available from products").fetch_one(db).await.unwrap()
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn a_new_variant_has_the_rules_of_its_file(db: PgPool) {
    let file = ImportVariant {
        track_inventory: Some(false),
        allow_backorder: Some(true),
        backorder_limit: Patch::Set(4),
        ..ImportVariant::default()
    };

    let saved = import(&db, file, false).await;

    assert_eq!((saved.product, saved.variants), (RowChange::Inserted, vec![RowChange::Inserted]));
    assert_eq!((rules(&db).await, is_available(&db).await), ((false, true, Some(4)), true));
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn a_file_changes_the_rules_that_it_has(db: PgPool) {
    import(&db, ImportVariant::default(), false).await;
    assert_eq!((rules(&db).await, is_available(&db).await), ((true, false, None), false));
    for (track_inventory, allow_backorder, backorder_limit, after, available) in [
        (Some(false), None, Patch::Keep, (false, false, None), true),
        (None, None, Patch::Keep, (false, false, None), true),
        (Some(true), None, Patch::Keep, (true, false, None), false),
        (None, Some(true), Patch::Keep, (true, true, None), true),
        (None, None, Patch::Set(0), (true, true, Some(0)), false),
        (None, None, Patch::Keep, (true, true, Some(0)), false),
        (None, None, Patch::Clear, (true, true, None), true),
        (None, Some(false), Patch::Set(9), (true, false, Some(9)), false),
    ] {
        let file = ImportVariant { track_inventory, allow_backorder, backorder_limit, ..ImportVariant::default() };
        let before = (rules(&db).await, is_available(&db).await);
        let change = if before.0 == after { RowChange::Unchanged } else { RowChange::Updated };

        let tried = import(&db, file.clone(), true).await;
        assert_eq!((tried.product, (rules(&db).await, is_available(&db).await)), (change, before), "{file:?}");
        let saved = import(&db, file.clone(), false).await;
        assert_eq!((saved.product, saved.variants, saved.stock_changed), (change, vec![change], 0), "{file:?}");
        assert_eq!((rules(&db).await, is_available(&db).await), (after, available), "{file:?}");
        let again = import(&db, file.clone(), false).await;
        assert_eq!(again.product, RowChange::Unchanged, "{file:?}");
    }
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn a_file_gives_no_units_to_a_variant_with_backorders(db: PgPool) {
    let app = TestApp::without_routes(db);
    let table = app.a_product().backorders(None).create().await;
    app.an_order_of(&[(&table, 3)]).await;
    let receive = "select change_stock(variant_id, $1, 'received', now()) from stock_levels";
    for (booked, stock, seen, units, moved, levels) in [
        (0, Stock::Keep, None, 9, false, (0, 3)),
        (0, Stock::Initial, None, 9, false, (0, 3)),
        (0, Stock::Compare, Some(1), 9, true, (0, 3)),
        (0, Stock::Compare, Some(0), 2, true, (0, 3)),
        (0, Stock::Compare, Some(0), 0, false, (0, 3)),
        (0, Stock::Set, None, 2, true, (0, 3)),
        (0, Stock::Set, None, 0, false, (0, 3)),
        // A count of what was received and went to the orders.
        (2, Stock::Set, None, 2, true, (0, 1)),
        (1, Stock::Compare, Some(0), 4, false, (4, 0)),
        (0, Stock::Set, None, 5, false, (5, 0)),
    ] {
        sqlx::query(receive).bind(booked).execute(&app.db).await.unwrap();
        let variant = ImportVariant {
            sku: Some(table.sku.clone()),
            on_hand: Some(units),
            on_hand_seen: seen,
            ..ImportVariant::default()
        };
        let product = ProductImport { handle: table.slug.clone(), variants: vec![variant], ..ProductImport::default() };
        let saved = save(&app.db, &product, ImportOptions { stock, ..ImportOptions::default() }).await;

        let left_alone = Vec::from_iter(moved.then(|| table.sku.clone()));
        assert_eq!(saved.stock_moved, left_alone, "{stock:?} {units}");
        let after: (i32, i32) =
            sqlx::query_as("select on_hand, backordered from stock_levels").fetch_one(&app.db).await.unwrap();
        assert_eq!(after, levels, "{stock:?} {units}");
        assert!(app.stock_adds_up().await);
    }
}
