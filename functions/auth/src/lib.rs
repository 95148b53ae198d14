//! The `auth` function: accounts, tokens and staff under `/auth/`, with the requests and responses that Djoser clients know.

mod addresses;
mod events;
mod export;
mod jwks;
mod jwt;
mod keys;
mod lifetimes;
mod pages;
mod password_check;
mod profile;
mod root;
mod sign_ins;
mod staff;
mod totp;
mod users;

use std::sync::Arc;

use axum::extract::FromRef;
use shared::app::{App, Environment};
use shared::aws::Sqs;
use shared::outbox::Queue;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

pub use keys::{KeyRing, Keys, TotpKeys};
pub use lifetimes::Lifetimes;

/// State of the handlers.
#[derive(Clone, FromRef)]
pub struct AuthState {
    /// State that every function has.
    pub app: App,
    /// Keys that no other function has.
    pub keys: Arc<KeyRing>,
    /// Lifetimes of the tokens.
    pub lifetimes: Lifetimes,
    /// Queue of the events of accounts, from which mails are made.
    pub queue: Arc<dyn Queue>,
}

impl AuthState {
    /// Reads where the keys are, the lifetimes and the queue from the environment, and begins to read the keys.
    pub fn from_environment(app: App, environment: &Environment) -> anyhow::Result<Self> {
        let keys = Arc::new(KeyRing::from_environment(environment)?);
        // At once, when the function has the most CPU, but in parallel with the first event, which may not need them.
        let first_read = keys.clone();
        tokio::spawn(async move { first_read.get().await.map(drop) });
        Ok(Self {
            app,
            keys,
            lifetimes: Lifetimes::from_environment(environment)?,
            queue: Arc::new(Sqs::from_environment(environment)?),
        })
    }
}

/// Returns every route of this function.
pub fn router() -> OpenApiRouter<AuthState> {
    OpenApiRouter::with_openapi(shared::http::document())
        .routes(routes!(root::get_auth))
        .merge(users::router())
        .merge(jwt::router())
        .merge(sign_ins::router())
        .merge(jwks::router())
        .merge(pages::router())
        .merge(profile::router())
        .merge(addresses::router())
        .merge(export::router())
        .merge(totp::router())
        .merge(staff::router())
}
