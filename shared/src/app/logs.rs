//! Logs: JSON lines in Lambda, words in a terminal.

use tracing_subscriber::filter::{LevelFilter, Targets};
use tracing_subscriber::fmt::MakeWriter;
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::util::SubscriberInitExt as _;
use tracing_subscriber::{Layer as _, Registry, fmt};

use super::Environment;

/// Whose finest level writes down what goes over the wire: `lambda_runtime`'s each event as it came, with the passwords and tokens in it;
/// the SDK's each request that it signs. No one who asks for `trace` asks for that.
const NEVER_TRACED: [&str; 3] = ["lambda_runtime", "lambda_http", "aws_"];

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
    write_logs_to(std::io::stderr, environment, format, default_level);
}

/// The same to somewhere else.
pub fn write_logs_to(
    writer: impl for<'line> MakeWriter<'line> + Send + Sync + 'static,
    environment: &Environment,
    format: LogFormat,
    default_level: &str,
) {
    let said = environment.get("RUST_LOG").or(environment.get("AWS_LAMBDA_LOG_LEVEL"));
    // Not EnvFilter: it brings a regex engine into every function, a megabyte of it, for what is a list of prefixes.
    let filter = [said, Some(default_level)].into_iter().flatten().find_map(|said| said.parse::<Targets>().ok());
    let untraced = NEVER_TRACED.map(|target| (target, LevelFilter::DEBUG));
    let untraced = Targets::new().with_default(LevelFilter::TRACE).with_targets(untraced);
    let lines = fmt::layer().with_writer(writer).with_target(false);
    let lines = match format {
        // Without the list of spans: there is one, and a line has it already. With `timestamp` and `level` at the root, in RFC 3339
        // and in capitals: where Lambda finds no timestamp that it can read, it takes every line for INFO, errors too.
        LogFormat::Json => lines.json().flatten_event(true).with_span_list(false).boxed(),
        LogFormat::Words => lines.compact().boxed(),
    };
    // A second call, as two tests in one process make, changes nothing.
    let _ = Registry::default().with(lines).with(filter.unwrap_or_default()).with(untraced).try_init();
}

#[cfg(test)]
mod tests {
    use crate::testing::RecordedLogs;

    #[test]
    fn no_level_makes_the_runtime_tell_what_it_was_sent() {
        let logs = RecordedLogs::start();
        tracing::trace!(target: "orders::create", said = "ours");
        tracing::debug!(target: "lambda_runtime::runtime", said = "polling");
        tracing::trace!(target: "lambda_runtime::layers::api_response", body = "the password", "raw JSON event received from Lambda");
        tracing::trace!(target: "aws_sigv4::http_request::sign", request = "the session token");

        let text = logs.text();
        assert!(text.contains("ours") && text.contains("polling"), "{text}");
        assert!(!text.contains("the password") && !text.contains("the session token"), "{text}");
    }
}
