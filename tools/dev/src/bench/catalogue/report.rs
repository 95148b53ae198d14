//! The figures, for people and for programs.

use serde::Serialize;

use super::super::figures::Figures;
use super::asks::Ask;

/// What of the floor's pace is aimed at, by many at once.
const PACE: f64 = 0.4;
/// How many times the floor's median is aimed at, by one alone.
const MEDIAN: f64 = 1.5;
/// How long a search may take where there are 100,000 products, in milliseconds.
const SEARCH_MS: f64 = 20.0;
/// How many times longer it may take where there are ten times as many.
const SEARCH_GROWTH: f64 = 2.0;
/// How much slower the deep page may be than the first. What is left above 1 is noise.
const DEEP: f64 = 1.2;

/// All that a run of `catalogue` says.
#[derive(Debug, Serialize)]
pub(super) struct Report {
    pub(super) clients: usize,
    pub(super) connections: usize,
    pub(super) rounds: usize,
    pub(super) requests: usize,
    pub(super) processors: usize,
    pub(super) sizes: Vec<Size>,
}

/// A catalogue of so many products.
#[derive(Debug, Serialize)]
pub(super) struct Size {
    pub(super) products: i64,
    pub(super) rows: Vec<Row>,
}

/// One kind of question.
#[derive(Debug, Serialize)]
pub(super) struct Row {
    pub(super) ask: Ask,
    pub(super) many: Beside,
    pub(super) one: Beside,
}

/// What is served beside the floor.
#[derive(Clone, Copy, Debug, Serialize)]
pub(super) struct Beside {
    pub(super) served: Figures,
    pub(super) floor: Figures,
}

/// What a kind of question is called.
pub(super) const fn name(ask: Ask) -> &'static str {
    match ask {
        Ask::FirstPage => "first page of 50",
        Ask::ReadyPage => "first page, ready",
        Ask::DeepPage => "page 1,000 of 50",
        Ask::CategoryPage => "category, 50, facets",
        Ask::Word => "search by word",
        Ask::Typo => "search by typo",
        Ask::Product => "product by slug",
    }
}

impl Size {
    fn of(&self, ask: Ask) -> Option<&Row> {
        self.rows.iter().find(|row| row.ask == ask)
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
            "clients, server and PostgreSQL share {processors} processors; the floor is one prepared statement"
        )?;
        for size in &self.sizes {
            writeln!(f)?;
            writeln!(
                f,
                "{} products        {clients:>3} clients, per second           1 client, p50 ms",
                size.products
            )?;
            writeln!(f, "                          HTTP     floor   ratio              HTTP   floor   times")?;
            for row in &size.rows {
                writeln!(f, "{row}")?;
            }
            size.deep_page(f)?;
        }
        writeln!(f)?;
        for ask in [Ask::Word, Ask::Typo] {
            self.search(f, ask)?;
        }
        Ok(())
    }
}

impl Size {
    fn deep_page(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let (Some(first), Some(deep)) = (self.of(Ask::FirstPage), self.of(Ask::DeepPage)) else { return Ok(()) };
        let (first, deep) = (first.one.served.p50_ms, deep.one.served.p50_ms);
        let is_met = deep <= DEEP * first;
        writeln!(f, "page 1,000 takes {:.2} of the first page's time  aim about 1: {}", deep / first, met(is_met))
    }
}

impl Report {
    fn search(&self, f: &mut std::fmt::Formatter<'_>, ask: Ask) -> std::fmt::Result {
        let mut rows = self.sizes.iter().filter_map(|size| Some((size.products, size.of(ask)?.one.served.p50_ms)));
        let Some((products, small)) = rows.next() else { return Ok(()) };
        write!(f, "{}: p50 {small:.1} ms at {products}  aim < {SEARCH_MS} ms: {}", name(ask), met(small < SEARCH_MS))?;
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
        let Self { ask, many, one } = self;
        let ratio = many.served.per_second / many.floor.per_second;
        write!(f, "{:<20}{:>10.0}{:>10.0}{ratio:>8.2}", name(*ask), many.served.per_second, many.floor.per_second)?;
        write!(f, " {:<6}", met(ratio >= PACE))?;
        let times = one.served.p50_ms / one.floor.p50_ms;
        write!(f, "{:>11.2}{:>8.2}{times:>8.2} {}", one.served.p50_ms, one.floor.p50_ms, met(times <= MEDIAN))
    }
}
