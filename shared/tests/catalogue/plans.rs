//! The indexes that statements read, from the plans that PostgreSQL logs (`auto_explain`).

use std::collections::BTreeSet;

use serde_json::Value;
use shared::testing::RecordedLogs;

/// Collects the indexes that a plan reads, and in brackets each product table that it scans completely.
fn indexes(plan: &Value, found: &mut BTreeSet<String>) {
    let table = plan["Relation Name"].as_str().filter(|table| table.starts_with("product"));
    if let Some(table) = table.filter(|_| plan["Node Type"] == "Seq Scan") {
        found.insert(format!("({table})"));
    }
    if let Some(index) = plan["Index Name"].as_str() {
        found.insert(index.to_owned());
    }
    for below in plan["Plans"].as_array().into_iter().flatten() {
        indexes(below, found);
    }
}

/// Returns the plans in these lines of a log.
fn plans(lines: &[Value]) -> impl DoubleEndedIterator<Item = &str> {
    lines.iter().filter_map(|line| line["message"].as_str()?.split_once("plan:\n").map(|(_, plan)| plan))
}

fn indexes_of(plan: &str) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    indexes(&serde_json::from_str::<Value>(plan).unwrap()["Plan"], &mut found);
    found
}

/// Returns the indexes that the last statement about products read.
pub(crate) fn last_indexes(logs: &RecordedLogs) -> BTreeSet<String> {
    let of_products =
        |plan: &&str| ["from products", "join products", "product_index"].iter().any(|table| plan.contains(table));
    indexes_of(plans(&logs.lines()).rfind(of_products).unwrap())
}

/// Returns the indexes that the statements after this number of log lines read.
pub(crate) fn indexes_since(logs: &RecordedLogs, lines: usize) -> BTreeSet<String> {
    plans(&logs.lines()[lines..]).flat_map(indexes_of).collect()
}

/// Asserts that the last statement used this index and scanned no product table; returns the indexes.
pub(crate) fn assert_reads_by(logs: &RecordedLogs, index: &str) -> BTreeSet<String> {
    let read = last_indexes(logs);
    assert!(read.contains(index) && !reads_all(&read), "{index}: {read:?}");
    read
}

/// Returns true if a product table was scanned completely.
pub(crate) fn reads_all(read: &BTreeSet<String>) -> bool {
    read.contains("(products)") || read.contains("(product_index)")
}
