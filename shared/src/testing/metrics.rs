//! Metrics that are recorded instead of written.

use std::sync::{Arc, Mutex, PoisonError};

use serde_json::Value;

use crate::app::metrics::{Metric, Metrics};

/// Metrics that a test has recorded. Clones share one record.
#[derive(Clone, Debug, Default)]
pub struct RecordedMetrics(Arc<Mutex<Vec<Value>>>);

impl RecordedMetrics {
    /// Returns the writer that records here.
    pub fn metrics(&self) -> Metrics {
        let lines = self.0.clone();
        Metrics::to("test", move |line| {
            lines.lock().unwrap_or_else(PoisonError::into_inner).push(serde_json::from_str(line).unwrap());
        })
    }

    /// Returns the recorded values of this metric, in order.
    pub fn values_of(&self, metric: Metric) -> Vec<i64> {
        let lines = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        lines.iter().filter_map(|line| line[metric.as_str()].as_i64()).collect()
    }
}
