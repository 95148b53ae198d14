//! The header `Idempotency-Key`, with which a client repeats a request whose answer it did not get.

use axum::extract::FromRequestParts;
use http::request::Parts;
use http::{HeaderName, HeaderValue};
use ring::digest::{Context, SHA256};
use utoipa::IntoParams;
use uuid::{Builder, Uuid};

use super::ApiError;

/// Maximum number of characters of a key.
const MAX_KEY: usize = 255;

/// The header that an answer to a repeated request has.
pub const IDEMPOTENT_REPLAYED: (HeaderName, HeaderValue) =
    (HeaderName::from_static("idempotent-replayed"), HeaderValue::from_static("true"));

/// The client's idempotency key.
#[derive(Clone, Debug, IntoParams)]
#[into_params(parameter_in = Header)]
pub struct IdempotencyKey {
    /// A text that is unique to this request, 1 to 255 characters.
    #[param(rename = "Idempotency-Key", value_type = String, required = false, min_length = 1, max_length = 255)]
    key: Option<Vec<u8>>,
}

impl<S: Send + Sync> FromRequestParts<S> for IdempotencyKey {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, ApiError> {
        let key = parts.headers.get("idempotency-key").map(|key| key.as_bytes().to_vec());
        match &key {
            Some(key) if !(1..=MAX_KEY).contains(&String::from_utf8_lossy(key).chars().count()) => {
                Err(refused("Ensure this header has 1 to 255 characters."))
            }
            Some(_) | None => Ok(Self { key }),
        }
    }
}

impl IdempotencyKey {
    /// Returns the digest of the key within this scope; `None` if the client sent no key. Clients choose keys as they like, so the scope holds
    /// everything that tells their requests apart.
    pub fn digest(&self, scope: &[&[u8]]) -> Option<Uuid> {
        let key = self.key.as_deref()?;
        Some(digest(&[scope, &[key]].concat()))
    }

    /// Refuses a key that is not a random UUID (version 4): others could guess it.
    pub fn require_random_uuid(&self) -> Result<(), ApiError> {
        let Some(key) = &self.key else { return Ok(()) };
        match Uuid::try_parse_ascii(key) {
            Ok(key) if key.get_version_num() == 4 => Ok(()),
            Ok(_) | Err(_) => {
                Err(refused("Send a random UUID (version 4). Without a token, the key gives access to the cart."))
            }
        }
    }
}

fn refused(message: &str) -> ApiError {
    ApiError::field("Idempotency-Key", message)
}

/// Returns the start of a SHA-256 digest as a uuid of version 8, because a `Call` takes uuids but no bytes.
pub fn digest(parts: &[&[u8]]) -> Uuid {
    let mut context = Context::new(&SHA256);
    parts.iter().for_each(|part| context.update(part));
    let mut bytes = [0; 16];
    context.finish().as_ref().iter().zip(&mut bytes).for_each(|(from, to)| *to = *from);
    Builder::from_custom_bytes(bytes).into_uuid()
}
