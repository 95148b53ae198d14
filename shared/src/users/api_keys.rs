//! API keys: `shop_<id, 32 hex digits>_<secret, 43 characters of base64url>`. The id finds the key in the database,
//! and tells in a list or in a leak which key it is; the secret cannot be guessed.

use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use ring::digest::{SHA256, digest};
use uuid::Uuid;

use crate::ids::ApiKeyId;

const PREFIX: &str = "shop_";
/// Characters of the id in hex.
const ID_LENGTH: usize = 32;
/// Characters of the 32 secret bytes in base64url.
const SECRET_LENGTH: usize = 43;

/// A key as a client sends it. It has the right form but was not verified.
#[derive(Clone, Debug)]
pub struct UnverifiedKey {
    /// Id in the key.
    pub id: ApiKeyId,
    /// SHA-256 digest of the whole key.
    pub sha256: [u8; 32],
}

/// Formats a new key for its owner.
pub fn format_key(id: ApiKeyId, secret: [u8; 32]) -> String {
    format!("{PREFIX}{}_{}", id.0.simple(), BASE64_URL_SAFE_NO_PAD.encode(secret))
}

/// Parses a key; returns `None` if it does not have the right form.
pub fn parse(key: &str) -> Option<UnverifiedKey> {
    let (id, secret) = key.strip_prefix(PREFIX)?.split_at_checked(ID_LENGTH)?;
    let secret = secret.strip_prefix('_')?;
    let is_secret = secret.len() == SECRET_LENGTH && BASE64_URL_SAFE_NO_PAD.decode(secret).is_ok();
    let id = Uuid::try_parse(id).ok().filter(|_| is_secret)?;
    Some(UnverifiedKey { id: ApiKeyId(id), sha256: sha256(key) })
}

/// Returns the digest that is stored of a key.
pub fn sha256(key: &str) -> [u8; 32] {
    let mut digest_bytes = [0; 32];
    digest_bytes.copy_from_slice(digest(&SHA256, key.as_bytes()).as_ref());
    digest_bytes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_read_as_it_was_formatted() {
        let id = ApiKeyId(Uuid::from_u128(7));
        let key = format_key(id, [0xff; 32]);
        assert_eq!(key.len(), 5 + 32 + 1 + 43);
        let unverified = parse(&key).unwrap();
        assert_eq!((unverified.id, unverified.sha256), (id, sha256(&key)));
    }

    #[test]
    fn a_text_without_the_form_of_a_key_is_refused() {
        let key = format_key(ApiKeyId(Uuid::from_u128(7)), [1; 32]);
        let (start, end) = key.split_at(37);
        let bad = [
            "",
            "shop_",
            "shop_é",
            &key[1..],
            &key[..80],
            start,
            &format!("{start}-{}", &end[1..]),
            &format!("{key}A"),
        ];
        for text in bad {
            assert!(parse(text).is_none(), "{text}");
        }
    }
}
