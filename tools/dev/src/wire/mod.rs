//! `cargo dev wire`: the edges on the real wire. The release binaries, events as AWS sends them, SQS, SES and S3 by moto.

mod play;

use std::net::TcpListener;
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use local_postgres::Durability;

use crate::bench::release;
use crate::home::workspace;
use crate::moto::Moto;
use crate::stack::{IMAGES_BUCKET, MAIL_FROM, SigningKey, Stack, UPLOADS_BUCKET};
use play::Play;

const DATABASE: &str = "shop";

/// What to play it with.
#[derive(Clone, Debug, clap::Args)]
pub struct WireArgs {
    /// Where `cargo lambda build --release` has put the binaries [default: target/lambda].
    #[arg(long, value_name = "DIR")]
    binaries: Option<PathBuf>,
    /// moto's server (`pip install 'moto[server]'`).
    #[arg(long, value_name = "PATH", default_value = "moto_server")]
    moto: PathBuf,
}

/// Plays it. An error says which step failed and why, and where the functions' logs are.
pub async fn run(args: WireArgs) -> anyhow::Result<()> {
    let target = release::target_dir()?;
    let dir = target.join("wire");
    local_postgres::remove(&dir)?;
    let logs = dir.join("logs");
    if logs.exists() {
        std::fs::remove_dir_all(&logs)?;
    }
    std::fs::create_dir_all(&logs)?;
    let binaries = args.binaries.unwrap_or_else(|| target.join("lambda"));
    let played = tokio::select! {
        played = play(&dir, &logs, &binaries, &args.moto) => played,
        _ = tokio::signal::ctrl_c() => anyhow::bail!("interrupted"),
    };
    local_postgres::remove(&dir)?;
    played.with_context(|| format!("the logs of the functions are in {}", logs.display()))
}

async fn play(dir: &Path, logs: &Path, binaries: &Path, moto: &Path) -> anyhow::Result<()> {
    let key = SigningKey::generate()?;
    let stack = Stack::new(binaries, &key).context("`cargo lambda build --release --workspace` makes them")?;
    let cluster = local_postgres::open(dir, Durability::ThrowAway)?;
    cluster.create_database(DATABASE)?;
    let free = TcpListener::bind("127.0.0.1:0")?.local_addr()?;
    let moto = Moto::start(moto, logs, free).await?;
    let queue_url = moto.create_queue("order-events").await?;
    moto.create_sender(MAIL_FROM).await?;
    moto.create_bucket(UPLOADS_BUCKET).await?;
    moto.create_public_bucket(IMAGES_BUCKET).await?;
    let stack = stack
        .logging_to(logs)
        .with("DATABASE_URL", &cluster.url(DATABASE))
        // So links in mails lead to pages that are served here.
        .with("STOREFRONT_URL", "")
        .with("ORDER_EVENTS_QUEUE_URL", &queue_url)
        .with("AWS_ENDPOINT_URL_SQS", &moto.url())
        .with("AWS_ENDPOINT_URL_S3", &moto.url())
        .with("AWS_ENDPOINT_URL_SESV2", &moto.url());
    Play::new(stack, cluster, moto, queue_url).perform(&workspace().join("events")).await
}
