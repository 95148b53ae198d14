//! The database behind a pooler that runs each *transaction* on any backend (RDS Proxy; PgBouncer in transaction mode).
//!
//! This rules out every statement that leaves state in the session, and every pair of round trips outside a transaction. So there are two
//! ways to run SQL and no third:
//!
//! - a [`Tx`]: an explicit transaction, in which sqlx's checked queries run as unnamed statements;
//! - a [`Call`]: one call of one SQL function as a simple query, which is a transaction in a single round trip.

mod array;
mod call;
mod connect;
mod keyset;
mod pool;
mod replica;
mod temporary;
mod tx;

pub use array::Array;
pub use call::Call;
pub use connect::Connector;
pub use keyset::KeysetBounds;
pub use migrations::MIGRATOR;
pub use pool::{Db, PoolSettings};
pub use temporary::is_temporary;
pub use tx::Tx;

use crate::trace::subsegment::{Downstream, Outcome, Subsegment};

/// Records an operation of the database in the trace of the invocation.
async fn recorded<T>(operation: &'static str, call: impl Future<Output = sqlx::Result<T>>) -> sqlx::Result<T> {
    let subsegment = Subsegment::begin(Downstream::Database, operation);
    let done = call.await;
    if let Some(mut subsegment) = subsegment {
        subsegment.set_outcome(outcome(&done));
    }
    done
}

/// Says how an operation ended: an error that the database returns is its answer.
fn outcome<T>(done: &sqlx::Result<T>) -> Outcome {
    match done {
        Ok(_) => Outcome::Done,
        Err(error) if error.as_database_error().is_some() && !is_temporary(error) => Outcome::Refused,
        Err(_) => Outcome::Failed,
    }
}

/// Returns true if this named constraint of the schema refused a write.
pub fn is_violation(error: &sqlx::Error, constraint: &str) -> bool {
    error.as_database_error().and_then(|database| database.constraint()) == Some(constraint)
}
