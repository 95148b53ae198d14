//! What was done to accounts and by accounts, written down once.
//!
//! No password, token, code or key is in it, and no address of somebody who has no account: people type passwords into the
//! wrong field.

pub mod store;

use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

use crate::ids::{ApiKeyId, UserId};
use crate::time::Timestamp;
use crate::users::Actor;

/// What happened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// An account was made.
    Registered,
    /// Somebody was made who may do everything.
    SuperuserCreated,
    /// A code of the second factor was wrong.
    SecondFactorFailed,
    /// An account was taken over from another shop.
    Imported,
    /// An account was switched on by the link in its mail.
    Activated,
    /// Somebody logged in.
    LoggedIn,
    /// Somebody could not log in: a wrong password or code, or nobody's address.
    LogInFailed,
    /// A password that was asked for again was wrong.
    PasswordCheckFailed,
    /// One sign-in was ended by its owner.
    SignInEnded,
    /// All sign-ins were ended by their owner.
    AllSignInsEnded,
    /// A refresh token came a second time, so its sign-in was ended.
    RefreshTokenReused,
    /// The password was changed by its owner.
    PasswordChanged,
    /// The password was changed by the link in a mail.
    PasswordReset,
    /// The address was changed by its owner.
    EmailChanged,
    /// The address was changed by the link in a mail.
    EmailReset,
    /// The name was changed.
    UsernameChanged,
    /// An account was switched off by the staff.
    Deactivated,
    /// An account was switched on again by the staff.
    Reactivated,
    /// An account was erased.
    Erased,
    /// All that is kept of somebody was handed out to them.
    Exported,
    /// A role was made.
    RoleCreated,
    /// A role was changed.
    RoleChanged,
    /// A role was deleted.
    RoleDeleted,
    /// Somebody got other roles.
    RolesAssigned,
    /// An API key was made.
    ApiKeyCreated,
    /// An API key was called back.
    ApiKeyRevoked,
    /// The staff changed what is on hand.
    StockChanged,
    /// A second factor was set up.
    TotpEnabled,
    /// A second factor was removed.
    TotpDisabled,
    /// New recovery codes were made.
    RecoveryCodesRenewed,
    /// A recovery code stood in for the second factor.
    RecoveryCodeUsed,
}

impl Kind {
    /// `audit_log.kind`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Registered => "registered",
            Self::SuperuserCreated => "superuser_created",
            Self::SecondFactorFailed => "second_factor_failed",
            Self::Imported => "imported",
            Self::Activated => "activated",
            Self::LoggedIn => "logged_in",
            Self::LogInFailed => "log_in_failed",
            Self::PasswordCheckFailed => "password_check_failed",
            Self::SignInEnded => "sign_in_ended",
            Self::AllSignInsEnded => "all_sign_ins_ended",
            Self::RefreshTokenReused => "refresh_token_reused",
            Self::PasswordChanged => "password_changed",
            Self::PasswordReset => "password_reset",
            Self::EmailChanged => "email_changed",
            Self::EmailReset => "email_reset",
            Self::UsernameChanged => "username_changed",
            Self::Deactivated => "deactivated",
            Self::Reactivated => "reactivated",
            Self::Erased => "erased",
            Self::Exported => "exported",
            Self::RoleCreated => "role_created",
            Self::RoleChanged => "role_changed",
            Self::RoleDeleted => "role_deleted",
            Self::RolesAssigned => "roles_assigned",
            Self::ApiKeyCreated => "api_key_created",
            Self::ApiKeyRevoked => "api_key_revoked",
            Self::StockChanged => "stock_changed",
            Self::TotpEnabled => "totp_enabled",
            Self::TotpDisabled => "totp_disabled",
            Self::RecoveryCodesRenewed => "recovery_codes_renewed",
            Self::RecoveryCodeUsed => "recovery_code_used",
        }
    }
}

/// One line of the log.
#[derive(Clone, Debug)]
pub struct AuditRecord {
    kind: Kind,
    user: Option<UserId>,
    actor_user: Option<UserId>,
    actor_api_key: Option<ApiKeyId>,
    details: Value,
}

impl AuditRecord {
    /// Somebody did this with their own account.
    pub fn by_owner(kind: Kind, user: UserId) -> Self {
        Self { kind, user: Some(user), actor_user: Some(user), actor_api_key: None, details: empty() }
    }

    /// This happened to an account, and nobody knows by whom; or to none.
    pub fn by_nobody(kind: Kind, user: Option<UserId>) -> Self {
        Self { kind, user, actor_user: None, actor_api_key: None, details: empty() }
    }

    /// One of the staff did this, to somebody's account or to none.
    pub fn by_staff(kind: Kind, actor: UserId, user: Option<UserId>) -> Self {
        Self { kind, user, actor_user: Some(actor), actor_api_key: None, details: empty() }
    }

    /// A program did this, to somebody's account or to none.
    pub fn by_api_key(kind: Kind, key: ApiKeyId, user: Option<UserId>) -> Self {
        Self { kind, user, actor_user: None, actor_api_key: Some(key), details: empty() }
    }

    /// Whoever it was did this, to somebody's account or to none.
    pub fn by(kind: Kind, actor: &Actor, user: Option<UserId>) -> Self {
        match actor {
            Actor::Account(account) => Self::by_staff(kind, account.id, user),
            Actor::ApiKey(key) => Self::by_api_key(kind, key.id, user),
        }
    }

    /// The same with more to say: an object.
    #[must_use]
    pub fn with(mut self, details: Value) -> Self {
        self.details = details;
        self
    }
}

fn empty() -> Value {
    Value::Object(serde_json::Map::new())
}

/// A line of the log, as the staff reads it.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct AuditEntry {
    /// Later lines have larger ids.
    pub id: i64,
    /// When.
    pub at: Timestamp,
    /// What happened.
    #[schema(example = "roles_assigned")]
    pub kind: String,
    /// Whose account it is about.
    pub user_id: Option<UserId>,
    /// Which account did it.
    pub actor_id: Option<UserId>,
    /// Which API key did it.
    pub actor_api_key_id: Option<ApiKeyId>,
    /// The client's address.
    #[schema(example = "203.0.113.7")]
    pub address: Option<String>,
    /// What the client calls itself.
    pub user_agent: Option<String>,
    /// Finds the request in the log.
    pub request_id: Option<String>,
    /// More about it.
    #[schema(value_type = Object)]
    pub details: Value,
}

/// Which lines are looked for; all of them, unless told otherwise.
#[derive(Clone, Debug, Default)]
pub struct AuditFilter {
    /// About this account.
    pub user: Option<UserId>,
    /// Done by this account.
    pub actor: Option<UserId>,
    /// Of this kind.
    pub kind: Option<String>,
    /// From then on.
    pub from: Option<Timestamp>,
    /// Before then.
    pub to: Option<Timestamp>,
}
