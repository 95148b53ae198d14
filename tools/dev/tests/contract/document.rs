//! `openapi.json` matches the code and says everything that a client needs.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use crate::functions::{operations, workspace};

#[test]
fn the_committed_document_matches_the_code() {
    let committed = std::fs::read_to_string(workspace().join("openapi.json")).unwrap();
    let is_equal = committed == dev::openapi::text().unwrap();
    assert!(is_equal, "an API change shows in the diff: run `cargo dev openapi` and commit openapi.json");
}

#[test]
fn a_schema_name_has_the_same_meaning_in_every_function() {
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
fn every_reference_has_a_target() {
    let document = dev::openapi::document().unwrap();
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
fn every_operation_has_a_unique_id_a_summary_and_the_tag_of_its_function() {
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
fn every_operation_describes_its_successes_and_its_errors() {
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

/// Returns the finished document, as clients get it.
fn finished() -> Value {
    dev::openapi::document().unwrap()
}

/// Collects every object in the document, with the JSON pointer that leads to it.
fn objects(value: &Value, pointer: &str, found: &mut Vec<(String, Value)>) {
    match value {
        Value::Object(fields) => {
            found.push((pointer.to_owned(), value.clone()));
            for (name, field) in fields {
                objects(field, &format!("{pointer}/{}", name.replace('/', "~1")), found);
            }
        }
        Value::Array(items) => {
            items.iter().enumerate().for_each(|(index, item)| objects(item, &format!("{pointer}/{index}"), found));
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

fn all_objects(value: &Value) -> Vec<(String, Value)> {
    let mut found = Vec::new();
    objects(value, "", &mut found);
    found
}

/// Returns true if the pointer leads to a schema with a name, or to a part of one that `allOf` joins with other parts.
fn is_named(pointer: &str) -> bool {
    let Some(rest) = pointer.strip_prefix("/components/schemas/") else { return false };
    let mut segments = rest.split('/').skip(1);
    segments.next().is_none_or(|part| part == "allOf" && segments.clone().count() == 1)
}

#[test]
fn a_response_with_status_429_or_401_declares_its_header() {
    let document = finished();
    let headers = &document["paths"]["/auth/jwt/create/"]["post"]["responses"];
    assert!(headers["429"]["headers"]["Retry-After"].is_object());
    assert!(headers["401"]["headers"]["WWW-Authenticate"].is_object());
}

/// Forms are accepted too, but only the description says so, because client generators fail on several content types.
#[test]
fn every_request_body_is_only_json_except_the_text_of_a_taxonomy() {
    let document = finished();
    for (pointer, object) in all_objects(&document["paths"]) {
        if pointer.ends_with("/requestBody/content") {
            let types: Vec<&String> = object.as_object().unwrap().keys().collect();
            let expected = if pointer.contains("taxonomy") { "text/plain" } else { "application/json" };
            assert_eq!(types, [expected], "{pointer}");
        }
    }
    assert!(document["info"]["description"].as_str().unwrap().contains("multipart/form-data"));
}

#[test]
fn every_object_and_every_enum_is_a_named_schema() {
    for (pointer, object) in all_objects(&finished()) {
        let is_fields = object["type"] == "object" && object["properties"].is_object();
        assert!(!is_fields || is_named(&pointer), "{pointer} is an object without a name");
        assert!(!object["enum"].is_array() || is_named(&pointer), "{pointer} is an enum without a name");
        if pointer.ends_with("/properties/results") && object["type"] == "array" {
            assert!(object["items"]["$ref"].is_string(), "{pointer} does not refer to its items");
        }
    }
}

/// Client generators for Python and TypeScript write a module or a type for each schema, and a reserved word becomes `import_`.
#[test]
fn no_schema_name_contains_an_underscore_or_is_a_reserved_word() {
    const RESERVED: [&str; 12] = [
        "assert", "class", "default", "delete", "export", "global", "import", "in", "object", "return", "type", "yield",
    ];
    let document = finished();
    for name in document["components"]["schemas"].as_object().unwrap().keys() {
        assert!(!name.contains('_') && name.starts_with(char::is_uppercase), "{name}");
        assert!(!RESERVED.contains(&name.to_lowercase().as_str()), "{name} is a reserved word");
        assert!(!name.starts_with("Kept"), "{name}");
        // The generator for Python uses both names as variables of one function.
        let fields = all_objects(&document["components"]["schemas"][name]);
        let mut fields = fields.iter().filter_map(|(_, part)| part["properties"].as_object()).flatten();
        let has_own_name = fields.any(|(field, _)| field.replace('_', "") == name.to_lowercase());
        assert!(!has_own_name, "{name} has a field of that name");
    }
}

#[test]
fn every_response_is_described() {
    let document = finished();
    for (path, method, operation) in dev::openapi::operations(&document) {
        for (status, response) in operation["responses"].as_object().unwrap() {
            let description = response["description"].as_str().unwrap_or_default();
            assert!(!description.is_empty(), "{method} {path}: {status} is {response}");
        }
    }
}

#[test]
fn a_nullable_field_of_a_response_is_always_present() {
    let document = finished();
    let schemas = &document["components"]["schemas"];
    let required = |name: &str| {
        let required = schemas[name]["required"].as_array().cloned().unwrap_or_default();
        required.into_iter().filter_map(|field| field.as_str().map(str::to_owned)).collect::<BTreeSet<_>>()
    };
    assert!(required("OrderSummaryPage").is_superset(&["next", "previous"].map(str::to_owned).into()));
    assert!(!required("OrderSummaryPage").contains("count"), "left out unless it was asked for");
    assert!(required("ProductVariant").contains("barcode"));
    assert!(!required("CheckoutConflict").contains("order_id"), "left out unless the code is `cart_ordered`");
    assert!(required("Publication").is_empty(), "left out unless the caller is staff");
    assert!(required("ProductSummary").is_empty(), "`fields` leaves out any of them");
}
