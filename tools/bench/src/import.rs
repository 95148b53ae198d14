//! `cargo dev bench import`: how fast a file is imported, and how fast an unchanged file is recognised.
//!
//! Uses the code of `cargo dev import` and of imports through the API, on one connection, with fsync on. There is no baseline: one process
//! and one backend take turns.

use std::fmt::{Display, Formatter, Write as _};
use std::path::Path;

use anyhow::ensure;
use import_export::import::{self, ImportSummary, ProductFile};
use local_postgres::Durability;
use serde::Serialize;
use shared::app::db::{Connector, Db, PoolSettings};
use shared::app::{Clock as _, SystemClock};
use shared::catalogue::write::ImportOptions;
use sqlx::postgres::PgConnectOptions;
use tokio::time::Instant;

use crate::print_measured;

const DATABASE: &str = "shop";

/// Role of the function that imports files; its settings are those of the cloud.
const ROLE: &str = "shop_transfer_worker";

/// Options of the benchmark.
#[derive(Clone, Debug, clap::Args)]
pub(super) struct ImportBenchArgs {
    /// Products in the file, with three variants each
    #[arg(long, default_value_t = 20_000)]
    products: usize,
    /// Print JSON instead of a table
    #[arg(long)]
    json: bool,
}

/// Result of the benchmark.
#[derive(Debug, Serialize)]
struct Report {
    products: usize,
    rows: Vec<Row>,
}

/// One import of the file.
#[derive(Debug, Serialize)]
struct Row {
    what: &'static str,
    seconds: f64,
    variants_per_second: f64,
}

impl Display for Report {
    fn fmt(&self, f: &mut Formatter<'_>) -> std::fmt::Result {
        writeln!(f, "{} products with three variants each, one connection", self.products)?;
        for row in &self.rows {
            writeln!(f, "{:<22} {:>7.1} s {:>8.0} variants/s", row.what, row.seconds, row.variants_per_second)?;
        }
        Ok(())
    }
}

pub(super) async fn run(home: &Path, args: ImportBenchArgs) -> anyhow::Result<()> {
    let json = args.json;
    print_measured(&home.join("bench-import"), json, async |dir| in_a_cluster(dir, args.products).await).await
}

/// Dropping the cluster stops it, however this returns.
async fn in_a_cluster(dir: &Path, products: usize) -> anyhow::Result<Report> {
    let cluster = local_postgres::open(dir, Durability::Durable)?;
    cluster.create_database(DATABASE)?;
    let owner: PgConnectOptions = cluster.url(DATABASE).parse()?;
    migrate::apply(&Connector::to(owner.clone())).await?;
    let db = Db::new(Connector::to(owner.username(ROLE)), PoolSettings { max_connections: 1 });
    let mut rows = Vec::new();
    for (what, change) in [("all new", 0), ("the same again", 0), ("another price for each", 1)] {
        let file = file(products, change);
        let begun = Instant::now();
        let summary = import_all(&db, &file).await?;
        let seconds = begun.elapsed().as_secs_f64();
        ensure!(summary.rows_failed == 0, "{summary}");
        #[expect(clippy::cast_precision_loss, reason = "far fewer than 2^52")]
        let variants_per_second = (3 * products) as f64 / seconds;
        rows.push(Row { what, seconds, variants_per_second });
    }
    Ok(Report { products, rows })
}

async fn import_all(db: &Db, file: &str) -> anyhow::Result<ImportSummary> {
    let now = SystemClock.now();
    let currency = import::currency_of_shop(db).await?;
    let file = ProductFile::read(|| Ok(file.as_bytes()), ImportOptions::default(), currency, now)?;
    import::import(db, file, now, &mut |_| {}, &|_| {}).await
}

/// Returns a file of products: a hundred brands, fifty categories, a description, two options and an image.
fn file(products: usize, change: usize) -> String {
    let mut file = String::from(
        "Handle,Title,Body (HTML),Vendor,Type,Tags,Option1 Name,Option1 Value,Option2 Name,Option2 Value,Variant SKU,\
         Variant Inventory Qty,Variant Price,Image Src\r\n",
    );
    for number in 0..products {
        let (brand, category, colour) = (number % 100, number % 50, number % 17);
        for (at, size) in ["S", "M", "L"].into_iter().enumerate() {
            let head = if at == 0 {
                format!(
                    "Product {number},<p>Made for long days outside; warm; dry; number {number}.</p>,Brand {brand},Category {category},\
                     \"outdoor, season {}\",Size,{size},Colour,Colour {colour}",
                    number % 4
                )
            } else {
                format!(",,,,,,{size},,Colour {colour}")
            };
            let image = if at == 0 { format!("https://cdn.example.com/{number}.jpg") } else { String::new() };
            let _ =
                write!(file, "product-{number},{head},SKU-{number}-{size},{at},{}.50,{image}\r\n", 10 + at + change);
        }
    }
    file
}
