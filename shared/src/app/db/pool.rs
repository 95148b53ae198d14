//! A few connections that are kept between requests.
//!
//! sqlx's own pool cleans up in spawned tasks. In Lambda the process is frozen as soon as it has answered, so a ROLLBACK that is only
//! queued would hold stock locks until the next request thaws it. This pool spawns nothing: a dropped transaction is put into `abandoned`,
//! and [`Db::rollback_abandoned`] is awaited before the response leaves.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use sqlx::postgres::{PgConnectOptions, PgConnection, PgRow};
use sqlx::{AssertSqlSafe, Connection as _, Decode, Executor as _, FromRow, Postgres, Row as _, Type};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::timeout;

use super::call::Returns;
use super::replica::Replica;
use super::temporary::breaks_the_connection;
use super::{Call, Connector, Tx, recorded};
use crate::app::{Environment, EnvironmentError};

/// Maximum wait for a free connection, and for a new one; after it the request is refused.
const CONNECTION_TIMEOUT: Duration = Duration::from_secs(3);
/// Idle time after which a connection is pinged before use.
const PING_AFTER_IDLE: Duration = Duration::from_secs(5);
/// Maximum duration of a ping or a rollback; after it the connection counts as dead.
const PING_TIMEOUT: Duration = Duration::from_millis(500);
/// Age at which a connection is replaced, so that the connections spread over the instances of a proxy again.
const MAX_AGE: Duration = Duration::from_secs(20 * 60);

/// The database. Cheap to clone; it connects when it is first needed.
#[derive(Clone, Debug)]
pub struct Db {
    pool: Arc<Pool>,
    /// Asked first; the database itself is asked if the replica does not answer.
    replica: Option<Arc<Replica>>,
}

/// The size of the pool.
#[derive(Clone, Copy, Debug)]
pub struct PoolSettings {
    /// Maximum number of open connections.
    pub max_connections: usize,
}

#[derive(Debug)]
pub(super) struct Pool {
    connector: Connector,
    permits: Arc<Semaphore>,
    idle: Mutex<Vec<Lease>>,
    abandoned: Mutex<Vec<Lease>>,
}

/// A connection on loan, with its permit.
#[derive(Debug)]
pub(super) struct Lease {
    pub(super) connection: PgConnection,
    connected_at: Instant,
    idle_since: Instant,
    permit: Option<OwnedSemaphorePermit>,
}

impl Db {
    /// Reads the environment. The pool has one connection, because an execution environment handles one request at a time.
    pub fn from_environment(environment: &Environment) -> Result<Self, EnvironmentError> {
        Ok(Self::new(Connector::from_environment(environment)?, PoolSettings { max_connections: 1 }))
    }

    /// Creates a database that is reached by `connector`.
    pub fn new(connector: Connector, settings: PoolSettings) -> Self {
        Self { pool: Arc::new(Pool::new(connector, settings)), replica: None }
    }

    /// Returns this database as one that is only read, and from a replica: what was committed may be missing in it for a while. If the replica
    /// does not answer, this database is read itself.
    #[must_use]
    pub fn read_from(&self, replica: Connector, settings: PoolSettings) -> Self {
        let replica = Replica::new(Pool::new(replica, settings));
        Self { pool: self.pool.clone(), replica: Some(Arc::new(replica)) }
    }

    /// Creates a database that does not exist: every use returns a connection error.
    pub fn nowhere() -> Self {
        // The name is reserved and never exists (RFC 6761).
        let connector = Connector::to(PgConnectOptions::new_without_pgpass().host("database.invalid"));
        Self::new(connector, PoolSettings { max_connections: 1 })
    }

    /// Begins a transaction that may write.
    pub async fn begin(&self) -> sqlx::Result<Tx> {
        recorded("begin", self.begin_with("begin")).await
    }

    /// Begins a read-only transaction, which sees the data as it was at its beginning.
    pub async fn read(&self) -> sqlx::Result<Tx> {
        recorded("begin", self.begin_with("begin isolation level repeatable read read only")).await
    }

    /// Calls one SQL function that returns a table: one round trip, one transaction. Errors are those that the function raises.
    ///
    /// Only functions that are safe to repeat may be called: when the connection breaks, it is unknown whether the call was done, and it is
    /// repeated once on a new connection.
    pub async fn call<R: for<'r> FromRow<'r, PgRow>>(&self, call: Call) -> sqlx::Result<Vec<R>> {
        self.rows(&call, Returns::Rows).await?.iter().map(R::from_row).collect()
    }

    /// Calls one SQL function that returns one value, which costs PostgreSQL less than a table; otherwise like [`Db::call`].
    pub async fn call_value<T>(&self, call: Call) -> sqlx::Result<T>
    where
        T: Type<Postgres> + for<'r> Decode<'r, Postgres>,
    {
        let rows = self.rows(&call, Returns::Value).await?;
        rows.first().ok_or(sqlx::Error::RowNotFound)?.try_get(0)
    }

    async fn rows(&self, call: &Call, returns: Returns) -> sqlx::Result<Vec<PgRow>> {
        recorded(call.function, self.run(&call.sql(returns))).await
    }

    /// Rolls back the transactions that were dropped without an end. Awaited before a request is answered.
    pub async fn rollback_abandoned(&self) {
        self.pool.rollback_abandoned().await;
        if let Some(replica) = &self.replica {
            replica.pool.rollback_abandoned().await;
        }
    }

