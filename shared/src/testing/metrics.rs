//! Metrics that are kept instead of written.

use std::sync::{Arc, Mutex, PoisonError};

use serde_json::Value;

use crate::app::metrics::{Metric, Metrics};

/// Keeps what is counted. Cheap to clone.
#[derive(Clone, Debug, Default)]
pub struct RecordedMetrics(Arc<Mutex<Vec<Value>>>);

impl RecordedMetrics {
    /// What writes to it.
    pub fn metrics(&self) -> Metrics {
        let lines = self.0.clone();
        Metrics::to("test", move |line| {
            lines.lock().unwrap_or_else(PoisonError::into_inner).push(serde_json::from_str(line).unwrap());
        })
    }

    /// Every value that was written of this metric, in order.
    pub fn of(&self, metric: Metric) -> Vec<i64> {
        let lines = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        lines.iter().filter_map(|line| line[metric.name()].as_i64()).collect()
    }
}
