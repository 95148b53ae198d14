//! The report of `checkout`, as text and as JSON.

use serde::Serialize;

use super::costs::Costs;
use super::fixture::{Balance, Sale};
use crate::figures::Figures;

/// Result of `checkout`.
#[derive(Debug, Serialize)]
pub(super) struct Report {
    pub(super) connections: usize,
    pub(super) rounds: usize,
    pub(super) processors: usize,
    pub(super) commit_ms: f64,
    pub(super) delay_ms: f64,
    pub(super) pgbouncer_backends: Option<u32>,
    pub(super) rows: Vec<Row>,
    pub(super) costs: Vec<Costs>,
    pub(super) balance: Balance,
    pub(super) events_taken_by_the_queue: u64,
}

/// Result of one kind of sale with a number of clients.
#[derive(Debug, Serialize)]
pub(super) struct Row {
    pub(super) sale: Sale,
    pub(super) clients: usize,
    pub(super) served: Figures,
    pub(super) floor: Figures,
    pub(super) ratio: f64,
}

impl std::fmt::Display for Report {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { connections, rounds, processors, .. } = self;
        writeln!(f, "checkout: server with {connections} connections, medians of {rounds} rounds")?;
        writeln!(f, "clients, server and PostgreSQL share {processors} processors; {}", self.way())?;
        writeln!(f)?;
        writeln!(f, "                                         over HTTP                  the floor")?;
        writeln!(f, "                     clients  per second  p50 ms  p99 ms  per second  p50 ms  p99 ms   ratio")?;
        for row in &self.rows {
            writeln!(f, "{row}")?;
        }
        writeln!(f)?;
        writeln!(f, "what each costs      statements   plans  WAL bytes  index entries")?;
        for costs in &self.costs {
            writeln!(f, "{costs}")?;
        }
        let Balance { received, sold, on_hand, orders, events_marked_sent, .. } = self.balance;
        writeln!(f)?;
        writeln!(
            f,
            "units: {sold} sold + {on_hand} on hand = {received} received; {orders} orders, none without lines"
        )?;
        write!(f, "events: {} taken by the queue, {events_marked_sent} marked as sent", self.events_taken_by_the_queue)
    }
}

impl Report {
    /// Describes what lies between the clients and the disk. The floor takes the same way.
    fn way(&self) -> String {
        let pooler = self.pgbouncer_backends.map(|backends| format!("through PgBouncer with {backends} backends"));
        let delay = (self.delay_ms > 0.0).then(|| format!("{} ms added to every round trip", self.delay_ms));
        let commit = (self.commit_ms > 0.0).then(|| format!("{} ms added to every commit", self.commit_ms));
        let way: Vec<String> = pooler.into_iter().chain(delay).chain(commit).collect();
        if way.is_empty() { "directly on PostgreSQL, whose commits go to disk".to_owned() } else { way.join(", ") }
    }
}

impl std::fmt::Display for Row {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { sale, clients, served, floor, ratio } = self;
        write!(f, "{:<21}{clients:>7}", sale.name())?;
        write!(f, "{:>12.0}{:>8.1}{:>8.1}", served.per_second, served.p50_ms, served.p99_ms)?;
        write!(f, "{:>12.0}{:>8.1}{:>8.1}{ratio:>8.2}", floor.per_second, floor.p50_ms, floor.p99_ms)
    }
}

impl std::fmt::Display for Costs {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { sale, statements, plans, wal_bytes, index_entries } = self;
        write!(f, "{:<21}{statements:>10.1}{plans:>8.1}{wal_bytes:>11.0}{index_entries:>15.1}", sale.name())
    }
}
