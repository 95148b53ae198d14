//! The test kit: the service in process, a real PostgreSQL, typed clients and builders.
//!
//! `#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]` gives each test its own database. With `TEST_POOLER_PORT` set (as `cargo dev
//! test` does in its second run), the service reaches it through PgBouncer, while the test's own connection stays direct.
#![expect(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test kit fails by panicking")]

mod builders;
mod client;
mod logs;
mod metrics;
mod orders;
mod queues;
mod staff;
mod storage;
mod xray;

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use axum::Router;
use axum::extract::FromRef;
use ring::rand::SystemRandom;
use ring::signature::Ed25519KeyPair;
use sqlx::PgPool;
use sqlx::postgres::PgConnectOptions;
use utoipa_axum::router::OpenApiRouter;
use uuid::Uuid;

pub use builders::{CartBuilder, ProductBuilder, TestProduct};
pub use client::{Answer, Client};
pub use logs::RecordedLogs;
pub use metrics::RecordedMetrics;
pub use orders::TestOrder;
pub use queues::{BrokenQueue, RecordingJobs, RecordingQueue, SilentQueue};
pub use storage::MemoryStorage;
pub use xray::XRayDaemon;

use crate::app::db::{Connector, Db, PoolSettings};
use crate::app::{App, Clock, Environment, SystemRng, service};
use crate::ids::{SignInId, UserId};
use crate::money::Currency;
use crate::shop::{self, ShopOptions};
use crate::time::Timestamp;
use crate::users::tokens::{Claims, TokenSigner, TokenType, TokenVerifier};
use crate::users::{AuthOptions, Permissions};

/// The time at which every test begins.
pub const START: Timestamp = Timestamp::from_seconds(1_795_329_531);

/// A service in process with its own database.
pub struct TestApp {
    /// State of the handlers.
    pub app: App,
    /// The test's own connections to the database, in addition to those of the service: as the owner of the tables.
    pub db: PgPool,
    /// Connections like those of the service as the owner of the tables, to prepare with the shop's own code what the function may not write.
    pub owner: Db,
    /// The clock, which stands still until a test moves it.
    pub clock: Arc<TestClock>,
    /// Signs the tokens that the service accepts.
    pub signer: Arc<TokenSigner>,
    /// Metrics that the service wrote.
    pub metrics: RecordedMetrics,
    service: Router,
}

/// A user with an account.
#[derive(Clone, Debug)]
pub struct TestUser {
    /// Id of the account.
    pub id: UserId,
    /// Email address of the account.
    pub email: String,
    /// Valid access token of the user.
    pub token: String,
}

impl TestApp {
    /// Serves a router whose state is the [`App`].
    pub fn new(db: PgPool, router: OpenApiRouter<App>) -> Self {
        Self::with_state(db, router, |app, _| app)
    }

    /// Serves a router with the state that `state` makes.
    pub fn with_state<S>(db: PgPool, router: OpenApiRouter<S>, state: impl FnOnce(App, &Arc<TokenSigner>) -> S) -> Self
    where
        S: Clone + Send + Sync + 'static,
        App: FromRef<S>,
    {
        Self::with_state_in(Currency::DEFAULT, db, router, state)
    }

    /// Does the same for a service that reads amounts in this currency; see [`sell_in`].
    pub fn with_state_in<S>(
        currency: Currency,
        db: PgPool,
        router: OpenApiRouter<S>,
        state: impl FnOnce(App, &Arc<TokenSigner>) -> S,
    ) -> Self
    where
        S: Clone + Send + Sync + 'static,
        App: FromRef<S>,
    {
        let key = Ed25519KeyPair::generate_pkcs8(&SystemRandom::new()).unwrap();
        let signer = Arc::new(TokenSigner::new(key.as_ref()).unwrap());
        let clock = Arc::new(TestClock(AtomicI64::new(START.micros())));
        let metrics = RecordedMetrics::default();
        let service_db = service_db(&db);
        let app = App {
            reads: service_db.clone(),
            db: service_db,
            clock: clock.clone(),
            rng: Arc::new(SystemRng),
            verifier: Arc::new(TokenVerifier::new([signer.public_key().to_vec()])),
            public_url: None,
            edge: None,
            currency,
            options: ShopOptions::UNLIMITED,
            auth_options: AuthOptions::default(),
            metrics: metrics.metrics(),
        };
        let service = service(router, state(app.clone(), &signer));
        Self { app, owner: owner_db(&db), db, clock, signer, metrics, service }
    }

