//! `openapi.json` is what the code says, and says all that a client needs.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use crate::functions::{operations, workspace};

#[test]
fn the_committed_document_is_the_code_s() {
    let committed = std::fs::read_to_string(workspace().join("openapi.json")).unwrap();
    let is_equal = committed == dev::openapi::text().unwrap();
    assert!(is_equal, "an API change shows in the diff: run `cargo dev openapi` and commit openapi.json");
}

#[test]
fn no_two_functions_mean_different_things_by_one_schema_name() {
    let mut known: BTreeMap<String, (&str, Value)> = BTreeMap::new();
    for (function, document) in dev::shop::documents() {
        let document = serde_json::to_value(document).unwrap();
        for (name, schema) in document["components"]["schemas"].as_object().unwrap() {
            let (first, meaning) = known.entry(name.clone()).or_insert_with(|| (function, schema.clone()));
            assert_eq!(meaning, schema, "{name} of {first} and of {function}");
        }
    }
    assert!(known.contains_key("Problem"));
}

#[test]
fn every_reference_leads_somewhere() {
    let document = serde_json::to_value(dev::openapi::document().unwrap()).unwrap();
    let mut references = BTreeSet::new();
    collect_references(&document, &mut references);
    assert!(references.contains("#/components/schemas/Problem"));
    for reference in references {
        let pointer = reference.strip_prefix('#').unwrap();
        assert!(document.pointer(pointer).is_some(), "{reference} leads nowhere");
    }
}

fn collect_references(value: &Value, found: &mut BTreeSet<String>) {
    match value {
        Value::Object(fields) => {
            found.extend(fields.get("$ref").and_then(Value::as_str).map(str::to_owned));
            fields.values().for_each(|value| collect_references(value, found));
        }
        Value::Array(items) => items.iter().for_each(|value| collect_references(value, found)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

#[test]
fn every_operation_has_an_id_of_its_own_a_summary_and_its_function_for_a_tag() {
    let mut ids = BTreeSet::new();
    for operation in operations() {
        let name = format!("{} {}", operation.method, operation.path);
        assert!(!operation.id().is_empty(), "{name} has no id");
        assert!(ids.insert(operation.id().to_owned()), "{name}: the id {} is taken", operation.id());
        let summary = operation.json["summary"].as_str().unwrap_or_default();
        assert!((3..=80).contains(&summary.len()) && !summary.ends_with('.'), "{name}: summary `{summary}`");
        assert_eq!(operation.json["tags"], serde_json::json!([operation.function]), "{name}");
        assert!(operation.path.ends_with('/'), "{name} does not end with a slash");
    }
}

#[test]
fn every_operation_says_how_it_succeeds_and_how_it_fails() {
    for operation in operations() {
        let name = format!("{} {}", operation.method, operation.path);
        let responses = operation.json["responses"].as_object().unwrap();
        let has = |status: &str| responses.contains_key(status);
        assert!(responses.keys().any(|status| status.starts_with('2')), "{name} says no success");
        for (status, response) in responses {
            let description = response["description"].as_str().unwrap_or_default();
            assert!(!description.is_empty(), "{name}: {status} is not described");
        }
        for status in ["400", "500", "503"] {
            assert!(has(status), "{name} does not say {status}");
        }
        assert!(!operation.is_private() || has("401"), "{name} wants a token and does not say 401");
        assert!(operation.permission().is_none() || has("403"), "{name} wants a permission and does not say 403");
        assert!(!operation.path.contains('{') || has("404"), "{name} names a thing and does not say 404");
        assert!(!operation.json["requestBody"].is_object() || has("415"), "{name} takes a body and does not say 415");
    }
}

/// What no operation says by itself, `cargo dev openapi` says of each.
#[test]
fn bodies_may_be_forms_where_they_can_and_whoever_has_to_wait_hears_how_long() {
    let document = serde_json::to_value(dev::openapi::document().unwrap()).unwrap();
    let operation = |path: &str| &document["paths"][path]["post"];
    let forms = |path: &str| operation(path)["requestBody"]["content"].as_object().unwrap().len();
    assert_eq!(forms("/auth/jwt/create/"), 3);
    assert_eq!((forms("/auth/roles/"), forms("/api/v1/cart/")), (1, 1), "a form has no lists");
    let headers = |status: &str| operation("/auth/jwt/create/")["responses"][status]["headers"].as_object().unwrap();
    assert!(headers("429").contains_key("Retry-After") && headers("401").contains_key("WWW-Authenticate"));
}
