//! The trusted edge: a CDN in front of the API, such as CloudFront, which proves by a secret header that a request came through it and says
//! in another who the client is.
//!
//! API Gateway sees the address of the CDN, which thousands of clients share. Without this, one of them would use up the limits of all.

use std::net::IpAddr;
use std::sync::Arc;

use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};
use http::HeaderName;
use ring::hmac::{HMAC_SHA256, Key, Tag, sign, verify};

use super::{App, ClientAddress, Environment, EnvironmentError};
use crate::http::ApiError;

const EDGE_SECRET: &str = "EDGE_SECRET";
/// Minimum number of characters of a secret.
const MIN_SECRET: usize = 32;

/// Header with the secret.
const VERIFY: HeaderName = HeaderName::from_static("x-origin-verify");
/// Header of CloudFront with the address and the port of the client.
const VIEWER_ADDRESS: HeaderName = HeaderName::from_static("cloudfront-viewer-address");

/// The secrets of the edge, as keys that only recognise them: more than one while the secret is being changed.
#[derive(Clone)]
pub struct Edge(Arc<[(Key, Tag)]>);

impl Edge {
    /// Reads the secrets, separated by commas; `None` if there is no edge.
    pub fn from_environment(environment: &Environment) -> Result<Option<Self>, EnvironmentError> {
        let Some(secrets) = environment.get(EDGE_SECRET) else { return Ok(None) };
        let secrets: Vec<&str> = secrets.split(',').map(str::trim).collect();
        if secrets.iter().any(|secret| secret.len() < MIN_SECRET || !secret.is_ascii()) {
            return Err(EnvironmentError::Invalid(EDGE_SECRET, "one or more texts of 32 or more ASCII characters"));
        }
        let keys = secrets.iter().map(|secret| {
            let key = Key::new(HMAC_SHA256, secret.as_bytes());
            let tag = sign(&key, secret.as_bytes());
            (key, tag)
        });
        Ok(Some(Self(keys.collect())))
    }

    /// Returns true if the text is one of the secrets. `verify` compares in constant time.
    fn is_secret(&self, text: &[u8]) -> bool {
        self.0.iter().any(|(key, tag)| verify(key, text, tag.as_ref()).is_ok())
    }
}

/// Refuses a request that went around the edge, and takes the address of the client from the edge. Without an edge both headers mean nothing.
pub(super) async fn admit(State(app): State<App>, mut request: Request, next: Next) -> Response {
    let Some(edge) = &app.edge else { return next.run(request).await };
    // Removed, so that no handler and no log sees it.
    let secret = request.headers_mut().remove(VERIFY);
    if !secret.is_some_and(|secret| edge.is_secret(secret.as_bytes())) {
        let detail = "This address is not for clients. Use the public address of the shop.";
        return ApiError::ForbiddenBecause(detail, "edge_required").into_response();
    }
    let address = request.headers().get(VIEWER_ADDRESS).and_then(|value| viewer_address(value.to_str().ok()?));
    match address {
        Some(address) => {
            request.extensions_mut().insert(ClientAddress(address));
        }
        // The limits then count all clients of one location of the CDN together, which is safe and soon noticed.
        None => tracing::warn!("the edge does not say who the client is"),
    }
    next.run(request).await
}

/// Reads `192.0.2.1:443`, `[2001:db8::1]:443` or `2001:db8::1:443`. The last number is always the port.
fn viewer_address(text: &str) -> Option<IpAddr> {
    let (address, port) = text.trim().rsplit_once(':')?;
    port.parse::<u16>().ok()?;
    let bare = address.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')).unwrap_or(address);
    bare.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    const OLD: &str = "0123456789abcdef0123456789abcdef";
    const NEW: &str = "fedcba9876543210fedcba9876543210";

    fn edge(secrets: &str) -> Result<Option<Edge>, EnvironmentError> {
        Edge::from_environment(&Environment::from_iter([(EDGE_SECRET, secrets)]))
    }

    #[test]
    fn the_address_of_a_client_is_read_in_each_form_of_cloudfront() {
        for (text, expected) in [
            ("198.51.100.10:46532", Some("198.51.100.10")),
            ("[2001:db8::1]:443", Some("2001:db8::1")),
            ("2001:db8:0:0:0:0:0:1:443", Some("2001:db8::1")),
            ("2001:db8::1:443", Some("2001:db8::1")),
            ("198.51.100.10", None),
            ("[2001:db8::1]", None),
            ("198.51.100.10:", None),
            ("198.51.100.10:http", None),
            ("example.com:443", None),
            ("", None),
        ] {
            let read = viewer_address(text).map(|address| address.to_string());
            assert_eq!(read.as_deref(), expected, "{text}");
        }
    }

    #[test]
    fn each_secret_is_recognised_and_nothing_else() {
        let both = edge(&format!("{OLD}, {NEW}")).unwrap().unwrap();
        for (text, expected) in [(OLD, true), (NEW, true), ("", false), (&OLD[1..], false), ("x", false)] {
            assert_eq!(both.is_secret(text.as_bytes()), expected, "{text}");
        }
        assert!(edge(" ").unwrap().is_none());
    }

    #[test]
    fn a_short_secret_is_refused_and_not_shown() {
        for secrets in ["hunter2", "hunter2,", &format!("{OLD},hunter2"), ","] {
            let error = edge(secrets).err().unwrap().to_string();
            assert!(error.contains(EDGE_SECRET) && !error.contains("hunter2"), "{error}");
        }
    }
}