    /// Creates an app without routes, for the tests of a job.
    pub fn without_routes(db: PgPool) -> Self {
        Self::new(db, OpenApiRouter::new())
    }

    /// Returns a client without a token.
    pub fn anonymous(&self) -> Client {
        Client::new(self.service.clone())
    }

    /// Returns a client that sends the token of this user.
    pub fn client_of(&self, user: &TestUser) -> Client {
        self.anonymous().bearer(&user.token)
    }

    /// Returns a random uuid (v4).
    pub fn random_uuid(&self) -> Uuid {
        self.app.rng.random_uuid()
    }

    /// Returns a uuid that sorts by the time of the test's clock (v7).
    pub fn ordered_uuid(&self) -> Uuid {
        self.app.rng.ordered_uuid(self.clock.now())
    }

    /// Signs the user in, and returns an access token that is valid for an hour.
    pub async fn token(&self, user: UserId) -> String {
        let now = self.clock.now();
        sqlx::query(
            "insert into sign_ins (id, user_id, created_at, last_used_at, expires_at) values ($1, $2, $3, $3, $4)
             on conflict (id) do nothing",
        )
        .bind(Self::sign_in_of(user))
        .bind(user)
        .bind(now)
        .bind(now.plus_seconds(3600))
        .execute(&self.db)
        .await
        .unwrap();
        let claims = Claims::new(TokenType::Access, user, self.random_uuid(), now, 3600);
        self.signer.sign(&claims.of_sign_in(Self::sign_in_of(user))).unwrap()
    }

    /// Returns the id of the sign-in of [`TestApp::token`].
    pub fn sign_in_of(user: UserId) -> SignInId {
        SignInId(Uuid::from_u64_pair(0, user.0.unsigned_abs()))
    }

    /// Inserts a user without a usable password. Tests that log in create their accounts through `auth`.
    pub async fn a_user(&self) -> TestUser {
        self.insert_user(false).await
    }

    /// Inserts a member of staff with every permission.
    pub async fn a_staff_user(&self) -> TestUser {
        self.a_staff_user_with(Permissions::all()).await
    }

    /// Inserts a member of staff with these permissions.
    pub async fn a_staff_user_with(&self, permissions: Permissions) -> TestUser {
        let user = self.insert_user(true).await;
        sqlx::query(
            "with role as (insert into roles (name, permissions, created_at) values ($1, $2, now()) returning id)
             insert into user_roles (user_id, role_id) select $3, id from role",
        )
        .bind(format!("Role of {}", user.id))
        .bind(permissions.names())
        .bind(user.id)
        .execute(&self.db)
        .await
        .unwrap();
        user
    }

    /// Records that the owner of this account has proven to read mail to its address, as the use of a mailed link does.
    pub async fn prove_address(&self, user: UserId) {
        sqlx::query("insert into proven_addresses (user_id, email, proven_at) select id, lower(email), $2 from users where id = $1")
            .bind(user)
            .bind(self.clock.now())
            .execute(&self.db)
            .await
            .unwrap();
    }

