//! A PostgreSQL for one test, which can be crashed and has settings that need a start.

use std::path::PathBuf;
use std::sync::Arc;

use local_postgres::{Cluster, Durability};
use orders::OrdersState;
use shared::app::App;
use shared::app::db::{Connector, Db, MIGRATOR, PoolSettings};
use shared::outbox::Queue;
use shared::testing::TestApp;
use sqlx::PgPool;
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};

const DATABASE: &str = "shop";
/// A commit waits this many microseconds for the disk, and the writer of WAL writes nothing by itself.
const SETTINGS: [&str; 5] = [
    "commit_delay = 3000",
    "commit_siblings = 0",
    "wal_writer_delay = '10s'",
    "autovacuum = off",
    "shared_preload_libraries = 'pg_stat_statements'",
];

/// The server. It is stopped and deleted when this is dropped.
pub(super) struct Server {
    cluster: Option<Cluster>,
    dir: PathBuf,
    /// Connections of the superuser.
    pub(super) db: PgPool,
}

impl Server {
    /// Starts a server with the tables of the shop, in a folder of this name.
    pub(super) async fn start(name: &str) -> Self {
        let dir = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(name);
        // Left by a run that was killed.
        local_postgres::remove(&dir).unwrap();
        let cluster = local_postgres::open(&dir, Durability::Durable).unwrap();
        cluster.create_database(DATABASE).unwrap();
        for setting in SETTINGS {
            cluster.psql("postgres", &format!("alter system set {setting}")).unwrap();
        }
        cluster.restart_at_once().unwrap();
        let options: PgConnectOptions = cluster.url(DATABASE).parse().unwrap();
        let db = PgPoolOptions::new().connect_lazy_with(options);
        MIGRATOR.run(&db).await.unwrap();
        Self { cluster: Some(cluster), dir, db }
    }

    /// Returns the function on this server, with this number of connections as its role.
    pub(super) fn app(&self, max_connections: usize, queue: Arc<dyn Queue>) -> TestApp {
        let options = self.db.connect_options().as_ref().clone().username("shop_orders");
        let db = Db::new(Connector::to(options), PoolSettings { max_connections });
        TestApp::with_state(self.db.clone(), orders::router(), |app, _| OrdersState { app: App { db, ..app }, queue })
    }

    /// Crashes the server and starts it again. What was not on disk is lost.
    pub(super) fn crash(&self) {
        self.cluster.as_ref().unwrap().restart_at_once().unwrap();
    }

    /// Returns true if all that was committed is on disk.
    pub(super) async fn is_all_on_disk(&self) -> bool {
        is_all_on_disk(&self.db).await
    }
}

/// Returns true if all that was committed on the server of these connections is on disk.
pub(super) async fn is_all_on_disk(db: &PgPool) -> bool {
    sqlx::query_scalar("select pg_current_wal_flush_lsn() >= pg_current_wal_insert_lsn()").fetch_one(db).await.unwrap()
}

impl Drop for Server {
    fn drop(&mut self) {
        drop(self.cluster.take());
        let _ = local_postgres::remove(&self.dir);
    }
}
