//! Password hashes of Django, for accounts that come from another shop. They are replaced at the next log-in.

use std::num::NonZeroU32;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use ring::pbkdf2::{PBKDF2_HMAC_SHA256, verify};

/// Maximum number of iterations. Django uses 1,000,000; with more than this maximum, one attempt would take seconds.
const MAX_ITERATIONS: u32 = 5_000_000;

/// Returns true if the password matches a hash of the form `pbkdf2_sha256$iterations$salt$hash`; `None` if the text has another form.
pub(super) fn pbkdf2_matches(password: &[u8], stored: &str) -> Option<bool> {
    let mut parts = stored.split('$');
    let (Some("pbkdf2_sha256"), Some(iterations), Some(salt), Some(hash), None) =
        (parts.next(), parts.next(), parts.next(), parts.next(), parts.next())
    else {
        return None;
    };
    let iterations: NonZeroU32 = iterations.parse().ok().filter(|count: &NonZeroU32| count.get() <= MAX_ITERATIONS)?;
    let hash = BASE64_STANDARD.decode(hash).ok().filter(|hash| hash.len() == 32)?;
    Some(verify(PBKDF2_HMAC_SHA256, iterations, salt.as_bytes(), password, &hash).is_ok())
}

/// Removes the name of the hasher that Django puts before a PHC string: `argon2$argon2id$v=19$…`.
pub(super) fn without_hasher(stored: &str) -> &str {
    stored.strip_prefix("argon2").unwrap_or(stored)
}
