//! The report, as text and as JSON.

use serde::Serialize;

use super::cases::Case;
use crate::figures::Figures;

/// Target: share of the baseline's throughput with many clients.
const MIN_RATIO: f64 = 0.4;
/// Target: multiple of the baseline's median with one client.
const MAX_TIMES: f64 = 1.5;
/// Target: median of a search in 100,000 products, in milliseconds.
const SEARCH_MS: f64 = 20.0;
/// Target: growth of that median with ten times as many products.
const SEARCH_GROWTH: f64 = 2.0;
/// Target: time of the deep page relative to the first page. The rest above 1 is noise.
const DEEP: f64 = 1.2;

/// Result of `catalogue`.
#[derive(Debug, Serialize)]
pub(super) struct Report {
    pub(super) clients: usize,
    pub(super) connections: usize,
    pub(super) rounds: usize,
    pub(super) requests: usize,
    pub(super) processors: usize,
    pub(super) sizes: Vec<Size>,
}

/// Results for one number of products.
#[derive(Debug, Serialize)]
pub(super) struct Size {
    pub(super) products: i64,
    pub(super) rows: Vec<Row>,
}

/// Result of one case.
#[derive(Debug, Serialize)]
pub(super) struct Row {
    pub(super) case: Case,
    pub(super) many: Comparison,
    pub(super) one: Comparison,
}

/// Measurements over HTTP and of the baseline.
#[derive(Clone, Copy, Debug, Serialize)]
pub(super) struct Comparison {
    pub(super) served: Figures,
    pub(super) baseline: Figures,
}

/// Returns the name of a case.
pub(super) const fn name(case: Case) -> &'static str {
    match case {
        Case::FirstPage => "first page of 50",
        Case::ReadyPage => "first page, ready",
        Case::DeepPage => "page 1,000 of 50",
        Case::CategoryPage => "category, 50, facets",
        Case::LargeCategory => "large category, facets",
        Case::Word => "search by word",
        Case::TwoWords => "search by two words",
        Case::Typo => "search by typo",
        Case::Product => "product by slug",
    }
}

impl Size {
    fn of(&self, case: Case) -> Option<&Row> {
        self.rows.iter().find(|row| row.case == case)
    }
}

const fn met(is_met: bool) -> &'static str {
    if is_met { "met" } else { "MISSED" }
}

impl std::fmt::Display for Report {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { clients, connections, rounds, requests, processors, .. } = self;
        writeln!(
            f,
            "catalogue: {requests} requests each, server with {connections} connections, medians of {rounds} rounds"
        )?;
        writeln!(
            f,
            "clients, server and PostgreSQL share {processors} processors; the baseline is one prepared statement"
        )?;
        for size in &self.sizes {
            writeln!(f)?;
            writeln!(
                f,
                "{} products        {clients:>3} clients, per second           1 client, p50 ms",
                size.products
            )?;
            writeln!(f, "                          HTTP  baseline   ratio              HTTP baseline  times")?;
            for row in &size.rows {
                writeln!(f, "{row}")?;
            }
            size.deep_page(f)?;
        }
        writeln!(f)?;
        for case in [Case::Word, Case::Typo] {
            self.search(f, case)?;
        }
        Ok(())
    }
}

impl Size {
    fn deep_page(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let (Some(first), Some(deep)) = (self.of(Case::FirstPage), self.of(Case::DeepPage)) else { return Ok(()) };
        let (first, deep) = (first.one.served.p50_ms, deep.one.served.p50_ms);
        let is_met = deep <= DEEP * first;
        writeln!(f, "page 1,000 takes {:.2} of the first page's time  aim about 1: {}", deep / first, met(is_met))
    }
}

impl Report {
    fn search(&self, f: &mut std::fmt::Formatter<'_>, case: Case) -> std::fmt::Result {
        let mut rows = self.sizes.iter().filter_map(|size| Some((size.products, size.of(case)?.one.served.p50_ms)));
        let Some((products, small)) = rows.next() else { return Ok(()) };
        write!(f, "{}: p50 {small:.1} ms at {products}  aim < {SEARCH_MS} ms: {}", name(case), met(small < SEARCH_MS))?;
        if let Some((products, large)) = rows.next() {
            let times = large / small;
            write!(
                f,
                "; {large:.1} ms at {products}, {times:.1} times  aim <= {SEARCH_GROWTH}: {}",
                met(times <= SEARCH_GROWTH)
            )?;
        }
        writeln!(f)
    }
}

impl std::fmt::Display for Row {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { case, many, one } = self;
        let ratio = many.served.per_second / many.baseline.per_second;
        write!(f, "{:<20}{:>10.0}{:>10.0}{ratio:>8.2}", name(*case), many.served.per_second, many.baseline.per_second)?;
        write!(f, " {:<6}", met(ratio >= MIN_RATIO))?;
        let times = one.served.p50_ms / one.baseline.p50_ms;
        write!(f, "{:>11.2}{:>8.2}{times:>8.2} {}", one.served.p50_ms, one.baseline.p50_ms, met(times <= MAX_TIMES))
    }
}
