//! Who works here and what they may do: people through roles, programs through keys.
//!
//! Nobody hands out or takes away what they may not do themselves, and nobody changes what they may do themselves: else the right to
//! give out rights would be all of them.

pub mod store;

use serde::Serialize;
use utoipa::ToSchema;

use crate::ids::{ApiKeyId, RoleId, UserId};
use crate::time::Timestamp;
use crate::users::{Permission, Permissions};

/// How long the name of a role or a key may be, in characters.
pub const MAX_NAME: usize = 100;

/// Some permissions under one name.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Role {
    /// Which.
    pub id: RoleId,
    /// What it is called. No other role is.
    #[schema(example = "Warehouse")]
    pub name: String,
    /// What who has it may do.
    #[schema(value_type = Vec<Permission>)]
    pub permissions: Permissions,
    /// Since when there is such a role.
    pub created_at: Timestamp,
}

/// Somebody who works here.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct StaffMember {
    /// Which account.
    pub id: UserId,
    /// What they are called.
    #[schema(example = "ana")]
    pub username: String,
    /// Where their mail goes.
    #[schema(format = "email", example = "ana@example.com")]
    pub email: String,
    /// Whether they may do everything, whatever their roles.
    pub is_superuser: bool,
    /// Their roles.
    pub roles: Vec<RoleId>,
    /// When they last logged in.
    pub last_login_at: Option<Timestamp>,
}

/// A key for a program. The key itself is shown once, when it is made.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct ApiKey {
    /// Which.
    pub id: ApiKeyId,
    /// What it is for.
    #[schema(example = "Warehouse system")]
    pub name: String,
    /// What it may do, as long as its maker may.
    #[schema(value_type = Vec<Permission>)]
    pub scopes: Permissions,
    /// Who made it; null once their account has ended.
    pub created_by: Option<UserId>,
    /// When.
    pub created_at: Timestamp,
    /// From when it is of no use; null for never.
    pub expires_at: Option<Timestamp>,
    /// When it was last used, to the minute.
    pub last_used_at: Option<Timestamp>,
    /// When it was called back.
    pub revoked_at: Option<Timestamp>,
}

/// What one of the staff may do at this moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rights {
    /// All of it.
    pub permissions: Permissions,
    /// Whether they may do everything, and to everybody.
    pub is_superuser: bool,
}

impl Rights {
    /// Whether they may hand out and take away a role of these permissions, or make a key of them.
    pub fn cover(&self, permissions: Permissions) -> bool {
        self.permissions.include(permissions)
    }

    /// Whether they may change what this account may do and whether it is switched on. Only superusers touch superusers.
    pub fn reach(&self, account: &Standing) -> bool {
        self.is_superuser || !account.is_superuser
    }
}

/// How an account stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Standing {
    /// Whether they may sign in.
    pub is_active: bool,
    /// Whether they work here.
    pub is_staff: bool,
    /// Whether they may do everything.
    pub is_superuser: bool,
}

/// Whether an error says that a role of this name is there already.
pub fn is_name_taken(error: &sqlx::Error) -> bool {
    error.as_database_error().and_then(|error| error.constraint()) == Some("role_name_unique")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nobody_covers_more_than_they_have_and_only_superusers_reach_superusers() {
        let some = Permissions::of_names(["settings", "orders"]);
        let clerk = Rights { permissions: some, is_superuser: false };
        assert!(clerk.cover(some) && clerk.cover(Permissions::NONE) && !clerk.cover(Permissions::all()));
        let boss = Standing { is_active: true, is_staff: true, is_superuser: true };
        assert!(!clerk.reach(&boss) && clerk.reach(&Standing { is_superuser: false, ..boss }));
        assert!(Rights { is_superuser: true, ..clerk }.reach(&boss));
    }
}
