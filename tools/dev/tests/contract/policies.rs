//! Permissions in the cloud: each function has only those that it uses, and each wildcard has a reason.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::functions::{all, workspace};
use crate::template::{Resource, functions, read, resource, resources_of, template};

/// Allowed wildcards: the resource of the template, the wildcard and the reason.
const WILDCARDS: &[(&str, &str, &str)] = &[
    ("ImageBucketPolicy", "Deny to anyone", "there is no access without TLS"),
    ("ImageBucketPolicy", "Deny of s3:*", "there is no access without TLS"),
    ("ImageBucketPolicy", "Deny on ${ImageBucket.Arn}/*", "there is no access without TLS"),
    (
        "ImageBucketPolicy",
        "Allow on ${ImageBucket.Arn}/*",
        "the names of images are not known in advance, and the CDN may read each",
    ),
    ("UploadBucketPolicy", "Deny to anyone", "there is no access without TLS"),
    ("UploadBucketPolicy", "Deny of s3:*", "there is no access without TLS"),
    ("UploadBucketPolicy", "Deny on ${UploadBucket.Arn}/*", "there is no access without TLS"),
    ("Uploads", "Allow on ${UploadBucket.Arn}/uploads/*", "uploaded files have random names"),
    ("Uploads", "Allow on ${ImageBucket.Arn}/images/*", "images have random names"),
    ("Transfers", "Allow on ${UploadBucket.Arn}/imports/*", "files have random names"),
    ("Transfers", "Allow on ${UploadBucket.Arn}/exports/*", "files have random names"),
    ("TransferWorker", "Allow on ${UploadBucket.Arn}/imports/*", "files have random names"),
    ("TransferWorker", "Allow on ${UploadBucket.Arn}/exports/*", "files have random names"),
    (
        "S3Endpoint",
        "Allow to anyone",
        "it limits the traffic through the endpoint; the policies of the functions decide who may use it",
    ),
    ("S3Endpoint", "Allow on ${UploadBucket.Arn}/*", "files have random names"),
    ("S3Endpoint", "Allow on ${ImageBucket.Arn}/images/*", "images have random names"),
    (
        "SqsEndpoint",
        "Allow to anyone",
        "it limits the traffic through the endpoint; the policies of the functions decide who may send",
    ),
];

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

/// One statement of a policy of any kind.
#[derive(Debug)]
struct Statement {
    /// Name of the resource of the template that contains the statement.
    place: String,
    json: Value,
}

impl Statement {
    fn effect(&self) -> &str {
        self.json["Effect"].as_str().unwrap()
    }

    fn actions(&self) -> Vec<String> {
        texts(&self.json["Action"])
    }

    /// Returns the parts of the statement that cover more than they name: wildcards and inverted elements.
    fn wildcards(&self) -> Vec<String> {
        let mut found = Vec::new();
        let effect = self.effect();
        for inverted in ["NotAction", "NotResource", "NotPrincipal"] {
            if !self.json[inverted].is_null() {
                found.push(format!("{effect} with {inverted}"));
            }
        }
        let wild = |text: &String| text.contains(['*', '?']);
        found.extend(self.actions().iter().filter(|action| wild(action)).map(|action| format!("{effect} of {action}")));
        found.extend(texts(&self.json["Resource"]).iter().filter(|on| wild(on)).map(|on| format!("{effect} on {on}")));
        if texts(&self.json["Principal"]).iter().any(wild) {
            found.push(format!("{effect} to anyone"));
        }
        found
    }
}

/// Returns every text in a value, also inside functions of CloudFormation.
fn texts(value: &Value) -> Vec<String> {
    match value {
        Value::String(text) => vec![text.clone()],
        Value::Array(items) => items.iter().flat_map(texts).collect(),
        Value::Object(entries) => entries.values().flat_map(texts).collect(),
        Value::Null | Value::Bool(_) | Value::Number(_) => Vec::new(),
    }
}

/// Returns every statement of every resource: an object with an `Effect` is a statement.
fn statements(template: &Value) -> Vec<Statement> {
    let mut found = Vec::new();
    for (place, json) in template["Resources"].as_object().unwrap() {
        collect(place, json, &mut found);
    }
    found
}

