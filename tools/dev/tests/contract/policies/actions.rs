//! Each function may do what its code does, and nothing else.

use std::collections::BTreeSet;

use super::{Statement, of_function};
use crate::functions::{all, workspace};
use crate::template::{functions, template};

/// Actions of functions: the action, the reason for it, and the functions that need it.
const ACTIONS: &[(&str, &str, &[&str])] = &[
    (
        "rds-db:connect",
        "SQL: a login uses an IAM token instead of a password",
        &[
            "admin",
            "auth",
            "cart",
            "catalogue",
            "migrate",
            "notifications",
            "orders",
            "outbox-relay",
            "scheduler",
            "transfer-worker",
            "transfers",
            "uploads",
        ],
    ),
    (
        "sqs:SendMessage",
        "events of the outbox go to one queue, jobs for the rest of a file to another",
        &["auth", "orders", "outbox-relay", "scheduler", "transfer-worker", "transfers"],
    ),
    ("ses:SendEmail", "it sends the mails", &["notifications"]),
    ("secretsmanager:GetSecretValue", "it reads its keys at its start", &["auth"]),
    (
        "s3:GetObject",
        "uploaded files are read, and exports are downloaded",
        &["transfer-worker", "transfers", "uploads"],
    ),
    (
        "s3:PutObject",
        "a presigned request has the permissions of its signer; images and exports are written",
        &["transfer-worker", "transfers", "uploads"],
    ),
    ("s3:DeleteObject", "files that were processed or refused are deleted", &["transfer-worker", "uploads"]),
    ("s3:AbortMultipartUpload", "a cancelled export leaves no parts", &["transfer-worker"]),
    ("s3:ListBucket", "without it a missing file is a 403", &["transfer-worker", "transfers", "uploads"]),
];

#[test]
fn a_function_has_exactly_the_permissions_that_it_uses() {
    let template = template();
    for function in functions() {
        let statements = of_function(&template, &function);
        assert!(statements.iter().all(|statement| statement.effect() == "Allow"), "{statements:?}");
        let may: BTreeSet<String> = statements.iter().flat_map(Statement::actions).collect();
        let name = function.binary();
        let uses = ACTIONS.iter().filter(|(_, _, who)| who.contains(&name.as_str()));
        assert_eq!(may, uses.map(|(action, ..)| (*action).to_owned()).collect(), "{name}");
    }
}

/// Compares the table above with the code, so that it does not only repeat the template.
#[test]
fn the_actions_of_a_function_match_its_dependencies() {
    for function in all() {
        let folder = workspace().join("functions").join(&function);
        let manifest = std::fs::read_to_string(folder.join("Cargo.toml")).unwrap();
        let main = std::fs::read_to_string(folder.join("src/main.rs")).unwrap();
        let features = manifest.lines().find(|line| line.starts_with("shared = {")).unwrap_or_default();
        let has = |feature: &str| features.contains(&format!("\"{feature}\""));
        let built_with = [
            ("rds-db:connect", !main.contains("serve_without_database")),
            ("sqs:SendMessage", has("sqs")),
            ("ses:SendEmail", manifest.contains("aws-sdk-sesv2")),
            ("secretsmanager:GetSecretValue", manifest.contains("aws-sdk-secretsmanager")),
            ("s3:GetObject", has("s3")),
            ("s3:PutObject", has("s3")),
            // `transfers` starts an import, but the worker ends it.
            ("s3:DeleteObject", has("s3") && function != "transfers"),
            // Only the worker writes files part by part.
            ("s3:AbortMultipartUpload", function == "transfer-worker"),
            ("s3:ListBucket", has("s3")),
        ];
        assert_eq!(built_with.len(), ACTIONS.len());
        for (action, used) in built_with {
            let (.., who) = ACTIONS.iter().find(|(name, ..)| *name == action).unwrap();
            assert_eq!(who.contains(&function.as_str()), used, "{function}: {action}");
        }
    }
}
