//! The database of `cargo dev`: the one in `DATABASE_URL`, or a private PostgreSQL.
//!
//! If `DATABASE_URL` leads through a pooler, `MIGRATION_DATABASE_URL` names the database itself: migrations need their own session.

use std::str::FromStr as _;
use std::time::Duration;

use anyhow::{Context as _, bail};
use command_line::terminal::warn;
use local_postgres::{Cluster, Durability};
use migrate::{Release, apply_release};
use shared::app::Environment;
use shared::app::db::{Connector, Db, PoolSettings, is_temporary};
use shared::money::Currency;
use sqlx::postgres::PgConnectOptions;
use sqlx::{AssertSqlSafe, ConnectOptions as _};
use tokio::time::{Instant, sleep, timeout_at};

use crate::home::Home;

/// Name of the database in the private PostgreSQL.
const NAME: &str = "shop";
/// Role that the process logs in as. It has the privileges of all functions, because it runs all of them.
pub const APP_ROLE: &str = "shop";

/// Maximum time to wait for a database that is away, for example because it is still starting.
const MAX_WAIT: Duration = Duration::from_secs(60);
/// Maximum time of one try to reach it.
const TRY_TIMEOUT: Duration = Duration::from_secs(3);
/// Time between two tries.
const PAUSE: Duration = Duration::from_millis(500);
/// Maximum number of tries, more than fit into the time.
const MAX_TRIES: u32 = 1000;

/// A migrated database. Dropping it stops the PostgreSQL if this process owns it.
pub struct Database {
    /// First, so that it is stopped before the server that it follows.
    replica: Option<Cluster>,
    cluster: Option<Cluster>,
    /// Login as the owner of the tables.
    owner: PgConnectOptions,
    /// Login of the functions.
    app: PgConnectOptions,
    currency: Currency,
}

impl Database {
    /// Opens the database and applies the migrations. Starts the private PostgreSQL, or uses the one that another `cargo dev` is running.
    pub async fn open(home: &Home, environment: &Environment) -> anyhow::Result<Self> {
        Self::open_in(home, environment, None).await
    }

    /// Does the same for a shop in this currency; without one, the shop keeps its own.
    pub async fn open_in(home: &Home, environment: &Environment, currency: Option<Currency>) -> anyhow::Result<Self> {
        let (mut database, problem) = match environment.get("DATABASE_URL") {
            Some(url) => (
                Self::at(url, environment.get("MIGRATION_DATABASE_URL")).await?,
                "the database in DATABASE_URL could not be brought up to date (through a pooler, also set MIGRATION_DATABASE_URL to the \
                 URL of the database itself)",
            ),
            None => (
                Self::private(home).await?,
                "the database could not be brought up to date (`cargo dev --fresh` starts over with a new one)",
            ),
        };
        let release = Release { currency, ..Release::default() };
        database.currency = apply_release(&database.owner(), release).await.context(problem)?.currency;
        if database.cluster.is_some() {
            prepare_app_role(&database.owner()).await.context("the role of the shop could not be prepared")?;
        }
        Ok(database)
    }

    async fn at(url: &str, migration_url: Option<&str>) -> anyhow::Result<Self> {
        let app = options("DATABASE_URL", url)?;
        let owner = migration_url.map_or_else(|| Ok(app.clone()), |url| options("MIGRATION_DATABASE_URL", url))?;
        wait_for("DATABASE_URL", &app, MAX_WAIT).await?;
        if migration_url.is_some() {
            wait_for("MIGRATION_DATABASE_URL", &owner, MAX_WAIT).await?;
        }
        Ok(Self { replica: None, cluster: None, owner, app, currency: Currency::DEFAULT })
    }

    async fn private(home: &Home) -> anyhow::Result<Self> {
        let dir = home.postgres();
        let cluster = tokio::task::spawn_blocking(move || {
            let cluster = local_postgres::open(&dir, Durability::Durable)?;
            cluster.create_database(NAME)?;
            anyhow::Ok(cluster)
        });
        let cluster = cluster.await??;
        let owner = PgConnectOptions::from_str(&cluster.url(NAME))?;
        let app = owner.clone().username(APP_ROLE);
        Ok(Self { replica: None, cluster: Some(cluster), owner, app, currency: Currency::DEFAULT })
    }

    /// Returns the currency of the shop.
    pub const fn currency(&self) -> Currency {
        self.currency
    }

    /// Returns a connector that logs in as the owner of the tables.
    pub fn owner(&self) -> Connector {
        Connector::to(self.owner.clone())
    }

