//! The staff member or the program that makes a request.

use super::store::Account;
use super::store::api_keys::ValidApiKey;
use super::{Permission, Permissions};
use crate::ids::{ApiKeyId, UserId};
use crate::time::Timestamp;

/// The one who makes a request that changes shared data of the shop.
#[derive(Clone, Debug)]
pub enum Actor {
    /// A person who is signed in.
    Account(Account),
    /// A program with an API key.
    ApiKey(ValidApiKey),
}

impl Actor {
    /// Returns true if the actor has this permission.
    pub fn may(&self, permission: Permission) -> bool {
        self.permissions().has(permission)
    }

    /// Returns all permissions of the actor.
    pub fn permissions(&self) -> Permissions {
        match self {
            Self::Account(account) => account.permissions,
            Self::ApiKey(key) => key.permissions,
        }
    }

    /// Returns the account, if the actor is a person.
    pub fn account(&self) -> Option<&Account> {
        match self {
            Self::Account(account) => Some(account),
            Self::ApiKey(_) => None,
        }
    }

    /// Returns the id of the account or of the key.
    pub fn id(&self) -> ActorId {
        match self {
            Self::Account(account) => ActorId::Account(account.id),
            Self::ApiKey(key) => ActorId::ApiKey(key.id),
        }
    }
}

/// The one who changed something, as tables record it. An id without a foreign key: a record stays when the account is erased or the key is
/// deleted, and then names nobody.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ActorId {
    /// A person with an account.
    Account(UserId),
    /// A program with an API key.
    ApiKey(ApiKeyId),
    /// The shop itself, or a command on the machine of the database.
    System,
}

impl ActorId {
    /// Returns the actor that two columns name.
    pub fn of_columns(user: Option<UserId>, api_key: Option<ApiKeyId>) -> Self {
        match (user, api_key) {
            (Some(user), _) => Self::Account(user),
            (None, Some(key)) => Self::ApiKey(key),
            (None, None) => Self::System,
        }
    }

    /// Returns the id of the account, if the actor is a person.
    pub const fn user(self) -> Option<UserId> {
        match self {
            Self::Account(user) => Some(user),
            Self::ApiKey(_) | Self::System => None,
        }
    }

    /// Returns the id of the key, if the actor is a program.
    pub const fn api_key(self) -> Option<ApiKeyId> {
        match self {
            Self::ApiKey(key) => Some(key),
            Self::Account(_) | Self::System => None,
        }
    }
}

/// The actor and the time of a change.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stamp {
    /// Actor of the change.
    pub by: ActorId,
    /// Time of the change.
    pub at: Timestamp,
}

impl Stamp {
    /// Returns the stamp of a change by the shop itself, or by a command on the machine of the database.
    pub const fn of_system(at: Timestamp) -> Self {
        Self { by: ActorId::System, at }
    }
}
