//! A request that no client should send: a valid request to an operation, of which something is replaced.

use axum::body::Body;
use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use http::{HeaderName, HeaderValue, Request, Uri};
use serde_json::Value;

use super::body;
use super::known::Known;
use super::values::{Numbers, text};

/// Longest URI that a request can have.
const MAX_URI: usize = 60_000;

/// Text that is written into a path or a query as it is, without being encoded.
const BROKEN: &[&str] = &[
    "%",
    "%z",
    "%0",
    "%zz",
    "%ff",
    "%00",
    "%c0%af",
    "%ed%a0%80",
    "%E2%82",
    "%2e%2e%2f",
    "%252e%252e",
    "%2F",
    "%5c",
    "+",
    "..",
    ".",
    ";",
    "|",
    "{}",
    "*",
    "a%0d%0ab",
    "%f4%90%80%80",
];

/// Text that is appended to a query.
const EXTRA: &[&str] = &[
    "&",
    "&&&",
    "&=",
    "&=1",
    "&a",
    "&%=%",
    "&%00=%00",
    "&page_size",
    "&page_size=1&page_size=2",
    "&cursor=",
    "&a[b]=1",
    "&%ff=1",
    "?",
    "&count=maybe",
    "&format=..",
];

/// Headers that the service or its extractors read.
const HEADERS: &[&str] = &[
    "accept",
    "accept-language",
    "authorization",
    "content-encoding",
    "content-type",
    "cookie",
    "host",
    "idempotency-key",
    "if-match",
    "if-none-match",
    "origin",
    "user-agent",
    "x-amzn-trace-id",
    "x-forwarded-proto",
    "x-request-id",
];

/// Values of headers.
const HEADER_VALUES: &[&str] = &[
    "*",
    "*/*",
    "*;q=0",
    "en;q=NaN",
    "de-;q=1e9,,;;=",
    "xx-yy-zz-aa-bb",
    "Bearer",
    "Bearer ",
    "Bearer a.b.c",
    "Bearer eyJhbGciOiJub25lIn0.e30.",
    "bearer \u{fffd}",
    "Basic YTpi",
    "Api-Key",
    "Api-Key shop_",
    "\"",
    "W/",
    "W/\"",
    "\"\"",
    "\"1\"",
    "W/\"0\"",
    "\"9223372036854775808\"",
    "\"a\", W/\"b\",",
    "gzip",
    "application/json",
    "application/json; charset=utf-7",
    "application/json;;;",
    "APPLICATION/JSON",
    "text/plain",
    "text/plain; charset=\"",
    "application/x-www-form-urlencoded",
    "multipart/form-data",
    "multipart/form-data; boundary=",
    "application/problem+json",
    "a",
    "/",
    "Root=1-0-0;Sampled=9",
    "Root=",
    "evil.example:0",
];

/// An operation, and what a request to it needs.
pub(super) struct Target<'a> {
    pub(super) document: &'a Value,
    pub(super) method: &'a str,
    pub(super) path: &'a str,
    pub(super) operation: &'a Value,
}

/// Makes a request in which one to three things are hostile.
pub(super) fn hostile(numbers: &mut Numbers, target: &Target<'_>, known: &Known, token: Option<&str>) -> Request<Body> {
    let (content_type, example) = target.body();
    let (mut content, mut content_type) =
        (example.as_str().map_or_else(|| example.to_string(), str::to_owned).into_bytes(), content_type);
    let (mut in_path, mut in_query, mut headers) = (false, false, Vec::new());
    for _ in 0..=numbers.below(3) {
        match numbers.below(8) {
            0 => in_path = true,
            1..4 => in_query = true,
            4 => headers.push(header(numbers)),
            _ if example.is_null() => in_query = true,
            _ => {
                let (hostile, other_type) = body::hostile(numbers, &example);
                content = hostile;
                content_type = other_type.or(content_type);
            }
        }
    }
    let mut uri = target.concrete_path(numbers, known, in_path);
    if in_query {
        uri += &target.query(numbers, known);
    }
    uri.truncate(MAX_URI);
    let uri = Uri::try_from(&uri).unwrap_or_else(|error| panic!("{error}: {uri}"));
    let body = if example.is_null() { Body::empty() } else { Body::from(content) };
    let mut request = Request::builder().method(target.method.to_uppercase().as_str()).uri(uri).body(body).unwrap();
    let mut set = |name: &'static str, value: String| request.headers_mut().insert(name, value.parse().unwrap());
    set("host", "shop.test".to_owned());
    if let Some(content_type) = content_type {
        set("content-type", content_type);
    }
    if let Some(token) = token {
        set("authorization", format!("Bearer {token}"));
    }
    request.headers_mut().extend(headers);
    request
}

fn header(numbers: &mut Numbers) -> (HeaderName, HeaderValue) {
    let name: &&str = numbers.pick(HEADERS);
    let name = HeaderName::from_static(name);
    let value = if numbers.once_in(3) { text(numbers) } else { (*numbers.pick(HEADER_VALUES)).to_owned() };
    let mut bytes = value.into_bytes();
    // An HTTP server refuses the other control characters before a handler can see them.
    bytes.retain(|byte| *byte >= b' ' && *byte != 0x7f);
    (name, HeaderValue::from_bytes(&bytes).unwrap())
}

