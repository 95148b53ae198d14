//! How Django keeps passwords, for accounts that come from a shop of its kind. A good log-in has them kept as today's are.

use std::num::NonZeroU32;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use ring::pbkdf2::{PBKDF2_HMAC_SHA256, verify};

/// Django asks for 1,000,000; with more than this a single try would take seconds.
const MAX_ITERATIONS: u32 = 5_000_000;

/// Whether the password is the one that is kept as `pbkdf2_sha256$iterations$salt$hash`; `None` where the text is not of that form.
pub(super) fn pbkdf2_fits(password: &[u8], kept: &str) -> Option<bool> {
    let mut parts = kept.split('$');
    let (Some("pbkdf2_sha256"), Some(iterations), Some(salt), Some(hash), None) =
        (parts.next(), parts.next(), parts.next(), parts.next(), parts.next())
    else {
        return None;
    };
    let iterations: NonZeroU32 = iterations.parse().ok().filter(|count: &NonZeroU32| count.get() <= MAX_ITERATIONS)?;
    let hash = BASE64_STANDARD.decode(hash).ok().filter(|hash| hash.len() == 32)?;
    Some(verify(PBKDF2_HMAC_SHA256, iterations, salt.as_bytes(), password, &hash).is_ok())
}

/// Django puts the name of its hasher before a PHC string: `argon2$argon2id$v=19$…`.
pub(super) fn without_hasher(kept: &str) -> &str {
    kept.strip_prefix("argon2").unwrap_or(kept)
}
