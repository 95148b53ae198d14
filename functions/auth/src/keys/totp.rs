//! Encryption of the secrets of second factors: AES-256-GCM, with a random nonce and the account as associated data, so that a row that
//! is copied to another account is worth nothing there.
//!
//! A key has a version, which is stored with the secret. While a key is being replaced there are two: the first encrypts, and all decrypt.

use anyhow::{Context as _, anyhow};
use data_encoding::BASE64;
use ring::aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use ring::hkdf::{HKDF_SHA256, Salt};
use shared::app::{Environment, EnvironmentError, Rng};
use shared::ids::UserId;
use shared::users::store::totp::EncryptedSecret;

const TOTP_KEYS: &str = "TOTP_KEYS";
const FORM: &str =
    "keys such as `1:<at least 32 bytes in base64>`, separated by commas, each with another version from 1 to 32767";

/// Minimum number of bytes of a key in `TOTP_KEYS`. The key of the cipher is derived from them.
const MIN_KEY_BYTES: usize = 32;

/// Says what the derived key is for, so that no other use of the same bytes has the same key.
const PURPOSE: &[u8] = b"secrets of second factors";

/// The keys for the secrets of second factors.
pub struct TotpKeys {
    current: TotpKey,
    previous: Vec<TotpKey>,
}

struct TotpKey {
    version: i16,
    cipher: LessSafeKey,
}

impl TotpKeys {
    /// Reads `TOTP_KEYS`: keys with their versions, `2:<base64>,1:<base64>`. The first encrypts.
    pub fn from_environment(environment: &Environment) -> Result<Self, EnvironmentError> {
        let keys: Option<Vec<TotpKey>> = environment.require(TOTP_KEYS)?.split(',').map(TotpKey::read).collect();
        keys.and_then(Self::new).ok_or(EnvironmentError::Invalid(TOTP_KEYS, FORM))
    }

    /// Returns a single key of version 1, from at least 32 bytes; `None` if there are fewer.
    pub fn single(bytes: &[u8]) -> Option<Self> {
        Some(Self { current: TotpKey::new(1, bytes)?, previous: Vec::new() })
    }

    /// Returns `None` without a key, or if two have the same version.
    fn new(keys: Vec<TotpKey>) -> Option<Self> {
        let repeats = |(n, key): (usize, &TotpKey)| keys.iter().take(n).any(|before| before.version == key.version);
        if keys.iter().enumerate().any(repeats) {
            return None;
        }
        let mut keys = keys.into_iter();
        Some(Self { current: keys.next()?, previous: keys.collect() })
    }

    /// Returns true if a secret should be encrypted again, because its key is older than the current one. A newer key stays: during a deployment
    /// the newer release has used it.
    pub(crate) fn is_outdated(&self, encrypted: &EncryptedSecret) -> bool {
        encrypted.key_version < self.current.version
    }

    /// Encrypts the secret of an account with the current key.
    pub(crate) fn encrypt(&self, rng: &dyn Rng, user: UserId, secret: &[u8]) -> anyhow::Result<EncryptedSecret> {
        let mut nonce = [0; NONCE_LEN];
        rng.fill_random(&mut nonce);
        let mut sealed = secret.to_vec();
        self.current
            .cipher
            .seal_in_place_append_tag(Nonce::assume_unique_for_key(nonce), associated_data(user), &mut sealed)
            .map_err(|_| anyhow!("the secret of a second factor could not be encrypted"))?;
        Ok(EncryptedSecret { key_version: self.current.version, bytes: [&nonce[..], &sealed].concat() })
    }

    /// Decrypts the secret of an account. Fails if the key of its version is not there, or if it was encrypted for another account.
    pub(crate) fn decrypt(&self, user: UserId, encrypted: &EncryptedSecret) -> anyhow::Result<Vec<u8>> {
        let version = encrypted.key_version;
        let key = std::iter::once(&self.current).chain(&self.previous).find(|key| key.version == version);
        let key = key.with_context(|| format!("{TOTP_KEYS} has no key of version {version}"))?;
        let (nonce, sealed) = encrypted.bytes.split_first_chunk().context("the secret has no nonce")?;
        let mut sealed = sealed.to_vec();
        let secret = key.cipher.open_in_place(Nonce::assume_unique_for_key(*nonce), associated_data(user), &mut sealed);
        Ok(secret.map_err(|_| anyhow!("the key of version {version} does not fit"))?.to_vec())
    }
}

impl TotpKey {
    fn read(text: &str) -> Option<Self> {
        let (version, key) = text.trim().split_once(':')?;
        let version = version.parse().ok().filter(|version| *version > 0)?;
        Self::new(version, &BASE64.decode(key.as_bytes()).ok()?)
    }

