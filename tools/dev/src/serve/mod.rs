//! `cargo dev serve`: the whole shop in one process.

mod accounts;
mod fresh;
mod http;
mod images;
mod jobs;
mod signing_key;
mod start;
mod start_page;

use command_line::Stop;
use command_line::terminal::say;
use shared::app::{Environment, LogFormat, start_logs};
use shared::money::Currency;

use crate::home::Home;

/// Options for serving the shop.
#[derive(Clone, Debug, clap::Args)]
pub struct Options {
    /// Port to listen on; 0 takes a free one
    #[arg(long, default_value_t = 8000)]
    pub port: u16,
    /// Start over with the sample catalogue: deletes the database, the queue, the mail and the files of earlier runs
    #[arg(long)]
    pub fresh: bool,
    /// Do not ask before deleting
    #[arg(long, requires = "fresh")]
    pub yes: bool,
    /// Currency of a shop without products and orders, such as JPY; without it, the shop keeps its own, EUR at first
    #[arg(long, value_name = "CODE")]
    pub currency: Option<Currency>,
    /// Another name by which to reach the shop, such as that of a tunnel; without it, only localhost, 127.0.0.1 and [::1]
    #[arg(long = "host", value_name = "NAME")]
    pub hosts: Vec<String>,
    /// Read the catalogue from a replica of the database, as with CatalogueReads=reader in the cloud
    #[arg(long)]
    pub replica: bool,
    /// Log each request
    #[arg(long, short)]
    pub verbose: bool,
    /// Start no background jobs: no relay, no scheduler, no mail, no imports or exports
    #[arg(long, hide = true)]
    pub without_jobs: bool,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            port: 8000,
            fresh: false,
            yes: false,
            currency: None,
            hosts: Vec::new(),
            replica: false,
            verbose: false,
            without_jobs: false,
        }
    }
}

/// Serves until it is requested to stop, and stops everything that it started.
pub async fn run(home: Home, environment: Environment, options: Options) -> anyhow::Result<()> {
    start_logs(&environment, LogFormat::Text, if options.verbose { "info" } else { "warn" });
    let mut stop = Stop::on_signals()?;
    let running = tokio::select! {
        running = start::start(&home, &environment, &options) => running?,
        // Dropping what was started stops it.
        () = stop.requested(1) => return Ok(()),
    };
    say(&running.greeting);
    stop.requested(1).await;
    running.stop(stop).await
}