    /// Builds an active product with one variant that costs 10.00 and is out of stock.
    pub fn a_product(&self) -> ProductBuilder<'_> {
        ProductBuilder::new(&self.db)
    }

    /// Builds an empty cart of a guest.
    pub fn a_cart(&self) -> CartBuilder<'_> {
        CartBuilder::new(&self.db)
    }

    /// Returns one number from the database: `app.count("select count(*) from orders").await`.
    pub async fn count(&self, sql: &'static str) -> i64 {
        sqlx::query_scalar(sql).fetch_one(&self.db).await.unwrap()
    }

    /// Returns as soon as a statement of this database waits for a lock.
    pub async fn wait_until_blocked(&self) {
        let waiting =
            "select count(*) from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'";
        let blocked = async {
            while self.count(waiting).await == 0 {
                tokio::task::yield_now().await;
            }
        };
        tokio::time::timeout(std::time::Duration::from_secs(10), blocked).await.expect("no statement waits for a lock");
    }

    /// Returns true if no stock is negative, the changes in the ledger add up to the stock of every variant, and the lines of orders to what is
    /// backordered.
    pub async fn stock_adds_up(&self) -> bool {
        self.count(
            "select count(*) from stock_levels s
              where on_hand < 0
                 or on_hand <> (select coalesce(sum(change), 0) from stock_ledger l where l.variant_id = s.variant_id)
                 or backordered <> (select coalesce(sum(l.backordered), 0) from order_lines l where l.variant_id = s.variant_id)",
        )
        .await
            == 0
    }

    async fn insert_user(&self, is_staff: bool) -> TestUser {
        let name = format!("user-{}", &self.random_uuid().simple().to_string()[..12]);
        let email = format!("{name}@example.com");
        let id = sqlx::query_scalar(
            "insert into users (email, username, username_key, password_hash, is_staff, created_at) values ($1, $2, $2, '!', $3, now()) returning id",
        )
        .bind(&email)
        .bind(&name)
        .bind(is_staff)
        .fetch_one(&self.db)
        .await
        .unwrap();
        TestUser { id, email, token: self.token(id).await }
    }
}

/// Makes an empty shop sell in the currency with this code.
pub async fn sell_in(db: &PgPool, code: &str) -> Currency {
    let db = owner_db(db);
    let currency = code.parse().unwrap();
    let mut tx = db.begin().await.unwrap();
    assert!(shop::store::set_currency(&mut tx, currency).await.unwrap(), "the shop is not empty");
    tx.commit().await.unwrap();
    currency
}

/// Returns a client of a function without a database, for requests that do not reach it.
pub fn a_client_without_database(router: OpenApiRouter<App>) -> Client {
    Client::new(service(router, App::without_database(&Environment::default()).unwrap()))
}

/// Returns the service's connections to the database of a test: direct, or through the pooler.
pub fn service_db(pool: &PgPool) -> Db {
    service_db_with(pool, PoolSettings { max_connections: 32 })
}

/// Returns the service's connections to the database of a test, with these settings of the pool.
///
/// The tests of a function log in as its database role, so a privilege that is missing fails them. The tests of other crates run code of more than
/// one function, and log in as the owner of the tables.
pub fn service_db_with(pool: &PgPool, settings: PoolSettings) -> Db {
    let options = pool.connect_options().as_ref().clone();
    match role_under_test() {
        Some(role) => db_at(options.username(role), settings),
        None => db_at(options, settings),
    }
}

/// Returns connections like those of the service, as the owner of the tables.
pub fn owner_db(pool: &PgPool) -> Db {
    db_at(pool.connect_options().as_ref().clone(), PoolSettings { max_connections: 32 })
}

#[expect(clippy::disallowed_methods, reason = "the test runner says whether to use the pooler")]
fn db_at(mut options: PgConnectOptions, settings: PoolSettings) -> Db {
    if let Ok(port) = std::env::var("TEST_POOLER_PORT") {
        options = options.host("127.0.0.1").port(port.parse().expect("TEST_POOLER_PORT is a port"));
    }
    Db::new(Connector::to(options), settings)
}

/// Returns the database role of the function whose tests run; `None` in another crate.
#[expect(clippy::disallowed_methods, reason = "the test runner says which crate it tests")]
fn role_under_test() -> Option<&'static str> {
    migrations::role_of(&std::env::var("CARGO_PKG_NAME").expect("cargo and nextest name the crate"))
}

/// A clock that stands still until a test moves it.
#[derive(Debug)]
pub struct TestClock(AtomicI64);

impl TestClock {
    /// Moves the clock forward.
    pub fn advance(&self, seconds: i64) {
        self.0.fetch_add(seconds * 1_000_000, Ordering::SeqCst);
    }
}

impl Clock for TestClock {
    fn now(&self) -> Timestamp {
        Timestamp::from_micros(self.0.load(Ordering::SeqCst))
    }
}
