//! Reads from a replica: which requests may be late, and what happens without the replica.

use std::path::PathBuf;
use std::time::{Duration, Instant};

use local_postgres::{Cluster, Durability};
use serde_json::{Value, json};
use shared::app::db::{Connector, Db, MIGRATOR, PoolSettings};
use shared::app::{App, Environment};
use shared::testing::TestApp;
use shared::users::{Permission, Permissions};
use sqlx::PgPool;
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use tokio::net::TcpListener;

use crate::caching::public_paths;
use crate::write_categories::editor;
use crate::{PRODUCTS, Shop};

const DATABASE: &str = "shop";
const POOL: PoolSettings = PoolSettings { max_connections: 4 };

/// A server and its replica. They are stopped and deleted when this is dropped.
struct Servers {
    replica: Option<Cluster>,
    primary: Option<Cluster>,
    dir: PathBuf,
}

impl Servers {
    /// Starts both with the tables of the shop, in a folder of this name.
    async fn start(name: &str) -> Self {
        let dir = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(name);
        // Left by a run that was killed.
        remove(&dir);
        let primary = local_postgres::open(&dir.join("primary"), Durability::Temporary).unwrap();
        primary.create_database(DATABASE).unwrap();
        MIGRATOR.run(&pool(&primary)).await.unwrap();
        let replica = primary.start_replica(&dir.join("replica")).unwrap();
        Self { replica: Some(replica), primary: Some(primary), dir }
    }

    fn primary(&self) -> &Cluster {
        self.primary.as_ref().unwrap()
    }

    fn replica(&self) -> &Cluster {
        self.replica.as_ref().unwrap()
    }

    /// Returns the function with these databases.
    fn app(&self, databases: impl FnOnce(App) -> App) -> TestApp {
        let db = pool(self.primary());
        let mut app = TestApp::with_state(db, catalogue::router(), |app, _| databases(app));
        app.owner = Db::new(Connector::to(options(self.primary())), POOL);
        app
    }

    /// Returns the function that writes to the primary and reads from the replica.
    fn reading_app(&self) -> TestApp {
        let db = Db::new(login(self.primary()), POOL);
        let reads = db.read_from(login(self.replica()), POOL);
        self.app(|app| App { db, reads, ..app })
    }

    /// Returns as soon as the replica has all that was committed.
    async fn caught_up(&self) {
        let committed = self.primary().psql(DATABASE, "select pg_current_wal_lsn()").unwrap();
        let behind = format!("select pg_last_wal_replay_lsn() < '{committed}'");
        let caught_up = async {
            while self.replica().psql(DATABASE, &behind).unwrap() != "f" {
                tokio::time::sleep(Duration::from_millis(10)).await;
            }
        };
        tokio::time::timeout(Duration::from_secs(20), caught_up).await.unwrap();
    }

    /// Lets the replica be late by this much, from now on.
    async fn delay_replica(&self, delay: &str) {
        self.caught_up().await;
        let replica = self.replica();
        replica.psql(DATABASE, &format!("alter system set recovery_min_apply_delay = '{delay}'")).unwrap();
        replica.psql(DATABASE, "select pg_reload_conf()").unwrap();
        let set = async {
            while replica.psql(DATABASE, "show recovery_min_apply_delay").unwrap() != delay {
                tokio::time::sleep(Duration::from_millis(10)).await;
            }
        };
        tokio::time::timeout(Duration::from_secs(20), set).await.unwrap();
    }
}

impl Drop for Servers {
    fn drop(&mut self) {
        drop((self.replica.take(), self.primary.take()));
        remove(&self.dir);
    }
}

fn remove(dir: &std::path::Path) {
    for server in ["replica", "primary"].map(|name| dir.join(name)) {
        local_postgres::remove(&server).unwrap();
    }
}

fn options(cluster: &Cluster) -> PgConnectOptions {
    cluster.url(DATABASE).parse().unwrap()
}

/// Returns connections of the owner of the tables.
fn pool(cluster: &Cluster) -> PgPool {
    PgPoolOptions::new().connect_lazy_with(options(cluster))
}

