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

use anyhow::{Context as _, ensure};
use local_postgres::Durability;
use ring::rand::SystemRandom;
use ring::signature::Ed25519KeyPair;
use shared::users::tokens::TokenSigner;
use sqlx::ConnectOptions as _;
use sqlx::postgres::PgConnectOptions;

use super::served::Server;
use crate::APP_ROLE;
use crate::figures::{Figures, measure, medians, on_one_thread};
use crate::print_measured;
use cases::{CASES, Case, Questions};
use fill::Fixture;
use readers::{DirectReader, HttpReader};
use report::{Comparison, Report, Row, Size};

const DATABASE: &str = "shop";
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
    // The role has the settings of the cloud.
    let direct = owner.username(APP_ROLE);
    let url = direct.to_url_lossy().to_string();
    let key =
        Ed25519KeyPair::generate_pkcs8(&SystemRandom::new()).ok().context("the system provides no random numbers")?;
    let public_keys = TokenSigner::new(key.as_ref()).context("the key is not an Ed25519 key")?.public_key_text();
    let sizes = [Some(args.products), args.large.then_some(LARGE)].into_iter().flatten();
    let mut measured = Vec::new();
    for products in sizes {
        eprintln!("{products} products");
        fixture.grow_to(products).await?;
        let server = Server::start_catalogue(&url, args.connections, &public_keys).await?;
        let readers = Readers { server: server.address, url: url.clone(), direct: direct.clone(), args: args.clone() };
        measured.push(Size { products, rows: readers.measure().await? });
        server.stop().await?;
    }
    let CatalogueArgs { clients, connections, rounds, requests, .. } = args;
    let processors = std::thread::available_parallelism()?.get();
    Ok(Report { clients, connections, rounds, requests, processors, sizes: measured })
}

/// Values that the clients need.
struct Readers {
    server: SocketAddr,
    url: String,
    direct: PgConnectOptions,
    args: CatalogueArgs,
}

/// Measurements of one case: over HTTP and baseline, with many clients and with one.
#[derive(Default)]
struct Rounds {
    many: (Vec<Figures>, Vec<Figures>),
    one: (Vec<Figures>, Vec<Figures>),
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
        let questions = Questions::draw(case, &mut connection, (self.server, &self.url)).await?;
        let CatalogueArgs { clients, rounds, requests, .. } = self.args;
        // The first calls of a connection plan its statements, and the first requests of a process fill its caches.
        self.served(&questions, clients, requests / 4).await?;
        let mut measured = Rounds::default();
        for round in 1..=rounds {
            self.round(&questions, (clients, requests), round, &mut measured.many).await?;
            self.round(&questions, (1, requests / 4), round, &mut measured.one).await?;
        }
        Ok(Row { case, many: Comparison::of(&measured.many), one: Comparison::of(&measured.one) })
    }

    /// Measures HTTP and baseline once, in alternating order.
    async fn round(
        &self,
        questions: &Questions,
        (clients, requests): (usize, usize),
        round: usize,
        (served, baseline): &mut (Vec<Figures>, Vec<Figures>),
    ) -> anyhow::Result<()> {
        if round.is_multiple_of(2) {
            served.push(self.served(questions, clients, requests).await?);
            baseline.push(self.baseline(questions, clients, requests).await?);
        } else {
            baseline.push(self.baseline(questions, clients, requests).await?);
            served.push(self.served(questions, clients, requests).await?);
        }
        Ok(())
    }

    async fn served(&self, questions: &Questions, clients: usize, requests: usize) -> anyhow::Result<Figures> {
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

    async fn baseline(&self, questions: &Questions, clients: usize, requests: usize) -> anyhow::Result<Figures> {
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

impl Comparison {
    fn of((served, baseline): &(Vec<Figures>, Vec<Figures>)) -> Self {
        Self { served: medians(served), baseline: medians(baseline) }
    }
}
