//! Presigned requests: a client may send exactly the request that was signed until it expires. The secret lives as long as the process.

use ring::hmac;
use serde::{Deserialize, Serialize};
use shared::time::Timestamp;

use super::PRIVATE;

/// The request that a signature allows.
pub(super) enum Purpose<'a> {
    /// Upload a file of this type and length.
    Put { content_type: &'a str, bytes: u64 },
    /// Download a file under this name.
    Get { file_name: &'a str },
}

/// Query parameters of a presigned request.
#[derive(Debug, Deserialize, Serialize)]
pub(super) struct Signed {
    /// Expiry in microseconds since 1970.
    pub(super) expires: i64,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub(super) file_name: String,
    pub(super) signature: String,
}

/// Signs requests and verifies signatures.
pub(super) struct Signer(hmac::Key);

impl Signer {
    pub(super) fn new(secret: [u8; 32]) -> Self {
        Self(hmac::Key::new(hmac::HMAC_SHA256, &secret))
    }

    /// Returns the URL of a presigned request, relative to the API's root.
    pub(super) fn url(&self, key: &str, purpose: &Purpose<'_>, expires: Timestamp) -> anyhow::Result<String> {
        let expires = expires.micros();
        let signature = hex(hmac::sign(&self.0, text(key, purpose, expires).as_bytes()).as_ref());
        let file_name = match purpose {
            Purpose::Get { file_name } => (*file_name).to_owned(),
            Purpose::Put { .. } => String::new(),
        };
        let query = serde_urlencoded::to_string(Signed { expires, file_name, signature })?;
        Ok(format!("{PRIVATE}/{key}?{query}"))
    }

    /// Returns whether this request was signed here and has not expired.
    pub(super) fn allows(&self, key: &str, purpose: &Purpose<'_>, signed: &Signed, now: Timestamp) -> bool {
        let expected = hmac::sign(&self.0, text(key, purpose, signed.expires).as_bytes());
        // Not a constant-time comparison: only this machine can reach it.
        now.micros() < signed.expires && hex(expected.as_ref()) == signed.signature
    }
}

fn text(key: &str, purpose: &Purpose<'_>, expires: i64) -> String {
    match purpose {
        Purpose::Put { content_type, bytes } => format!("PUT\n{key}\n{expires}\n{bytes}\n{content_type}"),
        Purpose::Get { file_name } => format!("GET\n{key}\n{expires}\n{file_name}"),
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
