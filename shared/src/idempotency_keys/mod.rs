//! Idempotency keys: a client repeats a request under its key, and gets the first answer again instead of a second change.

pub mod store;

use uuid::Uuid;

use crate::ids::{CartId, UserId};

/// A request with an idempotency key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct KeyedRequest {
    /// Digest of the client's key and its scope.
    pub key: Uuid,
    /// Digest of the request's body.
    pub digest: Uuid,
}

/// The object with which a key is deleted before its day is over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KeyOwner {
    /// The cart that the request has created or changed.
    Cart(CartId),
    /// The user whose personal data the answer has.
    User(UserId),
    /// The shop: the key is deleted only by its age.
    Shop,
}

/// The first answer to a request, apart from its status.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FirstAnswer {
    /// Headers as `name: value`.
    pub headers: Vec<String>,
    /// The body in JSON.
    pub body: String,
}

/// A key that was used before.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UsedKey {
    /// Digest of the body of the request that used it.
    pub digest: Uuid,
    /// The answer to that request.
    pub answer: FirstAnswer,
    /// True if the cart of that request was changed or ordered after it was created.
    pub cart_was_used: bool,
}