fn collect(place: &str, value: &Value, found: &mut Vec<Statement>) {
    if value["Effect"].is_string() {
        found.push(Statement { place: place.to_owned(), json: value.clone() });
    }
    match value {
        Value::Array(items) => items.iter().for_each(|item| collect(place, item, found)),
        Value::Object(entries) => entries.values().for_each(|item| collect(place, item, found)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

/// Returns the wildcards without a reason.
fn unreasoned(template: &Value) -> Vec<(String, String)> {
    let found = statements(template).into_iter().flat_map(|statement| {
        statement.wildcards().into_iter().map(move |wildcard| (statement.place.clone(), wildcard))
    });
    found.filter(|(place, what)| !WILDCARDS.iter().any(|(at, which, _)| at == place && which == what)).collect()
}

/// Returns the policies that AWS or SAM wrote, because the template does not show what they allow.
fn written_elsewhere(template: &Value) -> Vec<String> {
    let mut found = Vec::new();
    let own = resources_of(template, "AWS::IAM::ManagedPolicy");
    let is_own = |policy: &Value| own.iter().any(|own| policy["Ref"] == own.name.as_str());
    for function in resources_of(template, "AWS::Serverless::Function") {
        if !function.property("Role").is_null() {
            found.push(format!("{}: Role", function.name));
        }
        for policy in list(function.property("Policies")) {
            if !policy["Statement"].is_array() && !is_own(&policy) {
                found.push(format!("{}: {policy}", function.name));
            }
        }
    }
    for role in resources_of(template, "AWS::IAM::Role") {
        let managed = list(role.property("ManagedPolicyArns"));
        found.extend(managed.iter().filter(|policy| !is_own(policy)).map(|policy| format!("{}: {policy}", role.name)));
    }
    found
}

fn list(value: &Value) -> Vec<Value> {
    if value.is_null() { Vec::new() } else { value.as_array().cloned().unwrap_or_else(|| vec![value.clone()]) }
}

/// Returns the statements of a function: its own, and those of the policies that it shares with others.
fn of_function(template: &Value, function: &Resource) -> Vec<Statement> {
    let mut found = Vec::new();
    for policy in list(function.property("Policies")) {
        match policy["Ref"].as_str() {
            Some(shared) => collect(&function.name, &resource(template, shared).json, &mut found),
            None => collect(&function.name, &policy, &mut found),
        }
    }
    found
}

#[test]
fn no_policy_has_a_wildcard_without_a_reason() {
    let template = template();
    assert!(statements(&template).len() > 8);
    assert_eq!(unreasoned(&template), []);
}

#[test]
fn every_reason_belongs_to_an_existing_wildcard() {
    let found: Vec<(String, String)> = statements(&template())
        .iter()
        .flat_map(|statement| statement.wildcards().into_iter().map(|what| (statement.place.clone(), what)))
        .collect();
    for (place, what, _) in WILDCARDS {
        assert!(found.iter().any(|(at, which)| at == place && which == what), "{place} has no `{what}`");
    }
}

#[test]
fn every_policy_is_written_in_the_template() {
    assert_eq!(written_elsewhere(&template()), Vec::<String>::new());
}

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
            ("s3:GetObject", has("s3")),
            ("s3:PutObject", has("s3")),
            // `transfers` begins an import, but the worker ends it.
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

#[test]
fn a_wildcard_is_found_in_every_kind_of_policy() {
    let planted = [
        ("Allow of sqs:*", "{ Effect: Allow, Action: sqs:*, Resource: !GetAtt Queue.Arn }"),
        (
            "Allow of s3:Get?bject",
            "{ Effect: Allow, Action: [s3:PutObject, 's3:Get?bject'], Resource: !GetAtt Queue.Arn }",
        ),
        ("Allow on *", "{ Effect: Allow, Action: sqs:SendMessage, Resource: '*' }"),
        (
            "Allow on arn:x:*",
            "{ Effect: Allow, Action: sqs:SendMessage, Resource: [!If [A, !Sub ['arn:x:*', { B: c }], d]] }",
        ),
        ("Allow to anyone", "{ Effect: Allow, Action: sqs:SendMessage, Resource: x, Principal: { AWS: '*' } }"),
        ("Allow with NotAction", "{ Effect: Allow, NotAction: iam:PassRole, Resource: x }"),
        ("Allow with NotResource", "{ Effect: Allow, Action: sqs:SendMessage, NotResource: x }"),
    ];
    for (expected, statement) in planted {
        for place in [
            format!(
                "Function: {{ Type: AWS::Serverless::Function, Properties: {{ Policies: [{{ Statement: [{statement}] }}] }} }}"
            ),
            format!(
                "Policy: {{ Type: AWS::IAM::ManagedPolicy, Properties: {{ PolicyDocument: {{ Statement: {statement} }} }} }}"
            ),
            format!(
                "Role: {{ Type: AWS::IAM::Role, Properties: {{ Policies: [{{ PolicyDocument: {{ Statement: [{statement}] }} }}] }} }}"
            ),
            format!(
                "Queue: {{ Type: AWS::SQS::QueuePolicy, Properties: {{ PolicyDocument: {{ Statement: [{statement}] }} }} }}"
            ),
        ] {
            let found = unreasoned(&read(&format!("Resources: {{ {place} }}")));
            let found: Vec<&str> = found.iter().map(|(_, what)| what.as_str()).collect();
            assert_eq!(found, [expected], "{place}");
        }
    }
}

#[test]
fn a_policy_that_aws_or_sam_wrote_is_found() {
    for policies in
        ["AmazonS3FullAccess", "[!Sub 'arn:${AWS::Partition}:iam::aws:policy/X']", "[{ SQSPollerPolicy: {} }]"]
    {
        let text = format!(
            "Resources: {{ Function: {{ Type: AWS::Serverless::Function, Properties: {{ Policies: {policies} }} }} }}"
        );
        assert_eq!(written_elsewhere(&read(&text)).len(), 1, "{policies}");
    }
    let role =
        "Resources: { Role: { Type: AWS::IAM::Role, Properties: { ManagedPolicyArns: [arn:aws:iam::aws:policy/X] } } }";
    assert_eq!(written_elsewhere(&read(role)).len(), 1);
}
