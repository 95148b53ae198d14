//! A stack on this machine: the release binaries, each with the environment that `template.yaml` gives it.

use std::path::{Path, PathBuf};

use anyhow::{Context as _, bail};
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use ring::rand::SystemRandom;
use ring::signature::Ed25519KeyPair;
use shared::users::tokens::TokenSigner;

use crate::runtime_api::FunctionSettings;

/// Every function there is.
pub(crate) const FUNCTIONS: [&str; 13] = [
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

/// Who the shop's mail comes from.
pub(crate) const MAIL_FROM: &str = "shop@example.com";

/// Where files are sent to, and where images lie.
pub(crate) const UPLOADS_BUCKET: &str = "uploads";
pub(crate) const IMAGES_BUCKET: &str = "images";

/// Binaries and their surroundings.
#[derive(Clone)]
pub(crate) struct Stack {
    binaries: PathBuf,
    environment: Vec<(String, String)>,
    logs: Option<PathBuf>,
}

impl Stack {
    /// With binaries from this folder, `<name>/bootstrap` or `<name>`; all of them must be there.
    pub(crate) fn new(binaries: &Path, key: &SigningKey) -> anyhow::Result<Self> {
        let missing: Vec<_> = FUNCTIONS.into_iter().filter(|name| binary(binaries, name).is_none()).collect();
        if !missing.is_empty() {
            bail!("{} has no binary of {}", binaries.display(), missing.join(", "));
        }
        let environment = Vec::new();
        let stack = Self { binaries: binaries.to_owned(), environment, logs: None };
        Ok(stack
            .with("TOKEN_SIGNING_KEY", &key.private)
            .with("TOKEN_PUBLIC_KEYS", &key.signer.public_key_text())
            .with("PUBLIC_URL", "http://localhost")
            .with("SHOP_NAME", "Shop")
            .with("STACK_NAME", "shop")
            .with("STOREFRONT_URL", "http://localhost")
            .with("CATALOGUE_JOBS_QUEUE_URL", "http://localhost/catalogue-jobs")
            .with("UPLOADS_BUCKET", UPLOADS_BUCKET)
            .with("IMAGES_BUCKET", IMAGES_BUCKET)
            .with("IMAGES_URL", "http://localhost/images")
            .with("MAIL_FROM", MAIL_FROM))
    }

    /// The same with one variable more, or with another value for one it had.
    #[must_use]
    pub(crate) fn with(mut self, name: &str, value: &str) -> Self {
        self.environment.retain(|(known, _)| known != name);
        self.environment.push((name.to_owned(), value.to_owned()));
        self
    }

    /// The same, with a log of each function in this folder.
    #[must_use]
    pub(crate) fn logging_to(mut self, folder: &Path) -> Self {
        self.logs = Some(folder.to_owned());
        self
    }

    /// How to run this function.
    pub(crate) fn function(&self, name: &str) -> anyhow::Result<FunctionSettings> {
        let binary = binary(&self.binaries, name).with_context(|| format!("there is no function {name}"))?;
        Ok(FunctionSettings {
            name: name.to_owned(),
            binary,
            environment: self.environment.clone(),
            log: self.logs.as_ref().map(|folder| folder.join(format!("{name}.log"))),
        })
    }
}

/// A signing key of this stack's own.
pub(crate) struct SigningKey {
    pub(crate) signer: TokenSigner,
    /// PKCS#8 DER in base64, as `TOKEN_SIGNING_KEY` has it.
    pub(crate) private: String,
}

impl SigningKey {
    pub(crate) fn generate() -> anyhow::Result<Self> {
        let key = Ed25519KeyPair::generate_pkcs8(&SystemRandom::new()).ok().context("there is no randomness")?;
        let signer = TokenSigner::new(key.as_ref()).context("the new key is of no use")?;
        Ok(Self { signer, private: BASE64_STANDARD.encode(key.as_ref()) })
    }
}

fn binary(folder: &Path, name: &str) -> Option<PathBuf> {
    [folder.join(name).join("bootstrap"), folder.join(name)].into_iter().find(|path| path.is_file())
}
