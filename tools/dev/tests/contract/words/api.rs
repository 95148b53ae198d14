//! The API description, function by function.

use std::collections::BTreeSet;

use serde_json::Value;

use super::vocabulary::Vocabulary;
use super::{files, limits, refuse};
use crate::functions::{Operation, operations};

const MAX_SUMMARY: usize = 60;

/// The schemas of all functions, each once.
fn schemas() -> Vec<(&'static str, String, Value)> {
    let mut known = BTreeSet::new();
    let mut schemas = Vec::new();
    for (function, document) in dev::shop::documents() {
        let document = serde_json::to_value(document).unwrap();
        for (name, schema) in document["components"]["schemas"].as_object().into_iter().flatten() {
            if known.insert(name.clone()) {
                schemas.push((function, name.clone(), schema.clone()));
            }
        }
    }
    schemas
}

fn name_of(operation: &Operation) -> String {
    format!("{}: {} {}", operation.function, operation.method, operation.path)
}

fn words(text: &Value) -> usize {
    text.as_str().unwrap_or_default().split_whitespace().count()
}

#[test]
fn every_operation_has_an_imperative_summary_and_a_description() {
    let (verbs, schemas) = (Vocabulary::load().verbs, schemas());
    let mut findings = Vec::new();
    for operation in operations() {
        let summary = operation.json["summary"].as_str().unwrap_or_default();
        let first = summary.split(' ').next().unwrap_or_default();
        if !verbs.iter().any(|verb| verb == first) || summary.chars().count() > MAX_SUMMARY || summary.ends_with('.') {
            findings.push(format!("{}: summary `{summary}`", name_of(&operation)));
        }
        if words(&operation.json["description"]) < 3 {
            findings.push(format!("{}: no description", name_of(&operation)));
        }
        for parameter in operation.json["parameters"].as_array().into_iter().flatten() {
            if !is_described(parameter, &schemas) && !is_described(&parameter["schema"], &schemas) {
                findings.push(format!("{}: parameter {}: no description", name_of(&operation), parameter["name"]));
            }
        }
    }
    refuse(&findings);
}

#[test]
fn every_field_has_a_description() {
    let schemas = schemas();
    let mut findings = Vec::new();
    for (function, name, schema) in &schemas {
        for (field, of) in fields(schema) {
            if !is_described(of, &schemas) {
                findings.push(format!("{function}: {name}.{field}: no description"));
            }
        }
    }
    refuse(&findings);
}

