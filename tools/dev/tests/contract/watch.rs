//! `cargo lambda watch` sends every path to the same function as API Gateway.

use std::collections::BTreeMap;
use std::process::Command;

use serde_json::Value;

use crate::functions::workspace;
use crate::template::{Route, routes};

/// Returns `[workspace.metadata.lambda.watch.router]`, as Cargo reads it.
fn router() -> BTreeMap<String, String> {
    let metadata = Command::new(env!("CARGO"))
        .args(["metadata", "--no-deps", "--offline", "--format-version", "1"])
        .current_dir(workspace())
        .output()
        .unwrap();
    let metadata: Value = serde_json::from_slice(&metadata.stdout).unwrap();
    serde_json::from_value(metadata["metadata"]["lambda"]["watch"]["router"].clone()).unwrap()
}

#[test]
fn the_routes_of_cargo_lambda_watch_are_those_of_the_template() {
    let mut expected = BTreeMap::new();
    // A route for one method leads to the same function as the route for all of them (`routes`).
    for Route { function, path, .. } in routes().into_iter().filter(|route| route.method == "ANY") {
        match path.strip_suffix("{proxy+}") {
            // Neither API Gateway's greedy variable nor that of `cargo lambda watch` matches an empty rest.
            Some(prefix) => drop(expected.insert(format!("{prefix}{{*path}}"), function)),
            // API Gateway ignores a slash at the end.
            None => {
                expected.insert(format!("{path}/"), function.clone());
                expected.insert(path, function);
            }
        }
    }
    assert_eq!(router(), expected);
}
