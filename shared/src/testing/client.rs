//! A client that calls the service in process.

use std::net::IpAddr;

use axum::Router;
use axum::body::Body;
use http::header::{AUTHORIZATION, CONTENT_TYPE, HeaderName};
use http::{HeaderMap, HeaderValue, Method, Request, StatusCode};
use http_body_util::BodyExt as _;
use serde_json::Value;
use tower::ServiceExt as _;

use crate::app::ClientAddress;

/// A test client, whose requests all have the headers that were set on it.
#[derive(Clone)]
pub struct Client {
    service: Router,
    headers: HeaderMap,
    address: Option<IpAddr>,
}

/// A response of the service.
#[derive(Clone, Debug)]
pub struct Answer {
    /// Status code as a number.
    pub status: u16,
    /// Headers of the response.
    pub headers: HeaderMap,
    /// Body as JSON; null if the body is not JSON.
    pub body: Value,
    /// Body as text.
    pub text: String,
}

impl Client {
    /// Creates a client of this service without a token.
    pub fn new(service: Router) -> Self {
        Self { service, headers: HeaderMap::new(), address: None }
    }

    /// Adds a bearer token.
    #[must_use]
    pub fn bearer(self, token: &str) -> Self {
        self.header("authorization", &format!("Bearer {token}"))
    }

    /// Adds or replaces a header.
    #[must_use]
    pub fn header(mut self, name: &'static str, value: &str) -> Self {
        self.headers.insert(HeaderName::from_static(name), HeaderValue::from_str(value).unwrap());
        self
    }

    /// Sets the address of the client.
    #[must_use]
    pub fn at(mut self, address: &str) -> Self {
        self.address = Some(address.parse().unwrap());
        self
    }

    /// Removes the token.
    #[must_use]
    pub fn without_token(mut self) -> Self {
        self.headers.remove(AUTHORIZATION);
        self
    }

    /// Sends a `GET` request.
    pub async fn get(&self, path: &str) -> Answer {
        self.send(Method::GET, path, Body::empty()).await
    }

    /// Sends a `DELETE` request.
    pub async fn delete(&self, path: &str) -> Answer {
        self.send(Method::DELETE, path, Body::empty()).await
    }

    /// Sends a `POST` request with JSON.
    pub async fn post(&self, path: &str, body: Value) -> Answer {
        self.send_json(Method::POST, path, body).await
    }

    /// Sends a `PATCH` request with JSON.
    pub async fn patch(&self, path: &str, body: Value) -> Answer {
        self.send_json(Method::PATCH, path, body).await
    }

    /// Sends a `PUT` request with JSON.
    pub async fn put(&self, path: &str, body: Value) -> Answer {
        self.send_json(Method::PUT, path, body).await
    }

    /// Sends a request of any method with JSON.
    pub async fn send_json(&self, method: Method, path: &str, body: Value) -> Answer {
        let mut client = self.clone();
        client.headers.entry(CONTENT_TYPE).or_insert(HeaderValue::from_static("application/json"));
        client.send(method, path, Body::from(body.to_string())).await
    }

    /// Sends a request of any method with any body.
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
    /// Returns the value of a header, empty if it is missing.
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }

    /// Returns the response if it has this status; otherwise fails the test with the body.
    #[track_caller]
    pub fn expect(self, status: u16) -> Self {
        let expected = StatusCode::from_u16(status).unwrap();
        assert_eq!(self.status, expected.as_u16(), "{}", self.text);
        self
    }
}
