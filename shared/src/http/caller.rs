//! Who is asking.

use axum::extract::{FromRef, FromRequestParts};
use http::header::AUTHORIZATION;
use http::request::Parts;

use super::{ApiError, Unauthorized};
use crate::app::{App, Asker};
use crate::ids::UserId;
use crate::users::store::Account;
use crate::users::tokens::TokenType;

/// Somebody with a good access token, whose account was looked up: it exists and is active.
#[derive(Clone, Debug)]
pub struct CurrentUser(pub Account);

/// A [`CurrentUser`] who works here.
#[derive(Clone, Debug)]
pub struct Staff(pub Account);

/// Somebody with a good access token. The account was *not* looked up: only for a handler whose SQL does that itself.
#[derive(Clone, Copy, Debug)]
pub struct Bearer(pub UserId);

/// A [`CurrentUser`], or nobody. A token that is not good is an error here too: somebody thinks to be signed in and is not.
#[derive(Clone, Debug)]
pub struct MaybeBearer(pub Option<Account>);

impl<S: Send + Sync> FromRequestParts<S> for Bearer
where
    App: FromRef<S>,
{
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, ApiError> {
        let user = bearer(parts, &App::from_ref(state))?.ok_or(Unauthorized::NotAuthenticated)?;
        accepted(parts, user);
        Ok(Self(user))
    }
}

impl<S: Send + Sync> FromRequestParts<S> for MaybeBearer
where
    App: FromRef<S>,
{
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, ApiError> {
        let app = App::from_ref(state);
        let Some(user) = bearer(parts, &app)? else { return Ok(Self(None)) };
        let account = crate::users::store::account(&app.db, user).await?.ok_or(Unauthorized::UserNotFound)?;
        if !account.is_active {
            return Err(Unauthorized::UserInactive.into());
        }
        accepted(parts, account.id);
        Ok(Self(Some(account)))
    }
}

impl<S: Send + Sync> FromRequestParts<S> for CurrentUser
where
    App: FromRef<S>,
{
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, ApiError> {
        let MaybeBearer(account) = MaybeBearer::from_request_parts(parts, state).await?;
        account.map(Self).ok_or_else(|| Unauthorized::NotAuthenticated.into())
    }
}

impl<S: Send + Sync> FromRequestParts<S> for Staff
where
    App: FromRef<S>,
{
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, ApiError> {
        let CurrentUser(account) = CurrentUser::from_request_parts(parts, state).await?;
        if account.is_staff { Ok(Self(account)) } else { Err(ApiError::Forbidden) }
    }
}

/// The request's line in the log says who asked.
fn accepted(parts: &Parts, user: UserId) {
    if let Some(asker) = parts.extensions.get::<Asker>() {
        asker.is(user);
    }
}

/// Whose token the request carries; `None` without one. Another scheme than `Bearer` counts as none, as clients are used to.
fn bearer(parts: &Parts, app: &App) -> Result<Option<UserId>, Unauthorized> {
    let Some(header) = parts.headers.get(AUTHORIZATION) else { return Ok(None) };
    let mut words = header.to_str().map_err(|_| Unauthorized::BadHeader)?.split_whitespace();
    if words.next() != Some("Bearer") {
        return Ok(None);
    }
    let (Some(token), None) = (words.next(), words.next()) else { return Err(Unauthorized::BadHeader) };
    let claims = app.verifier.verify(token, TokenType::Access, app.ambient.now()).map_err(Unauthorized::BadToken)?;
    claims.user().map(Some).map_err(Unauthorized::BadToken)
}
