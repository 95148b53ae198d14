//! The database, behind a pooler that hands each *transaction* to any backend (RDS Proxy; PgBouncer in transaction mode).
//!
//! That rules out every statement that leaves something in the session or that takes two exchanges outside a transaction.
//! So there are two ways to run SQL and no third:
//!
//! - a [`Tx`]: an explicit transaction, in which sqlx's checked queries run as unnamed statements;
//! - a [`Call`]: one call of one SQL function as a simple query, which is a transaction of its own in a single exchange.

mod array;
mod call;
mod connect;
mod pool;
mod tx;

pub use array::Array;
pub use call::Call;
pub use connect::Connector;
pub use pool::{Db, PoolSettings};
pub use tx::Tx;

/// Whether a named constraint of the schema is what refused a write: the database judges, and its judgement has a name.
pub fn is_violation(error: &sqlx::Error, constraint: &str) -> bool {
    error.as_database_error().and_then(|database| database.constraint()) == Some(constraint)
}

/// The migrations, in order.
pub static MIGRATOR: sqlx::migrate::Migrator = sqlx::migrate!("../migrations");
