//! Metrics: CloudWatch reads them from the log (embedded metric format), so that counting means writing a line.
//!
//! Source: "Specification: Embedded metric format", Amazon CloudWatch User Guide. The alarms in template.yaml name these metrics.

use std::fmt::Write as _;
use std::io::Write as _;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use super::Environment;
use crate::time::Timestamp;

/// Namespace of the metrics in CloudWatch.
pub const NAMESPACE: &str = "Shop";
/// Dimension that separates the stacks. It is the only one, because each value of a dimension is a metric that costs money.
pub const DIMENSION: &str = "stack";

/// The metrics of the shop.
#[derive(Clone, Copy, Debug, PartialEq, Eq, strum::IntoStaticStr, strum::VariantArray)]
pub enum Metric {
    /// Orders that were placed.
    Orders,
    /// Checkouts that were refused because there was too little stock.
    SoldOut,
    /// Events that wait in the outbox.
    OutboxUnsent,
    /// Age of the oldest waiting event.
    OutboxOldestSeconds,
    /// Mails that were accepted by the mailer.
    MailsSent,
    /// Mails that failed for good.
    MailsFailed,
    /// Execution environments that received their first event.
    ColdStarts,
}

impl Metric {
    /// All metrics, in order.
    pub const ALL: &'static [Self] = <Self as strum::VariantArray>::VARIANTS;

    /// Returns the name in CloudWatch.
    pub fn as_str(self) -> &'static str {
        self.into()
    }

    /// Returns the unit of the values.
    pub const fn unit(self) -> &'static str {
        match self {
            Self::OutboxOldestSeconds => "Seconds",
            Self::Orders
            | Self::SoldOut
            | Self::OutboxUnsent
            | Self::MailsSent
            | Self::MailsFailed
            | Self::ColdStarts => "Count",
        }
    }
}

/// A writer of metrics, which may do nothing. Cheap to clone.
#[derive(Clone)]
pub struct Metrics(Option<Arc<Emf>>);

struct Emf {
    /// Name of the stack as JSON.
    stack: String,
    write: Box<dyn Fn(&str) + Send + Sync>,
}

impl Metrics {
    /// Writes to standard output in the name of `STACK_NAME`. Without a name nothing is written, because nobody would read it.
    pub fn from_environment(environment: &Environment) -> Self {
        // Each line is one write, which the lock keeps whole. A failed write is no reason to fail a request.
        let write = |line: &str| drop(std::io::stdout().lock().write_all(line.as_bytes()));
        environment.get("STACK_NAME").map_or_else(Self::off, |stack| Self::to(stack, write))
    }

    /// Writes no metrics at all.
    pub const fn off() -> Self {
        Self(None)
    }

    /// Passes each line, with its line end, to `write`.
    pub fn to(stack: &str, write: impl Fn(&str) + Send + Sync + 'static) -> Self {
        Self(Some(Arc::new(Emf { stack: serde_json::Value::from(stack).to_string(), write: Box::new(write) })))
    }

    /// Adds one to a counter.
    pub fn count(&self, metric: Metric, now: Timestamp) {
        self.put(&[(metric, 1)], now);
    }

    /// Writes these values in one line.
    pub fn put(&self, values: &[(Metric, i64)], now: Timestamp) {
        if let Some(emf) = &self.0 {
            (emf.write)(&emf.line(values, now));
        }
    }
}

