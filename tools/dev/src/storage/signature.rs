//! Presigned requests: who has one may send just that, until it runs out. The secret is as long as the process.

use ring::hmac;
use serde::{Deserialize, Serialize};
use shared::time::Timestamp;

use super::PRIVATE;

/// What a request is for.
pub(super) enum Purpose<'a> {
    /// To put a file of this type and length.
    Put { content_type: &'a str, bytes: u64 },
    /// To get a file as one of this name.
    Get { file_name: &'a str },
}

/// The query of a presigned request.
#[derive(Debug, Deserialize, Serialize)]
pub(super) struct Signed {
    /// In microseconds since 1970.
    pub(super) expires: i64,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub(super) file_name: String,
    pub(super) signature: String,
}

/// Signs and checks.
pub(super) struct Signer(hmac::Key);

impl Signer {
    pub(super) fn new(secret: [u8; 32]) -> Self {
        Self(hmac::Key::new(hmac::HMAC_SHA256, &secret))
    }

    /// The URL of a request, from the API's root.
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

    /// Whether this is a request that was signed here and has not run out.
    pub(super) fn allows(&self, key: &str, purpose: &Purpose<'_>, signed: &Signed, now: Timestamp) -> bool {
        let expected = hmac::sign(&self.0, text(key, purpose, signed.expires).as_bytes());
        // Whoever could time the comparison sits at this machine anyway.
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
