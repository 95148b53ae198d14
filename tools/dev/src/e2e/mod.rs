//! `cargo dev e2e`: the release binaries from end to end, with events as AWS sends them and moto in place of SQS, SES and S3.

mod scenario;

use std::net::TcpListener;
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use aws_emulation::moto::Moto;
use aws_emulation::stack::{IMAGES_BUCKET, MAIL_FROM, SigningKey, Stack, UPLOADS_BUCKET};
use command_line::{target_dir, workspace};
use local_postgres::Durability;

use crate::home::Home;
use scenario::Scenario;

const DATABASE: &str = "shop";

/// Options of the end-to-end test.
#[derive(Clone, Debug, clap::Args)]
pub struct E2eArgs {
    /// Folder where `cargo lambda build --release` put the binaries [default: target/lambda]
    #[arg(long, value_name = "DIR")]
    binaries: Option<PathBuf>,
    /// Program of moto's server (`pip install 'moto[server]'`)
    #[arg(long, value_name = "PATH", default_value = "moto_server")]
    moto: PathBuf,
}

/// Runs the scenario. An error says which step failed and why, and where the functions' logs are.
pub async fn run(home: &Home, args: E2eArgs) -> anyhow::Result<()> {
    let dir = home.path().join("e2e");
    local_postgres::remove(&dir)?;
    let logs = dir.join("logs");
    if logs.exists() {
        std::fs::remove_dir_all(&logs)?;
    }
    std::fs::create_dir_all(&logs)?;
    let binaries = args.binaries.map_or_else(|| target_dir().map(|target| target.join("lambda")), Ok)?;
    let done = tokio::select! {
        done = run_scenario(&dir, &logs, &binaries, &args.moto) => done,
        _ = tokio::signal::ctrl_c() => anyhow::bail!("interrupted"),
    };
    local_postgres::remove(&dir)?;
    done.with_context(|| format!("the logs of the functions are in {}", logs.display()))
}

async fn run_scenario(dir: &Path, logs: &Path, binaries: &Path, moto: &Path) -> anyhow::Result<()> {
    let key = SigningKey::generate()?;
    let stack = Stack::new(binaries, &key).context("`cargo lambda build --release --workspace` builds them")?;
    let cluster = local_postgres::open(dir, Durability::Temporary)?;
    cluster.create_database(DATABASE)?;
    let free = TcpListener::bind("127.0.0.1:0")?.local_addr()?;
    let moto = Moto::start(moto, logs, free).await?;
    let queue_url = moto.create_queue("order-events").await?;
    moto.create_sender(MAIL_FROM).await?;
    moto.create_bucket(UPLOADS_BUCKET).await?;
    moto.create_public_bucket(IMAGES_BUCKET).await?;
    let stack = stack
        .logging_to(logs)
        .with_database(&cluster.url(DATABASE))
        // Without a storefront, links in mails lead to pages that the functions serve.
        .with("STOREFRONT_URL", "")
        .with("ORDER_EVENTS_QUEUE_URL", &queue_url)
        .with("AWS_ENDPOINT_URL_SQS", &moto.url())
        .with("AWS_ENDPOINT_URL_S3", &moto.url())
        .with("AWS_ENDPOINT_URL_SESV2", &moto.url());
    Scenario::new(stack, cluster, moto, queue_url).run(&workspace().join("events")).await
}
