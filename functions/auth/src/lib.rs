//! The `auth` function: accounts, tokens and staff under `/auth/`, with the requests and responses that Djoser clients know.

mod addresses;
mod events;
mod export;
mod jwks;
mod jwt;
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
use shared::users::tokens::TokenSigner;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

pub use lifetimes::Lifetimes;

/// State of the handlers.
#[derive(Clone, FromRef)]
pub struct AuthState {
    /// State that every function has.
    pub app: App,
    /// Signs the tokens. No other function has a signing key.
    pub signer: Arc<TokenSigner>,
    /// Lifetimes of the tokens.
    pub lifetimes: Lifetimes,
    /// Queue of the events of accounts, from which mails are made.
    pub queue: Arc<dyn Queue>,
}

impl AuthState {
    /// Reads the signing key, the lifetimes and the queue from the environment.
    pub fn from_environment(app: App, environment: &Environment) -> anyhow::Result<Self> {
        Ok(Self {
            app,
            signer: Arc::new(TokenSigner::from_environment(environment)?),
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