    fn new(version: i16, bytes: &[u8]) -> Option<Self> {
        if bytes.len() < MIN_KEY_BYTES {
            return None;
        }
        let derived = Salt::new(HKDF_SHA256, &[]).extract(bytes);
        let cipher = LessSafeKey::new(UnboundKey::from(derived.expand(&[PURPOSE], &AES_256_GCM).ok()?));
        Some(Self { version, cipher })
    }
}

fn associated_data(user: UserId) -> Aad<[u8; 8]> {
    Aad::from(user.0.to_be_bytes())
}

#[cfg(test)]
mod tests {
    use shared::app::SystemRng;

    use super::*;

    const SECRET: &[u8] = b"12345678901234567890";
    const ANA: UserId = UserId(1);

    fn key(version: &str, byte: u8) -> String {
        format!("{version}:{}", BASE64.encode(&[byte; 32]))
    }

    fn keys(text: &str) -> Result<TotpKeys, EnvironmentError> {
        TotpKeys::from_environment(&Environment::from_iter([(TOTP_KEYS, text)]))
    }

    #[test]
    fn a_secret_is_decrypted_for_its_account_alone() {
        let keys = keys(&key("1", 7)).unwrap();
        let encrypted = keys.encrypt(&SystemRng, ANA, SECRET).unwrap();
        assert_eq!((encrypted.key_version, encrypted.bytes.len()), (1, 12 + 20 + 16));
        assert!(!encrypted.bytes.windows(5).any(|part| SECRET.windows(5).any(|plain| plain == part)));
        assert_eq!(keys.decrypt(ANA, &encrypted).unwrap(), SECRET);
        assert!(keys.decrypt(UserId(2), &encrypted).is_err());
        assert_ne!(keys.encrypt(&SystemRng, ANA, SECRET).unwrap().bytes, encrypted.bytes, "each has its own nonce");
    }

    #[test]
    fn a_changed_secret_is_refused() {
        let keys = keys(&key("1", 7)).unwrap();
        let encrypted = keys.encrypt(&SystemRng, ANA, SECRET).unwrap();
        for at in 0..encrypted.bytes.len() {
            let mut changed = encrypted.clone();
            changed.bytes[at] ^= 1;
            assert!(keys.decrypt(ANA, &changed).is_err(), "{at}");
        }
        for bytes in [vec![], encrypted.bytes[..11].to_vec(), encrypted.bytes[..40].to_vec()] {
            assert!(keys.decrypt(ANA, &EncryptedSecret { bytes, ..encrypted.clone() }).is_err());
        }
    }

    #[test]
    fn the_first_key_encrypts_and_all_decrypt() {
        let (old, new) = (key("1", 7), key("2", 8));
        let before = keys(&old).unwrap().encrypt(&SystemRng, ANA, SECRET).unwrap();
        // While every function learns the new key, the old one still encrypts.
        let prepared = keys(&format!("{old},{new}")).unwrap();
        assert_eq!(prepared.encrypt(&SystemRng, ANA, SECRET).unwrap().key_version, 1);
        let changed = keys(&format!("{new}, {old}")).unwrap();
        let after = changed.encrypt(&SystemRng, ANA, SECRET).unwrap();
        assert_eq!(after.key_version, 2);
        for encrypted in [&before, &after] {
            assert_eq!(prepared.decrypt(ANA, encrypted).unwrap(), SECRET);
            assert_eq!(changed.decrypt(ANA, encrypted).unwrap(), SECRET);
        }
        assert!(changed.is_outdated(&before) && !changed.is_outdated(&after) && !prepared.is_outdated(&after));
        let error = keys(&new).unwrap().decrypt(ANA, &before).unwrap_err().to_string();
        assert_eq!(error, "TOTP_KEYS has no key of version 1");
        let other = keys(&key("1", 9)).unwrap().decrypt(ANA, &before).unwrap_err().to_string();
        assert_eq!(other, "the key of version 1 does not fit");
    }

    #[test]
    fn a_key_without_a_version_or_with_too_few_bytes_is_refused() {
        let short = format!("1:{}", BASE64.encode(&[7; 31]));
        let twice = format!("{},{}", key("1", 7), key("1", 8));
        let bad =
            ["1", ":", "1:", "1:x", &short, &twice, &key("0", 7), &key("-1", 7), &key("40000", 7), &key("one", 7)];
        for text in bad {
            let error = keys(text).err().unwrap().to_string();
            assert!(error.starts_with("the environment variable TOTP_KEYS does not hold keys such as"), "{error}");
        }
        assert!(keys(&format!("{},", key("1", 7))).is_err());
    }
}
