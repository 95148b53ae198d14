//! The finishing step of the document: what holds for every operation and schema, and what generators of clients need.
//!
//! - Generic schemas get a readable name (`Page_Address` becomes `AddressPage`) and refer to their item instead of repeating it.
//! - A field of a response that may be null is always there, so it is required. A field that is left out when it is absent is optional and never
//!   null; it has `required = false` and a `value_type` without `Option` in the code.
//! - Some responses have a header whatever the operation; a response that may be 304 has an `ETag`.
//! - An operation without a body is never refused for its body, and a missing permission is named.

use std::collections::BTreeSet;

use anyhow::{Context as _, ensure};
use serde_json::{Value, json};
use utoipa::openapi::OpenApi;

pub(super) const SCHEMAS: &str = "#/components/schemas/";

/// The headers of every response with this status.
const HEADERS: [(&str, &str, &str, &str); 3] = [
    ("401", "WWW-Authenticate", "string", "`Bearer realm=\"api\"`"),
    ("429", "Retry-After", "integer", "Seconds to wait before the next request."),
    ("503", "Retry-After", "integer", "Seconds to wait before the next request."),
];

/// Finishes the document of the whole shop.
pub(super) fn finish(document: &OpenApi) -> anyhow::Result<Value> {
    let mut document = serde_json::to_value(document)?;
    name_generic_schemas(&mut document)?;
    require_nullable_fields(&mut document)?;
    describe_nullable_fields(&mut document);
    add_headers(&mut document);
    for_each_operation(&mut document, |operation| {
        add_entity_tags(operation);
        describe_refusals(operation);
    });
    Ok(document)
}

/// `Page_Address`, as utoipa calls `Page<Address>`, becomes `AddressPage`, and the items that are written out in it become a reference.
fn name_generic_schemas(document: &mut Value) -> anyhow::Result<()> {
    let schemas = document["components"]["schemas"].as_object_mut().context("there are no schemas")?;
    let generic: Vec<String> = schemas.keys().filter(|name| name.contains('_')).cloned().collect();
    let mut renamed = Vec::new();
    for name in generic {
        let (container, item) = name.split_once('_').unwrap_or_default();
        let new = format!("{item}{container}");
        let mut schema = schemas.remove(&name).unwrap_or_default();
        let items = &mut schema["properties"]["results"]["items"];
        ensure!(items.is_object(), "{name} is a generic schema without `results`");
        if items["$ref"].is_null() {
            let written_out = std::mem::replace(items, json!({ "$ref": format!("{SCHEMAS}{item}") }));
            let known = schemas.entry(item).or_insert_with(|| written_out.clone());
            ensure!(*known == written_out, "{name} has items that differ from the schema {item}");
        }
        let taken = schemas.insert(new.clone(), schema);
        ensure!(taken.is_none(), "{name} would be called {new}, and there is a schema {new}: rename one");
        renamed.push((format!("{SCHEMAS}{name}"), format!("{SCHEMAS}{new}")));
    }
    each_reference(document, &mut |reference| {
        if let Some((_, new)) = renamed.iter().find(|(old, _)| old == reference) {
            reference.clone_from(new);
        }
    });
    Ok(())
}

