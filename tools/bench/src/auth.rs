//! `cargo dev bench auth`: log-ins, compared with verifying a password.
//!
//! The baseline is argon2 alone, with as many clients, on the same processors, in the same run: no log-in with such a hash can be faster.
//! Each account has its own client address, which the measured server takes from a header, and successful log-ins do not count towards the
//! limits, so no limit is reached.

use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;

use anyhow::{bail, ensure};
use aws_emulation::http_client::Client;
use aws_emulation::stack::SigningKey;
use local_postgres::Durability;
use serde::Serialize;
use shared::app::db::Connector;
use shared::users::passwords;
use sqlx::postgres::{PgConnectOptions, PgConnection};
use sqlx::{ConnectOptions as _, Executor as _};

use super::figures::{Actor, Figures, measure, medians, on_one_thread};
use super::served::{CLIENT_ADDRESS, Server};
use crate::print_measured;

const DATABASE: &str = "shop";
const PASSWORD: &str = "a quiet harbour";
/// More than concurrent clients, so no two log in to the same account at the same time.
const ACCOUNTS: usize = 250;

/// Options of the benchmark.
#[derive(Clone, Debug, clap::Args)]
pub(super) struct AuthArgs {
    /// Numbers of concurrent clients; each is a row
    #[arg(long, value_delimiter = ',', default_values_t = [1, 8])]
    clients: Vec<usize>,
    /// Size of the server's connection pool
    #[arg(long, default_value_t = 8)]
    connections: usize,
    /// Number of rounds; the table shows medians
    #[arg(long, default_value_t = 3)]
    rounds: usize,
    /// Log-ins per measurement
    #[arg(long, default_value_t = 500)]
    log_ins: usize,
    /// Print JSON instead of a table
    #[arg(long)]
    json: bool,
}

/// Result of the benchmark.
#[derive(Debug, Serialize)]
struct Report {
    connections: usize,
    rounds: usize,
    log_ins: usize,
    processors: usize,
    rows: Vec<Row>,
    /// Peak memory of the server after all log-ins.
    peak_memory_mb: f64,
}

/// Result for a number of clients.
#[derive(Debug, Serialize)]
struct Row {
    clients: usize,
    served: Figures,
    baseline: Figures,
    ratio: f64,
}

pub(super) async fn run(home: &Path, args: AuthArgs) -> anyhow::Result<()> {
    ensure!(args.clients.iter().all(|clients| (1..=ACCOUNTS).contains(clients)), "1 to {ACCOUNTS} clients");
    let json = args.json;
    print_measured(&home.join("bench-auth"), json, async |dir| in_a_cluster(dir, args).await).await
}

/// Dropping the cluster stops it, however this returns.
async fn in_a_cluster(dir: &Path, args: AuthArgs) -> anyhow::Result<Report> {
    let cluster = local_postgres::open(dir, Durability::Durable)?;
    cluster.create_database(DATABASE)?;
    let url = cluster.url(DATABASE);
    let options: PgConnectOptions = url.parse()?;
    migrate::apply(&Connector::to(options.clone())).await?;
    let mut connection = options.disable_statement_logging().connect().await?;
    let hash = passwords::hash(PASSWORD.to_owned(), [7; 16]).await?;
    accounts(&mut connection, &hash).await?;
    let server = Server::start_auth(&url, args.connections, &SigningKey::generate()?).await?;
    let bench = Bench { server: server.address, hash, args };
    let mut report = bench.measure(&mut connection).await?;
    report.peak_memory_mb = server.peak_memory_mb();
    let events = server.stop().await?;
    let log_ins: i64 = sqlx::query_scalar("select count(*) from sign_ins").fetch_one(&mut connection).await?;
    let measurements = bench.args.clients.len() * bench.args.rounds;
    let expected = measurements * bench.args.log_ins + ACCOUNTS;
    ensure!(usize::try_from(log_ins)? == expected, "{expected} log-ins succeeded, but {log_ins} are recorded");
    ensure!(events == 0, "{events} log-ins were reported as from a new network");
    Ok(report)
}

/// Creates accounts that share a password.
async fn accounts(connection: &mut PgConnection, hash: &str) -> anyhow::Result<()> {
    sqlx::query(
        "insert into users (email, username, username_key, password_hash, created_at)
         select 'user-' || n || '@example.com', 'user-' || n, 'user-' || n, $2, now() from generate_series(0, $1 - 1) n",
    )
    .bind(i64::try_from(ACCOUNTS)?)
    .bind(hash)
    .execute(connection)
    .await?;
    Ok(())
}

/// The running benchmark.
struct Bench {
    server: SocketAddr,
    hash: String,
    args: AuthArgs,
}

