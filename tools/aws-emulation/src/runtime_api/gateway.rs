//! Converts requests to events and function responses to HTTP responses, as an HTTP API of API Gateway does with payload format 2.0.
//!
//! Source: "Create AWS Lambda proxy integrations for HTTP APIs in API Gateway", Amazon API Gateway Developer Guide.

use anyhow::Context as _;
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use http::header::{CONTENT_TYPE, COOKIE, HOST, SET_COOKIE};
use http::{HeaderMap, Request, Response};
use serde::Deserialize;
use serde_json::{Map, Value, json};
use shared::app::{Clock as _, Rng as _, SystemClock, SystemRng};

/// Converts a request to an event.
pub fn event(request: &Request<String>) -> anyhow::Result<Value> {
    let (method, path) = (request.method().as_str(), request.uri().path());
    let query = request.uri().query().unwrap_or_default();
    let host = request.headers().get(HOST).map_or(Ok("localhost"), |host| host.to_str())?;
    let is_text = request.headers().get(CONTENT_TYPE).is_none_or(|kind| is_text(kind.as_bytes()));
    let mut event = json!({
        "version": "2.0",
        "routeKey": "$default",
        "rawPath": path,
        "rawQueryString": query,
        "headers": headers(request.headers())?,
        "requestContext": {
            "accountId": "123456789012",
            "apiId": "a1b2c3d4e5",
            "domainName": host,
            "domainPrefix": host.split('.').next(),
            "http": {"method": method, "path": path, "protocol": "HTTP/1.1", "sourceIp": "203.0.113.7", "userAgent": "emulator"},
            "requestId": SystemRng.random_uuid().simple().to_string(),
            "routeKey": "$default",
            "stage": "$default",
            "time": "22/Nov/2026:09:30:51 +0000",
            "timeEpoch": SystemClock.now().micros() / 1000,
        },
        "isBase64Encoded": !is_text && !request.body().is_empty(),
    });
    let fields = event.as_object_mut().context("the event is not an object")?;
    if !query.is_empty() {
        fields.insert("queryStringParameters".to_owned(), parameters(query).into());
    }
    let cookies: Vec<&str> = request.headers().get_all(COOKIE).iter().filter_map(|line| line.to_str().ok()).collect();
    if !cookies.is_empty() {
        fields.insert("cookies".to_owned(), cookies.join("; ").split("; ").collect());
    }
    if !request.body().is_empty() {
        let body = if is_text { request.body().clone() } else { BASE64_STANDARD.encode(request.body()) };
        fields.insert("body".to_owned(), body.into());
    }
    Ok(event)
}

/// Bodies of other types, including forms, are sent as base64.
fn is_text(content_type: &[u8]) -> bool {
    let essence = content_type.split(|&byte| byte == b';').next().unwrap_or_default().trim_ascii();
    essence.starts_with(b"text/")
        || essence.ends_with(b"json")
        || [&b"application/javascript"[..], b"application/xml"].contains(&essence)
}

/// Headers in lower case; values of the same name are joined. Cookies have their own field.
fn headers(headers: &HeaderMap) -> anyhow::Result<Map<String, Value>> {
    let mut joined = Map::new();
    for name in headers.keys().filter(|name| *name != COOKIE) {
        let values: Result<Vec<_>, _> = headers.get_all(name).iter().map(|value| value.to_str()).collect();
        joined.insert(name.as_str().to_owned(), values?.join(",").into());
    }
    Ok(joined)
}

/// Decoded query parameters; values of the same name are joined.
fn parameters(query: &str) -> Map<String, Value> {
    let mut joined: Map<String, Value> = Map::new();
    for (name, value) in form_urlencoded(query) {
        let before = joined.get(&name).and_then(Value::as_str).map(|before| format!("{before},"));
        joined.insert(name, format!("{}{value}", before.unwrap_or_default()).into());
    }
    joined
}

fn form_urlencoded(query: &str) -> Vec<(String, String)> {
    let uri = format!("http://localhost/?{query}").parse::<http::Uri>().ok();
    uri.and_then(|uri| axum::extract::Query::<Vec<(String, String)>>::try_from_uri(&uri).ok())
        .map(|axum::extract::Query(pairs)| pairs)
        .unwrap_or_default()
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct FunctionResponse {
    status_code: u16,
    #[serde(default)]
    headers: HeadersOf<String>,
    #[serde(default)]
    multi_value_headers: HeadersOf<Vec<String>>,
    #[serde(default)]
    cookies: Vec<String>,
    #[serde(default)]
    body: Option<String>,
    #[serde(default)]
    is_base64_encoded: bool,
}

type HeadersOf<T> = std::collections::BTreeMap<String, T>;

/// Converts a function's response to the client's response.
pub(super) fn response(value: Value) -> anyhow::Result<Response<Vec<u8>>> {
    let answer: FunctionResponse = serde_json::from_value(value)?;
    let body = answer.body.unwrap_or_default();
    let body = if answer.is_base64_encoded { BASE64_STANDARD.decode(body)? } else { body.into_bytes() };
    let mut builder = Response::builder().status(answer.status_code);
    for (name, value) in answer.headers.iter().filter(|(name, _)| !answer.multi_value_headers.contains_key(*name)) {
        builder = builder.header(name, value);
    }
    for (name, values) in &answer.multi_value_headers {
        builder = values.iter().fold(builder, |builder, value| builder.header(name, value));
    }
    for cookie in answer.cookies {
        builder = builder.header(SET_COOKIE, cookie);
    }
    Ok(builder.body(body)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_request_becomes_an_event_of_payload_format_2() {
        let request = Request::post("/api/v1/cart/?a=1&a=2&b=x%20y")
            .header("content-type", "application/json")
            .header("cookie", "a=b; c=d")
            .body("{}".to_owned())
            .unwrap();
        let event = event(&request).unwrap();
        assert_eq!(event["rawPath"], "/api/v1/cart/");
        assert_eq!(event["rawQueryString"], "a=1&a=2&b=x%20y");
        assert_eq!(event["queryStringParameters"], json!({"a": "1,2", "b": "x y"}));
        assert_eq!(event["headers"], json!({"content-type": "application/json"}));
        assert_eq!(event["cookies"], json!(["a=b", "c=d"]));
        assert_eq!((&event["body"], &event["isBase64Encoded"]), (&json!("{}"), &json!(false)));
    }

    #[test]
    fn a_form_is_sent_as_base64() {
        let request = Request::post("/admin/").header("content-type", "application/x-www-form-urlencoded");
        let event = event(&request.body("a=b".to_owned()).unwrap()).unwrap();
        assert_eq!((&event["body"], &event["isBase64Encoded"]), (&json!("YT1i"), &json!(true)));
    }

    #[test]
    fn a_response_has_its_cookies_and_bytes() {
        let function_response = json!({"statusCode": 200, "headers": {"x-a": "1"}, "cookies": ["a=b"], "body": "aGk=", "isBase64Encoded": true});
        let answer = response(function_response).unwrap();
        assert_eq!(answer.headers()["set-cookie"], "a=b");
        assert_eq!(answer.body(), b"hi");
    }
}
