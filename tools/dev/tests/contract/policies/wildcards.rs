//! A wildcard in a policy is allowed only for a reason.

use serde_json::Value;

use super::{Statement, statements, texts};
use crate::template::{read, template};

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
        "SecretsEndpoint",
        "Allow to anyone",
        "it limits the traffic through the endpoint; the policies of the functions decide who may read",
    ),
    (
        "SqsEndpoint",
        "Allow to anyone",
        "it limits the traffic through the endpoint; the policies of the functions decide who may send",
    ),
];

impl Statement {
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

/// Returns the wildcards without a reason.
fn unreasoned(template: &Value) -> Vec<(String, String)> {
    let found = statements(template).into_iter().flat_map(|statement| {
        statement.wildcards().into_iter().map(move |wildcard| (statement.place.clone(), wildcard))
    });
    found.filter(|(place, what)| !WILDCARDS.iter().any(|(at, which, _)| at == place && which == what)).collect()
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
