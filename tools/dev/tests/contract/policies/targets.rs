//! Each function reaches only the queues and the database login that it uses.

use std::collections::BTreeSet;

use migrations::role_of;
use serde_json::json;

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
fn a_function_reads_no_secret_but_the_one_that_a_parameter_names() {
    let template = template();
    for function in functions() {
        for statement in of_function(&template, &function) {
            if statement.actions().iter().any(|action| action.starts_with("secretsmanager:")) {
                assert_eq!(statement.json["Resource"], json!({"Ref": "AuthSecretArn"}), "{}", function.name);
            }
        }
    }
}

/// `migrate` logs in as the owner of the tables, and every other function as its own role.
#[test]
fn a_function_logs_in_to_the_database_as_its_own_role_and_no_other() {
    let template = template();
    for function in functions() {
        let name = function.binary();
        let role = if name == "migrate" { Some("shop_owner") } else { role_of(&name) };
        let connects =
            of_function(&template, &function).into_iter().filter(|statement| statement.actions() == ["rds-db:connect"]);
        let logins: Vec<String> = connects
            .flat_map(|statement| texts(&statement.json["Resource"]))
            .filter_map(|text| {
                text.contains(":dbuser:").then(|| text.rsplit('/').next().unwrap_or_default().to_owned())
            })
            .collect();
        assert_eq!(logins, role.into_iter().collect::<Vec<_>>(), "{name}");
        assert_eq!(function.property("Environment")["Variables"]["DATABASE_USER"].as_str(), role, "{name}");
    }
}
