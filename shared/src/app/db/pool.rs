//! A few connections, kept between requests.
//!
//! sqlx's own pool tidies up in spawned tasks, and in Lambda the process is frozen as soon as it has answered: a ROLLBACK
//! that was only queued would hold stock locks until the next request thaws it. Here nothing is spawned. A transaction that
//! was dropped is left in `unfinished`, and whoever answers the request awaits [`Db::rollback_abandoned`] first.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use sqlx::postgres::{PgConnectOptions, PgConnection};
use sqlx::{Connection as _, Executor as _, FromRow, postgres::PgRow};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::timeout;

use super::{Call, Connector, Tx};
use crate::app::{Environment, EnvironmentError};

/// How long to wait for a free connection before the request is refused.
const WAIT_FOR_A_CONNECTION: Duration = Duration::from_secs(3);
/// How long a connection may lie idle before it is asked whether it still lives.
const TRUSTED_IDLE: Duration = Duration::from_secs(5);
/// How long a ping or a rollback may take before the connection counts as dead.
const PING_TIMEOUT: Duration = Duration::from_millis(500);
/// How old a connection may grow: proxies rebalance by closing connections.
const LIFETIME: Duration = Duration::from_secs(20 * 60);

/// The database. Cheap to clone; connects when it is first needed.
#[derive(Clone, Debug)]
pub struct Db {
    pool: Arc<Pool>,
}

/// How many connections there may be.
#[derive(Clone, Copy, Debug)]
pub struct PoolSettings {
    /// At most so many at once.
    pub max_connections: usize,
}

#[derive(Debug)]
pub(super) struct Pool {
    connector: Connector,
    permits: Arc<Semaphore>,
    idle: Mutex<Vec<Lease>>,
    unfinished: Mutex<Vec<Lease>>,
}

/// A connection on loan, with the right to have it.
#[derive(Debug)]
pub(super) struct Lease {
    pub(super) connection: PgConnection,
    connected_at: Instant,
    idle_since: Instant,
    permit: Option<OwnedSemaphorePermit>,
}

impl Db {
    /// As the environment says, with one connection: a sandbox takes one request at a time.
    pub fn from_environment(environment: &Environment) -> Result<Self, EnvironmentError> {
        Ok(Self::new(Connector::from_environment(environment)?, PoolSettings { max_connections: 1 }))
    }

    /// A database reached by `connector`.
    pub fn new(connector: Connector, settings: PoolSettings) -> Self {
        let permits = Arc::new(Semaphore::new(settings.max_connections.max(1)));
        Self { pool: Arc::new(Pool { connector, permits, idle: Mutex::default(), unfinished: Mutex::default() }) }
    }

    /// No database at all: whoever asks it hears that it is away.
    pub fn nowhere() -> Self {
        // A name that is reserved for not being there (RFC 6761).
        let connector = Connector::to(PgConnectOptions::new_without_pgpass().host("database.invalid"));
        Self::new(connector, PoolSettings { max_connections: 1 })
    }

    /// Begins a transaction that may write.
    pub async fn begin(&self) -> sqlx::Result<Tx> {
        self.begin_with("begin").await
    }

    /// Begins a transaction that only reads, and sees the whole time what was there when it began.
    pub async fn read(&self) -> sqlx::Result<Tx> {
        self.begin_with("begin isolation level repeatable read read only").await
    }

    /// Runs one SQL function: one exchange, one transaction. Errors as the function raises them.
    ///
    /// Only for functions that are safe to repeat: where the connection breaks, nobody can say whether the call was done, and it
    /// is made once more on a fresh connection.
    pub async fn call<R: for<'r> FromRow<'r, PgRow>>(&self, call: Call) -> sqlx::Result<Vec<R>> {
        let mut lease = self.pool.lease().await?;
        let mut answer = call.run(&mut lease.connection).await;
        if answer.as_ref().is_err_and(breaks_the_connection) {
            lease = self.pool.reconnect(lease.permit).await?;
            answer = call.run(&mut lease.connection).await;
        }
        if !answer.as_ref().is_err_and(breaks_the_connection) {
            self.pool.put_back(lease);
        }
        answer?.iter().map(R::from_row).collect()
    }

