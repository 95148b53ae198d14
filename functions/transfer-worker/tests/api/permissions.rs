//! An import does no more than its author may do while it runs.

use shared::catalogue::write::{ImportOptions, Stock};
use shared::ids::ApiKeyId;
use shared::transfers::{Import, TransferStatus, Work};
use shared::users::{ActorId, Permission, Permissions};
use sqlx::PgPool;
use transfer_worker::{Limits, work};

use crate::{HEADER, SHORT, Shop, file_of, with_stock};

/// Runs the first chunk of an import, then `change`, then the rest.
async fn interrupted_by(shop: &Shop, by: ActorId, options: ImportOptions, change: &'static str) -> Import {
    let id = shop.an_import_of(by, file_of(250).as_bytes(), options).await;
    work(&shop.worker(SHORT), Work::Import(id).into()).await.unwrap();
    sqlx::raw_sql(change).execute(&shop.app.db).await.unwrap();
    shop.run_queued_jobs(Limits::default()).await;
    shop.import(id).await
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn an_import_fails_when_its_author_loses_a_permission(db: PgPool) {
    for (change, missing) in [
        ("update roles set permissions = '{catalogue}'", "stock"),
        ("update roles set permissions = '{stock}'", "catalogue"),
        ("delete from user_roles", "catalogue"),
        ("update users set is_active = false", "catalogue"),
        ("delete from users", "catalogue"),
    ] {
        let shop = Shop::open(db.clone());
        let author = shop.app.a_staff_user().await;

        let import = interrupted_by(&shop, ActorId::Account(author.id), ImportOptions::default(), change).await;

        assert_eq!(import.status, TransferStatus::Failed, "{change}");
        assert!(import.error.unwrap().contains(&format!("no longer has the permission `{missing}`")), "{change}");
        assert!(import.products.created + import.products.unchanged < 250, "{change}");
        assert!(shop.files.keys().is_empty(), "{change}");
        sqlx::raw_sql("delete from imports; delete from users; delete from roles").execute(&db).await.unwrap();
    }
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn an_import_fails_when_the_key_of_its_author_is_revoked(db: PgPool) {
    let shop = Shop::open(db);
    let creator = shop.app.a_staff_user().await;
    shop.app.an_api_key_of(&creator, Permissions::from_iter([Permission::Catalogue, Permission::Stock])).await;
    let key: ApiKeyId = sqlx::query_scalar("select id from api_keys").fetch_one(&shop.app.db).await.unwrap();

    let import =
        interrupted_by(&shop, ActorId::ApiKey(key), ImportOptions::default(), "update api_keys set revoked_at = now()")
            .await;

    assert_eq!(import.status, TransferStatus::Failed);
    assert!(import.products.created < 250);
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn an_import_that_keeps_the_stock_needs_no_permission_for_it(db: PgPool) {
    let shop = Shop::open(db);
    let author = shop.app.a_staff_user_with(Permissions::from_iter([Permission::Catalogue])).await;
    let before = format!("{HEADER}mug,Mug,,,Title,Default Title,MUG,10,5\r\n");
    shop.imported(before.as_bytes(), Limits::default()).await;
    let header = HEADER
        .replace("Variant Inventory Qty", "Variant Inventory Tracker,Variant Inventory Policy,Variant Inventory Qty");
    let file = format!(
        "{header}mug,Big mug,,,Title,Default Title,MUG,,continue,4242,6\r\ncup,Cup,,,Title,Default Title,CUP,,continue,4242,6\r\n"
    );

    let id = shop.an_import_of(ActorId::Account(author.id), file.as_bytes(), with_stock(Stock::Keep)).await;
    work(&shop.worker(Limits::default()), Work::Import(id).into()).await.unwrap();

    let import = shop.import(id).await;
    assert_eq!((import.status, import.products.created, import.products.updated), (TransferStatus::Done, 1, 1));
    assert_eq!((import.stock_changed, import.variants_untracked, import.variants_backorderable), (0, 0, 0));
    let stock: Vec<(String, i32, bool, bool)> = sqlx::query_as(
        "select v.sku, s.on_hand, s.track_inventory, s.allow_backorder
           from stock_levels s join product_variants v on v.id = s.variant_id order by v.sku",
    )
    .fetch_all(&shop.app.db)
    .await
    .unwrap();
    assert_eq!(stock, [("CUP".to_owned(), 0, true, false), ("MUG".to_owned(), 10, true, false)]);
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn prices_and_stock_of_an_import_name_its_author_and_no_line_is_written_for_each_product(db: PgPool) {
    let shop = Shop::open(db);
    let author = shop.app.a_staff_user().await;
    let file = format!("{HEADER}mug,Mug,,,Title,Default Title,MUG,10,5\r\ncup,Cup,,,Title,Default Title,CUP,10,5\r\n");
    for (file, stock) in [(file.clone(), Stock::Initial), (file.replace(",10,5", ",7,4"), Stock::Set)] {
        let id = shop.an_import_of(ActorId::Account(author.id), file.as_bytes(), with_stock(stock)).await;
        work(&shop.worker(Limits::default()), Work::Import(id).into()).await.unwrap();
        assert_eq!(shop.import(id).await.status, TransferStatus::Done);
    }

    for table in ["variant_prices", "stock_ledger"] {
        let sql = format!(
            "select count(*), count(*) filter (where actor_user_id = $1 and actor_api_key_id is null) from {table}"
        );
        let (all, by_author): (i64, i64) =
            sqlx::query_as(sqlx::AssertSqlSafe(sql)).bind(author.id).fetch_one(&shop.app.db).await.unwrap();
        assert_eq!((all, by_author), (4, 4), "{table}");
    }
    assert_eq!(shop.app.count("select count(*) from audit_log").await, 0);
}
