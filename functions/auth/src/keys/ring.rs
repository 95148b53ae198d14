//! The keys as the handlers get them: from the environment, or from Secrets Manager when they are first needed.

use shared::app::Environment;
use shared::http::{ApiError, RetryAfter};
use tokio::sync::OnceCell;

use super::Keys;
use super::secret::Secret;

/// Time after which a client may try again when the keys could not be read.
const RETRY_AFTER: RetryAfter = RetryAfter(5);

/// The keys, which may have to be read from Secrets Manager first.
pub struct KeyRing(Source);

enum Source {
    Known(Keys),
    Secret { secret: Box<Secret>, keys: OnceCell<Keys> },
}

impl KeyRing {
    /// Holds these keys.
    pub fn of(keys: Keys) -> Self {
        Self(Source::Known(keys))
    }

    /// Takes the keys from the secret that `AUTH_SECRET_ARN` names, or without one from the environment. Does not read the secret yet: an
    /// execution environment that failed at its start would be started again and again.
    pub fn from_environment(environment: &Environment) -> anyhow::Result<Self> {
        Ok(match environment.get("AUTH_SECRET_ARN") {
            Some(arn) => {
                let secret = Box::new(Secret::new(arn, environment)?);
                Self(Source::Secret { secret, keys: OnceCell::new() })
            }
            None => Self::of(Keys::from_environment(environment)?),
        })
    }

    /// Returns the keys, and reads them if no request has done so yet; of several requests at once, one reads. Fails with 503 if they cannot
    /// be read; the next request tries again.
    ///
    /// Handlers call this before they begin a transaction, because it may wait for Secrets Manager. Later calls return at once.
    pub async fn get(&self) -> Result<&Keys, ApiError> {
        match &self.0 {
            Source::Known(keys) => Ok(keys),
            Source::Secret { secret, keys } => keys.get_or_try_init(|| secret.read()).await.map_err(|error| {
                tracing::error!(error = format!("{error:#}"), "keys could not be read from Secrets Manager");
                ApiError::Unavailable(RETRY_AFTER)
            }),
        }
    }
}
