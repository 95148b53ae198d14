//! Signing keys whose private part a test knows, so that it can sign any token.

use std::sync::Arc;

use auth::{AuthState, Lifetimes};
use base64::Engine as _;
use base64::prelude::{BASE64_STANDARD, BASE64_URL_SAFE_NO_PAD};
use ring::digest::{SHA256, digest};
use ring::rand::SystemRandom;
use ring::signature::{Ed25519KeyPair, KeyPair as _};
use serde_json::{Value, json};
use shared::ids::UserId;
use shared::testing::{RecordingQueue, START, TestApp};
use shared::users::AuthOptions;
use shared::users::tokens::{TokenSigner, TokenVerifier};
use sqlx::PgPool;

use crate::keys;

/// A key pair that signs tokens.
pub(crate) struct Key {
    pkcs8: Vec<u8>,
    pub(crate) pair: Ed25519KeyPair,
}

impl Key {
    pub(crate) fn new() -> Self {
        let pkcs8 = Ed25519KeyPair::generate_pkcs8(&SystemRandom::new()).unwrap().as_ref().to_vec();
        let pair = Ed25519KeyPair::from_pkcs8(&pkcs8).unwrap();
        Self { pkcs8, pair }
    }

    /// Returns the key as it stands in `TOKEN_SIGNING_KEY`.
    pub(crate) fn private(&self) -> String {
        BASE64_STANDARD.encode(&self.pkcs8)
    }

    pub(crate) fn public(&self) -> Vec<u8> {
        self.pair.public_key().as_ref().to_vec()
    }

    pub(crate) fn id(&self) -> String {
        part(&digest(&SHA256, &self.public()).as_ref()[..8])
    }

    /// Returns the header of an access token that this key signs.
    pub(crate) fn header(&self) -> Value {
        json!({"alg": "EdDSA", "typ": "at+jwt", "kid": self.id()})
    }

    /// Returns a token with this header and these claims, signed without checking them.
    pub(crate) fn sign(&self, header: &Value, claims: &str) -> String {
        let message = format!("{}.{}", part(header.to_string()), part(claims));
        let signature = part(self.pair.sign(message.as_bytes()));
        format!("{message}.{signature}")
    }
}

/// Encodes a part of a token.
pub(crate) fn part(bytes: impl AsRef<[u8]>) -> String {
    BASE64_URL_SAFE_NO_PAD.encode(bytes)
}

/// Returns the claims of an access token of [`TestApp::token`] that is valid when the test begins.
pub(crate) fn claims(user: UserId) -> Value {
    json!({
        "token_type": "access",
        "exp": START.seconds() + 60,
        "iat": START.seconds(),
        "jti": "0123456789abcdef0123456789abcdef",
        "user_id": user.to_string(),
        "sid": TestApp::sign_in_of(user).0.simple().to_string(),
        "iss": "shop",
        "aud": "shop",
    })
}

/// Returns the service, which signs with one key and accepts these keys.
pub(crate) fn service_with_keys(db: PgPool, signing: &Key, accepted: &[&Key], auth_options: AuthOptions) -> TestApp {
    let verifier = Arc::new(TokenVerifier::new(accepted.iter().map(|key| key.public())));
    let keys = keys(Arc::new(TokenSigner::new(&signing.pkcs8).unwrap()));
    TestApp::with_state(db, auth::router(), |mut app, _| {
        app.verifier = verifier;
        app.auth_options = auth_options;
        AuthState { app, keys, lifetimes: Lifetimes::default(), queue: Arc::new(RecordingQueue::default()) }
    })
}
