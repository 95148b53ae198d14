//! The examples of requests and responses: every operation has one of its body and one of each successful response.
//!
//! An example is put together from the schema, so it always has the fields that the schema has. The value of a field is the first of these:
//!
//! 1. the entry of `values.json` for the field of this schema (`CreateOrder.expected_total`);
//! 2. the `example` of the field in the code, `#[schema(example = "…")]`;
//! 3. the entry of `values.json` for the name of the field (`sku`), then for the schema that it refers to (`ProductId`), so that all
//!    examples describe one shop;
//! 4. a value of its type: the constant, the first value of an enum, the default, `true`, one fixed UUID, or an object or a list of such
//!    values.
//!
//! The entry `<operation id> <status>` of `values.json` replaces fields of one response, whose state the same schema does not have elsewhere.
//!
//! A required field of a request and a field of a response that cannot be null must get a value: otherwise `cargo dev openapi` fails and
//! names it. One test sends the example of every request to a shop, another compares every value with the limits of its field.

use std::collections::BTreeSet;

use anyhow::{Context as _, ensure};
use serde_json::{Map, Value, json};

use super::finish::{SCHEMAS, for_each_operation, is_nullable};

/// Adds the examples to each operation. The error names every field that has none.
pub(super) fn add(document: &mut Value) -> anyhow::Result<()> {
    let schemas = document["components"]["schemas"].clone();
    let values = serde_json::from_str(include_str!("values.json")).context("values.json")?;
    let mut composer =
        Composer { schemas: &schemas, values: &values, sender: Sender::Client, missing: BTreeSet::new() };
    for_each_operation(document, |operation| composer.add_to_operation(operation));
    let missing = composer.missing.into_iter().collect::<Vec<_>>().join(", ");
    ensure!(missing.is_empty(), "without an example: {missing}. Give each a `#[schema(example = …)]`");
    Ok(())
}

/// The one who sends the body.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Sender {
    /// The client, which may leave out optional fields. The example has only those with a value or with fields inside, because two optional
    /// fields may exclude each other.
    Client,
    /// The shop leaves nothing out, and sends null where a field without a value may be null.
    Shop,
}

/// Puts examples together.
struct Composer<'d> {
    schemas: &'d Value,
    values: &'d Value,
    sender: Sender,
    missing: BTreeSet<String>,
}

