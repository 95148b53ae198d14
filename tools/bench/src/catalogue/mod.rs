//! `cargo dev bench catalogue`: reading a catalogue of 100,000 products and of a million. `cargo dev bench import` writes one.
//!
//! The baseline of each case is one prepared statement that reads the same rows, on the same PostgreSQL, in the same run.

mod baselines;
mod cases;
mod fill;
mod readers;
mod report;
mod words;

use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;
use std::time::Instant;

use anyhow::ensure;
use aws_emulation::stack::SigningKey;
use local_postgres::Durability;
use shared::app::db::{Connector, Db, PoolSettings};
use shared::app::{Clock as _, SystemClock};
use shared::catalogue::store::facets::kept;
use sqlx::ConnectOptions as _;
use sqlx::postgres::PgConnectOptions;

use super::served::Server;
use crate::figures::{Figures, measure, medians, on_one_thread};
use crate::print_measured;
use cases::{CASES, Case, Questions};
use fill::Fixture;
use readers::{DirectReader, HttpReader};
use report::{Comparison, Report, Row, Size};

const DATABASE: &str = "shop";

/// Role of the function that reads the catalogue; its settings are those of the cloud.
const ROLE: &str = "shop_catalogue";
const SMALL: i64 = 100_000;
const LARGE: i64 = 1_000_000;

/// Options of the benchmark.
#[derive(Clone, Debug, clap::Args)]
pub(super) struct CatalogueArgs {
    /// Also measure a million products
    #[arg(long)]
    large: bool,
    /// Number of concurrent clients; one client alone is measured too
    #[arg(long, default_value_t = 16)]
    clients: usize,
    /// Size of the server's connection pool
    #[arg(long, default_value_t = 8)]
    connections: usize,
    /// Number of rounds; the table shows medians
    #[arg(long, default_value_t = 3)]
    rounds: usize,
    /// Requests per measurement; a quarter of it with one client
    #[arg(long, default_value_t = 1_000)]
    requests: usize,
    /// Measure only this case; can be repeated
    #[arg(long = "case", value_enum, default_values_t = CASES)]
    cases: Vec<Case>,
    /// Number of products
    #[arg(long, default_value_t = SMALL, hide = true)]
    products: i64,
    /// Print JSON instead of tables
    #[arg(long)]
    json: bool,
}

pub(super) async fn run(home: &Path, args: CatalogueArgs) -> anyhow::Result<()> {
    ensure!(args.clients > 0 && args.rounds > 0 && args.requests >= 4, "at least 1 client, 1 round and 4 requests");
    let json = args.json;
    print_measured(&home.join("bench-catalogue"), json, async |dir| in_a_cluster(dir, args).await).await
}

/// Dropping the cluster stops it, however this returns.
async fn in_a_cluster(dir: &Path, args: CatalogueArgs) -> anyhow::Result<Report> {
    let cluster = local_postgres::open(dir, Durability::Durable)?;
    cluster.create_database(DATABASE)?;
    let owner: PgConnectOptions = cluster.url(DATABASE).parse()?;
    let mut fixture = Fixture::create(&owner).await?;
    let direct = owner.clone().username(ROLE);
    let url = direct.to_url_lossy().to_string();
    let public_keys = SigningKey::generate()?.signer.public_key_text();
    let sizes = [Some(args.products), args.large.then_some(LARGE)].into_iter().flatten();
    let mut measured = Vec::new();
    for products in sizes {
        eprintln!("{products} products");
        fixture.grow_to(products).await?;
        count_facets(&owner).await?;
        let server = Server::start_catalogue(&url, args.connections, &public_keys).await?;
        let readers = Readers { server: server.address, url: url.clone(), direct: direct.clone(), args: args.clone() };
        measured.push(Size { products, rows: readers.measure().await? });
        server.stop().await?;
    }
    let CatalogueArgs { clients, connections, rounds, requests, .. } = args;
    let processors = std::thread::available_parallelism()?.get();
    Ok(Report { clients, connections, rounds, requests, processors, sizes: measured })
}

