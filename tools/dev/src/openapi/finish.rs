//! Adds what holds for every operation: bodies may also be forms, and some responses have a header.

use std::collections::BTreeMap;

use serde_json::Value;
use utoipa::openapi::path::Operation;
use utoipa::openapi::{HeaderBuilder, ObjectBuilder, OpenApi, PathItem, RefOr, Type};

const JSON: &str = "application/json";
/// Content types that `shared::http::Body` reads in addition to JSON.
const FORMS: [&str; 2] = ["application/x-www-form-urlencoded", "multipart/form-data"];

/// Headers of every response with this status.
const HEADERS: [(&str, &str, Type, &str); 3] = [
    ("401", "WWW-Authenticate", Type::String, "`Bearer realm=\"api\"`"),
    ("429", "Retry-After", Type::Integer, "After how many seconds to come again."),
    ("503", "Retry-After", Type::Integer, "After how many seconds to come again."),
];

/// Completes each operation.
pub(super) fn finish(document: &mut OpenApi) -> anyhow::Result<()> {
    let schemas = serde_json::to_value(&document.components)?["schemas"].take();
    for item in document.paths.paths.values_mut() {
        for operation in operations(item) {
            add_forms(operation, &schemas)?;
            add_headers(operation);
        }
    }
    Ok(())
}

fn operations(item: &mut PathItem) -> impl Iterator<Item = &mut Operation> {
    [&mut item.get, &mut item.post, &mut item.put, &mut item.patch, &mut item.delete].into_iter().flatten()
}

/// A body without lists and objects can be a form.
fn add_forms(operation: &mut Operation, schemas: &Value) -> anyhow::Result<()> {
    let Some(RefOr::T(body)) = &mut operation.request_body else { return Ok(()) };
    let Some(json @ RefOr::T(content)) = body.content.get(JSON) else { return Ok(()) };
    if is_flat(&serde_json::to_value(&content.schema)?, schemas) {
        let forms = FORMS.map(|form| (form.to_owned(), json.clone()));
        body.content.extend(forms);
    }
    Ok(())
}

fn is_flat(schema: &Value, schemas: &Value) -> bool {
    let schema = resolved(schema, schemas);
    let fields = schema["properties"].as_object();
    fields.is_some_and(|fields| fields.values().all(|field| is_plain(field, schemas)))
}

fn is_plain(field: &Value, schemas: &Value) -> bool {
    let field = resolved(field, schemas);
    if let Some(choices) = field["oneOf"].as_array().or(field["anyOf"].as_array()) {
        return choices.iter().all(|choice| is_plain(choice, schemas));
    }
    let is_nested = |name: &Value| name == "array" || name == "object";
    // One type, or a list of types: text or null.
    let types = field["type"].as_array().map_or(std::slice::from_ref(&field["type"]), Vec::as_slice);
    !types.iter().any(is_nested)
}

fn resolved<'v>(schema: &'v Value, schemas: &'v Value) -> &'v Value {
    let name = schema["$ref"].as_str().and_then(|reference| reference.strip_prefix("#/components/schemas/"));
    name.map_or(schema, |name| resolved(&schemas[name], schemas))
}

fn add_headers(operation: &mut Operation) {
    for (status, name, of, description) in HEADERS {
        if let Some(RefOr::T(response)) = operation.responses.responses.get_mut(status) {
            let schema = ObjectBuilder::new().schema_type(of).build();
            let header = HeaderBuilder::new().schema(Some(schema)).description(Some(description)).build();
            let headers: &mut BTreeMap<_, _> = &mut response.headers;
            headers.insert(name.to_owned(), header.into());
        }
    }
}
