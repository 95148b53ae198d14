//! Events of API Gateway: how each becomes a request of the service.

use std::convert::Infallible;
use std::fmt::Write as _;

use axum::Router;
use axum::extract::Request;
use http::HeaderValue;
use http::header::HeaderName;
use lambda_http::request::{LambdaRequest, RequestContext};
use lambda_http::{Adapter, RequestExt as _};
use lambda_runtime::LambdaEvent;
use serde::Serialize;
use tower::{Service, ServiceExt as _};

use super::{ClientAddress, RequestId};

const FORWARDED_PROTO: HeaderName = HeaderName::from_static("x-forwarded-proto");

/// Wraps a service into the handler of a Lambda function: it takes events of API Gateway and returns what API Gateway expects.
pub fn handler(service: Router) -> impl Service<LambdaEvent<LambdaRequest>, Response: Serialize, Error = Infallible> {
    let service = service.map_request(set_request_id).map_request(set_client_address);
    Adapter::from(service).map_request(escape)
}

/// Escapes what `lambda_http` cannot make a URI of: it panics, which is an error of the function and not an answer.
///
/// API Gateway may pass on characters of the path and the query that clients should have escaped, or that it has unescaped itself. The host
/// needs no check, because API Gateway routes by it.
fn escape(mut event: LambdaEvent<LambdaRequest>) -> LambdaEvent<LambdaRequest> {
    if let LambdaRequest::ApiGatewayV2(request) = &mut event.payload {
        let path = request.raw_path.take().unwrap_or_default();
        let path = escaped(path.strip_prefix('/').unwrap_or(&path), "?\\");
        request.raw_path = Some(format!("/{path}"));
        request.raw_query_string = request.raw_query_string.take().map(|query| escaped(&query, ""));
        let scheme = request.headers.get(FORWARDED_PROTO);
        if scheme.is_some_and(|scheme| scheme != "http" && scheme != "https") {
            // An HTTP API is reached by https only.
            request.headers.insert(FORWARDED_PROTO, HeaderValue::from_static("https"));
        }
    }
    event
}

/// Escapes the characters that no part of a URI contains, and those of `reserved`, which have a meaning there.
fn escaped(text: &str, reserved: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        if c.is_ascii_control() || " \"#<>".contains(c) || reserved.contains(c) {
            let _ = write!(escaped, "%{:02X}", u32::from(c));
        } else {
            escaped.push(c);
        }
    }
    escaped
}

/// Sets the request id to that of Lambda, which CloudWatch shows.
fn set_request_id(mut request: Request<lambda_http::Body>) -> Request<lambda_http::Body> {
    if let Some(context) = request.lambda_context_ref() {
        let id = RequestId(context.request_id.as_str().into());
        request.extensions_mut().insert(id);
    }
    request
}

/// Sets the client address to the one that API Gateway saw, which is in the event and not in a header of the client. Behind a CDN it is that
/// of the CDN; see [`super::Edge`].
fn set_client_address(mut request: Request<lambda_http::Body>) -> Request<lambda_http::Body> {
    let address = match request.request_context_ref() {
        Some(RequestContext::ApiGatewayV2(context)) => context.http.source_ip.as_deref().and_then(|ip| ip.parse().ok()),
        Some(_) | None => None,
    };
    if let Some(address) = address {
        request.extensions_mut().insert(ClientAddress(address));
    }
    request
}

#[cfg(test)]
mod tests {
    use std::net::IpAddr;

    use lambda_runtime::Context;
    use serde_json::{Value, json};

    use super::*;

    /// Returns an event of API Gateway for this path and query.
    fn event(path: &str, query: &str) -> LambdaEvent<LambdaRequest> {
        let event = json!({
            "version": "2.0", "routeKey": "$default", "rawPath": path, "rawQueryString": query,
            "headers": {"x-forwarded-for": "198.51.100.1", "forwarded": "for=198.51.100.1", "x-forwarded-proto": "gopher, x"},
            "requestContext": {"accountId": "1", "apiId": "1", "stage": "$default", "requestId": "1", "routeKey": "$default",
                "domainName": "shop", "time": "", "timeEpoch": 0,
                "http": {"method": "POST", "path": path, "protocol": "HTTP/1.1", "sourceIp": "203.0.113.7", "userAgent": "test"}},
            "isBase64Encoded": false
        });
        LambdaEvent::new(serde_json::from_str(&event.to_string()).unwrap(), Context::default())
    }

    /// Answers with the path, the query and the address of the client that a handler sees.
    async fn seen(event: LambdaEvent<LambdaRequest>) -> Value {
        let show = async |request: Request| {
            let address: Option<IpAddr> = request.extensions().get::<ClientAddress>().map(|client| client.0);
            json!([request.uri().path(), request.uri().query(), address]).to_string()
        };
        let answer = handler(Router::new().fallback(show)).oneshot(event).await.unwrap();
        serde_json::from_str(serde_json::to_value(answer).unwrap()["body"].as_str().unwrap()).unwrap()
    }

    #[tokio::test]
    async fn the_client_address_is_the_one_that_the_gateway_saw_and_not_one_of_a_header() {
        assert_eq!(seen(event("/auth/jwt/create/", "")).await, json!(["/auth/jwt/create/", null, "203.0.113.7"]));
    }

    #[tokio::test]
    async fn a_character_that_a_uri_cannot_have_is_escaped() {
        for (path, query, expected) in [
            ("/a/", "search=<b>&x=\"1\"", ["/a/", "search=%3Cb%3E&x=%221%22"]),
            ("/a b/", "a b=\t\u{7f}#c", ["/a%20b/", "a%20b=%09%7F%23c"]),
            ("/a?b#c/", "d=%3C", ["/a%3Fb%23c/", "d=%3C"]),
            ("/a\\..\\b", "ü=ß", ["/a%5C..%5Cb", "ü=ß"]),
            ("/ü<>/", "a=^`{|}[]", ["/%C3%BC%3C%3E/", "a=^`{|}[]"]),
            ("", "a", ["/", "a"]),
            (":99999", "a", ["/:99999", "a"]),
        ] {
            let answer = seen(event(path, query)).await;
            assert_eq!(json!([answer[0], answer[1]]), json!(expected));
        }
    }

    #[tokio::test]
    async fn every_character_of_a_path_and_a_query_is_answered() {
        for c in (0..=0x180).filter_map(char::from_u32).chain(['\u{2028}', '\u{fffd}', '\u{10ffff}']) {
            let answer = seen(event(&format!("/a{c}b/"), &format!("a={c}&{c}=b"))).await;
            assert!(answer[0].as_str().unwrap().starts_with("/a"), "{c:?}: {answer}");
        }
    }
}
