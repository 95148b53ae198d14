//! `cargo dev bench checkout`: a flash sale, a sale of many variants, orders of 500 lines, and refusals after selling out.

mod costs;
pub(crate) mod fixture;
mod floor;
mod report;

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

use crate::figures::{Figures, measure, medians, on_one_thread};
use crate::served::{HttpBuyer, Server};
use crate::{print_measured, slow_network};
use costs::Counter;
use fixture::{Checkout, Fixture, Sale};
use floor::FloorBuyer;
use report::{Report, Row};

const DATABASE: &str = "shop";
/// Checkouts whose costs are counted.
const COUNTED: usize = 200;

/// Options of the benchmark.
#[derive(Clone, Debug, clap::Args)]
pub(super) struct CheckoutArgs {
    /// Numbers of concurrent buyers
    #[arg(long, value_delimiter = ',', default_values_t = [8, 32, 64])]
    clients: Vec<usize>,
    /// Size of the server's connection pool
    #[arg(long, default_value_t = 8)]
    connections: usize,
    /// Number of rounds; the table shows medians
    #[arg(long, default_value_t = 3)]
    rounds: usize,
    /// Carts to check out in each of the two sales
    #[arg(long, default_value_t = 2_000)]
    carts: usize,
    /// Carts of 500 lines to check out
    #[arg(long, default_value_t = 50)]
    large_carts: usize,
    /// Checkouts to refuse after selling out
    #[arg(long, default_value_t = 20_000)]
    refusals: usize,
    /// Milliseconds to add to every commit that waits for the disk; a commit takes 1 to 5 in the cloud
    #[arg(long, default_value_t = 0.0)]
    commit_ms: f64,
    /// Milliseconds to add to every round trip to the database
    #[arg(long, default_value_t = 0.0)]
    delay_ms: f64,
    /// Put PgBouncer in transaction mode before the database, with this many backends
    #[arg(long, value_name = "BACKENDS", num_args = 0..=1, default_missing_value = "8")]
    pgbouncer: Option<u32>,
    /// Print JSON instead of a table
    #[arg(long)]
    json: bool,
}

/// The running benchmark.
struct CheckoutBench {
    fixture: Fixture,
    /// The way to the database, for the server and for the floor.
    way: PgConnectOptions,
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
    configure(&cluster, &args)?;
    let pooler = pooler(&cluster, dir, &args)?;
    let mut url = pooler.as_ref().map_or_else(|| cluster.url(DATABASE), |pooler| pooler.url(DATABASE));
    if args.delay_ms > 0.0 {
        let port = pooler.as_ref().map_or(cluster.port(), Pooler::port);
        let server = SocketAddr::from(([127, 0, 0, 1], port));
        let slow = slow_network::start(server, Duration::from_secs_f64(args.delay_ms / 1000.0))?;
        url = url.replace(&format!(":{port}/"), &format!(":{}/", slow.port()));
    }
    CheckoutBench::open(&cluster, &url, args).await?.measure_all().await
}

/// Sets what counts statements, and how long a commit takes.
fn configure(cluster: &Cluster, args: &CheckoutArgs) -> anyhow::Result<()> {
    let commit_delay = format!("commit_delay = {}", (args.commit_ms * 1000.0).round());
    let set = |setting: &str| cluster.psql("postgres", &format!("alter system set {setting}")).map(drop);
    set(costs::LIBRARY)?;
    cluster.restart_at_once()?;
    for setting in costs::SETTINGS.into_iter().chain([commit_delay.as_str(), "commit_siblings = 0"]) {
        set(setting)?;
    }
    cluster.psql("postgres", "select pg_reload_conf()").map(drop)
}

fn pooler(cluster: &Cluster, dir: &Path, args: &CheckoutArgs) -> anyhow::Result<Option<Pooler>> {
    let Some(backends) = args.pgbouncer else { return Ok(None) };
    let pooler = Pooler::start(cluster, &dir.join("pgbouncer"), backends)?;
    pooler.context("PgBouncer is not installed").map(Some)
}

impl CheckoutBench {
    async fn open(cluster: &Cluster, url: &str, args: CheckoutArgs) -> anyhow::Result<Self> {
        let fixture = Fixture::create(&cluster.url(DATABASE).parse()?).await?;
        let SigningKey { signer, .. } = SigningKey::generate()?;
        let tokens = fixture.buyers().iter().map(|&user| {
            let claims = Claims::new(TokenType::Access, user, SystemRng.random_uuid(), SystemClock.now(), 24 * 3600);
            signer.sign(&claims.of_sign_in(Fixture::sign_in_of(user)))
        });
        let tokens = tokens.collect::<anyhow::Result<_>>()?;
        let server = Server::start(url, args.connections, &signer.public_key_text()).await?;
        // PgBouncer refuses the parameter, and the shop does not send it either.
        let way = url.parse::<PgConnectOptions>()?.extra_float_digits(None);
        Ok(Self { fixture, way, server, tokens, args })
    }

