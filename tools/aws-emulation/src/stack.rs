//! A stack on this machine: the release binaries with the environment variables that `template.yaml` sets.

use std::path::{Path, PathBuf};

use anyhow::{Context as _, bail};
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use migrations::role_of;
use ring::rand::SystemRandom;
use ring::signature::Ed25519KeyPair;
use shared::app::{Rng as _, SystemRng};
use shared::users::tokens::TokenSigner;

use crate::runtime_api::FunctionSettings;

/// Names of all functions.
pub const FUNCTIONS: [&str; 13] = [
    "auth",
    "catalogue",
    "cart",
    "orders",
    "docs",
    "admin",
    "uploads",
    "transfers",
    "transfer-worker",
    "notifications",
    "outbox-relay",
    "scheduler",
    "migrate",
];

/// Sender of the shop's mail.
pub const MAIL_FROM: &str = "shop@example.com";

/// Bucket that files are uploaded to.
pub const UPLOADS_BUCKET: &str = "uploads";
/// Bucket of public images.
pub const IMAGES_BUCKET: &str = "images";

/// The functions' binaries and their environment variables.
#[derive(Clone)]
pub struct Stack {
    binaries: PathBuf,
    environment: Vec<(String, String)>,
    /// URL of the database, as its superuser.
    database: Option<String>,
    logs: Option<PathBuf>,
}

impl Stack {
    /// Uses the binaries in this folder, `<name>/bootstrap` or `<name>`; fails if one is missing.
    pub fn new(binaries: &Path, key: &SigningKey) -> anyhow::Result<Self> {
        let missing: Vec<_> = FUNCTIONS.into_iter().filter(|name| binary(binaries, name).is_none()).collect();
        if !missing.is_empty() {
            bail!("{} does not contain a binary of {}", binaries.display(), missing.join(", "));
        }
        let stack = Self { binaries: binaries.to_owned(), environment: Vec::new(), database: None, logs: None };
        Ok(stack
            .with("TOKEN_SIGNING_KEY", &key.private)
            .with("TOTP_KEYS", &totp_keys())
            .with("TOKEN_PUBLIC_KEYS", &key.signer.public_key_text())
            .with("PUBLIC_URL", "http://localhost")
            .with("SHOP_CURRENCY", "EUR")
            .with("SHOP_NAME", "Shop")
            .with("STACK_NAME", "shop")
            .with("STOREFRONT_URL", "http://localhost")
            .with("CATALOGUE_JOBS_QUEUE_URL", "http://localhost/catalogue-jobs")
            .with("UPLOADS_BUCKET", UPLOADS_BUCKET)
            .with("IMAGES_BUCKET", IMAGES_BUCKET)
            .with("IMAGES_URL", "http://localhost/images")
            .with("MAIL_FROM", MAIL_FROM))
    }

    /// Sets a variable.
    #[must_use]
    pub fn with(mut self, name: &str, value: &str) -> Self {
        self.environment.retain(|(known, _)| known != name);
        self.environment.push((name.to_owned(), value.to_owned()));
        self
    }

    /// Sets the database, by the superuser's URL. Each function but `migrate` logs in as its own role, which needs no password.
    #[must_use]
    pub fn with_database(mut self, url: &str) -> Self {
        self.database = Some(url.to_owned());
        self
    }

    /// Makes each function log to a file in this folder.
    #[must_use]
    pub fn logging_to(mut self, folder: &Path) -> Self {
        self.logs = Some(folder.to_owned());
        self
    }

    /// Returns what is needed to run this function.
    pub fn function(&self, name: &str) -> anyhow::Result<FunctionSettings> {
        let binary = binary(&self.binaries, name).with_context(|| format!("there is no function {name}"))?;
        let mut environment = self.environment.clone();
        if let Some(url) = &self.database {
            let url =
                role_of(name).map_or_else(|| url.clone(), |role| url.replacen("//postgres", &format!("//{role}"), 1));
            environment.push(("DATABASE_URL".to_owned(), url));
        }
        Ok(FunctionSettings {
            name: name.to_owned(),
            binary,
            environment,
            log: self.logs.as_ref().map(|folder| folder.join(format!("{name}.log"))),
        })
    }
}

/// A new key that signs tokens.
pub struct SigningKey {
    /// Signs tokens with the key.
    pub signer: TokenSigner,
    /// The private key as `TOKEN_SIGNING_KEY` expects it: PKCS#8 DER in base64.
    pub private: String,
}

impl SigningKey {
    /// Generates a key.
    pub fn generate() -> anyhow::Result<Self> {
        let key = Ed25519KeyPair::generate_pkcs8(&SystemRandom::new())
            .ok()
            .context("the system provides no random numbers")?;
        let signer = TokenSigner::new(key.as_ref()).context("the new key is invalid")?;
        Ok(Self { signer, private: BASE64_STANDARD.encode(key.as_ref()) })
    }
}

/// Returns a new value of `TOTP_KEYS`, the key for second factors.
pub fn totp_keys() -> String {
    let mut key = [0; 32];
    SystemRng.fill_random(&mut key);
    format!("1:{}", BASE64_STANDARD.encode(key))
}

fn binary(folder: &Path, name: &str) -> Option<PathBuf> {
    [folder.join(name).join("bootstrap"), folder.join(name)].into_iter().find(|path| path.is_file())
}
