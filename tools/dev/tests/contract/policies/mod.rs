//! Permissions in the cloud: each function has only those that it uses, and each wildcard has a reason.

mod actions;
mod managed;
mod targets;
mod wildcards;

use serde_json::Value;

use crate::template::{Resource, resource};

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
