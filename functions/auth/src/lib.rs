//! `/auth/`: accounts and tokens, in the shapes that clients of Djoser know.

mod addresses;
mod export;
mod jwks;
mod jwt;
mod lifetimes;
mod news;
mod options;
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
pub use options::Options;

/// What the handlers have.
#[derive(Clone, FromRef)]
pub struct AuthState {
    /// What every function has.
    pub app: App,
    /// Makes the tokens. No other function has one.
    pub signer: Arc<TokenSigner>,
    /// How long tokens are good for.
    pub lifetimes: Lifetimes,
    /// What this shop has otherwise.
    pub options: Options,
    /// Where the news of accounts goes, to become mail.
    pub queue: Arc<dyn Queue>,
}

impl AuthState {
    /// With the key, the lifetimes, the options and the queue that the environment names.
    pub fn from_environment(app: App, environment: &Environment) -> anyhow::Result<Self> {
        Ok(Self {
            app,
            signer: Arc::new(TokenSigner::from_environment(environment)?),
            lifetimes: Lifetimes::from_environment(environment)?,
            options: Options::from_environment(environment)?,
            queue: Arc::new(Sqs::from_environment(environment)?),
        })
    }
}

/// Every route of this function.
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