/// Returns the login of the function.
fn login(cluster: &Cluster) -> Connector {
    Connector::to(options(cluster).username("shop_catalogue"))
}

async fn name_of_blouse(app: &TestApp) -> Value {
    app.anonymous().get(&format!("{PRODUCTS}blouse/")).await.expect(200).body["name"].clone()
}

#[tokio::test]
async fn every_public_page_is_read_from_the_replica_alone() {
    let servers = Servers::start("replica-alone").await;
    let shop = Shop::stock(servers.reading_app()).await;
    editor(&shop.app).await.patch(&format!("{PRODUCTS}boots/"), json!({"slug": "new-boots"})).await.expect(200);
    servers.caught_up().await;

    let nowhere = Db::nowhere();
    let reads = nowhere.read_from(login(servers.replica()), POOL);
    let app = servers.app(|app| App { db: nowhere, reads, ..app });

    let product = format!("{PRODUCTS}blouse/");
    let variants = app.anonymous().get(&format!("{product}variants/")).await.expect(200);
    let images = app.anonymous().get(&format!("{product}images/")).await.expect(200);
    let mut paths = public_paths(&shop).await;
    paths.extend([
        format!("{product}variants/{}/", variants.body["results"][0]["id"]),
        format!("{product}images/{}/", images.body["results"][0]["id"]),
        format!("{PRODUCTS}?ordering=price"),
        format!("{PRODUCTS}?ordering=-name&page_size=1"),
        format!("{PRODUCTS}?search=bluose&facets=true"),
        format!("{PRODUCTS}?price_min=10.00&category=clothing&expand=variants,images&count=true"),
    ]);
    for path in paths {
        app.anonymous().get(&path).await.expect(200);
    }
    let moved = app.anonymous().get(&format!("{PRODUCTS}boots/")).await.expect(301);
    assert_eq!(moved.header("location"), format!("{PRODUCTS}new-boots/"));
    app.anonymous().get(&format!("{PRODUCTS}nothing/")).await.expect(404);
}

#[tokio::test]
async fn a_page_may_be_late_but_not_for_who_changed_it() {
    let servers = Servers::start("replica-late").await;
    let shop = Shop::stock(servers.reading_app()).await;
    let editor = editor(&shop.app).await;
    servers.delay_replica("1h").await;
    let (product, brand) = (format!("{PRODUCTS}blouse/"), "/api/v1/catalogue/brands/ana/");
    let before = shop.client().get(&product).await.expect(200);

    editor.patch(&product, json!({"name": "Silk blouse"})).await.expect(200);
    editor.patch(brand, json!({"name": "Ana & Co"})).await.expect(200);

    // Staff read their own writes, and the tag of what they read is that of the next change.
    let read = editor.get(&product).await.expect(200);
    assert_eq!(read.body["name"], "Silk blouse");
    let current = editor.clone().header("if-match", read.header("etag"));
    current.patch(&product, json!({"tags": ["silk"]})).await.expect(200);
    assert_eq!(editor.get(brand).await.expect(200).body["name"], "Ana & Co");
    let listed = editor.get(&format!("{PRODUCTS}?search=silk")).await.expect(200);
    assert_eq!(listed.body["results"][0]["slug"], "blouse");

    // Everyone else sees the page as it was, and may keep it no longer than any other.
    let late = shop.client().get(&product).await.expect(200);
    assert_eq!((&late.body["name"], late.header("etag")), (&json!("Crème blouse"), before.header("etag")));
    assert_eq!(late.header("cache-control"), "public, max-age=15, must-revalidate");
    assert_eq!(shop.client().get(brand).await.expect(200).body["name"], "Ana");
    assert!(shop.finds("search=silk").await.is_empty());

    // A change with the tag of a late page is refused, as one with any other old version is.
    let stale = editor.header("if-match", late.header("etag"));
    stale.patch(&product, json!({"name": "Cotton blouse"})).await.expect(412);
}

