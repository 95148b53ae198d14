//! A log that is kept in memory instead of written: as JSON, at level `trace`.

use std::io;
use std::sync::{Arc, LazyLock, Mutex, PoisonError};

use serde_json::Value;
use tracing_subscriber::fmt::MakeWriter;

use crate::app::{Environment, LogFormat, start_logs_to};

/// The log of this process; all tests of the process share it.
static LOGS: LazyLock<RecordedLogs> = LazyLock::new(|| {
    let logs = RecordedLogs::default();
    let environment = Environment::from_iter([("RUST_LOG", "trace")]);
    start_logs_to(logs.clone(), &environment, LogFormat::Json, "trace");
    logs
});

/// Everything that this process has logged since [`Self::start`] was first called.
#[derive(Clone, Debug, Default)]
pub struct RecordedLogs(Arc<Mutex<Vec<u8>>>);

impl RecordedLogs {
    /// Starts to record, with the same set-up of the log as in Lambda.
    pub fn start() -> Self {
        LOGS.clone()
    }

    /// Returns the whole log.
    pub fn text(&self) -> String {
        String::from_utf8(self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()).unwrap()
    }

    /// Returns the log line by line.
    pub fn lines(&self) -> Vec<Value> {
        self.text().lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    }

    /// Returns the lines with this message.
    pub fn with_message(&self, message: &str) -> Vec<Value> {
        self.lines().into_iter().filter(|line| line["message"] == message).collect()
    }
}

impl io::Write for RecordedLogs {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl<'line> MakeWriter<'line> for RecordedLogs {
    type Writer = Self;

    fn make_writer(&'line self) -> Self {
        self.clone()
    }
}
