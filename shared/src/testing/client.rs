//! A client that talks to the service in process.

use std::net::IpAddr;

use axum::Router;
use axum::body::Body;
use http::header::{AUTHORIZATION, CONTENT_TYPE, HeaderName};
use http::{HeaderMap, HeaderValue, Method, Request, StatusCode};
use http_body_util::BodyExt as _;
use serde_json::Value;
use tower::ServiceExt as _;

use crate::app::ClientAddress;

/// Sends requests with the same headers. Each method waits for the answer.
#[derive(Clone)]
pub struct Client {
    service: Router,
    headers: HeaderMap,
    address: Option<IpAddr>,
}

/// What came back.
#[derive(Clone, Debug)]
pub struct Answer {
    /// The status, as a number.
    pub status: u16,
    /// The headers.
    pub headers: HeaderMap,
    /// The body as JSON; null where it is none.
    pub body: Value,
    /// The body as it came.
    pub text: String,
}

impl Client {
    /// A client of this service, without a token.
    pub fn new(service: Router) -> Self {
        Self { service, headers: HeaderMap::new(), address: None }
    }

    /// The same client with a token.
    #[must_use]
    pub fn bearer(self, token: &str) -> Self {
        self.header("authorization", &format!("Bearer {token}"))
    }

    /// The same client with one more header, or with another value for one it had.
    #[must_use]
    pub fn header(mut self, name: &'static str, value: &str) -> Self {
        self.headers.insert(HeaderName::from_static(name), HeaderValue::from_str(value).unwrap());
        self
    }

    /// The same client at another address.
    #[must_use]
    pub fn at(mut self, address: &str) -> Self {
        self.address = Some(address.parse().unwrap());
        self
    }

    /// The same client without a token.
    #[must_use]
    pub fn without_token(mut self) -> Self {
        self.headers.remove(AUTHORIZATION);
        self
    }

    /// `GET`.
    pub async fn get(&self, path: &str) -> Answer {
        self.send(Method::GET, path, Body::empty()).await
    }

    /// `DELETE`.
    pub async fn delete(&self, path: &str) -> Answer {
        self.send(Method::DELETE, path, Body::empty()).await
    }

    /// `POST` of JSON.
    pub async fn post(&self, path: &str, body: Value) -> Answer {
        self.send_json(Method::POST, path, body).await
    }

    /// `PATCH` of JSON.
    pub async fn patch(&self, path: &str, body: Value) -> Answer {
        self.send_json(Method::PATCH, path, body).await
    }

    /// `PUT` of JSON.
    pub async fn put(&self, path: &str, body: Value) -> Answer {
        self.send_json(Method::PUT, path, body).await
    }

    /// Any method, with JSON.
    pub async fn send_json(&self, method: Method, path: &str, body: Value) -> Answer {
        let mut client = self.clone();
        client.headers.entry(CONTENT_TYPE).or_insert(HeaderValue::from_static("application/json"));
        client.send(method, path, Body::from(body.to_string())).await
    }

    /// Any method, any body, as it is.
    pub async fn send(&self, method: Method, path: &str, body: Body) -> Answer {
        let mut request = Request::builder().method(method).uri(path).body(body).unwrap();
        *request.headers_mut() = self.headers.clone();
        request.headers_mut().entry("host").or_insert(HeaderValue::from_static("shop.test"));
        if let Some(address) = self.address {
            request.extensions_mut().insert(ClientAddress(address));
        }
        let (parts, body) = self.service.clone().oneshot(request).await.unwrap().into_parts();
        let bytes = body.collect().await.unwrap().to_bytes();
        let text = String::from_utf8_lossy(&bytes).into_owned();
        let body = serde_json::from_str(&text).unwrap_or(Value::Null);
        Answer { status: parts.status.as_u16(), headers: parts.headers, body, text }
    }
}

impl Answer {
    /// The value of a header; empty where there is none.
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }

    /// The answer itself, if its status is this one; else the test ends and shows what came.
    #[track_caller]
    pub fn expect(self, status: u16) -> Self {
        let known = StatusCode::from_u16(status).unwrap();
        assert_eq!(self.status, known.as_u16(), "{}", self.text);
        self
    }
}