#[tokio::test]
async fn every_caller_with_credentials_reads_the_writer() {
    let servers = Servers::start("replica-callers").await;
    let shop = Shop::stock(servers.reading_app()).await;
    let customer = shop.app.client_of(&shop.app.a_user().await);
    // Staff who keep the stock see the catalogue as customers do.
    let keeper = shop.app.a_staff_user_with(Permissions::from_iter([Permission::Stock])).await;
    let keeper = shop.app.client_of(&keeper);
    servers.delay_replica("1h").await;

    let items = json!({"items": [{"sku": "BOOTS", "counted": 1, "on_hand_seen": 3}]});
    keeper.post("/api/v1/catalogue/bulk/stock/", items).await.expect(200);

    // What is neither a token nor a key is no credential: a stranger must not choose the writer by sending anything.
    let stranger = shop.client().header("authorization", "x");
    for (caller, units) in [(keeper, 1), (customer, 1), (shop.client(), 3), (stranger, 3)] {
        let boots = caller.get(&format!("{PRODUCTS}boots/")).await.expect(200);
        assert_eq!(boots.body["variants"][0]["inventory_count"], units);
    }
}

/// Returns the name that everyone reads after staff changed it, from the function with these variables.
async fn name_after_a_change(servers: &Servers, environment: &Environment) -> Value {
    let db = Db::new(login(servers.primary()), POOL);
    let shop = Shop::stock(servers.app(|app| app.with_db(db).reading_from_replica(environment).unwrap())).await;
    servers.delay_replica("1h").await;
    let editor = editor(&shop.app).await;
    editor.patch(&format!("{PRODUCTS}blouse/"), json!({"name": "Silk blouse"})).await.expect(200);
    name_of_blouse(&shop.app).await
}

#[tokio::test]
async fn without_the_setting_every_page_is_read_from_the_writer() {
    let servers = Servers::start("replica-unset").await;
    let none = Environment::from_iter([("READER_DATABASE_HOST", ""), ("READER_DATABASE_URL", "")]);

    assert_eq!(name_after_a_change(&servers, &none).await, "Silk blouse");
}

#[tokio::test]
async fn with_the_setting_pages_are_read_from_the_replica() {
    let servers = Servers::start("replica-set").await;
    let url = servers.replica().url(DATABASE).replace("postgres@", "shop_catalogue@");
    let set = Environment::from_iter([("READER_DATABASE_URL", url)]);

    assert_eq!(name_after_a_change(&servers, &set).await, "Crème blouse");
}

#[tokio::test]
async fn where_the_replica_is_away_the_writer_is_read() {
    let servers = Servers::start("replica-away").await;
    let shop = Shop::stock(servers.reading_app()).await;
    servers.caught_up().await;
    assert_eq!(name_of_blouse(&shop.app).await, "Crème blouse");

    servers.replica().kill_hard().unwrap();

    let started = Instant::now();
    for path in public_paths(&shop).await {
        shop.client().get(&path).await.expect(200);
    }
    assert!(started.elapsed() < Duration::from_secs(4), "only the first waits: {:?}", started.elapsed());
}

/// As a proxy does that has no replica to talk to.
#[tokio::test]
async fn where_the_replica_does_not_answer_the_writer_is_read_after_two_seconds() {
    let servers = Servers::start("replica-silent").await;
    let silent = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let nobody = Connector::to(options(servers.primary()).port(silent.local_addr().unwrap().port()));
    let db = Db::new(login(servers.primary()), POOL);
    let shop = Shop::stock(servers.app(|app| App { reads: db.read_from(nobody, POOL), db, ..app })).await;

    for waits in [true, false] {
        let started = Instant::now();
        assert_eq!(name_of_blouse(&shop.app).await, "Crème blouse");
        assert_eq!(started.elapsed() >= Duration::from_secs(2), waits, "{:?}", started.elapsed());
        assert!(started.elapsed() < Duration::from_secs(4), "{:?}", started.elapsed());
    }
}

#[tokio::test]
async fn a_promoted_replica_is_read_on() {
    let servers = Servers::start("replica-promoted").await;
    let shop = Shop::stock(servers.reading_app()).await;
    servers.caught_up().await;

    servers.replica().psql(DATABASE, "select pg_promote()").unwrap();

    for path in public_paths(&shop).await {
        shop.client().get(&path).await.expect(200);
    }
}
