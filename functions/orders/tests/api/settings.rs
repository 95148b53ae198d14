//! After its sales a connection has the settings that it had before them, because a pooler hands it to other clients.

use std::collections::BTreeMap;
use std::sync::Arc;

use orders::OrdersState;
use shared::app::App;
use shared::app::db::{Db, PoolSettings};
use shared::shop::ShopOptions;
use shared::testing::{RecordingQueue, TestApp, service_db_with};
use sqlx::PgPool;

use crate::check_out;

const SALES: usize = 1_000;

/// Returns the settings of the connection, with their sources.
async fn settings(db: &Db) -> BTreeMap<String, (String, String)> {
    let mut tx = db.read().await.unwrap();
    let rows: Vec<(String, String, String)> =
        sqlx::query_as("select name, coalesce(setting, ''), source from pg_settings").fetch_all(&mut tx).await.unwrap();
    tx.commit().await.unwrap();
    rows.into_iter().map(|(name, setting, source)| (name, (setting, source))).collect()
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn a_thousand_sales_leave_no_setting_behind(db: PgPool) {
    let connection = service_db_with(&db, PoolSettings { max_connections: 1 });
    let app = TestApp::with_state(db, orders::router(), |app, _| OrdersState {
        app: App { db: connection.clone(), options: ShopOptions::UNLIMITED, ..app },
        queue: Arc::new(RecordingQueue::default()),
    });
    let ana = app.a_user().await;
    let shoes = app.a_product().stock(i32::try_from(SALES + 1).unwrap()).create().await;
    // The first call of a PL/pgSQL function adds the settings of that language.
    let cart = app.a_cart().of(ana.id).with(shoes.variant, 1).create().await;
    check_out(&app, &ana, cart).await.expect(201);
    let before = settings(&connection).await;
    assert!(before.contains_key("synchronous_commit") && before.contains_key("plan_cache_mode"));

    for sale in 0..SALES {
        let cart = app.a_cart().of(ana.id).with(shoes.variant, 1).create().await;
        check_out(&app, &ana, cart).await.expect(201);
        if sale % 100 == 0 {
            check_out(&app, &ana, cart).await.expect(200);
        }
    }
    let cart = app.a_cart().of(ana.id).with(shoes.variant, 1).create().await;
    check_out(&app, &ana, cart).await.expect(409);

    let mut after = settings(&connection).await;
    after.retain(|name, setting| before.get(name) != Some(setting));
    assert_eq!(after, BTreeMap::new());
}
