//! A database that is away or busy is a 503 with `Retry-After`, however that shows; other errors are a 500.

use axum::response::IntoResponse as _;
use shared::app::db::{Call, Connector, Db, PoolSettings, Tx};
use shared::catalogue::write::SaveError;
use shared::http::ApiError;
use sqlx::{AssertSqlSafe, PgPool};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

use super::{db_of, idle_in_transaction, soon};

/// Returns the status of the response and its `Retry-After`.
fn answer(error: impl Into<ApiError>) -> (u16, Option<String>) {
    let response = error.into().into_response();
    let retry_after = response.headers().get("retry-after").map(|value| value.to_str().unwrap().to_owned());
    (response.status().as_u16(), retry_after)
}

fn come_again() -> (u16, Option<String>) {
    (503, Some("1".to_owned()))
}

/// Returns the error of the database for this statement.
async fn refused(tx: &mut Tx, sql: &str) -> sqlx::Error {
    soon(sqlx::raw_sql(AssertSqlSafe(sql)).execute(&mut *tx)).await.unwrap_err()
}

/// Returns the error that the database raises with this SQLSTATE.
async fn raised(db: &Db, code: &str) -> sqlx::Error {
    let mut tx = db.begin().await.unwrap();
    let error = refused(&mut tx, &format!("do $$ begin raise exception using errcode = '{code}'; end $$")).await;
    assert_eq!(error.as_database_error().unwrap().code().unwrap(), code);
    error
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn sqlstates_of_a_database_that_is_away_or_busy_are_503(pool: PgPool) {
    let db = db_of(&pool, 1);
    for code in [
        "08000", "08001", "08003", "08004", "08006", "08007", "08P01", "25P03", "25P04", "40001", "40P01", "53000",
        "53100", "53200", "53300", "53400", "55P03", "57014", "57P01", "57P02", "57P03", "57P04", "57P05", "58000",
        "58030", "58P01", "58P02",
    ] {
        assert_eq!(answer(raised(&db, code).await), come_again(), "{code}");
        let deeper = anyhow::Error::from(raised(&db, code).await).context("the cart could not be read");
        assert_eq!(answer(deeper), come_again(), "{code}");
        let of_saving = anyhow::Error::new(SaveError::Database(raised(&db, code).await));
        assert_eq!(answer(of_saving), come_again(), "{code}");
    }
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn other_sqlstates_are_500(pool: PgPool) {
    let db = db_of(&pool, 1);
    for code in [
        "0A000", "22003", "22012", "23505", "25006", "25P02", "28P01", "3D000", "40002", "42501", "42P01", "54000",
        "57000", "P0001", "XX000",
    ] {
        assert_eq!(answer(raised(&db, code).await), (500, None), "{code}");
        let deeper = anyhow::Error::from(raised(&db, code).await).context("the cart could not be read");
        assert_eq!(answer(deeper), (500, None), "{code}");
    }
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn a_statement_that_takes_too_long_or_waits_too_long_for_a_lock_is_503(pool: PgPool) {
    let db = db_of(&pool, 2);
    let mut tx = db.begin().await.unwrap();
    sqlx::raw_sql("set local statement_timeout = '20ms'").execute(&mut tx).await.unwrap();
    let slow = refused(&mut tx, "select pg_sleep(10)").await;
    assert_eq!(answer(slow), come_again());
    drop(tx);

    let mut holder = db.begin().await.unwrap();
    sqlx::raw_sql("lock table outbox").execute(&mut holder).await.unwrap();
    let mut tx = db.begin().await.unwrap();
    sqlx::raw_sql("set local lock_timeout = '20ms'").execute(&mut tx).await.unwrap();
    let locked = refused(&mut tx, "lock table outbox").await;
    assert_eq!(answer(locked), come_again());
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn a_request_that_was_frozen_in_its_transaction_is_503_and_leaves_no_broken_connection(pool: PgPool) {
    let db = db_of(&pool, 1);
    let mut tx = db.begin().await.unwrap();
    sqlx::raw_sql("set local idle_in_transaction_session_timeout = '50ms'").execute(&mut tx).await.unwrap();
    soon(async { while idle_in_transaction(&pool).await > 0 {} }).await;

    assert_eq!(answer(tx.commit().await.unwrap_err()), come_again());

    soon(db.begin()).await.unwrap().commit().await.unwrap();
}

/// The ways of a listener to treat a client.
#[derive(Clone, Copy, Debug)]
enum Listener {
    /// Closes at once.
    Closes,
    /// Sends this in response to the first bytes of the client, and closes.
    Answers(&'static [u8]),
    /// Refuses TLS, then sends a fatal error with this SQLSTATE.
    Refuses(&'static str),
    /// Accepts connections and never answers.
    IsSilent,
}

impl Listener {
    /// Listens where the shop expects its database; returns that database.
    async fn start(self, tls: &str) -> Db {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("postgres://shop@{}/shop?sslmode={tls}", listener.local_addr().unwrap());
        tokio::spawn(async move {
            let mut silent = Vec::new();
            while let Ok((client, _)) = listener.accept().await {
                if matches!(self, Self::IsSilent) { silent.push(client) } else { self.serve(client).await }
            }
        });
        Db::new(Connector::to(url.parse().unwrap()), PoolSettings { max_connections: 1 })
    }

    async fn serve(self, mut client: TcpStream) {
        let answer = match self {
            Self::Closes | Self::IsSilent => return,
            Self::Answers(bytes) => bytes.to_vec(),
            Self::Refuses(code) => [b"N".to_vec(), fatal_error(code)].concat(),
        };
        let _ = client.read(&mut [0; 1024]).await;
        let _ = client.write_all(&answer).await;
        let _ = client.shutdown().await;
        // Until the client closes: a close before that would reset the connection, and the answer could be lost.
        let _ = client.read_to_end(&mut Vec::new()).await;
    }
}

/// Returns the message with which PostgreSQL refuses a connection.
fn fatal_error(code: &str) -> Vec<u8> {
    let fields = format!("SFATAL\0VFATAL\0C{code}\0Mno\0\0");
    let length = u32::try_from(fields.len() + 4).unwrap();
    [b"E", &length.to_be_bytes()[..], fields.as_bytes()].concat()
}

#[tokio::test]
async fn whatever_else_listens_where_the_database_should_be_is_503() {
    for (listener, tls) in [
        (Listener::Closes, "prefer"),
        (Listener::Closes, "disable"),
        (Listener::Answers(b""), "prefer"),
        (Listener::Answers(b""), "require"),
        (Listener::Answers(b""), "disable"),
        (Listener::Answers(b"E"), "prefer"),
        (Listener::Answers(b"E\0\0\0\x1eSFATAL\0C57P03\0Mstarting\0\0"), "prefer"),
        (Listener::Answers(b"HTTP/1.1 400 Bad Request\r\n\r\n"), "prefer"),
        (Listener::Answers(b"\xff\xff\xff\xff\xff\xff\xff\xff"), "disable"),
        (Listener::Answers(b"N"), "prefer"),
        (Listener::Answers(b"N"), "require"),
        (Listener::Answers(b"N\xff\xff\xff\xff\xff\xff"), "prefer"),
        // An unknown way to authenticate; a description of rows.
        (Listener::Answers(b"NR\0\0\0\x08\0\0\0\x63"), "prefer"),
        (Listener::Answers(b"NT\0\0\0\x06\0\0"), "prefer"),
        (Listener::Answers(b"S"), "require"),
        (Listener::Answers(b"Srubbish rubbish"), "require"),
        (Listener::Refuses("53300"), "prefer"),
        (Listener::Refuses("57P01"), "prefer"),
        (Listener::Refuses("57P03"), "prefer"),
        (Listener::Refuses("08P01"), "prefer"),
        (Listener::IsSilent, "prefer"),
    ] {
        let db = listener.start(tls).await;
        let error = soon(db.begin()).await.unwrap_err();
        let text = format!("{listener:?} {tls}: {error:?}");
        assert_eq!(answer(error), come_again(), "{text}");
        let error = soon(db.call::<()>(Call::new("shop_currency"))).await.unwrap_err();
        let text = format!("{listener:?} {tls}: {error:?}");
        assert_eq!(answer(error), come_again(), "{text}");
    }
}

#[tokio::test]
async fn a_database_that_refuses_the_shop_for_good_is_500() {
    for code in ["28000", "28P01", "3D000", "42501"] {
        let db = Listener::Refuses(code).start("prefer").await;
        assert_eq!(answer(soon(db.begin()).await.unwrap_err()), (500, None), "{code}");
    }
}