impl Composer<'_> {
    fn add_to_operation(&mut self, operation: &mut Value) {
        let id = operation["operationId"].as_str().unwrap_or_default().to_owned();
        if let Some(body) = operation.get_mut("requestBody") {
            self.sender = Sender::Client;
            self.add_to_body(&id, body);
        }
        self.sender = Sender::Shop;
        let mut parameters = operation["parameters"].as_array().into_iter().flatten();
        let is_counted = parameters.any(|parameter| parameter["name"] == "count");
        let responses = operation.get_mut("responses").and_then(Value::as_object_mut).into_iter().flatten();
        for (status, response) in responses.filter(|(status, _)| status.starts_with('2')) {
            self.add_to_body(&id, response);
            let own = self.values.get(format!("{id} {status}"));
            let example = response.pointer_mut("/content/application~1json/example").and_then(Value::as_object_mut);
            if let Some(example) = example {
                example.extend(own.and_then(Value::as_object).cloned().unwrap_or_default());
                if !is_counted && example.contains_key("results") {
                    example.remove("count");
                }
            }
        }
    }

    /// Adds an example to a body, unless the code gives it one.
    fn add_to_body(&mut self, operation: &str, body: &mut Value) {
        for (_, content) in body.get_mut("content").and_then(Value::as_object_mut).into_iter().flatten() {
            if content.get("example").is_none() && content.get("examples").is_none() {
                match self.value(&content["schema"], &[]) {
                    Some(example) => content["example"] = example,
                    None => drop(self.missing.insert(format!("the body of {operation}"))),
                }
            }
        }
    }

    /// Returns the example of a schema, or `None` if there is no value for it. `around` lists the names of the enclosing schemas, the innermost
    /// last; a schema that contains itself ends there.
    fn value(&mut self, schema: &Value, around: &[&str]) -> Option<Value> {
        if let Some(name) = reference(schema) {
            let schemas = self.schemas;
            return match self.values.get(name) {
                Some(value) => Some(value.clone()),
                None if around.contains(&name) => None,
                None => self.value(&schemas[name], &[around, &[name]].concat()),
            };
        }
        if let Some(example) = schema.get("example") {
            return Some(example.clone());
        }
        if let Some(parts) = schema["allOf"].as_array() {
            return self.all_of(parts, around);
        }
        if let Some(choice) = non_null_choice(schema) {
            return self.value(choice, around);
        }
        match type_of(schema) {
            "object" if schema["properties"].is_object() => Some(self.object(schema, around)),
            "array" => self.list(&schema["items"], around),
            _ => value_of_type(schema),
        }
    }

    /// Returns the fields of all parts, or the value of the only part.
    fn all_of(&mut self, parts: &[Value], around: &[&str]) -> Option<Value> {
        let mut all = Map::new();
        for part in parts {
            let value = self.value(part, around)?;
            if let Value::Object(fields) = value {
                all.extend(fields);
            } else {
                return Some(value);
            }
        }
        Some(Value::Object(all))
    }

    /// Returns a list of one item, or an empty one where a tree ends.
    fn list(&mut self, items: &Value, around: &[&str]) -> Option<Value> {
        if reference(items).is_some_and(|name| around.contains(&name)) {
            return Some(json!([]));
        }
        self.value(items, around).map(|item| json!([item]))
    }

    fn object(&mut self, schema: &Value, around: &[&str]) -> Value {
        let owner = around.last().copied().unwrap_or_default();
        let is_required = |name: &str| schema["required"].as_array().into_iter().flatten().any(|one| one == name);
        let mut example = Map::new();
        for (name, field) in schema["properties"].as_object().into_iter().flatten() {
            let chosen = [self.values.get(format!("{owner}.{name}")), field.get("example"), self.values.get(name)];
            let value = match (chosen.into_iter().flatten().next(), self.sender) {
                (Some(value), _) => Some(value.clone()),
                (None, Sender::Client) if !is_required(name) && !self.has_fields(field) => continue,
                (None, Sender::Shop) if is_nullable(field) && !self.has_fields(field) => Some(Value::Null),
                (None, _) => self.value(field, around),
            };
            if value.is_none() {
                self.missing.insert(format!("{owner}.{name}"));
            }
            example.insert(name.clone(), value.unwrap_or_default());
        }
        Value::Object(example)
    }

    /// Returns true if the value is an object or a list of objects.
    fn has_fields(&self, schema: &Value) -> bool {
        let schema = non_null_choice(schema).unwrap_or(schema);
        let schema = reference(schema).map_or(schema, |name| &self.schemas[name]);
        match type_of(schema) {
            "array" => self.has_fields(&schema["items"]),
            of => of == "object" || schema["allOf"].is_array(),
        }
    }
}

fn reference(schema: &Value) -> Option<&str> {
    schema["$ref"].as_str()?.strip_prefix(SCHEMAS)
}

/// Returns the first of several possible schemas that is not null.
fn non_null_choice(schema: &Value) -> Option<&Value> {
    let choices = schema["oneOf"].as_array().or_else(|| schema["anyOf"].as_array())?;
    choices.iter().find(|choice| choice["type"] != "null")
}

/// Returns the type of a schema, without null; blank if the schema refers to another or is a choice.
fn type_of(schema: &Value) -> &str {
    let types = schema["type"].as_array().into_iter().flatten().chain(std::iter::once(&schema["type"]));
    types.filter_map(Value::as_str).find(|name| *name != "null").unwrap_or_default()
}

fn value_of_type(schema: &Value) -> Option<Value> {
    let first = schema["enum"].as_array().and_then(|values| values.first());
    if let Some(value) = schema.get("const").or(first).or_else(|| schema.get("default")) {
        return Some(value.clone());
    }
    match (type_of(schema), schema["format"].as_str()) {
        ("boolean", _) => Some(json!(true)),
        (_, Some("uuid")) => Some(json!("01a201fa-9f86-7c3f-9d2e-4a5b6c7d8e9f")),
        _ => None,
    }
}
