//! Requests that a client can repeat with an `Idempotency-Key`: the first answer is stored in the transaction of the change.

use axum::body::{Body, to_bytes};
use axum::extract::{FromRef, FromRequest, FromRequestParts as _, Request};
use axum::response::{IntoResponse as _, Response};
use http::{HeaderMap, HeaderName, HeaderValue};
use uuid::Uuid;

use super::body::fields;
use super::{ApiError, IDEMPOTENT_REPLAYED, IdempotencyKey, RetryAfter, digest};
use crate::app::App;
use crate::app::db::Tx;
use crate::fields::FromFields;
use crate::idempotency_keys::store::{claim, complete, find};
use crate::idempotency_keys::{FirstAnswer, KeyOwner, KeyedRequest};
use crate::ids::UserId;
use crate::time::Timestamp;
use crate::users::Actor;

/// The body of a request that its client may repeat.
#[derive(Debug)]
pub struct RepeatableBody<T>(pub T, pub Repeatable);

/// A request that its client may repeat. A key holds for one URL and, unless anyone may use the URL's object, for one caller.
#[derive(Debug)]
pub struct Repeatable {
    key: IdempotencyKey,
    path: String,
    caller: String,
    /// Digest of the body as the client sent it, whatever the order of its names.
    body: Uuid,
    /// True if the first answer is returned only until its cart is used.
    only_until_used: bool,
}

impl<S: Send + Sync, T: FromFields> FromRequest<S> for RepeatableBody<T>
where
    App: FromRef<S>,
{
    type Rejection = ApiError;

    async fn from_request(request: Request, state: &S) -> Result<Self, ApiError> {
        let (mut parts, body) = request.into_parts();
        let key = IdempotencyKey::from_request_parts(&mut parts, state).await?;
        let path = parts.uri.path().to_owned();
        let fields = fields(Request::from_parts(parts, body), state).await?;
        let body = digest(&[fields.canonical().as_bytes()]);
        Ok(Self(fields.into()?, Repeatable { key, path, caller: String::new(), body, only_until_used: false }))
    }
}

impl Repeatable {
    /// Limits the key to this path instead of the one that the client wrote, which is one of several of the same object.
    #[must_use]
    pub fn at(self, path: String) -> Self {
        Self { path, ..self }
    }

    /// Limits the key to this user.
    #[must_use]
    pub fn of_user(self, user: UserId) -> Self {
        Self { caller: format!("user {user}"), ..self }
    }

    /// Limits the key to this member of staff or program.
    #[must_use]
    pub fn of_actor(self, actor: &Actor) -> Self {
        match actor {
            Actor::Account(account) => self.of_user(account.id),
            Actor::ApiKey(key) => Self { caller: format!("API key {}", key.id), ..self },
        }
    }

    /// Limits the key to a guest who creates a cart: it has to be a random UUID, and the first answer is returned only until the cart is used. A
    /// client that repeats the request has not got the cart, and so has not used it.
    pub fn of_guest(self) -> Result<Self, ApiError> {
        self.key.require_random_uuid()?;
        Ok(Self { caller: "guest".to_owned(), only_until_used: true, ..self })
    }

    /// Returns the request's key with its digest; `None` if the client sent no key.
    fn request(&self) -> Option<KeyedRequest> {
        // Neither a path nor a caller has a line break.
        let scope = format!("{}\n{}\n", self.caller, self.path);
        self.key.digest(&[scope.as_bytes()]).map(|key| KeyedRequest { key, digest: self.body })
    }

    /// Claims the key in the transaction of the request, before it changes anything; returns the first answer if the request is a repetition. One that
    /// arrives during the first request waits for it.
    pub async fn replay(&self, tx: &mut Tx, now: Timestamp) -> Result<Option<Response>, ApiError> {
        let Some(request) = self.request() else { return Ok(None) };
        if claim(tx, request, now).await? {
            return Ok(None);
        }
        // The scheduler has just deleted the key.
        let used = find(tx, request.key).await?.ok_or(ApiError::Unavailable(RetryAfter(1)))?;
        if used.digest != request.digest || (self.only_until_used && used.cart_was_used) {
            return Err(ApiError::IdempotencyKeyReused);
        }
        Ok(Some(replayed(used.answer)?))
    }

    /// Stores the answer for repetitions and returns it. The caller commits.
    pub async fn store(&self, tx: &mut Tx, owner: KeyOwner, answer: Response) -> Result<Response, ApiError> {
        let Some(request) = self.request() else { return Ok(answer) };
        let (parts, body) = answer.into_parts();
        let bytes = to_bytes(body, usize::MAX).await.map_err(anyhow::Error::from)?;
        let first = FirstAnswer {
            headers: parts.headers.iter().map(line).collect(),
            body: String::from_utf8_lossy(&bytes).into_owned(),
        };
        complete(tx, request.key, owner, &first).await?;
        Ok(Response::from_parts(parts, Body::from(bytes)))
    }
}

fn line((name, value): (&HeaderName, &HeaderValue)) -> String {
    format!("{name}: {}", String::from_utf8_lossy(value.as_bytes()))
}

/// Returns the first answer with status 200.
fn replayed(first: FirstAnswer) -> Result<Response, ApiError> {
    let mut headers = HeaderMap::from_iter([IDEMPOTENT_REPLAYED]);
    for (name, value) in first.headers.iter().filter_map(|line| line.split_once(": ")) {
        let name = HeaderName::try_from(name).map_err(anyhow::Error::from)?;
        headers.append(name, HeaderValue::try_from(value).map_err(anyhow::Error::from)?);
    }
    Ok((headers, Body::from(first.body)).into_response())
}