    /// Returns connections like those of the functions: in the private PostgreSQL as the role `shop`, which has the privileges of all functions and the
    /// timeouts of the cloud; otherwise as the user in `DATABASE_URL`.
    pub fn app(&self, max_connections: usize) -> Db {
        Db::new(Connector::to(self.app.clone()), PoolSettings { max_connections })
    }

    /// Starts a replica of the private PostgreSQL, from which [`Self::reads`] then reads.
    pub async fn start_replica(&mut self, home: &Home) -> anyhow::Result<()> {
        let dir = home.replica();
        let cluster = self.cluster.take().context("the shop has no private PostgreSQL")?;
        let started = tokio::task::spawn_blocking(move || (cluster.start_replica(&dir), cluster)).await?;
        let (replica, cluster) = started;
        self.cluster = Some(cluster);
        self.replica = Some(replica.context("the replica could not be started")?);
        Ok(())
    }

    /// Returns `app` as the database for reads that may be late: from the replica, if there is one.
    pub fn reads(&self, app: &Db, max_connections: usize) -> anyhow::Result<Db> {
        let Some(replica) = &self.replica else { return Ok(app.clone()) };
        let options = PgConnectOptions::from_str(&replica.url(NAME))?.username(APP_ROLE);
        Ok(app.read_from(Connector::to(options), PoolSettings { max_connections }))
    }

    /// Returns the URL that [`Self::app`] connects to, for functions in other processes.
    pub fn app_url(&self) -> String {
        self.app.to_url_lossy().to_string()
    }

    /// Stops the PostgreSQL if this process owns it; open connections are closed.
    pub async fn stop(self) -> anyhow::Result<()> {
        let mut clusters = self.replica.into_iter().chain(self.cluster);
        tokio::task::spawn_blocking(move || clusters.try_for_each(Cluster::stop)).await?
    }
}

/// Creates [`APP_ROLE`], a member of the roles of all functions with the timeouts that they have in the cloud. The database is migrated.
pub async fn prepare_app_role(owner: &Connector) -> sqlx::Result<()> {
    let mut connection = owner.connect().await?;
    let sql = include_str!("app_role.sql").replacen("{roles}", &migrations::quoted_roles(), 1);
    sqlx::raw_sql(AssertSqlSafe(sql)).execute(&mut connection).await.map(drop)
}

/// Deletes the private PostgreSQL. Fails if `DATABASE_URL` is set: a database that `cargo dev` did not create must not be deleted.
pub async fn delete(home: &Home, environment: &Environment) -> anyhow::Result<()> {
    if environment.get("DATABASE_URL").is_some() {
        bail!(
            "--fresh deletes the private database of `cargo dev`, but DATABASE_URL names another: empty that one yourself, or unset DATABASE_URL"
        );
    }
    delete_replica(home).await?;
    let dir = home.postgres();
    tokio::task::spawn_blocking(move || local_postgres::remove(&dir)).await?
}

/// Fails if `DATABASE_URL` is set: only the private PostgreSQL can have a replica.
pub fn may_have_replica(environment: &Environment) -> anyhow::Result<()> {
    if environment.get("DATABASE_URL").is_some() {
        bail!("--replica makes a replica of the private database of `cargo dev`, but DATABASE_URL names another");
    }
    Ok(())
}

/// Deletes the replica of an earlier run, if there is one; after a kill it may still run.
pub async fn delete_replica(home: &Home) -> anyhow::Result<()> {
    let dir = home.replica();
    if !dir.exists() {
        return Ok(());
    }
    tokio::task::spawn_blocking(move || local_postgres::remove(&dir)).await?
}

/// Reads the URL in this variable.
fn options(variable: &str, url: &str) -> anyhow::Result<PgConnectOptions> {
    // Without the cause, which may contain the password.
    PgConnectOptions::from_str(url)
        .map_err(|_| anyhow::anyhow!("{variable} is not a URL such as postgres://user@host:5432/name"))
}

