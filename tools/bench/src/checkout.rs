//! `cargo dev bench checkout`: a flash sale, a sale of many variants, refusals after selling out, and orders of 500 lines.

use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context as _, ensure};
use aws_emulation::stack::SigningKey;
use local_postgres::{Cluster, Durability, Pooler};
use shared::app::{Clock as _, Rng as _, SystemClock, SystemRng};
use shared::users::tokens::{Claims, TokenType};
use sqlx::postgres::PgConnectOptions;

use super::baseline::DirectBuyer;
use super::figures::{Figures, measure, medians, on_one_thread};
use super::fixture::{Checkout, Fixture, Sale};
use super::report::{Report, Row};
use super::served::{HttpBuyer, Server};
use crate::{print_measured, slow_network};

const DATABASE: &str = "shop";

/// Options of the benchmark.
#[derive(Clone, Debug, clap::Args)]
pub(super) struct CheckoutArgs {
    /// Number of concurrent buyers
    #[arg(long, default_value_t = 32)]
    clients: usize,
    /// Size of the server's connection pool
    #[arg(long, default_value_t = 8)]
    connections: usize,
    /// Number of rounds; the table shows medians
    #[arg(long, default_value_t = 3)]
    rounds: usize,
    /// Carts to check out in each of the two sales
    #[arg(long, default_value_t = 4_000)]
    carts: usize,
    /// Carts of 500 lines to check out
    #[arg(long, default_value_t = 100)]
    large_carts: usize,
    /// Checkouts to refuse after selling out
    #[arg(long, default_value_t = 20_000)]
    refusals: usize,
    /// Milliseconds to add to every round trip between the server and the database
    #[arg(long, default_value_t = 0.0)]
    delay_ms: f64,
    /// Put PgBouncer in transaction mode between the server and the database, with this many backends
    #[arg(long, value_name = "BACKENDS", num_args = 0..=1, default_missing_value = "8")]
    pgbouncer: Option<u32>,
    /// Print JSON instead of a table
    #[arg(long)]
    json: bool,
}

/// The running benchmark.
struct CheckoutBench {
    fixture: Fixture,
    direct: PgConnectOptions,
    server: Server,
    tokens: Arc<[String]>,
    args: CheckoutArgs,
}

pub(super) async fn run(home: &Path, args: CheckoutArgs) -> anyhow::Result<()> {
    let json = args.json;
    print_measured(&home.join("bench-checkout"), json, async |dir| in_a_cluster(dir, args).await).await
}

/// Dropping the cluster stops it, however this returns.
async fn in_a_cluster(dir: &Path, args: CheckoutArgs) -> anyhow::Result<Report> {
    let cluster = local_postgres::open(dir, Durability::Durable)?;
    cluster.create_database(DATABASE)?;
    let pooler = pooler(&cluster, dir, &args)?;
    let url = pooler.as_ref().map_or_else(|| cluster.url(DATABASE), |pooler| pooler.url(DATABASE));
    let mut options: PgConnectOptions = url.parse()?;
    let mut database_url = url;
    if args.delay_ms > 0.0 {
        let server = SocketAddr::from(([127, 0, 0, 1], options.get_port()));
        let slow = slow_network::start(server, Duration::from_secs_f64(args.delay_ms / 1000.0))?;
        database_url = database_url.replace(&format!(":{}/", options.get_port()), &format!(":{}/", slow.port()));
    }
    options = options.port(cluster.port());
    CheckoutBench::open(options, &database_url, args).await?.measure_all().await
}

fn pooler(cluster: &Cluster, dir: &Path, args: &CheckoutArgs) -> anyhow::Result<Option<Pooler>> {
    let Some(backends) = args.pgbouncer else { return Ok(None) };
    let pooler = Pooler::start(cluster, &dir.join("pgbouncer"), backends)?;
    pooler.context("PgBouncer is not installed").map(Some)
}

impl CheckoutBench {
    async fn open(direct: PgConnectOptions, database_url: &str, args: CheckoutArgs) -> anyhow::Result<Self> {
        let fixture = Fixture::create(&direct).await?;
        let SigningKey { signer, .. } = SigningKey::generate()?;
        let tokens = fixture.buyers().iter().map(|&user| {
            let claims = Claims::new(TokenType::Access, user, SystemRng.random_uuid(), SystemClock.now(), 3600);
            signer.sign(&claims.of_sign_in(Fixture::sign_in_of(user)))
        });
        let tokens = tokens.collect::<anyhow::Result<_>>()?;
        let server = Server::start(database_url, args.connections, &signer.public_key_text()).await?;
        Ok(Self { fixture, direct, server, tokens, args })
    }

