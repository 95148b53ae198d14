//! Compares the value of an example with its schema.

use serde_json::Value;

/// Reports each part of a value that its schema does not allow. Patterns and formats are not compared.
pub(super) fn check(document: &Value, at: &str, schema: &Value, value: &Value, findings: &mut Vec<String>) {
    if let Some(reference) = schema["$ref"].as_str() {
        let target = document.pointer(reference.trim_start_matches('#')).unwrap();
        return check(document, at, target, value, findings);
    }
    for part in schema["allOf"].as_array().into_iter().flatten() {
        check(document, at, part, value, findings);
    }
    if let Some(choices) = schema["oneOf"].as_array().or_else(|| schema["anyOf"].as_array()) {
        let fits = |choice: &Value| {
            let mut of_choice = Vec::new();
            check(document, at, choice, value, &mut of_choice);
            of_choice.is_empty()
        };
        if !choices.iter().any(fits) {
            findings.push(format!("{at}: {value} is none of the choices"));
        }
    }
    check_type(at, schema, value, findings);
    for (name, field) in schema["properties"].as_object().into_iter().flatten() {
        let is_required = schema["required"].as_array().is_some_and(|all| all.iter().any(|one| one == name));
        match value.get(name) {
            Some(value) => check(document, &format!("{at}.{name}"), field, value, findings),
            None if is_required => findings.push(format!("{at}.{name}: missing")),
            None => {}
        }
    }
    for item in value.as_array().into_iter().flatten() {
        check(document, at, &schema["items"], item, findings);
    }
}

fn check_type(at: &str, schema: &Value, value: &Value, findings: &mut Vec<String>) {
    let count = |length: usize| i64::try_from(length).ok();
    let (of, size, limits) = match value {
        Value::Null => ("null", None, ["", ""]),
        Value::Bool(_) => ("boolean", None, ["", ""]),
        Value::Number(number) => ("integer", number.as_i64(), ["minimum", "maximum"]),
        Value::String(text) => ("string", count(text.chars().count()), ["minLength", "maxLength"]),
        Value::Array(items) => ("array", count(items.len()), ["minItems", "maxItems"]),
        Value::Object(_) => ("object", None, ["", ""]),
    };
    let is_type =
        schema.get("type").is_none_or(|ty| ty.as_array().map_or(ty == of, |all| all.iter().any(|one| one == of)));
    let is_listed = schema["enum"].as_array().is_none_or(|all| all.contains(value));
    let [min, max] = limits.map(|name| schema[name].as_i64());
    let is_in_range = size.is_none_or(|size| min.is_none_or(|min| size >= min) && max.is_none_or(|max| size <= max));
    if !(is_type && is_listed && is_in_range) {
        findings.push(format!("{at}: {value} is not allowed by {schema}"));
    }
}