    /// Rolls back what was begun and dropped. To be awaited before a request is answered.
    pub async fn rollback_abandoned(&self) {
        self.pool.rollback_abandoned().await;
    }

    /// Connects now rather than at the first request. A failure is not reported: the first request will meet it.
    pub async fn warm_up(&self) {
        if let Ok(lease) = self.pool.lease().await {
            self.pool.put_back(lease);
        }
    }

    async fn begin_with(&self, begin: &'static str) -> sqlx::Result<Tx> {
        let mut lease = self.pool.lease().await?;
        if let Err(error) = lease.connection.execute(begin).await {
            if !breaks_the_connection(&error) {
                self.pool.put_back(lease);
                return Err(error);
            }
            // The server went away while the connection lay idle. Nothing has run yet, so a fresh one may take its place.
            lease = self.pool.reconnect(lease.permit).await?;
            lease.connection.execute(begin).await?;
        }
        Ok(Tx::new(lease, self.pool.clone()))
    }
}

impl Pool {
    async fn lease(&self) -> sqlx::Result<Lease> {
        self.rollback_abandoned().await;
        let permit = timeout(WAIT_FOR_A_CONNECTION, self.permits.clone().acquire_owned())
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
        let connection =
            timeout(WAIT_FOR_A_CONNECTION, self.connector.connect()).await.map_err(|_| sqlx::Error::PoolTimedOut)??;
        Ok(Lease { connection, connected_at: Instant::now(), idle_since: Instant::now(), permit })
    }

    pub(super) fn put_back(&self, mut lease: Lease) {
        lease.idle_since = Instant::now();
        let permit = lease.permit.take();
        lock(&self.idle).push(lease);
        // Only now: who waits for the permit finds the connection.
        drop(permit);
    }

    pub(super) fn leave_unfinished(&self, lease: Lease) {
        lock(&self.unfinished).push(lease);
    }

    async fn rollback_abandoned(&self) {
        while let Some(mut lease) = pop(&self.unfinished) {
            let rolled_back = timeout(PING_TIMEOUT, lease.connection.execute("rollback")).await;
            // A connection that does not answer is dropped, and its socket with it: the server rolls back by itself.
            if matches!(rolled_back, Ok(Ok(_))) {
                self.put_back(lease);
            }
        }
    }
}

impl Lease {
    async fn is_alive(&mut self) -> bool {
        if self.connected_at.elapsed() > LIFETIME {
            return false;
        }
        self.idle_since.elapsed() < TRUSTED_IDLE
            || matches!(timeout(PING_TIMEOUT, self.connection.ping()).await, Ok(Ok(())))
    }
}

/// Whether the connection is of no more use: anything but an answer of the server's, or its last words.
pub(super) fn breaks_the_connection(error: &sqlx::Error) -> bool {
    match error.as_database_error() {
        // 57P01..57P03: the server is shutting down, crashing or starting. 08xxx: connection trouble, as a pooler says it.
        Some(database) => database.code().is_some_and(|code| code.starts_with("57P") || code.starts_with("08")),
        None => !matches!(error, sqlx::Error::RowNotFound | sqlx::Error::ColumnDecode { .. } | sqlx::Error::Decode(_)),
    }
}

fn pop(leases: &Mutex<Vec<Lease>>) -> Option<Lease> {
    lock(leases).pop()
}

/// A panic elsewhere leaves the list as whole as it was: each hold is one push or one pop.
fn lock(leases: &Mutex<Vec<Lease>>) -> MutexGuard<'_, Vec<Lease>> {
    leases.lock().unwrap_or_else(PoisonError::into_inner)
}