    async fn measure_all(mut self) -> anyhow::Result<Report> {
        let mut rows = Vec::new();
        let mut measured: [Vec<(Figures, Figures)>; 4] = Default::default();
        const SALES: [Sale; 4] = [Sale::Flash, Sale::Spread, Sale::SoldOut, Sale::Large];
        self.warm_up().await?;
        for round in 1..=self.args.rounds {
            eprintln!("round {round} of {}", self.args.rounds);
            for (sale, figures) in SALES.into_iter().zip(&mut measured) {
                figures.push(self.round(sale, round).await?);
            }
        }
        for (sale, figures) in SALES.into_iter().zip(measured) {
            let (served, baseline): (Vec<_>, Vec<_>) = figures.into_iter().unzip();
            let (served, baseline) = (medians(&served), medians(&baseline));
            rows.push(Row { sale, served, baseline, ratio: served.per_second / baseline.per_second });
        }
        self.finish(rows).await
    }

    /// The first calls of a connection plan its statements, and the first requests of a process fill its caches.
    async fn warm_up(&mut self) -> anyhow::Result<()> {
        let checkouts = self.fixture.prepare(Sale::Spread, 1_000).await?;
        self.served(Sale::Spread, checkouts).await.map(drop)
    }

    /// Measures HTTP and baseline once, in alternating order.
    async fn round(&mut self, sale: Sale, round: usize) -> anyhow::Result<(Figures, Figures)> {
        let mut served = None;
        if round.is_multiple_of(2) {
            let checkouts = self.prepare(sale).await?;
            served = Some(self.served(sale, checkouts).await?);
        }
        let checkouts = self.prepare(sale).await?;
        let baseline = self.baseline(sale, checkouts).await?;
        let served = match served {
            Some(served) => served,
            None => {
                let checkouts = self.prepare(sale).await?;
                self.served(sale, checkouts).await?
            }
        };
        Ok((served, baseline))
    }

    async fn prepare(&mut self, sale: Sale) -> anyhow::Result<Arc<[Checkout]>> {
        let CheckoutArgs { carts, large_carts, refusals, .. } = self.args;
        match sale {
            Sale::Flash | Sale::Spread => self.fixture.prepare(sale, carts).await,
            Sale::Large => self.fixture.prepare(sale, large_carts).await,
            // A refused cart can be refused again.
            Sale::SoldOut => {
                let few = self.fixture.prepare(sale, refusals.min(2_000)).await?;
                Ok(few.iter().copied().cycle().take(refusals).collect())
            }
        }
    }

    async fn served(&self, sale: Sale, checkouts: Arc<[Checkout]>) -> anyhow::Result<Figures> {
        let expected = if sale == Sale::SoldOut { 409 } else { 201 };
        let first_user = self.fixture.buyers().first().map_or(0, |user| user.0);
        let (address, tokens, clients) = (self.server.address, self.tokens.clone(), self.args.clients);
        on_one_thread(async move || {
            let mut buyers = Vec::new();
            for _ in 0..clients {
                buyers.push(HttpBuyer::connect(address, tokens.clone(), first_user, expected).await?);
            }
            measure(buyers, checkouts).await
        })
        .await
    }

    async fn baseline(&self, sale: Sale, checkouts: Arc<[Checkout]>) -> anyhow::Result<Figures> {
        let expected = if sale == Sale::SoldOut { "sold_out" } else { "placed" };
        let (options, clients) = (self.direct.clone(), self.args.clients);
        on_one_thread(async move || {
            let mut buyers = Vec::new();
            for _ in 0..clients {
                buyers.push(DirectBuyer::connect(&options, expected).await?);
            }
            measure(buyers, checkouts).await
        })
        .await
    }

    async fn finish(mut self, rows: Vec<Row>) -> anyhow::Result<Report> {
        let events_taken_by_the_queue = self.server.stop().await?;
        let balance = self.fixture.balance().await?;
        let marked = u64::try_from(balance.events_marked_sent)?;
        ensure!(
            marked == events_taken_by_the_queue,
            "{events_taken_by_the_queue} events were sent, but {marked} are marked as sent"
        );
        let CheckoutArgs { clients, connections, rounds, delay_ms, pgbouncer, .. } = self.args;
        let processors = std::thread::available_parallelism()?.get();
        Ok(Report {
            clients,
            connections,
            rounds,
            processors,
            delay_ms,
            pgbouncer_backends: pgbouncer,
            rows,
            balance,
            events_taken_by_the_queue,
        })
    }
}
