//! Logs: JSON lines in Lambda, words in a terminal.

use tracing_subscriber::filter::Targets;
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::util::SubscriberInitExt as _;
use tracing_subscriber::{Layer as _, Registry, fmt};

use super::Environment;

/// How a line looks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LogFormat {
    /// One JSON object a line, as CloudWatch searches them.
    Json,
    /// For a person at a terminal.
    Words,
}

/// Starts to write logs; to be called once, first thing. `RUST_LOG` says how much, such as `info` or `info,orders=debug` (default
/// `default_level`; that too where it makes no sense).
pub fn write_logs(environment: &Environment, format: LogFormat, default_level: &str) {
    let said = environment.get("RUST_LOG").or(environment.get("AWS_LAMBDA_LOG_LEVEL"));
    // Not EnvFilter: it brings a regex engine into every function, a megabyte of it, for what is a list of prefixes.
    let filter = [said, Some(default_level)].into_iter().flatten().find_map(|said| said.parse::<Targets>().ok());
    let lines = fmt::layer().with_writer(std::io::stderr).with_target(false);
    let lines = match format {
        // Without the list of spans: there is one, and a line has it already.
        LogFormat::Json => lines.json().flatten_event(true).with_span_list(false).without_time().boxed(),
        LogFormat::Words => lines.compact().boxed(),
    };
    // A second call, as two tests in one process make, changes nothing.
    let _ = Registry::default().with(lines).with(filter.unwrap_or_default()).try_init();
}
