//! Every policy is written in the template, except CodeDeploy's.

use serde_json::Value;

use super::list;
use crate::template::{read, resources_of, template};

/// Only AWS knows what CodeDeploy asks for, and SAM would attach the same.
const OF_CODEDEPLOY: &str = "arn:${AWS::Partition}:iam::aws:policy/service-role/AWSCodeDeployRoleForLambda";

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
        let elsewhere = managed.iter().filter(|policy| !is_own(policy) && policy["Fn::Sub"] != OF_CODEDEPLOY);
        found.extend(elsewhere.map(|policy| format!("{}: {policy}", role.name)));
    }
    found
}

#[test]
fn every_policy_is_written_in_the_template() {
    assert_eq!(written_elsewhere(&template()), Vec::<String>::new());
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
