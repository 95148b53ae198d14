//! Ed25519 signatures of ring for `jsonwebtoken`. Its two ready-made providers would add a C library or an RSA crate with an open security
//! advisory, while ring is a dependency already, for TLS.

use jsonwebtoken::crypto::{CryptoProvider, JwtSigner, JwtVerifier, KeyUtils};
use jsonwebtoken::errors::{Error as JwtError, ErrorKind};
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey};
use ring::signature::{ED25519, Ed25519KeyPair, UnparsedPublicKey};
use signature::{Error, Signer, Verifier};

static PROVIDER: CryptoProvider = CryptoProvider {
    signer_factory: |algorithm, key| Ok(Box::new(Ed25519Signer::new(only_eddsa(*algorithm, key)?)?)),
    verifier_factory: |algorithm, key| Ok(Box::new(Ed25519Verifier::new(only_eddsa(*algorithm, key)?)?)),
    key_utils: KeyUtils::new_unimplemented(),
};

fn only_eddsa<K>(algorithm: Algorithm, key: &K) -> Result<&K, JwtError> {
    if algorithm == Algorithm::EdDSA { Ok(key) } else { Err(ErrorKind::InvalidAlgorithm.into()) }
}

/// Installs this provider for the process. Later calls have no effect.
pub(super) fn install() {
    let _ = PROVIDER.install_default();
}

struct Ed25519Signer(Ed25519KeyPair);

impl Ed25519Signer {
    fn new(key: &EncodingKey) -> Result<Self, JwtError> {
        Ed25519KeyPair::from_pkcs8_maybe_unchecked(key.as_bytes())
            .map(Self)
            .map_err(|_| ErrorKind::InvalidEddsaKey.into())
    }
}

impl Signer<Vec<u8>> for Ed25519Signer {
    fn try_sign(&self, message: &[u8]) -> Result<Vec<u8>, Error> {
        Ok(self.0.sign(message).as_ref().to_vec())
    }
}

impl JwtSigner for Ed25519Signer {
    fn algorithm(&self) -> Algorithm {
        Algorithm::EdDSA
    }
}

struct Ed25519Verifier(UnparsedPublicKey<Vec<u8>>);

impl Ed25519Verifier {
    fn new(key: &DecodingKey) -> Result<Self, JwtError> {
        Ok(Self(UnparsedPublicKey::new(&ED25519, key.try_get_as_bytes()?.to_vec())))
    }
}

impl Verifier<Vec<u8>> for Ed25519Verifier {
    fn verify(&self, message: &[u8], signature: &Vec<u8>) -> Result<(), Error> {
        self.0.verify(message, signature).map_err(|_| Error::new())
    }
}

impl JwtVerifier for Ed25519Verifier {
    fn algorithm(&self) -> Algorithm {
        Algorithm::EdDSA
    }
}
