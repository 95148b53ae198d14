//! Errors of a database that is away or busy: the same request can succeed in a moment.

use sqlx::Error;
use sqlx::postgres::{PgDatabaseError, PgSeverity};

/// SQLSTATEs of a database that is away or busy. 25P03: the transaction was idle for too long, because this process was frozen in it. 25P04: the
/// transaction took too long. 40001, 40P01: the database has resolved a conflict of two transactions. 55P03: a lock was not free in time. 57014:
/// the statement took too long, or an operator has cancelled it, because the functions cancel nothing.
const STATES: [&str; 6] = ["25P03", "25P04", "40001", "40P01", "55P03", "57014"];

/// Beginnings of further such SQLSTATEs: connection errors, too few resources, restarts, and failures of the server's disk or system.
const CLASSES: [&str; 4] = ["08", "53", "57P", "58"];

/// Returns true if the database was away or busy, so that the same request can succeed in a moment.
pub fn is_temporary(error: &Error) -> bool {
    if let Some(database) = error.as_database_error() {
        return database
            .code()
            .is_some_and(|code| STATES.contains(&&*code) || CLASSES.iter().any(|class| code.starts_with(class)));
    }
    matches!(error, Error::PoolTimedOut | Error::Io(_) | Error::Tls(_))
}

/// Returns true if the connection cannot be used after this error: the error does not come from the server, or announces that the server ends
/// the connection.
pub(super) fn breaks_the_connection(error: &Error) -> bool {
    let Some(database) = error.as_database_error() else {
        return !matches!(error, Error::RowNotFound | Error::ColumnDecode { .. } | Error::Decode(_));
    };
    let severity = database.try_downcast_ref::<PgDatabaseError>().map(PgDatabaseError::severity);
    // 08xxx: connection errors of a pooler. 57Pxx: the server is shutting down, has crashed or is starting.
    matches!(severity, Some(PgSeverity::Fatal | PgSeverity::Panic))
        || database.code().is_some_and(|code| code.starts_with("57P") || code.starts_with("08"))
}

/// Returns the error of a connection that could not be opened. Where something answers that does not speak PostgreSQL's protocol (a proxy whose
/// server is away, a port that closes at once), the database is unreachable, just as where nothing answers.
pub(super) fn while_connecting(error: Error) -> Error {
    if let Error::Protocol(answer) = error { Error::Io(std::io::Error::other(answer)) } else { error }
}
