//! Bodies that no client should send, made from the example of the operation.

use serde_json::Value;

use super::values::{Numbers, text, token};

/// Text that stands where something that is not JSON is put in afterwards.
const HOLE: &str = "hole-in-the-body";

/// More than the service accepts.
const TOO_LARGE: usize = 300 * 1024;

/// Returns a hostile body, and its content type if it is not the usual one.
pub(super) fn hostile(numbers: &mut Numbers, example: &Value) -> (Vec<u8>, Option<String>) {
    let valid = example.to_string();
    let json = |text: String| (text.into_bytes(), None);
    match numbers.below(16) {
        0..7 => json(with_hole(numbers, example)),
        7 => json(token(numbers)),
        8 => json(with_another_field(numbers, &valid)),
        9 => json(without_a_field(numbers, example)),
        10 => (cut(numbers, valid.into_bytes()), None),
        11 => encoded(numbers, &valid),
        12 => form(numbers, example),
        13 => multipart(numbers, example),
        14 => (broken_utf8(numbers, valid.into_bytes()), None),
        _ => json(format!("{}{}", " ".repeat(*numbers.pick(&[0, 1, 9_000, TOO_LARGE])), valid + "]")),
    }
}

/// Replaces a value anywhere in the example.
fn with_hole(numbers: &mut Numbers, example: &Value) -> String {
    let mut body = example.clone();
    let mut paths = Vec::new();
    list_paths(&body, "", &mut paths);
    for _ in 0..=numbers.below(3) {
        let path = numbers.pick(&paths).clone();
        if let Some(value) = body.pointer_mut(&path) {
            *value = Value::from(HOLE);
        }
    }
    let mut text = body.to_string();
    let hole = format!("\"{HOLE}\"");
    while text.contains(&hole) {
        text = text.replacen(&hole, &token(numbers), 1);
    }
    text
}

fn list_paths(value: &Value, at: &str, paths: &mut Vec<String>) {
    paths.push(at.to_owned());
    let entries: Vec<(String, &Value)> = match value {
        Value::Object(fields) => fields.iter().map(|(name, field)| (name.clone(), field)).collect(),
        Value::Array(items) => items.iter().enumerate().map(|(nth, item)| (nth.to_string(), item)).collect(),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => Vec::new(),
    };
    for (name, entry) in entries {
        list_paths(entry, &format!("{at}/{}", name.replace('~', "~0").replace('/', "~1")), paths);
    }
}

/// Adds a field, which may exist already, in front of the others.
fn with_another_field(numbers: &mut Numbers, valid: &str) -> String {
    let names: Vec<&str> =
        valid.split('"').skip(1).step_by(2).chain(["id", "is_staff", "user_id", "status", "\\u0000", ""]).collect();
    let field = format!("{{\"{}\":{},", numbers.pick(&names), token(numbers));
    valid.replacen('{', &field, 1)
}

fn without_a_field(numbers: &mut Numbers, example: &Value) -> String {
    let mut body = example.clone();
    if let Some(fields) = body.as_object_mut()
        && !fields.is_empty()
    {
        let names: Vec<String> = fields.keys().cloned().collect();
        fields.remove(numbers.pick(&names));
    }
    body.to_string()
}

fn cut(numbers: &mut Numbers, mut body: Vec<u8>) -> Vec<u8> {
    body.truncate(numbers.below(body.len().max(1)));
    body
}

fn broken_utf8(numbers: &mut Numbers, mut body: Vec<u8>) -> Vec<u8> {
    for _ in 0..=numbers.below(4) {
        let at = numbers.below(body.len().max(1));
        body.splice(at..at, *numbers.pick(&[[0xff, 0xfe], [0xc0, 0x80], [0xed, 0xa0], [0x00, 0x1b]]));
    }
    body
}

/// The same text in another encoding than the one that JSON has.
fn encoded(numbers: &mut Numbers, valid: &str) -> (Vec<u8>, Option<String>) {
    let utf16 = |bytes: fn(u16) -> [u8; 2]| valid.encode_utf16().flat_map(bytes).collect::<Vec<u8>>();
    let content_type = |charset: &str| Some(format!("application/json; charset={charset}"));
    match numbers.below(5) {
        0 => (format!("\u{feff}{valid}").into_bytes(), None),
        1 => (utf16(u16::to_le_bytes), content_type("utf-16le")),
        2 => (utf16(u16::to_be_bytes), None),
        3 => (valid.as_bytes().to_vec(), content_type("iso-8859-1")),
        _ => (valid.as_bytes().to_vec(), content_type("\"utf-8")),
    }
}

fn form(numbers: &mut Numbers, example: &Value) -> (Vec<u8>, Option<String>) {
    let mut pairs = Vec::new();
    for (name, value) in example.as_object().into_iter().flatten() {
        let value = if numbers.once_in(3) {
            text(numbers)
        } else {
            value.as_str().map_or_else(|| value.to_string(), str::to_owned)
        };
        pairs.push(format!("{name}={}", super::request::percent_encode(value.as_bytes())));
    }
    pairs.push(
        (*numbers.pick(&["", "=", "a", "%", "%ff=%00", "a=b=c", "email=%ed%a0%80", "a[]=1", "a%5b0%5d=1"])).to_owned(),
    );
    if numbers.once_in(10) {
        pairs = vec!["a=1".to_owned(); 40_000];
    }
    (pairs.join("&").into_bytes(), Some("application/x-www-form-urlencoded".to_owned()))
}

fn multipart(numbers: &mut Numbers, example: &Value) -> (Vec<u8>, Option<String>) {
    let boundary = (*numbers.pick(&["x", "", "\"", "a b", "--", "0123456789"])).to_owned();
    let mut body = String::new();
    for (name, value) in example.as_object().into_iter().flatten() {
        let value = if numbers.once_in(3) { text(numbers) } else { value.to_string() };
        let extra = *numbers.pick(&["", "; filename=\"../a\"", "; filename*=UTF-8''%ff", "\r\nContent-Length: -1"]);
        body += &format!("--{boundary}\r\nContent-Disposition: form-data; name=\"{name}\"{extra}\r\n\r\n{value}\r\n");
    }
    if numbers.once_in(10) {
        body = body.repeat(50);
    }
    body += *numbers.pick(&["", "--", &format!("--{boundary}--\r\n"), &format!("--{boundary}\r\n\r\n")]);
    let content_type =
        *numbers.pick(&["multipart/form-data; boundary=", "multipart/form-data; Boundary=", "multipart/form-data"]);
    let content_type =
        if content_type.ends_with('=') { format!("{content_type}{boundary}") } else { content_type.to_owned() };
    (body.into_bytes(), Some(content_type))
}
