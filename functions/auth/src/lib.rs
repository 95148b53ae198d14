//! `/auth/`: accounts and tokens, in the shapes that clients of Djoser know.

mod jwt;
mod lifetimes;
mod users;

use std::sync::Arc;

use axum::extract::FromRef;
use shared::app::{App, Environment};
use shared::users::tokens::TokenSigner;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

pub use lifetimes::Lifetimes;

/// What the handlers have.
#[derive(Clone, FromRef)]
pub struct Auth {
    /// What every function has.
    pub app: App,
    /// Makes the tokens. No other function has one.
    pub signer: Arc<TokenSigner>,
    /// How long tokens are good for.
    pub lifetimes: Lifetimes,
}

impl Auth {
    /// With the key and the lifetimes that the environment names.
    pub fn from_environment(app: App, environment: &Environment) -> anyhow::Result<Self> {
        let signer = Arc::new(TokenSigner::from_environment(environment)?);
        Ok(Self { app, signer, lifetimes: Lifetimes::from_environment(environment)? })
    }
}

/// Every route of this function.
pub fn router() -> OpenApiRouter<Auth> {
    OpenApiRouter::with_openapi(shared::http::document())
        .routes(routes!(users::create::create_user))
        .routes(routes!(
            users::get_me::get_me,
            users::update_me::replace_me,
            users::update_me::update_me,
            users::delete_me::delete_me
        ))
        .routes(routes!(jwt::create::create_token))
        .routes(routes!(jwt::refresh::refresh_token))
        .routes(routes!(jwt::verify::verify_token))
}