    /// Connects now rather than at the first request. A failure is not reported, because the first request fails with the same error.
    pub async fn warm_up(&self) {
        let pool = self.replica.as_ref().map_or(&self.pool, |replica| &replica.pool);
        if let Ok(lease) = pool.lease().await {
            pool.put_back(lease);
        }
    }

    async fn begin_with(&self, begin: &'static str) -> sqlx::Result<Tx> {
        if let Some(replica) = &self.replica
            && let Some(begun) = replica.answers(replica.pool.begin(begin)).await
        {
            return begun;
        }
        self.pool.begin(begin).await
    }

    /// Runs a call on the replica or here.
    async fn run(&self, sql: &str) -> sqlx::Result<Vec<PgRow>> {
        if let Some(replica) = &self.replica
            && let Some(answer) = replica.answers(replica.pool.run(sql)).await
        {
            return answer;
        }
        self.pool.run(sql).await
    }
}

impl Pool {
    fn new(connector: Connector, settings: PoolSettings) -> Self {
        let permits = Arc::new(Semaphore::new(settings.max_connections.max(1)));
        Self { connector, permits, idle: Mutex::default(), abandoned: Mutex::default() }
    }

    /// Runs a call, and repeats it if its connection breaks.
    async fn run(&self, sql: &str) -> sqlx::Result<Vec<PgRow>> {
        let mut lease = self.lease().await?;
        let mut answer = fetch(&mut lease.connection, sql).await;
        if answer.as_ref().is_err_and(breaks_the_connection) {
            lease = self.reconnect(lease.permit).await?;
            answer = fetch(&mut lease.connection, sql).await;
        }
        if !answer.as_ref().is_err_and(breaks_the_connection) {
            self.put_back(lease);
        }
        answer
    }

    async fn begin(self: &Arc<Self>, begin: &'static str) -> sqlx::Result<Tx> {
        let mut lease = self.lease().await?;
        if let Err(error) = lease.connection.execute(begin).await {
            if !breaks_the_connection(&error) {
                self.put_back(lease);
                return Err(error);
            }
            // The server closed the connection while it was idle. Nothing has run on it yet, so a new one can take its place.
            lease = self.reconnect(lease.permit).await?;
            lease.connection.execute(begin).await?;
        }
        Ok(Tx::new(lease, self.clone()))
    }

    async fn lease(&self) -> sqlx::Result<Lease> {
        self.rollback_abandoned().await;
        let permit = timeout(CONNECTION_TIMEOUT, self.permits.clone().acquire_owned())
            .await
            .map_err(|_| sqlx::Error::PoolTimedOut)?
            .map_err(|_| sqlx::Error::PoolClosed)?;
        while let Some(mut lease) = pop(&self.idle) {
            if lease.is_alive().await {
                lease.permit = Some(permit);
                return Ok(lease);
            }
        }
        self.reconnect(Some(permit)).await
    }

    async fn reconnect(&self, permit: Option<OwnedSemaphorePermit>) -> sqlx::Result<Lease> {
        let connection = async {
            // On the heap, because it is large and almost never needed: every future that uses the database would hold it, more than once.
            let connecting = Box::pin(self.connector.connect());
            timeout(CONNECTION_TIMEOUT, connecting).await.map_err(|_| sqlx::Error::PoolTimedOut)?
        };
        let connection = recorded("connect", connection).await?;
        Ok(Lease { connection, connected_at: Instant::now(), idle_since: Instant::now(), permit })
    }

    pub(super) fn put_back(&self, mut lease: Lease) {
        lease.idle_since = Instant::now();
        let permit = lease.permit.take();
        lock(&self.idle).push(lease);
        // The permit is dropped last, so that the next holder finds the connection.
        drop(permit);
    }

    pub(super) fn abandon(&self, lease: Lease) {
        lock(&self.abandoned).push(lease);
    }

    async fn rollback_abandoned(&self) {
        while let Some(mut lease) = pop(&self.abandoned) {
            let rolled_back = timeout(PING_TIMEOUT, lease.connection.execute("rollback")).await;
            // A connection that does not answer is dropped with its socket, and the server rolls back by itself.
            if matches!(rolled_back, Ok(Ok(_))) {
                self.put_back(lease);
            }
        }
    }
}

impl Lease {
    async fn is_alive(&mut self) -> bool {
        if self.connected_at.elapsed() > MAX_AGE {
            return false;
        }
        self.idle_since.elapsed() < PING_AFTER_IDLE
            || matches!(timeout(PING_TIMEOUT, self.connection.ping()).await, Ok(Ok(())))
    }
}

/// The text comes from a [`Call`], which no argument can break out of.
async fn fetch(connection: &mut PgConnection, sql: &str) -> sqlx::Result<Vec<PgRow>> {
    sqlx::raw_sql(AssertSqlSafe(sql)).fetch_all(connection).await
}

fn pop(leases: &Mutex<Vec<Lease>>) -> Option<Lease> {
    lock(leases).pop()
}

/// Locks the list. A panic of another holder leaves it intact, because each holder does one push or one pop.
fn lock(leases: &Mutex<Vec<Lease>>) -> MutexGuard<'_, Vec<Lease>> {
    leases.lock().unwrap_or_else(PoisonError::into_inner)
}