impl Bench {
    async fn measure(&self, connection: &mut PgConnection) -> anyhow::Result<Report> {
        // From here on every account is known at its address, and every connection has planned its statements.
        self.served(8, ACCOUNTS).await?;
        let AuthArgs { ref clients, connections, rounds, log_ins, .. } = self.args;
        let mut measured = vec![(Vec::new(), Vec::new()); clients.len()];
        for round in 1..=rounds {
            eprintln!("round {round} of {rounds}");
            for (&clients, (served, baseline)) in clients.iter().zip(&mut measured) {
                connection.execute("vacuum (analyze)").await?;
                // In alternating order.
                if round.is_multiple_of(2) {
                    served.push(self.served(clients, log_ins).await?);
                    baseline.push(self.baseline(clients).await?);
                } else {
                    baseline.push(self.baseline(clients).await?);
                    served.push(self.served(clients, log_ins).await?);
                }
            }
        }
        let rows = clients.iter().zip(measured).map(|(&clients, (served, baseline))| {
            let (served, baseline) = (medians(&served), medians(&baseline));
            Row { clients, served, baseline, ratio: served.per_second / baseline.per_second }
        });
        let rows = rows.collect();
        let processors = std::thread::available_parallelism()?.get();
        Ok(Report { connections, rounds, log_ins, processors, rows, peak_memory_mb: f64::NAN })
    }

    async fn served(&self, clients: usize, log_ins: usize) -> anyhow::Result<Figures> {
        let server = self.server;
        on_one_thread(async move || {
            let mut visitors = Vec::new();
            for _ in 0..clients {
                visitors.push(LogInClient(Client::connect(server).await?));
            }
            measure(visitors, (0..log_ins).map(|n| n % ACCOUNTS).collect()).await
        })
        .await
    }

    async fn baseline(&self, clients: usize) -> anyhow::Result<Figures> {
        let (hash, log_ins): (Arc<str>, _) = (self.hash.as_str().into(), self.args.log_ins);
        on_one_thread(async move || {
            let checks = (0..clients).map(|_| PasswordCheck(hash.clone())).collect();
            measure(checks, vec![(); log_ins].into()).await
        })
        .await
    }
}

/// A client that logs in over HTTP on a kept-alive connection.
struct LogInClient(Client);

impl Actor for LogInClient {
    type Task = usize;

    async fn act(&mut self, account: usize) -> anyhow::Result<()> {
        let body = format!(r#"{{"email":"user-{account}@example.com","password":"{PASSWORD}"}}"#);
        let request = format!(
            "POST /auth/jwt/create/ HTTP/1.1\r\nhost: localhost\r\n{CLIENT_ADDRESS}: 198.18.{account}.1\r\n\
             content-type: application/json\r\ncontent-length: {}\r\n\r\n{body}",
            body.len()
        );
        let answer = self.0.send(request.as_bytes()).await?;
        if answer.status != 200 {
            bail!("log-in answered {}: {}", answer.status, String::from_utf8_lossy(answer.body));
        }
        Ok(())
    }
}

/// A client that only verifies a password.
struct PasswordCheck(Arc<str>);

impl Actor for PasswordCheck {
    type Task = ();

    async fn act(&mut self, (): ()) -> anyhow::Result<()> {
        ensure!(passwords::verify(PASSWORD.to_owned(), Some(self.0.to_string())).await?, "the password does not match");
        Ok(())
    }
}

impl std::fmt::Display for Report {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { connections, rounds, log_ins, processors, rows, peak_memory_mb } = self;
        writeln!(f, "auth: {log_ins} log-ins each, server with {connections} connections, medians of {rounds} rounds")?;
        writeln!(
            f,
            "clients, server and PostgreSQL (commits on disk) share {processors} processors; every account has"
        )?;
        writeln!(f, "its own address, so no limit is reached")?;
        writeln!(f)?;
        writeln!(f, "                over HTTP                 argon2 alone")?;
        write!(f, "clients  per second  p50 ms  p99 ms  per second  p50 ms  p99 ms    ratio")?;
        for Row { clients, served, baseline, ratio } in rows {
            write!(f, "\n{clients:>7}{:>12.1}{:>8.1}{:>8.1}", served.per_second, served.p50_ms, served.p99_ms)?;
            write!(f, "{:>12.1}{:>8.1}{:>8.1}{ratio:>9.2}", baseline.per_second, baseline.p50_ms, baseline.p99_ms)?;
        }
        let all = ACCOUNTS + rows.len() * rounds * log_ins;
        write!(f, "\n\npeak memory of the server after {all} log-ins: {peak_memory_mb:.0} MB")
    }
}
