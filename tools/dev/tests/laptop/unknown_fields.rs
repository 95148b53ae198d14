//! Every operation with a JSON body, sent to a running shop with fields that it does not know.

use serde_json::{Value, json};

use dev::openapi::operations;

use crate::a_directory;
use crate::examples::concrete;
use crate::process::Serving;

/// The operations of Djoser and simplejwt, which ignore unknown fields as Django REST framework does.
const DJOSER: &[&str] = &[
    "activate_user",
    "create_token",
    "create_user",
    "delete_me",
    "delete_user",
    "refresh_token",
    "replace_me",
    "replace_user",
    "resend_activation",
    "reset_email",
    "reset_email_confirm",
    "reset_password",
    "reset_password_confirm",
    "set_email",
    "set_password",
    "update_me",
    "update_user",
    "verify_token",
];
const UNKNOWN: &str = "zzz_unknown";

#[test]
fn an_unknown_field_is_named_by_every_operation_except_those_of_djoser() {
    let shop = Serving::start(&a_directory());
    let login = json!({"email": "staff@example.com", "password": "staff-on-this-machine"});
    let token = shop.post("/auth/jwt/create/", &login).json()["access"].as_str().unwrap().to_owned();
    let document = dev::openapi::document().unwrap();

    let (mut djoser, mut refused, mut findings) = (Vec::new(), 0, Vec::new());
    for (path, method, operation) in operations(&document) {
        let content = &operation["requestBody"]["content"]["application/json"];
        let Some(example) = content.get("example") else { continue };
        let id = operation["operationId"].as_str().unwrap();
        if is_closed(&document, &content["schema"]) == DJOSER.contains(&id) {
            findings.push(format!("{id}: its schema does not say what it does with unknown fields"));
        }
        let (mut body, mut added) = (example.clone(), Vec::new());
        add_unknown(&mut body, "", &mut added);
        // Each request comes from its own address, because the limits would otherwise refuse some.
        let from = refused + djoser.len();
        let headers = format!(
            "authorization: Bearer {token}\r\ncontent-type: application/json\r\nx-forwarded-for: 10.1.0.{from}\r\n"
        );
        let at = concrete(&document, path, operation);
        let answer = shop.send(&method.to_uppercase(), &at, &headers, &body.to_string());
        if DJOSER.contains(&id) {
            djoser.push(id);
            if answer.body.contains(UNKNOWN) || answer.status >= 500 {
                findings.push(format!("{id}: {}: {}", answer.status, answer.body));
            }
            continue;
        }
        refused += 1;
        let named = |name: &String| {
            let error = &answer.json()[name][0];
            error.as_str().is_some_and(|text| text.starts_with("Unknown field."))
        };
        if answer.status != 400 || !added.iter().all(named) {
            findings.push(format!("{id}: {}: {}: {added:?}", answer.status, answer.body));
        }
    }

    djoser.sort_unstable();
    assert_eq!(djoser, DJOSER);
    assert!(findings.is_empty(), "{}", findings.join("\n"));
    assert!(refused > 40, "{refused} were refused");
    assert!(shop.interrupt().1.success());
}

/// Returns true if the schema of a body allows no unknown fields.
fn is_closed(document: &Value, schema: &Value) -> bool {
    let reference = schema["$ref"].as_str().or_else(|| schema["oneOf"][0]["$ref"].as_str()).unwrap();
    document.pointer(reference.strip_prefix('#').unwrap()).unwrap()["additionalProperties"] == false
}

/// Adds an unknown field to every object of a body, and its path to the others.
fn add_unknown(value: &mut Value, prefix: &str, added: &mut Vec<String>) {
    match value {
        Value::Object(fields) => {
            for (name, field) in fields.iter_mut() {
                add_unknown(field, &format!("{prefix}{name}."), added);
            }
            fields.insert(UNKNOWN.to_owned(), Value::Null);
            added.push(format!("{prefix}{UNKNOWN}"));
        }
        Value::Array(items) => {
            for (at, item) in items.iter_mut().enumerate() {
                add_unknown(item, &format!("{prefix}{at}."), added);
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}
