//! The keys that only `auth` has: one signs tokens, the others encrypt the secrets of second factors.

mod ring;
mod secret;
mod totp;

use std::sync::Arc;

use shared::app::{Environment, EnvironmentError};
use shared::users::tokens::TokenSigner;

pub use ring::KeyRing;
pub use totp::TotpKeys;

/// The keys that only `auth` has.
#[derive(Clone)]
pub struct Keys {
    /// Signs the tokens.
    pub signer: Arc<TokenSigner>,
    /// Encrypt the secrets of second factors.
    pub totp: Arc<TotpKeys>,
}

impl Keys {
    /// Reads `TOKEN_SIGNING_KEY` and `TOTP_KEYS`.
    pub fn from_environment(environment: &Environment) -> Result<Self, EnvironmentError> {
        Ok(Self {
            signer: Arc::new(TokenSigner::from_environment(environment)?),
            totp: Arc::new(TotpKeys::from_environment(environment)?),
        })
    }
}
