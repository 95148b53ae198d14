//! The staff member or the program that makes a request.

use super::store::Account;
use super::store::api_keys::ValidApiKey;
use super::{Permission, Permissions};

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
}
