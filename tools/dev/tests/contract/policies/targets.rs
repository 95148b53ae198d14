//! Each function reaches only the queues and the database login that it uses.

use std::collections::BTreeSet;

use super::{of_function, texts};
use crate::template::{functions, template};

/// Events go to one queue and transfers to another, and no function sends to a queue that it does not need.
#[test]
fn a_function_sends_to_the_queues_that_it_uses_and_to_no_other() {
    let template = template();
    for function in functions() {
        let sends = of_function(&template, &function).into_iter().filter(|one| one.actions() == ["sqs:SendMessage"]);
        let queues: BTreeSet<String> =
            sends.flat_map(|one| texts(&one.json["Resource"])).filter(|text| text != "Arn").collect();
        let expected: &[&str] = match function.binary().as_str() {
            "auth" | "orders" | "outbox-relay" => &["OrderEvents"],
            "scheduler" | "transfer-worker" | "transfers" => &["CatalogueJobs"],
            _ => &[],
        };
        assert_eq!(queues, expected.iter().map(|queue| (*queue).to_owned()).collect(), "{}", function.name);
    }
}

#[test]
fn only_migrate_logs_in_as_the_owner_of_the_tables() {
    let template = template();
    for function in functions() {
        let expected = if function.binary() == "migrate" { "/shop_owner" } else { "/shop" };
        for statement in of_function(&template, &function) {
            if statement.actions() == ["rds-db:connect"] {
                let login = texts(&statement.json["Resource"]).into_iter().find(|text| text.contains(":dbuser:"));
                let login = login.unwrap_or_default();
                assert!(login.ends_with(expected), "{}: {login}", function.name);
            }
        }
    }
}
