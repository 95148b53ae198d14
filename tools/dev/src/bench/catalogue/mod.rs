//! `cargo dev bench catalogue`: reading a catalogue of 100,000 products and of a million. `cargo dev bench import` writes one.
//!
//! The floor of each figure is one prepared statement that reads the same rows, on the same PostgreSQL, in the same run.

mod asks;
mod fill;
mod floors;
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

use super::figures::{Figures, measure, medians, on_one_thread};
use super::print_measured;
use super::served::Server;
use crate::database::APP_ROLE;
use asks::{ASKS, Ask, HttpReader, Questions};
use fill::Stage;
use floors::DirectReader;
use report::{Beside, Report, Row, Size};

const DATABASE: &str = "shop";
const SMALL: i64 = 100_000;
const LARGE: i64 = 1_000_000;

/// How to measure.
#[derive(Clone, Debug, clap::Args)]
pub struct CatalogueArgs {
    /// Measures a million products as well, after the hundred thousand
    #[arg(long)]
    large: bool,
    /// How many read at once; one reader alone is measured besides.
    #[arg(long, default_value_t = 16)]
    clients: usize,
    /// How many connections the server has to the database.
    #[arg(long, default_value_t = 8)]
    connections: usize,
    /// How often everything is measured; the table has the medians.
    #[arg(long, default_value_t = 3)]
    rounds: usize,
    /// How many requests a measurement has; with one reader a quarter of it.
    #[arg(long, default_value_t = 1_000)]
    requests: usize,
    /// Asks this alone; can be given several times.
    #[arg(long = "ask", value_enum, default_values_t = ASKS)]
    asks: Vec<Ask>,
    /// So many products instead of 100,000.
    #[arg(long, default_value_t = SMALL, hide = true)]
    products: i64,
    /// Prints JSON instead of tables.
    #[arg(long)]
    json: bool,
}

pub(super) async fn run(args: CatalogueArgs) -> anyhow::Result<()> {
    ensure!(args.clients > 0 && args.rounds > 0 && args.requests >= 4, "at least 1 client, 1 round and 4 requests");
    let json = args.json;
    print_measured("bench-catalogue", json, async |dir| in_a_cluster(dir, args).await).await
}

/// The cluster ends with this, however it ends.
async fn in_a_cluster(dir: &Path, args: CatalogueArgs) -> anyhow::Result<Report> {
    let cluster = local_postgres::open(dir, Durability::Durable)?;
    cluster.create_database(DATABASE)?;
    let owner: PgConnectOptions = cluster.url(DATABASE).parse()?;
    let mut stage = Stage::set(&owner).await?;
    // With the settings that the functions have in the cloud: they lie on the role.
    let direct = owner.username(APP_ROLE);
    let url = direct.to_url_lossy().to_string();
    let key = Ed25519KeyPair::generate_pkcs8(&SystemRandom::new()).ok().context("no randomness")?;
    let public_keys = TokenSigner::new(key.as_ref()).context("no Ed25519 key")?.public_key_text();
    let sizes = [Some(args.products), args.large.then_some(LARGE)].into_iter().flatten();
    let mut measured = Vec::new();
    for products in sizes {
        eprintln!("{products} products");
        stage.grow_to(products).await?;
        let server = Server::start_catalogue(&url, args.connections, &public_keys).await?;
        let readers = Readers { server: server.address, url: url.clone(), direct: direct.clone(), args: args.clone() };
        measured.push(Size { products, rows: readers.measure().await? });
        server.stop().await?;
    }
    let CatalogueArgs { clients, connections, rounds, requests, .. } = args;
    let processors = std::thread::available_parallelism()?.get();
    Ok(Report { clients, connections, rounds, requests, processors, sizes: measured })
}

/// Who reads, and where.
struct Readers {
    server: SocketAddr,
    url: String,
    direct: PgConnectOptions,
    args: CatalogueArgs,
}

/// What was measured of one kind of question: served and floor, by many and by one.
#[derive(Default)]
struct Rounds {
    many: (Vec<Figures>, Vec<Figures>),
    one: (Vec<Figures>, Vec<Figures>),
}

impl Readers {
    async fn measure(&self) -> anyhow::Result<Vec<Row>> {
        let mut rows = Vec::new();
        for &ask in &self.args.asks {
            let row = self.row(ask).await?;
            eprintln!("{row}");
            rows.push(row);
        }
        Ok(rows)
    }

    async fn row(&self, ask: Ask) -> anyhow::Result<Row> {
        let mut connection = self.direct.clone().disable_statement_logging().connect().await?;
        let questions = Questions::draw(ask, &mut connection, (self.server, &self.url)).await?;
        let CatalogueArgs { clients, rounds, requests, .. } = self.args;
        // The first calls of each connection plan their statements, and the first of each process learn its way.
        self.served(&questions, clients, requests / 4).await?;
        let mut measured = Rounds::default();
        for round in 1..=rounds {
            self.round(&questions, (clients, requests), round, &mut measured.many).await?;
            self.round(&questions, (1, requests / 4), round, &mut measured.one).await?;
        }
        Ok(Row { ask, many: Beside::of(&measured.many), one: Beside::of(&measured.one) })
    }

    /// One measurement over HTTP and one of the floor, taking turns at who is first.
    async fn round(
        &self,
        questions: &Questions,
        (clients, requests): (usize, usize),
        round: usize,
        (served, floor): &mut (Vec<Figures>, Vec<Figures>),
    ) -> anyhow::Result<()> {
        if round.is_multiple_of(2) {
            served.push(self.served(questions, clients, requests).await?);
            floor.push(self.floor(questions, clients, requests).await?);
        } else {
            floor.push(self.floor(questions, clients, requests).await?);
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

    async fn floor(&self, questions: &Questions, clients: usize, requests: usize) -> anyhow::Result<Figures> {
        let (direct, questions) = (self.direct.clone(), questions.clone());
        on_one_thread(async move || {
            let mut readers = Vec::new();
            for _ in 0..clients {
                let mut reader = DirectReader::connect(&direct, questions.clone()).await?;
                reader.learn().await?;
                readers.push(reader);
            }
            measure(readers, (0..requests).collect::<Arc<[usize]>>()).await
        })
        .await
    }
}

impl Beside {
    fn of((served, floor): &(Vec<Figures>, Vec<Figures>)) -> Self {
        Self { served: medians(served), floor: medians(floor) }
    }
}