impl Emf {
    /// Formats the line by hand, in one allocation, because a sale refuses thousands of checkouts a second and each is a line.
    fn line(&self, values: &[(Metric, i64)], now: Timestamp) -> String {
        let mut line = String::with_capacity(192 + self.stack.len() + 80 * values.len());
        // Writing to a String cannot fail.
        let _ = write!(
            line,
            r#"{{"_aws":{{"Timestamp":{},"CloudWatchMetrics":[{{"Namespace":"{NAMESPACE}","Dimensions":[["{DIMENSION}"]],"Metrics":["#,
            now.micros() / 1000
        );
        for (index, (metric, _)) in values.iter().enumerate() {
            let comma = if index == 0 { "" } else { "," };
            let _ = write!(line, r#"{comma}{{"Name":"{}","Unit":"{}"}}"#, metric.as_str(), metric.unit());
        }
        let _ = write!(line, r#"]}}]}},"{DIMENSION}":{}"#, self.stack);
        for (metric, value) in values {
            let _ = write!(line, r#","{}":{value}"#, metric.as_str());
        }
        line.push_str("}\n");
        line
    }
}

/// Remembers whether this execution environment has had its first event.
#[derive(Clone, Debug, Default)]
pub(super) struct ColdStart(Arc<AtomicBool>);

impl ColdStart {
    /// Returns true at the first call and false afterwards.
    pub(super) fn take_first(&self) -> bool {
        // The load comes first: all but one call return here without contending for the swap.
        !self.0.load(Ordering::Relaxed) && !self.0.swap(true, Ordering::Relaxed)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;

    use serde_json::{Value, json};

    use super::*;

    fn written(stack: &str, values: &[(Metric, i64)]) -> String {
        let written = Arc::new(Mutex::new(String::new()));
        let metrics = Metrics::to(stack, {
            let written = written.clone();
            move |line| written.lock().unwrap().push_str(line)
        });
        metrics.put(values, Timestamp::from_micros(1_795_329_531_782_622));
        written.lock().unwrap().clone()
    }

    /// Checks a document against the specification and returns the metrics that it declares.
    fn declared(document: &Value) -> Vec<(String, String)> {
        let root = document.as_object().unwrap();
        let aws = root["_aws"].as_object().unwrap();
        assert_eq!(aws.keys().collect::<Vec<_>>(), ["CloudWatchMetrics", "Timestamp"], "nothing else may stand there");
        assert!(aws["Timestamp"].as_i64().is_some_and(|ms| (1e12..1e13).contains(&(ms as f64))), "milliseconds");
        let directives = aws["CloudWatchMetrics"].as_array().unwrap();
        let mut metrics = Vec::new();
        for directive in directives {
            let directive = directive.as_object().unwrap();
            assert_eq!(directive.keys().collect::<Vec<_>>(), ["Dimensions", "Metrics", "Namespace"]);
            assert!((1..=1024).contains(&directive["Namespace"].as_str().unwrap().len()));
            for set in directive["Dimensions"].as_array().unwrap() {
                let set = set.as_array().unwrap();
                assert!((1..=30).contains(&set.len()));
                for dimension in set {
                    let value = root[dimension.as_str().unwrap()].as_str().unwrap();
                    assert!((1..=1024).contains(&value.len()), "a dimension's value is text");
                }
            }
            let definitions = directive["Metrics"].as_array().unwrap();
            assert!((1..=100).contains(&definitions.len()));
            for definition in definitions {
                let (name, unit) = (definition["Name"].as_str().unwrap(), definition["Unit"].as_str().unwrap());
                assert!(["Count", "Seconds"].contains(&unit), "units that CloudWatch knows");
                assert!(root[name].is_number(), "a metric's value is a number at the root");
                metrics.push((name.to_owned(), unit.to_owned()));
            }
        }
        metrics
    }

    #[test]
    fn a_line_follows_the_specification() {
        let line = written("shop-staging", &[(Metric::OutboxUnsent, 3), (Metric::OutboxOldestSeconds, 90)]);
        assert_eq!(line.matches('\n').count(), 1, "one line");
        let document: Value = serde_json::from_str(&line).unwrap();
        assert_eq!(
            declared(&document),
            [("OutboxUnsent".into(), "Count".into()), ("OutboxOldestSeconds".into(), "Seconds".into())]
        );
        assert_eq!(
            document,
            json!({
                "_aws": {"Timestamp": 1_795_329_531_782_i64, "CloudWatchMetrics": [{
                    "Namespace": "Shop",
                    "Dimensions": [["stack"]],
                    "Metrics": [{"Name": "OutboxUnsent", "Unit": "Count"}, {"Name": "OutboxOldestSeconds", "Unit": "Seconds"}],
                }]},
                "stack": "shop-staging",
                "OutboxUnsent": 3,
                "OutboxOldestSeconds": 90,
            })
        );
    }

    #[test]
    fn every_metric_may_stand_in_a_line() {
        for &metric in Metric::ALL {
            let document = serde_json::from_str(&written("shop", &[(metric, 1)])).unwrap();
            assert_eq!(declared(&document), [(metric.as_str().to_owned(), metric.unit().to_owned())]);
        }
    }

    #[test]
    fn quotes_in_a_name_are_escaped() {
        let document: Value = serde_json::from_str(&written("a \"b\"\n", &[(Metric::Orders, 1)])).unwrap();
        assert_eq!(document["stack"], "a \"b\"\n");
    }

    #[test]
    fn without_a_stack_there_are_no_metrics() {
        assert!(Metrics::from_environment(&Environment::default()).0.is_none());
        assert!(Metrics::from_environment(&Environment::from_iter([("STACK_NAME", "shop")])).0.is_some());
    }

    #[test]
    fn a_start_is_cold_once() {
        let cold = ColdStart::default();
        let other = cold.clone();
        assert_eq!([cold.take_first(), cold.take_first(), other.take_first()], [true, false, false]);
    }
}
