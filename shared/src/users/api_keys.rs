//! Keys for programs: `shop_<id, 32 hex digits>_<secret, 43 characters of base64url>`. The id finds the key, so that it can be told
//! from others in a list and in a leak; the secret is what nobody can guess.

use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use ring::digest::{SHA256, digest};
use uuid::Uuid;

use crate::ids::ApiKeyId;

const PREFIX: &str = "shop_";
/// Of the id, in hex.
const ID_LENGTH: usize = 32;
/// Of 32 bytes, in base64url.
const SECRET_LENGTH: usize = 43;

/// A key as somebody shows it: it has the shape of one, and may be anybody's invention.
#[derive(Clone, Debug)]
pub struct ShownKey {
    /// Which key it says it is.
    pub id: ApiKeyId,
    /// SHA-256 of the whole.
    pub sha256: [u8; 32],
}

/// A new key, as its owner is to keep it.
pub fn written(id: ApiKeyId, secret: [u8; 32]) -> String {
    format!("{PREFIX}{}_{}", id.0.simple(), BASE64_URL_SAFE_NO_PAD.encode(secret))
}

/// Reads a key; `None` where it has not the shape of one.
pub fn read(key: &str) -> Option<ShownKey> {
    let (id, secret) = key.strip_prefix(PREFIX)?.split_at_checked(ID_LENGTH)?;
    let secret = secret.strip_prefix('_')?;
    let is_secret = secret.len() == SECRET_LENGTH && BASE64_URL_SAFE_NO_PAD.decode(secret).is_ok();
    let id = Uuid::try_parse(id).ok().filter(|_| is_secret)?;
    Some(ShownKey { id: ApiKeyId(id), sha256: sha256(key) })
}

/// What is kept of a key.
pub fn sha256(key: &str) -> [u8; 32] {
    let mut kept = [0; 32];
    kept.copy_from_slice(digest(&SHA256, key.as_bytes()).as_ref());
    kept
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_read_as_it_was_written() {
        let id = ApiKeyId(Uuid::from_u128(7));
        let key = written(id, [0xff; 32]);
        assert_eq!(key.len(), 5 + 32 + 1 + 43);
        let shown = read(&key).unwrap();
        assert_eq!((shown.id, shown.sha256), (id, sha256(&key)));
    }

    #[test]
    fn what_has_not_the_shape_of_a_key_is_none() {
        let key = written(ApiKeyId(Uuid::from_u128(7)), [1; 32]);
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
            assert!(read(text).is_none(), "{text}");
        }
    }
}