impl Target<'_> {
    /// Returns the content type and the example of the body; null if the operation has none.
    fn body(&self) -> (Option<String>, Value) {
        let content = self.operation["requestBody"]["content"].as_object().and_then(|all| all.iter().next());
        content.map_or((None, Value::Null), |(content_type, content)| {
            (Some(content_type.clone()), content["example"].clone())
        })
    }

    fn parameters(&self, place: &str) -> impl Iterator<Item = (&str, &Value)> {
        let all = self.operation["parameters"].as_array().into_iter().flatten();
        all.filter(move |one| one["in"] == place).map(|one| (one["name"].as_str().unwrap(), &one["schema"]))
    }

    /// Returns the path with values, all of which may exist unless one is to be hostile.
    pub(super) fn concrete_path(&self, numbers: &mut Numbers, known: &Known, is_hostile: bool) -> String {
        let mut path = self.path.to_owned();
        for (name, schema) in self.parameters("path") {
            let value = match numbers.below(3) {
                0 if is_hostile => percent_encode(text(numbers).as_bytes()).replace("%2F", "/"),
                1 if is_hostile => (*numbers.pick(BROKEN)).to_owned(),
                _ => self.existing(numbers, known, name, schema),
            };
            path = path.replace(&format!("{{{name}}}"), &value);
        }
        if is_hostile && numbers.once_in(4) {
            path += *numbers.pick(&["/", "//", "%", "%00", "..;/", "x", "%2f"]);
        }
        path
    }

    fn existing(&self, numbers: &mut Numbers, known: &Known, name: &str, schema: &Value) -> String {
        let reference = schema["$ref"].as_str().map(|reference| reference.trim_start_matches('#'));
        let schema = reference.map_or(schema, |pointer| self.document.pointer(pointer).unwrap());
        if schema["format"] == "uuid" {
            return numbers.pick(&known.uuids).clone();
        }
        if name.ends_with("slug") && numbers.once_in(2) {
            return numbers.pick(&known.slugs).clone();
        }
        (1 + numbers.below(4)).to_string()
    }

    fn query(&self, numbers: &mut Numbers, known: &Known) -> String {
        let mut pairs = Vec::new();
        let parameters: Vec<(&str, &Value)> = self.parameters("query").collect();
        for _ in 0..=numbers.below(3) {
            let (name, schema) =
                if parameters.is_empty() { ("format", &Value::Null) } else { *numbers.pick(&parameters) };
            let value = match numbers.below(6) {
                0 => (*numbers.pick(BROKEN)).to_owned(),
                1 if name == "cursor" => forged_cursor(numbers, known),
                2 if name == "cursor" => numbers.pick(&known.cursors).clone(),
                3 => self.usual(numbers, schema),
                _ => percent_encode(text(numbers).as_bytes()),
            };
            pairs.push(format!("{name}={value}"));
        }
        let mut query = format!("?{}", pairs.join("&"));
        if numbers.once_in(3) {
            query += *numbers.pick(EXTRA);
        }
        if numbers.once_in(20) {
            query += &"&a=1".repeat(5_000);
        }
        query
    }

    /// Returns a value that the schema allows, so that the next parameter is read too.
    fn usual(&self, numbers: &mut Numbers, schema: &Value) -> String {
        let reference = schema["$ref"].as_str().map(|reference| reference.trim_start_matches('#'));
        let schema = reference.map_or(schema, |pointer| self.document.pointer(pointer).unwrap());
        if let Some(choices) = schema["enum"].as_array() {
            return numbers.pick(choices).as_str().unwrap_or("1").to_owned();
        }
        let usual = if schema["type"] == "boolean" { "true" } else { "1" };
        usual.to_owned()
    }
}

/// Returns a cursor that the shop never made, from one that it made or from nothing.
fn forged_cursor(numbers: &mut Numbers, known: &Known) -> String {
    let cursor = numbers.pick(&known.cursors);
    let mut bytes = BASE64_URL_SAFE_NO_PAD.decode(cursor).unwrap_or_else(|_| cursor.clone().into_bytes());
    if numbers.once_in(3) {
        bytes = text(numbers).into_bytes();
    }
    bytes.truncate(700);
    for _ in 0..=numbers.below(3) {
        if !bytes.is_empty() {
            let at = numbers.below(bytes.len());
            bytes[at] = *numbers.pick(&[0, b'"', b'9', b'-', b'n', b',', 0xff, b'\\', b'e']);
        }
    }
    BASE64_URL_SAFE_NO_PAD.encode(bytes)
}

/// Encodes every byte that has a meaning in a URI.
pub(super) fn percent_encode(bytes: &[u8]) -> String {
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte);
    bytes
        .iter()
        .map(|byte| if is_plain(*byte) { char::from(*byte).to_string() } else { format!("%{byte:02X}") })
        .collect()
}