/// Waits until the database that this variable names accepts connections. Fails at once if it refuses them, and after `at_most` if it stays away.
async fn wait_for(variable: &str, database: &PgConnectOptions, at_most: Duration) -> anyhow::Result<()> {
    let place = format!("the database in {variable} ({}:{})", database.get_host(), database.get_port());
    let connector = Connector::to(database.clone());
    let ends = Instant::now() + at_most;
    for tries in 0..MAX_TRIES {
        let try_ends = ends.min(Instant::now() + TRY_TIMEOUT);
        let problem = match timeout_at(try_ends, connector.connect()).await {
            Ok(Ok(_)) => return Ok(()),
            Ok(Err(error)) if !is_temporary(&error) => {
                return Err(error).with_context(|| format!("{place} refused the connection"));
            }
            Ok(Err(error)) => error.to_string(),
            Err(_) => "no answer".to_owned(),
        };
        if tries == 0 {
            warn(format_args!("Waiting for {place}, for {} seconds at most: {problem}", at_most.as_secs()));
        }
        if Instant::now() + PAUSE >= ends {
            break;
        }
        sleep(PAUSE).await;
    }
    bail!("{place} did not answer within {} seconds; start it, or correct {variable}", at_most.as_secs())
}

#[cfg(test)]
mod tests {
    use shared::app::{Rng as _, SystemRng};
    use sqlx::PgPool;
    use tokio::io::copy_bidirectional;
    use tokio::net::{TcpListener, TcpStream};

    use super::*;

    /// Returns a database at a port at which nothing listens yet.
    async fn at_a_free_port(options: &PgConnectOptions) -> PgConnectOptions {
        let port = TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap().port();
        options.clone().host("127.0.0.1").port(port)
    }

    #[sqlx::test(migrations = false)]
    async fn migrations_have_their_own_url(pool: PgPool) {
        let owner = pool.connect_options().as_ref().clone();
        migrations::empty(&mut owner.connect().await.unwrap()).await.unwrap();
        let role = SystemRng.random_uuid().to_string();
        sqlx::raw_sql(AssertSqlSafe(format!("create role \"{role}\" login"))).execute(&pool).await.unwrap();
        let pooled = owner.clone().username(&role).to_url_lossy().to_string();

        let database = Database::at(&pooled, Some(owner.to_url_lossy().as_str())).await.unwrap();

        let mut connection = database.owner().connect().await.unwrap();
        let user: String = sqlx::query_scalar("select current_user::text").fetch_one(&mut connection).await.unwrap();
        assert_eq!(user, owner.get_username());
        let mut tx = database.app(1).begin().await.unwrap();
        let user: String = sqlx::query_scalar("select current_user::text").fetch_one(&mut tx).await.unwrap();
        assert_eq!(user, role);
        drop(tx);
        sqlx::raw_sql(AssertSqlSafe(format!("drop role \"{role}\""))).execute(&pool).await.unwrap();
    }

    #[sqlx::test(migrations = false)]
    async fn a_database_that_is_still_starting_is_waited_for(pool: PgPool) {
        let options = pool.connect_options().as_ref().clone();
        let starting = at_a_free_port(&options).await;
        let (port, server) = (starting.get_port(), (options.get_host().to_owned(), options.get_port()));
        tokio::spawn(async move {
            sleep(Duration::from_secs(1)).await;
            let listener = TcpListener::bind(("127.0.0.1", port)).await.unwrap();
            // A pooler whose server is away closes the connection at once.
            drop(listener.accept().await.unwrap());
            while let Ok((mut client, _)) = listener.accept().await {
                let mut server = TcpStream::connect(server.clone()).await.unwrap();
                let _ = copy_bidirectional(&mut client, &mut server).await;
            }
        });

        wait_for("DATABASE_URL", &starting, Duration::from_secs(20)).await.unwrap();
    }

    #[sqlx::test(migrations = false)]
    async fn a_database_that_stays_away_is_named_when_the_time_is_over(pool: PgPool) {
        let away = at_a_free_port(&pool.connect_options()).await.password("secret");
        let started = Instant::now();

        let error = wait_for("DATABASE_URL", &away, Duration::from_secs(1)).await.unwrap_err().to_string();

        assert!(started.elapsed() < Duration::from_secs(3), "{:?}", started.elapsed());
        let place = format!("the database in DATABASE_URL (127.0.0.1:{})", away.get_port());
        assert!(error.starts_with(&place) && error.contains("start it") && !error.contains("secret"), "{error}");
    }

    #[sqlx::test(migrations = false)]
    async fn a_database_that_refuses_the_login_is_not_waited_for(pool: PgPool) {
        let other = pool.connect_options().as_ref().clone().database("no_such_database");
        let started = Instant::now();

        let error = wait_for("DATABASE_URL", &other, Duration::from_secs(60)).await.unwrap_err();

        assert!(started.elapsed() < Duration::from_secs(20), "{:?}", started.elapsed());
        assert!(error.to_string().contains("refused the connection"), "{error}");
    }
}