    async fn measure_all(mut self) -> anyhow::Result<Report> {
        self.warm_up().await?;
        let cases: Vec<(Sale, usize)> = Sale::ALL
            .into_iter()
            .flat_map(|sale| self.args.clients.iter().map(move |&clients| (sale, clients)))
            .collect();
        let mut measured = vec![(Vec::new(), Vec::new()); cases.len()];
        for round in 1..=self.args.rounds {
            eprintln!("round {round} of {}", self.args.rounds);
            for (&(sale, clients), (served, floor)) in cases.iter().zip(&mut measured) {
                // In alternating order.
                if round.is_multiple_of(2) {
                    served.push(self.served(sale, clients).await?);
                    floor.push(self.floor(sale, clients).await?);
                } else {
                    floor.push(self.floor(sale, clients).await?);
                    served.push(self.served(sale, clients).await?);
                }
            }
        }
        let rows = cases.into_iter().zip(measured).map(|((sale, clients), (served, floor))| {
            let (served, floor) = (medians(&served), medians(&floor));
            Row { sale, clients, served, floor, ratio: served.per_second / floor.per_second }
        });
        let rows = rows.collect();
        let mut costs = Vec::new();
        for sale in Sale::ALL {
            costs.push(self.costs(sale).await?);
        }
        self.finish(rows, costs).await
    }

    /// The first calls of a connection plan its statements, and the first requests of a process fill its caches.
    async fn warm_up(&mut self) -> anyhow::Result<()> {
        let checkouts = self.fixture.prepare(Sale::Spread, 1_000).await?;
        self.serve(Sale::Spread, self.args.connections, checkouts).await.map(drop)
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

    async fn served(&mut self, sale: Sale, clients: usize) -> anyhow::Result<Figures> {
        let checkouts = self.prepare(sale).await?;
        self.serve(sale, clients, checkouts).await
    }

    async fn serve(&self, sale: Sale, clients: usize, checkouts: Arc<[Checkout]>) -> anyhow::Result<Figures> {
        let expected = if sale == Sale::SoldOut { 409 } else { 201 };
        let first_user = self.fixture.buyers().first().map_or(0, |user| user.0);
        let (address, tokens) = (self.server.address, self.tokens.clone());
        on_one_thread(async move || {
            let mut buyers = Vec::new();
            for _ in 0..clients {
                buyers.push(HttpBuyer::connect(address, tokens.clone(), first_user, expected).await?);
            }
            measure(buyers, checkouts).await
        })
        .await
    }

    async fn floor(&mut self, sale: Sale, clients: usize) -> anyhow::Result<Figures> {
        let checkouts = self.prepare(sale).await?;
        let way = self.way.clone();
        on_one_thread(async move || {
            let mut buyers = Vec::new();
            for _ in 0..clients {
                buyers.push(FloorBuyer::connect(&way, sale).await?);
            }
            measure(buyers, checkouts).await
        })
        .await
    }

    /// Counts what a checkout over HTTP costs PostgreSQL.
    async fn costs(&mut self, sale: Sale) -> anyhow::Result<costs::Costs> {
        let count = if sale == Sale::Large { self.args.large_carts } else { COUNTED };
        let checkouts = self.fixture.prepare(sale, count).await?;
        let counter = Counter::start(self.fixture.connection()).await?;
        self.serve(sale, 1, checkouts).await?;
        counter.stop(self.fixture.connection(), sale, count).await
    }

    async fn finish(mut self, rows: Vec<Row>, costs: Vec<costs::Costs>) -> anyhow::Result<Report> {
        let events_taken_by_the_queue = self.server.stop().await?;
        let balance = self.fixture.balance().await?;
        let marked = u64::try_from(balance.events_marked_sent)?;
        ensure!(
            marked == events_taken_by_the_queue,
            "{events_taken_by_the_queue} events were sent, but {marked} are marked as sent"
        );
        let CheckoutArgs { connections, rounds, commit_ms, delay_ms, pgbouncer, .. } = self.args;
        let processors = std::thread::available_parallelism()?.get();
        Ok(Report {
            connections,
            rounds,
            processors,
            commit_ms,
            delay_ms,
            pgbouncer_backends: pgbouncer,
            rows,
            costs,
            balance,
            events_taken_by_the_queue,
        })
    }
}
