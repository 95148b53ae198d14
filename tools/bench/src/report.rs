//! The report of `checkout`, as text and as JSON.

use serde::Serialize;

use super::figures::Figures;
use super::fixture::{Balance, Sale};

/// Result of `checkout`.
#[derive(Debug, Serialize)]
pub(super) struct Report {
    pub(super) clients: usize,
    pub(super) connections: usize,
    pub(super) rounds: usize,
    pub(super) processors: usize,
    pub(super) delay_ms: f64,
    pub(super) pgbouncer_backends: Option<u32>,
    pub(super) rows: Vec<Row>,
    pub(super) balance: Balance,
    pub(super) events_taken_by_the_queue: u64,
}

/// Result of one kind of sale.
#[derive(Debug, Serialize)]
pub(super) struct Row {
    pub(super) sale: Sale,
    pub(super) served: Figures,
    pub(super) baseline: Figures,
    pub(super) ratio: f64,
}

impl std::fmt::Display for Report {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { clients, connections, rounds, processors, .. } = self;
        writeln!(f, "checkout: {clients} clients, server with {connections} connections, medians of {rounds} rounds")?;
        writeln!(f, "clients, server and PostgreSQL (commits on disk) share {processors} processors; {}", self.way())?;
        writeln!(f)?;
        writeln!(f, "                                      over HTTP                 place_order alone      ")?;
        writeln!(
            f,
            "                              per second  p50 ms  p99 ms  per second  p50 ms  p99 ms    ratio  aim"
        )?;
        for row in &self.rows {
            writeln!(f, "{row}")?;
        }
        let Balance { received, sold, on_hand, orders, events_marked_sent, .. } = self.balance;
        writeln!(f)?;
        writeln!(
            f,
            "units: {sold} sold + {on_hand} on hand = {received} received; {orders} orders, none without lines"
        )?;
        write!(
            f,
            "events: {} taken by the queue, {events_marked_sent} marked as sent; the baseline sends none",
            self.events_taken_by_the_queue
        )
    }
}

impl Report {
    fn way(&self) -> String {
        let pooler = self.pgbouncer_backends.map(|backends| format!("through PgBouncer with {backends} backends"));
        let delay = (self.delay_ms > 0.0).then(|| format!("{} ms added to every round trip", self.delay_ms));
        let way: Vec<String> = pooler.into_iter().chain(delay).collect();
        if way.is_empty() { "server directly on PostgreSQL".to_owned() } else { format!("server {}", way.join(", ")) }
    }
}

impl std::fmt::Display for Row {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let (name, aim) = match self.sale {
            Sale::Flash => ("orders, 1 variant", "ratio >= 0.7"),
            Sale::Spread => ("orders, 500 variants", "ratio >= 0.5"),
            Sale::SoldOut => ("refusals, sold out", ">= 5000 per second"),
            Sale::Large => ("orders of 500 lines", "ratio >= 0.7"),
        };
        let Self { served, baseline, ratio, .. } = self;
        write!(f, "{name:<30}{:>10.0}{:>8.1}{:>8.1}", served.per_second, served.p50_ms, served.p99_ms)?;
        write!(f, "{:>12.0}{:>8.1}{:>8.1}", baseline.per_second, baseline.p50_ms, baseline.p99_ms)?;
        write!(f, "{ratio:>9.2}  {aim}")
    }
}
