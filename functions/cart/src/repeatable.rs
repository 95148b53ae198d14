//! Requests that a client can repeat with an `Idempotency-Key`: the first answer is stored in the transaction of the request.

use std::fmt::Debug;

use axum::response::{IntoResponse, Response};
use http::header::{CONTENT_TYPE, LOCATION};
use http::{HeaderMap, StatusCode};
use serde::Serialize;
use shared::app::db::Tx;
use shared::carts::store::idempotency_keys::{self, FirstAnswer, KeyedRequest};
use shared::http::{ApiError, IDEMPOTENT_REPLAYED, IdempotencyKey, RetryAfter, digest};
use shared::ids::CartId;
use shared::time::Timestamp;

/// A request that its client may repeat.
pub(crate) struct Repeatable {
    /// The key and the body; `None` if the client sent no key.
    request: Option<KeyedRequest>,
    /// True if the first answer is returned only until its cart is used.
    only_until_used: bool,
}

/// The result of a request, and its answer.
pub(crate) struct Written {
    status: StatusCode,
    cart: CartId,
    answer: FirstAnswer,
}

impl Written {
    /// Makes the answer of a request that has changed or created this cart.
    pub(crate) fn new(
        status: StatusCode,
        cart: CartId,
        location: String,
        body: &impl Serialize,
    ) -> Result<Self, ApiError> {
        let body = serde_json::to_string(body).map_err(anyhow::Error::from)?;
        Ok(Self { status, cart, answer: FirstAnswer { location, body } })
    }
}

impl Repeatable {
    /// Makes a request from its key, the scope in which the key is unique, and its body.
    pub(crate) fn new(key: &IdempotencyKey, scope: &[&[u8]], body: &impl Debug) -> Self {
        let request =
            key.digest(scope).map(|key| KeyedRequest { key, digest: digest(&[format!("{body:?}").as_bytes()]) });
        Self { request, only_until_used: false }
    }

    /// Limits the first answer to the time before its cart is used. A client that repeats a request has not got the cart, and so has not used it.
    pub(crate) fn only_until_used(self) -> Self {
        Self { only_until_used: true, ..self }
    }

    /// Returns the first answer if this request is a repetition.
    pub(crate) async fn replay(&self, tx: &mut Tx) -> Result<Option<Response>, ApiError> {
        let Some(request) = self.request else { return Ok(None) };
        let Some(used) = idempotency_keys::find(tx, request.key).await? else { return Ok(None) };
        if used.digest != request.digest || (self.only_until_used && used.cart_was_used) {
            return Err(ApiError::IdempotencyKeyReused);
        }
        let replayed = HeaderMap::from_iter([IDEMPOTENT_REPLAYED]);
        Ok(Some((replayed, response(StatusCode::OK, used.answer)).into_response()))
    }

    /// Stores the answer for repetitions and commits. If another request has just used the key, nothing is committed and its answer is returned.
    pub(crate) async fn commit(&self, mut tx: Tx, written: Written, now: Timestamp) -> Result<Response, ApiError> {
        let Written { status, cart, answer } = written;
        if let Some(request) = self.request
            && !idempotency_keys::insert(&mut tx, request, cart, &answer, now).await?
        {
            return self.replay(&mut tx).await?.ok_or(ApiError::Unavailable(RetryAfter(1)));
        }
        tx.commit().await?;
        Ok(response(status, answer))
    }
}

fn response(status: StatusCode, answer: FirstAnswer) -> Response {
    let headers = [(LOCATION, answer.location), (CONTENT_TYPE, "application/json".to_owned())];
    (status, headers, answer.body).into_response()
}
