//! The examples of `openapi.json`, sent to a running shop.

use serde_json::{Map, Value, json};

use dev::openapi::operations;

use crate::a_directory;
use crate::process::{Answer, Serving};

/// Parts of error texts of a 400 that depend on the data of the shop: it sends them only after it has read the body.
const ERRORS_ABOUT_DATA: &[&str] = &[
    "already exists",
    "does not exist",
    "Invalid password.",
    "Invalid token",
    "Invalid user id",
    "The link is not valid",
];

#[test]
fn the_shop_reads_the_example_of_every_request_and_answers_like_the_example_of_the_response() {
    let shop = Serving::start(&a_directory());
    let login = json!({"email": "staff@example.com", "password": "staff-on-this-machine"});
    let token = shop.post("/auth/jwt/create/", &login).json()["access"].as_str().unwrap().to_owned();
    let document = dev::openapi::document().unwrap();

    let (mut sent, mut succeeded, mut findings) = (0, 0, Vec::new());
    for (path, method, operation) in operations(&document) {
        for (content_type, content) in operation["requestBody"]["content"].as_object().into_iter().flatten() {
            let example = &content["example"];
            let body = example.as_str().map_or_else(|| example.to_string(), str::to_owned);
            sent += 1;
            // Each request comes from its own address, because the limits would otherwise refuse some.
            let headers = format!(
                "authorization: Bearer {token}\r\ncontent-type: {content_type}\r\nx-forwarded-for: 10.0.0.{sent}\r\n"
            );
            let answer = shop.send(&method.to_uppercase(), &concrete(&document, path, operation), &headers, &body);
            let name = format!("{method} {path}");
            if !is_body_accepted(&answer) {
                findings.push(format!("{name}: {}: {}", answer.status, answer.body));
            }
            if (200..300).contains(&answer.status) {
                succeeded += 1;
                let content = &operation["responses"][answer.status.to_string()]["content"][content_type];
                let answer = if answer.body.is_empty() { Value::Null } else { answer.json() };
                compare_fields(&name, &content["example"], &answer, &mut findings);
            }
        }
    }

    assert!(findings.is_empty(), "{}", findings.join("\n"));
    assert!(sent > 60 && succeeded > 10, "{sent} were sent, {succeeded} succeeded");
    assert!(shop.interrupt().1.success());
}

/// Replaces each parameter of the path with an id that does not exist.
pub(crate) fn concrete(document: &Value, path: &str, operation: &Value) -> String {
    let mut concrete = path.to_owned();
    for parameter in operation["parameters"].as_array().into_iter().flatten().filter(|one| one["in"] == "path") {
        let name = parameter["name"].as_str().unwrap();
        let reference = parameter["schema"]["$ref"].as_str().and_then(|reference| reference.strip_prefix('#'));
        let schema = reference.map_or(&parameter["schema"], |pointer| document.pointer(pointer).unwrap());
        let is_uuid = schema["format"] == "uuid";
        let value = if is_uuid { "01935c2a-7b1e-7c3f-9d2e-4a5b6c7d8e9f" } else { "999999" };
        concrete = concrete.replace(&format!("{{{name}}}"), value);
    }
    concrete
}

/// Returns false if the shop refused the body itself.
fn is_body_accepted(answer: &Answer) -> bool {
    match answer.status {
        // Djoser's answer to an address whose account is not waiting for its activation.
        400 if answer.body.is_empty() => true,
        400 => {
            let errors = answer.json();
            let texts = texts(&errors);
            !texts.is_empty() && texts.iter().all(|text| ERRORS_ABOUT_DATA.iter().any(|known| text.contains(known)))
        }
        status => status < 500 && ![413, 415].contains(&status),
    }
}

/// Returns the texts of an error, without its code.
fn texts(errors: &Value) -> Vec<&str> {
    match errors {
        Value::String(text) => vec![text],
        Value::Array(items) => items.iter().flat_map(texts).collect(),
        Value::Object(fields) => {
            fields.iter().filter(|(name, _)| *name != "code").flat_map(|(_, value)| texts(value)).collect()
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => Vec::new(),
    }
}

/// Reports the fields that only one of the two has.
fn compare_fields(at: &str, example: &Value, answer: &Value, findings: &mut Vec<String>) {
    match (example, answer) {
        // The keys of a map differ from case to case.
        (Value::Object(example), _) if example.is_empty() => {}
        (Value::Object(example), Value::Object(answer)) => {
            let only = |one: &Map<String, Value>, other: &Map<String, Value>| {
                one.keys().filter(|name| !other.contains_key(*name)).cloned().collect::<Vec<_>>()
            };
            let (too_many, too_few) = (only(example, answer), only(answer, example));
            if !too_many.is_empty() || !too_few.is_empty() {
                findings.push(format!("{at}: only in the example: {too_many:?}, only in the answer: {too_few:?}"));
            }
            for (name, value) in example {
                if let Some(of_answer) = answer.get(name) {
                    compare_fields(&format!("{at}.{name}"), value, of_answer, findings);
                }
            }
        }
        (Value::Array(example), Value::Array(answer)) => {
            if let (Some(example), Some(answer)) = (example.first(), answer.first()) {
                compare_fields(at, example, answer, findings);
            }
        }
        _ => {}
    }
}