/// Moves the description of a field that is a schema or null from the reference to the field, where generators look for it.
fn describe_nullable_fields(part: &mut Value) {
    match part {
        Value::Object(fields) => {
            if !fields.contains_key("description") {
                let choices = fields.get_mut("oneOf").and_then(Value::as_array_mut).into_iter().flatten();
                let references = choices.filter_map(Value::as_object_mut).filter(|choice| choice.contains_key("$ref"));
                if let Some(description) = references.filter_map(|choice| choice.remove("description")).next() {
                    fields.insert("description".to_owned(), description);
                }
            }
            fields.values_mut().for_each(describe_nullable_fields);
        }
        Value::Array(items) => items.iter_mut().for_each(describe_nullable_fields),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

/// Adds each nullable field of a response to its schema's `required`.
fn require_nullable_fields(document: &mut Value) -> anyhow::Result<()> {
    let (requests, responses) = (used_by(document, "requestBody"), used_by(document, "responses"));
    for name in responses {
        let schema = &mut document["components"]["schemas"][&name];
        let changed = require_nullable(schema);
        ensure!(
            !changed || !requests.contains(&name),
            "{name} is in requests and in responses and has a field that may be null, which is optional in one and required in the other: split it"
        );
    }
    Ok(())
}

/// Returns whether the schema has a nullable field that is always there.
fn require_nullable(schema: &mut Value) -> bool {
    let mut changed = false;
    for part in schema.get_mut("allOf").and_then(Value::as_array_mut).into_iter().flatten() {
        changed |= require_nullable(part);
    }
    if is_sparse(schema) {
        return changed;
    }
    let fields = schema["properties"].as_object().into_iter().flatten();
    let nullable: Vec<String> = fields.filter(|(_, field)| is_nullable(field)).map(|(name, _)| name.clone()).collect();
    if nullable.is_empty() {
        return changed;
    }
    let required = schema["required"].as_array().into_iter().flatten().filter_map(Value::as_str).map(str::to_owned);
    let required: BTreeSet<String> = required.chain(nullable).collect();
    schema["required"] = json!(required);
    true
}

/// Returns true if every field may be left out, as in a list with `fields=`: there are fields that are never null, and none of them is required.
fn is_sparse(schema: &Value) -> bool {
    let mut never_null =
        schema["properties"].as_object().into_iter().flatten().filter(|(_, field)| !is_nullable(field));
    never_null.next().is_some() && schema["required"].as_array().is_none_or(Vec::is_empty)
}

pub(super) fn is_nullable(field: &Value) -> bool {
    let choices = |name: &str| field[name].as_array().into_iter().flatten();
    choices("type").any(|name| name == "null")
        || choices("oneOf").chain(choices("anyOf")).any(|choice| choice["type"] == "null")
}

/// The names of the schemas that this part of any operation leads to.
fn used_by(document: &mut Value, part: &str) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    let mut open = Vec::new();
    for_each_operation(document, |operation| {
        if let Some(part) = operation.get_mut(part) {
            each_reference(part, &mut |reference| open.push(reference.clone()));
        }
    });
    while let Some(reference) = open.pop() {
        let Some(name) = reference.strip_prefix(SCHEMAS) else { continue };
        if found.insert(name.to_owned()) {
            each_reference(&mut document["components"]["schemas"][name], &mut |reference| open.push(reference.clone()));
        }
    }
    found
}

pub(super) fn for_each_operation(document: &mut Value, mut work: impl FnMut(&mut Value)) {
    let paths = document["paths"].as_object_mut().into_iter().flatten();
    paths.flat_map(|(_, item)| item.as_object_mut().into_iter().flatten()).for_each(|(_, operation)| work(operation));
}

fn each_reference(value: &mut Value, work: &mut impl FnMut(&mut String)) {
    match value {
        Value::Object(fields) => {
            for (name, field) in fields {
                if let (Value::String(reference), "$ref") = (&mut *field, name.as_str()) {
                    work(reference);
                } else {
                    each_reference(field, work);
                }
            }
        }
        Value::Array(items) => items.iter_mut().for_each(|item| each_reference(item, work)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

fn add_headers(document: &mut Value) {
    for_each_operation(document, |operation| {
        for (status, name, of, description) in HEADERS {
            if operation["responses"][status].is_object() {
                operation["responses"][status]["headers"][name] =
                    json!({ "description": description, "schema": { "type": of } });
            }
        }
    });
}

/// Adds the headers that make a request depend on the version that the client has.
fn add_entity_tags(operation: &mut Value) {
    let responses = &operation["responses"];
    let (may_be_current, is_change) = (responses["304"].is_object(), responses["412"].is_object());
    if may_be_current {
        let description = "`ETag` of the response that you have. You get 304 without a body if it is still current.";
        let parameter = json!({
            "name": "If-None-Match", "in": "header", "required": false, "description": description, "schema": { "type": "string" },
        });
        if let Some(parameters) = operation["parameters"].as_array_mut() {
            parameters.push(parameter);
        } else {
            operation["parameters"] = json!([parameter]);
        }
    }
    let Some(response) = operation.pointer_mut("/responses/200") else { return };
    if (may_be_current || is_change) && response["content"].is_object() && response["headers"]["ETag"].is_null() {
        let description =
            "Version of the response, to send as `If-None-Match`; of a single object, also as `If-Match`.";
        response["headers"]["ETag"] = json!({ "description": description, "schema": { "type": "string" } });
    }
}

/// Removes refusals that the operation cannot give, and names the permission that it needs.
fn describe_refusals(operation: &mut Value) {
    let permission = operation["security"].as_array().into_iter().flatten().find_map(|one| one["bearer"][0].as_str());
    if let Some(permission) = permission {
        let named = format!("You do not have the permission `{permission}`");
        if let Some(Value::String(description)) = operation.pointer_mut("/responses/403/description") {
            *description = description.replacen("You do not have the permission", &named, 1);
        }
    }
    if operation["requestBody"].is_null()
        && let Some(responses) = operation["responses"].as_object_mut()
    {
        responses.retain(|status, _| !["413", "415"].contains(&status.as_str()));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn finished(schemas: &Value, request: &str, response: &str) -> anyhow::Result<Value> {
        let content = |name: &str| json!({"application/json": {"schema": {"$ref": format!("{SCHEMAS}{name}")}}});
        let document = json!({
            "openapi": "3.1.0",
            "info": {"title": "", "version": ""},
            "paths": {"/a/": {"post": {
                "requestBody": {"content": content(request)},
                "responses": {"200": {"description": "", "content": content(response)}, "429": {"description": ""}},
            }}},
            "components": {"schemas": schemas},
        });
        finish(&serde_json::from_value(document)?)
    }

    #[test]
    fn a_page_is_named_after_its_items_and_refers_to_them() {
        let item = json!({"type": "object", "required": ["id"], "properties": {"id": {"type": "string"}}});
        let page = json!({"type": "object", "required": ["results"],
            "properties": {"results": {"type": "array", "items": item}}});
        let finished = finished(&json!({"Page_Thing": page, "A": {"type": "string"}}), "A", "Page_Thing").unwrap();
        let schemas = &finished["components"]["schemas"];
        assert!(schemas["Page_Thing"].is_null());
        assert_eq!(schemas["ThingPage"]["properties"]["results"]["items"]["$ref"], "#/components/schemas/Thing");
        assert_eq!(schemas["Thing"], item);
        let answer = &finished["paths"]["/a/"]["post"]["responses"]["200"]["content"]["application/json"];
        assert_eq!(answer["schema"]["$ref"], "#/components/schemas/ThingPage");
    }

    #[test]
    fn a_nullable_field_is_required_in_a_response_unless_every_field_may_be_left_out() {
        let properties = json!({"id": {"type": "string"}, "note": {"type": ["string", "null"]}});
        let schemas = json!({
            "Request": {"type": "object", "required": ["id"], "properties": properties},
            "Response": {"type": "object", "required": ["id"], "properties": properties},
            "Sparse": {"type": "object", "properties": properties},
        });
        let of_response = finished(&schemas, "Request", "Response").unwrap();
        assert_eq!(of_response["components"]["schemas"]["Request"]["required"], json!(["id"]));
        assert_eq!(of_response["components"]["schemas"]["Response"]["required"], json!(["id", "note"]));
        let sparse = finished(&schemas, "Request", "Sparse").unwrap();
        assert!(sparse["components"]["schemas"]["Sparse"]["required"].is_null());
        let error = finished(&schemas, "Request", "Request").unwrap_err().to_string();
        assert!(error.starts_with("Request is in requests and in responses"), "{error}");
    }

    #[test]
    fn a_response_that_may_be_304_has_an_entity_tag_and_its_request_the_header_for_it() {
        let mut operation = json!({"responses": {"200": {"content": {}}, "304": {}, "413": {}}});
        add_entity_tags(&mut operation);
        assert_eq!(operation["parameters"][0]["name"], "If-None-Match");
        let mut without_content = json!({"responses": {"204": {}}});
        add_entity_tags(&mut without_content);
        assert_eq!(without_content, json!({"responses": {"204": {}}}));
        assert_eq!(operation["responses"]["200"]["headers"]["ETag"]["schema"]["type"], "string");
    }

    #[test]
    fn a_refusal_names_the_permission_and_one_for_the_body_needs_a_body() {
        let security = json!([{"bearer": ["stock"]}]);
        let mut operation = json!({"security": security, "responses": {"403": {"description": "You do not have the permission."}, "415": {}}});
        describe_refusals(&mut operation);
        let expected = json!({"403": {"description": "You do not have the permission `stock`."}});
        assert_eq!(operation["responses"], expected);
        let mut without_403 = json!({"security": security, "requestBody": {}, "responses": {"200": {}}});
        describe_refusals(&mut without_403);
        assert_eq!(without_403["responses"], json!({"200": {}}));
    }

    /// Fails if the general text changes in shared/src/http/openapi.rs, or an operation for staff has a text that names no permission.
    #[test]
    fn every_refusal_of_an_operation_for_staff_names_its_permission() {
        let document = crate::openapi::document().unwrap();
        let mut named = 0;
        for (path, method, operation) in crate::openapi::operations(&document) {
            let Some(permission) =
                operation["security"].as_array().and_then(|all| all.iter().find_map(|one| one["bearer"][0].as_str()))
            else {
                continue;
            };
            let description = operation["responses"]["403"]["description"].as_str().unwrap_or_default();
            assert!(description.contains(&format!("permission `{permission}`")), "{method} {path}: {description}");
            named += 1;
        }
        assert!(named > 30, "{named} operations");
    }

    #[test]
    fn a_response_that_asks_to_wait_has_its_header() {
        let finished = finished(&json!({"A": {"type": "string"}}), "A", "A").unwrap();
        let response = &finished["paths"]["/a/"]["post"]["responses"]["429"];
        assert_eq!(response["headers"]["Retry-After"]["schema"]["type"], "integer");
    }
}
