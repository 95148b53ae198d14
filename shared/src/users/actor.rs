//! Who does something to the shop: one of the staff, or a program of theirs.

use super::store::Account;
use super::store::api_keys::GoodKey;
use super::{Permission, Permissions};

/// Whoever is behind a request that changes what is everybody's.
#[derive(Clone, Debug)]
pub enum Actor {
    /// A person, signed in.
    Account(Account),
    /// A program with a key.
    ApiKey(GoodKey),
}

impl Actor {
    /// Whether they may do this.
    pub fn may(&self, permission: Permission) -> bool {
        self.permissions().has(permission)
    }

    /// All they may do.
    pub fn permissions(&self) -> Permissions {
        match self {
            Self::Account(account) => account.permissions,
            Self::ApiKey(key) => key.permissions,
        }
    }

    /// The person, if it is one.
    pub fn account(&self) -> Option<&Account> {
        match self {
            Self::Account(account) => Some(account),
            Self::ApiKey(_) => None,
        }
    }
}