/// Returns true if a field, a parameter or the schema that it refers to has a description of three words or more.
fn is_described(part: &Value, schemas: &[(&'static str, String, Value)]) -> bool {
    // A field that may be null is a choice between a schema and null; `finish` moves the description to the field.
    let choices = part["oneOf"].as_array().into_iter().flatten();
    if choices.into_iter().any(|choice| words(&choice["description"]) >= 3) {
        return true;
    }
    let reference = part["$ref"].as_str().and_then(|reference| reference.rsplit('/').next());
    let target = schemas.iter().find(|(_, name, _)| Some(name.as_str()) == reference).map(|(_, _, schema)| schema);
    words(&part["description"]) >= 3 || target.is_some_and(|target| words(&target["description"]) >= 3)
}

/// The fields of a schema and of the schemas that it is put together from.
fn fields(schema: &Value) -> Vec<(&str, &Value)> {
    let own = schema["properties"].as_object().into_iter().flatten().map(|(name, field)| (name.as_str(), field));
    let parts = ["allOf", "oneOf", "anyOf"].into_iter().filter_map(|key| schema[key].as_array()).flatten();
    own.chain(parts.flat_map(fields)).collect()
}

#[test]
fn schemas_have_names_of_the_scheme() {
    let old = Vocabulary::load().old_schemas;
    let mut findings = Vec::new();
    for (function, name, _) in schemas() {
        let name = finished_name(&name);
        let is_camel_case = name.starts_with(char::is_uppercase) && name.chars().all(char::is_alphanumeric);
        if !is_camel_case || old.iter().any(|old| old.matches(&name)) {
            findings.push(format!("{function}: schema {name}"));
        }
    }
    refuse(&findings);
}

/// Returns the name that a generic schema has in the finished document: `Page_Address` becomes `AddressPage`.
fn finished_name(name: &str) -> String {
    name.split_once('_').map_or_else(|| name.to_owned(), |(container, item)| format!("{item}{container}"))
}

#[test]
fn request_bodies_are_named_by_what_they_ask_for_and_answers_are_not() {
    let verbs = Vocabulary::load().verbs;
    let begins_with = |name: &str, verb: &str| {
        name.strip_prefix(verb).is_some_and(|rest| rest.chars().next().is_some_and(char::is_uppercase))
    };
    let mut findings = Vec::new();
    for operation in operations() {
        for body in body_names(&operation.json["requestBody"]) {
            let fits = match operation.method.as_str() {
                "PATCH" => begins_with(&body, "Update"),
                "PUT" => begins_with(&body, "Replace") || begins_with(&body, "Set") || begins_with(&body, "Assign"),
                _ => verbs.iter().any(|verb| begins_with(&body, verb)),
            };
            if !fits {
                findings.push(format!("{}: request body {body}", name_of(&operation)));
            }
        }
        for answer in
            operation.json["responses"].as_object().into_iter().flat_map(|all| all.values()).flat_map(body_names)
        {
            if ["Create", "Update", "Replace", "Set"].iter().any(|verb| begins_with(&answer, verb)) {
                findings.push(format!("{}: response body {answer}", name_of(&operation)));
            }
        }
    }
    refuse(&findings);
}

/// The names of the schemas that a request or a response body refers to.
fn body_names(body: &Value) -> BTreeSet<String> {
    let schemas = body["content"].as_object().into_iter().flatten().map(|(_, content)| &content["schema"]);
    let alternatives =
        schemas.flat_map(|schema| std::iter::once(schema).chain(schema["oneOf"].as_array().into_iter().flatten()));
    let references = alternatives.filter_map(|schema| schema["$ref"].as_str());
    references.filter_map(|reference| reference.rsplit('/').next()).map(str::to_owned).collect()
}

#[test]
fn every_operation_has_a_request_and_a_response_example_within_the_limits_of_its_schema() {
    let document = dev::openapi::document().unwrap();
    let mut findings = Vec::new();
    for (path, method, operation) in dev::openapi::operations(&document) {
        let responses = operation["responses"].as_object().into_iter().flatten();
        let successes = responses.filter(|(status, _)| status.starts_with('2')).map(|(_, response)| response);
        let bodies = successes.chain(operation.get("requestBody"));
        for content in bodies.flat_map(|body| body["content"].as_object().into_iter().flatten()).map(|(_, one)| one) {
            let at = format!("{method} {path}");
            match content.get("example") {
                Some(example) => limits::check(&document, &at, &content["schema"], example, &mut findings),
                None => findings.push(format!("{at}: no example")),
            }
        }
    }
    refuse(&findings);
}

/// utoipa keeps the last of two responses with one status, so a general set of responses must come before a response that describes its own.
#[test]
fn no_described_response_is_replaced_by_a_general_one() {
    const GENERAL: [&str; 7] = ["400", "401", "413", "415", "429", "500", "503"];
    let mut findings = Vec::new();
    for file in files::all().iter().filter(|file| file.path.starts_with("functions/")) {
        let mut described = Vec::new();
        for (line, text) in file.lines() {
            let text = text.trim();
            if text.starts_with("responses(") {
                described.clear();
            } else if let Some(rest) = text.strip_prefix("(status = ") {
                described.push((line, rest.split([',', ')']).next().unwrap_or_default()));
            } else if text.trim_end_matches(',').ends_with("Problems") {
                let has_403 = text.starts_with("Staff");
                let is_general = |status: &str| GENERAL.contains(&status) || (has_403 && status == "403");
                let replaced = described.iter().filter(|(_, status)| is_general(status));
                findings.extend(replaced.map(|(line, status)| format!("{}:{line}: {status} before {text}", file.path)));
            }
        }
    }
    refuse(&findings);
}
