//! Staff and their permissions: people have them through roles, programs through API keys.
//!
//! A user can grant and revoke only permissions that they have, and cannot change their own: otherwise the right to grant permissions would
//! include all others.

pub mod store;

use serde::Serialize;
use utoipa::ToSchema;

use crate::ids::{ApiKeyId, RoleId, UserId};
use crate::time::Timestamp;
use crate::users::{Permission, Permissions};

/// Maximum number of characters in the name of a role or a key.
pub const MAX_NAME: usize = 100;

/// A named set of permissions.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Role {
    /// Id of the role.
    pub id: RoleId,
    /// Unique name of the role.
    #[schema(example = "Warehouse")]
    pub name: String,
    /// Permissions of users with this role.
    #[schema(value_type = Vec<Permission>)]
    pub permissions: Permissions,
    /// Time at which the role was created.
    pub created_at: Timestamp,
}

/// A member of staff.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct StaffMember {
    /// Id of the account.
    pub id: UserId,
    /// Username of the account.
    #[schema(example = "ana")]
    pub username: String,
    /// Email address of the account.
    #[schema(format = "email", example = "ana@example.com")]
    pub email: String,
    /// True if the account is a superuser, which has all permissions whatever its roles are.
    pub is_superuser: bool,
    /// Ids of their roles.
    pub roles: Vec<RoleId>,
    /// Time of the last login; null if they never logged in.
    pub last_login_at: Option<Timestamp>,
}

/// An API key of a program. The key itself is returned once, when it is created.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct ApiKey {
    /// Id of the key.
    pub id: ApiKeyId,
    /// Name that says what the key is for.
    #[schema(example = "Warehouse system")]
    pub name: String,
    /// Permissions of the key, as long as its creator has them.
    #[schema(value_type = Vec<Permission>)]
    pub scopes: Permissions,
    /// Id of the account that created the key; null once it is erased.
    pub created_by: Option<UserId>,
    /// Time at which the key was created.
    pub created_at: Timestamp,
    /// Time at which the key expires; null for never.
    pub expires_at: Option<Timestamp>,
    /// Time of a recent use, at most a minute before the last one; null if never used.
    pub last_used_at: Option<Timestamp>,
    /// Time at which the key was revoked; null if it was not.
    pub revoked_at: Option<Timestamp>,
}

/// The permissions of a member of staff at this moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rights {
    /// Permissions of all their roles.
    pub permissions: Permissions,
    /// True if they may do everything to every account.
    pub is_superuser: bool,
}

impl Rights {
    /// Returns true if they may grant and revoke a role with these permissions, or create a key with them.
    pub fn cover(&self, permissions: Permissions) -> bool {
        self.permissions.include(permissions)
    }

    /// Returns true if they may change the roles of this account. Only superusers change superusers.
    pub fn may_change(&self, account: &AccountFlags) -> bool {
        self.is_superuser || !account.is_superuser
    }
}

/// The flags of an account.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AccountFlags {
    /// True if they may sign in.
    pub is_active: bool,
    /// True if they are staff.
    pub is_staff: bool,
    /// True if they may do everything.
    pub is_superuser: bool,
}

/// Returns true if the error says that the name of a role is taken.
pub fn is_name_taken(error: &sqlx::Error) -> bool {
    error.as_database_error().and_then(|error| error.constraint()) == Some("role_name_unique")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn permissions_cover_their_subsets_and_only_superusers_change_superusers() {
        let some = Permissions::from_names(["settings", "orders"]);
        let clerk = Rights { permissions: some, is_superuser: false };
        assert!(clerk.cover(some) && clerk.cover(Permissions::NONE) && !clerk.cover(Permissions::all()));
        let boss = AccountFlags { is_active: true, is_staff: true, is_superuser: true };
        assert!(!clerk.may_change(&boss) && clerk.may_change(&AccountFlags { is_superuser: false, ..boss }));
        assert!(Rights { is_superuser: true, ..clerk }.may_change(&boss));
    }
}
