//! The caller of a request: an account, an API key, or an anonymous client.

use std::convert::Infallible;
use std::marker::PhantomData;

use axum::extract::{FromRef, FromRequestParts};
use http::header::{AUTHORIZATION, USER_AGENT};
use http::request::Parts;

use super::api_key::api_key;
use super::{ApiError, Unauthorized};
use crate::app::{App, ClientAddress, LoggedUser, RequestId};
use crate::ids::{SignInId, UserId};
use crate::trace::Trace;
use crate::users::permissions::{Needed, OpenToKeys};
use crate::users::store::{self, Account};
use crate::users::tokens::{Claims, TokenError, TokenType};
use crate::users::{Actor, ClientInfo};

/// Maximum number of characters of the `User-Agent` header that are stored.
const MAX_USER_AGENT: usize = 300;

/// A caller with a valid access token, whose account exists and is active.
#[derive(Clone, Debug)]
pub struct CurrentUser(pub Account);

/// A caller with this permission: a staff member, a superuser, or a program with an API key. All other callers are refused with 403.
#[derive(Clone, Debug)]
pub struct Requires<P>(pub Actor, pub PhantomData<P>);

/// A caller with this permission ([`Requires`]), or any other caller. Invalid credentials are refused here, too.
#[derive(Clone, Debug)]
pub struct MaybePermitted<P>(pub Option<Actor>, pub PhantomData<P>);

/// A [`CurrentUser`] with this permission. API keys are refused with 403, whatever permissions they have.
#[derive(Clone, Debug)]
pub struct RequiresUser<P>(pub Account, pub PhantomData<P>);

/// A caller with a valid access token. It is *not* checked whether the account is active and the sign-in open: only for
/// handlers whose SQL checks both.
#[derive(Clone, Copy, Debug)]
pub struct UnverifiedUser {
    /// Account that the token belongs to.
    pub user: UserId,
    /// Sign-in that the token belongs to.
    pub sign_in: SignInId,
}

/// A [`CurrentUser`] or an anonymous caller. An invalid token is refused, because its sender expects to be signed in.
#[derive(Clone, Debug)]
pub struct MaybeBearer(pub Option<Account>);

impl<S: Send + Sync> FromRequestParts<S> for UnverifiedUser
where
    App: FromRef<S>,
{
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, ApiError> {
        let claims = bearer(parts, &App::from_ref(state))?.ok_or(Unauthorized::NotAuthenticated)?;
        let user = claims.user().map_err(Unauthorized::BadToken)?;
        let sign_in = claims.sign_in().map_err(Unauthorized::BadToken)?;
        log_caller(parts, user);
        Ok(Self { user, sign_in })
    }
}

impl<S: Send + Sync> FromRequestParts<S> for MaybeBearer
where
    App: FromRef<S>,
{
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, ApiError> {
        let app = App::from_ref(state);
        let Some(claims) = bearer(parts, &app)? else { return Ok(Self(None)) };
        let user = claims.user().map_err(Unauthorized::BadToken)?;
        let sign_in = claims.sign_in().map_err(Unauthorized::BadToken)?;
        let account = store::account(&app.db, user, sign_in, app.auth_options).await?;
        let account = account.ok_or(Unauthorized::UserNotFound)?;
        if !account.is_active {
            return Err(Unauthorized::UserInactive.into());
        }
        if account.is_signed_out {
            return Err(Unauthorized::BadToken(TokenError::Revoked).into());
        }
        log_caller(parts, account.id);
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

impl<S: Send + Sync, P: OpenToKeys> FromRequestParts<S> for Requires<P>
where
    App: FromRef<S>,
{
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, ApiError> {
        let actor = actor(parts, state).await?;
        if actor.may(P::PERMISSION) {
            Ok(Self(actor, PhantomData))
        } else {
            Err(actor.account().map_or(ApiError::Forbidden, forbidden))
        }
    }
}

impl<S: Send + Sync, P: OpenToKeys> FromRequestParts<S> for MaybePermitted<P>
where
    App: FromRef<S>,
{
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, ApiError> {
        let key = api_key(parts, &App::from_ref(state)).await?.map(Actor::ApiKey);
        let actor = match key {
            Some(key) => Some(key),
            None => MaybeBearer::from_request_parts(parts, state).await?.0.map(Actor::Account),
        };
        Ok(Self(actor.filter(|actor| actor.may(P::PERMISSION)), PhantomData))
    }
}

impl<S: Send + Sync, P: Needed> FromRequestParts<S> for RequiresUser<P>
where
    App: FromRef<S>,
{
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, ApiError> {
        match actor(parts, state).await? {
            Actor::Account(account) if account.permissions.has(P::PERMISSION) => Ok(Self(account, PhantomData)),
            Actor::Account(account) => Err(forbidden(&account)),
            Actor::ApiKey(_) => Err(ApiError::Forbidden),
        }
    }
}

impl<S: Send + Sync> FromRequestParts<S> for ClientInfo {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        let user_agent = parts.headers.get(USER_AGENT).map(|value| String::from_utf8_lossy(value.as_bytes()));
        Ok(Self {
            address: parts.extensions.get::<ClientAddress>().map(|client| client.0),
            user_agent: user_agent.map(|text| text.chars().filter(|c| !c.is_control()).take(MAX_USER_AGENT).collect()),
            request_id: parts.extensions.get::<RequestId>().map(|id| id.0.to_string()),
            trace: Trace::of_request(&parts.headers).map(|trace| trace.header().to_owned()),
        })
    }
}

/// Returns the person or the program that makes the request. The extractors that do not call this ignore API keys.
async fn actor<S: Send + Sync>(parts: &mut Parts, state: &S) -> Result<Actor, ApiError>
where
    App: FromRef<S>,
{
    if let Some(key) = api_key(parts, &App::from_ref(state)).await? {
        return Ok(Actor::ApiKey(key));
    }
    let CurrentUser(account) = CurrentUser::from_request_parts(parts, state).await?;
    Ok(Actor::Account(account))
}

/// Returns the 403 for a person who lacks a permission. It says what to do if all that is missing is the second factor.
pub fn forbidden(account: &Account) -> ApiError {
    account
        .second_factor_step
        .map_or(ApiError::Forbidden, |step| ApiError::ForbiddenBecause(step.detail(), step.code()))
}

/// Puts the caller into the log line of the request.
fn log_caller(parts: &Parts, user: UserId) {
    if let Some(logged_user) = parts.extensions.get::<LoggedUser>() {
        logged_user.set(user);
    }
}

/// Returns the claims of the token; `None` without one. As in Django REST framework, another scheme than `Bearer` counts as no token.
fn bearer(parts: &Parts, app: &App) -> Result<Option<Claims>, Unauthorized> {
    let Some(header) = parts.headers.get(AUTHORIZATION) else { return Ok(None) };
    let mut words = header.to_str().map_err(|_| Unauthorized::BadHeader)?.split_whitespace();
    if words.next() != Some("Bearer") {
        return Ok(None);
    }
    let (Some(token), None) = (words.next(), words.next()) else { return Err(Unauthorized::BadHeader) };
    app.verifier.verify(token, TokenType::Access, app.clock.now()).map(Some).map_err(Unauthorized::BadToken)
}
