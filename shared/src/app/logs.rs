//! Logs: JSON lines in Lambda, plain text in a terminal.

use tracing_subscriber::filter::{LevelFilter, Targets};
use tracing_subscriber::fmt::MakeWriter;
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::util::SubscriberInitExt as _;
use tracing_subscriber::{Layer as _, Registry, fmt};

use super::Environment;

/// Crates that log whole requests at their `trace` level: `lambda_runtime` logs each event with its passwords and tokens, and the SDK each
/// request that it signs. They are silent at that level, even if `RUST_LOG` names `trace`.
const NEVER_TRACED: [&str; 3] = ["lambda_runtime", "lambda_http", "aws_"];

/// The format of a log line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LogFormat {
    /// A JSON object in each line, which CloudWatch can search.
    Json,
    /// Plain text for a terminal.
    Text,
}

/// Starts the log; called once, before anything else. `RUST_LOG` sets the level, such as `info` or `info,orders=debug`; if it is not set,
/// `AWS_LAMBDA_LOG_LEVEL` does. If neither is valid, `default_level` holds.
pub fn start_logs(environment: &Environment, format: LogFormat, default_level: &str) {
    start_logs_to(std::io::stderr, environment, format, default_level);
}

/// Starts the log with another writer.
pub fn start_logs_to(
    writer: impl for<'line> MakeWriter<'line> + Send + Sync + 'static,
    environment: &Environment,
    format: LogFormat,
    default_level: &str,
) {
    let level = environment.get("RUST_LOG").or(environment.get("AWS_LAMBDA_LOG_LEVEL"));
    // A list of prefixes is enough. EnvFilter would add a regex engine, about a megabyte, to every function.
    let filter = [level, Some(default_level)].into_iter().flatten().find_map(|level| level.parse::<Targets>().ok());
    let untraced = NEVER_TRACED.map(|target| (target, LevelFilter::DEBUG));
    let untraced = Targets::new().with_default(LevelFilter::TRACE).with_targets(untraced);
    let lines = fmt::layer().with_writer(writer).with_target(false);
    let lines = match format {
        // Each line contains its span already, so the list of spans is left out. `timestamp` (RFC 3339) and `level` (in capitals) must be
        // at the root: without a timestamp that it can read, Lambda treats every line as INFO, even an error.
        LogFormat::Json => lines.json().flatten_event(true).with_span_list(false).boxed(),
        LogFormat::Text => lines.compact().boxed(),
    };
    // A second call, as by two tests in one process, changes nothing.
    let _ = Registry::default().with(lines).with(filter.unwrap_or_default()).with(untraced).try_init();
}

#[cfg(test)]
mod tests {
    use crate::testing::RecordedLogs;

    #[test]
    fn no_level_makes_the_runtime_log_its_events() {
        let logs = RecordedLogs::start();
        tracing::trace!(target: "orders::create", text = "ours");
        tracing::debug!(target: "lambda_runtime::runtime", text = "polling");
        tracing::trace!(target: "lambda_runtime::layers::api_response", body = "the password", "raw JSON event received from Lambda");
        tracing::trace!(target: "aws_sigv4::http_request::sign", request = "the session token");

        let text = logs.text();
        assert!(text.contains("ours") && text.contains("polling"), "{text}");
        assert!(!text.contains("the password") && !text.contains("the session token"), "{text}");
    }
}
