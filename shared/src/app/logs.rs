//! Logs: JSON lines in Lambda, words in a terminal.

use tracing_subscriber::EnvFilter;

use super::Environment;

/// How a line looks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LogFormat {
    /// One JSON object a line, as CloudWatch searches them.
    Json,
    /// For a person at a terminal.
    Words,
}

/// Starts to write logs; to be called once, first thing. `RUST_LOG` says how much (default `default_level`).
pub fn write_logs(environment: &Environment, format: LogFormat, default_level: &str) {
    let filter = environment.get("RUST_LOG").or(environment.get("AWS_LAMBDA_LOG_LEVEL")).unwrap_or(default_level);
    let subscriber = tracing_subscriber::fmt().with_env_filter(EnvFilter::new(filter)).with_writer(std::io::stderr);
    // A second call, as two tests in one process make, changes nothing.
    let _ = match format {
        LogFormat::Json => subscriber.json().flatten_event(true).without_time().with_target(false).try_init(),
        LogFormat::Words => subscriber.with_target(false).compact().try_init(),
    };
}
