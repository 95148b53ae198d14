//! The key that signs tokens on this machine. It is kept, so that a restart signs nobody out. The key for second factors is derived from it.

use std::io::Write as _;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::Path;
use std::sync::Arc;

use anyhow::Context as _;
use auth::{Keys, TotpKeys};
use ring::rand::SystemRandom;
use ring::signature::Ed25519KeyPair;
use shared::users::tokens::TokenSigner;

/// Loads the key from this file, or generates it.
pub(super) fn load(path: &Path) -> anyhow::Result<Keys> {
    if let Some(keys) = std::fs::read(path).ok().and_then(|key| keys_of(&key)) {
        return Ok(keys);
    }
    let key = Ed25519KeyPair::generate_pkcs8(&SystemRandom::new())
        .map_err(|_| anyhow::anyhow!("the system provides no random numbers"))?;
    let unfinished = path.with_extension("new");
    let file = std::fs::File::options().write(true).create(true).truncate(true).mode(0o600).open(&unfinished);
    file.and_then(|mut file| file.write_all(key.as_ref()))
        .and_then(|()| std::fs::rename(&unfinished, path))
        .with_context(|| format!("{} could not be written", path.display()))?;
    keys_of(key.as_ref()).context("the new key is invalid")
}

fn keys_of(pkcs8: &[u8]) -> Option<Keys> {
    Some(Keys { signer: Arc::new(TokenSigner::new(pkcs8)?), totp: Arc::new(TotpKeys::single(pkcs8)?) })
}