/// Counts the facets of large lists, as the scheduler does.
async fn count_facets(owner: &PgConnectOptions) -> anyhow::Result<()> {
    let db = Db::new(Connector::to(owner.clone()), PoolSettings { max_connections: 1 });
    let (started, now) = (Instant::now(), SystemClock.now());
    let mut tx = db.begin().await?;
    let lists = kept::due(&mut tx, now, kept::LARGE).await?;
    tx.commit().await?;
    for list in &lists {
        let mut tx = db.begin().await?;
        kept::count(&mut tx, *list, now).await?;
        tx.commit().await?;
    }
    eprintln!("the facets of {} large lists counted in {:.1} s", lists.len(), started.elapsed().as_secs_f64());
    Ok(())
}

/// Values that the clients need.
struct Readers {
    server: SocketAddr,
    url: String,
    direct: PgConnectOptions,
    args: CatalogueArgs,
}

/// The requests of a measurement.
#[derive(Clone, Copy)]
struct Load {
    clients: usize,
    requests: usize,
}

/// Measurements over HTTP and of the baseline, one for each round.
#[derive(Default)]
struct Rounds {
    served: Vec<Figures>,
    baseline: Vec<Figures>,
}

impl Readers {
    async fn measure(&self) -> anyhow::Result<Vec<Row>> {
        let mut rows = Vec::new();
        for &case in &self.args.cases {
            let row = self.row(case).await?;
            eprintln!("{row}");
            rows.push(row);
        }
        Ok(rows)
    }

    async fn row(&self, case: Case) -> anyhow::Result<Row> {
        let mut connection = self.direct.clone().disable_statement_logging().connect().await?;
        let questions = Questions::draw(case, &mut connection, self.server, &self.url).await?;
        let CatalogueArgs { clients, rounds, requests, .. } = self.args;
        // The first calls of a connection plan its statements, and the first requests of a process fill its caches.
        self.served(&questions, Load { clients, requests: requests / 4 }).await?;
        let (mut many, mut one) = (Rounds::default(), Rounds::default());
        for _ in 0..rounds {
            self.measure_round(&questions, Load { clients, requests }, &mut many).await?;
            self.measure_round(&questions, Load { clients: 1, requests: requests / 4 }, &mut one).await?;
        }
        Ok(Row { case, many: many.compare(), one: one.compare() })
    }

    /// Measures HTTP and baseline once, in alternating order.
    async fn measure_round(&self, questions: &Questions, load: Load, rounds: &mut Rounds) -> anyhow::Result<()> {
        if rounds.served.len().is_multiple_of(2) {
            rounds.baseline.push(self.baseline(questions, load).await?);
            rounds.served.push(self.served(questions, load).await?);
        } else {
            rounds.served.push(self.served(questions, load).await?);
            rounds.baseline.push(self.baseline(questions, load).await?);
        }
        Ok(())
    }

    async fn served(&self, questions: &Questions, Load { clients, requests }: Load) -> anyhow::Result<Figures> {
        let (server, questions) = (self.server, questions.clone());
        on_one_thread(async move || {
            let mut readers = Vec::new();
            for _ in 0..clients {
                readers.push(HttpReader::connect(server, questions.clone()).await?);
            }
            measure(readers, (0..requests).collect()).await
        })
        .await
    }

    async fn baseline(&self, questions: &Questions, Load { clients, requests }: Load) -> anyhow::Result<Figures> {
        let (direct, questions) = (self.direct.clone(), questions.clone());
        on_one_thread(async move || {
            let mut readers = Vec::new();
            for _ in 0..clients {
                let mut reader = DirectReader::connect(&direct, questions.clone()).await?;
                reader.warm_up().await?;
                readers.push(reader);
            }
            measure(readers, (0..requests).collect::<Arc<[usize]>>()).await
        })
        .await
    }
}

impl Rounds {
    fn compare(&self) -> Comparison {
        Comparison { served: medians(&self.served), baseline: medians(&self.baseline) }
    }
}
