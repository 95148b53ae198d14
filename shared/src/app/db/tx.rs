//! A database transaction.

use std::sync::Arc;

use futures_util::StreamExt as _;
use futures_util::future::BoxFuture;
use futures_util::stream::BoxStream;
use sqlx::error::BoxDynError;
use sqlx::postgres::{PgArguments, PgConnection, PgQueryResult, PgRow, PgStatement, PgTypeInfo};
use sqlx::{Either, Execute, Executor, Postgres, SqlStr};

use super::pool::{Lease, Pool};
use super::temporary::breaks_the_connection;
use super::{outcome, recorded};
use crate::trace::subsegment::{Downstream, Subsegment};

/// A transaction, and the only thing that checked queries run on: `query_as!(…).fetch_one(&mut *tx)`.
///
/// It ends with [`Tx::commit`]. If dropped, it is rolled back before the request is answered (see [`super::Db::rollback_abandoned`]).
#[derive(Debug)]
pub struct Tx {
    /// Present until the transaction ends.
    lease: Option<Lease>,
    pool: Arc<Pool>,
}

impl Tx {
    pub(super) fn new(lease: Lease, pool: Arc<Pool>) -> Self {
        Self { lease: Some(lease), pool }
    }

    /// Commits everything that was written. Deferred constraints are checked here, so this can fail like a write.
    pub async fn commit(mut self) -> sqlx::Result<()> {
        let done = recorded("commit", self.connection()?.execute("commit")).await;
        match (self.lease.take(), &done) {
            // The connection is dropped; whether the transaction was committed is unknown.
            (_, Err(error)) if breaks_the_connection(error) => {}
            // The database has refused the COMMIT and rolled back.
            (Some(lease), _) => self.pool.put_back(lease),
            (None, _) => {}
        }
        done.map(drop)
    }

    fn connection(&mut self) -> sqlx::Result<&mut PgConnection> {
        self.lease.as_mut().map(|lease| &mut lease.connection).ok_or(sqlx::Error::PoolClosed)
    }
}

impl Drop for Tx {
    fn drop(&mut self) {
        if let Some(lease) = self.lease.take() {
            self.pool.abandon(lease);
        }
    }
}

/// A query with an unnamed statement. sqlx would name it, and behind a pooler another client's statement may have that name.
struct Unnamed<E>(E);

impl<'q, E: Execute<'q, Postgres>> Execute<'q, Postgres> for Unnamed<E> {
    fn sql(self) -> SqlStr {
        self.0.sql()
    }

    fn statement(&self) -> Option<&PgStatement> {
        self.0.statement()
    }

    fn take_arguments(&mut self) -> Result<Option<PgArguments>, BoxDynError> {
        self.0.take_arguments()
    }

    fn persistent(&self) -> bool {
        false
    }
}

impl<'c> Executor<'c> for &'c mut Tx {
    type Database = Postgres;

    fn fetch_many<'e, 'q: 'e, E>(self, query: E) -> BoxStream<'e, sqlx::Result<Either<PgQueryResult, PgRow>>>
    where
        'c: 'e,
        E: 'q + Execute<'q, Postgres>,
    {
        let rows = match self.connection() {
            Ok(connection) => connection.fetch_many(Unnamed(query)),
            Err(error) => Box::pin(futures_util::stream::iter([Err(error)])),
        };
        match Subsegment::begin(Downstream::Database, "query") {
            None => rows,
            Some(mut subsegment) => Box::pin(rows.inspect(move |row| subsegment.set_outcome(outcome(row)))),
        }
    }

    fn fetch_optional<'e, 'q: 'e, E>(self, query: E) -> BoxFuture<'e, sqlx::Result<Option<PgRow>>>
    where
        'c: 'e,
        E: 'q + Execute<'q, Postgres>,
    {
        match self.connection() {
            Ok(connection) => Box::pin(recorded("query", connection.fetch_optional(Unnamed(query)))),
            Err(error) => Box::pin(std::future::ready(Err(error))),
        }
    }

    fn prepare_with<'e>(self, _: SqlStr, _: &'e [PgTypeInfo]) -> BoxFuture<'e, sqlx::Result<PgStatement>>
    where
        'c: 'e,
    {
        Box::pin(std::future::ready(Err(not_behind_a_pooler())))
    }

    fn describe<'e>(self, _: SqlStr) -> BoxFuture<'e, sqlx::Result<sqlx::Describe<Postgres>>>
    where
        'c: 'e,
    {
        Box::pin(std::future::ready(Err(not_behind_a_pooler())))
    }
}

/// Returns the error for prepared statements: one lives in one backend, and the next transaction may run on another.
fn not_behind_a_pooler() -> sqlx::Error {
    sqlx::Error::Protocol("statements are not prepared behind a pooler".into())
}
