//! The audit log: what was done to accounts, and by accounts and API keys to the shop.
//!
//! It holds no password, token, code or key, and no address of a person without an account, because people type passwords into the wrong
//! field.

pub mod staff;
pub mod store;

use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

use crate::ids::{ApiKeyId, UserId};
use crate::time::Timestamp;
use crate::users::Actor;

/// The kinds of audit records.
#[derive(Clone, Copy, Debug, PartialEq, Eq, strum::IntoStaticStr)]
#[strum(serialize_all = "snake_case")]
pub enum Kind {
    /// An account was created.
    Registered,
    /// A superuser was created.
    SuperuserCreated,
    /// A code of the second factor was wrong.
    SecondFactorFailed,
    /// An account was imported from another shop.
    Imported,
    /// An account was activated by the link in its mail.
    Activated,
    /// A user logged in.
    LoggedIn,
    /// A log-in failed: a wrong password or code, or an unknown address.
    LogInFailed,
    /// The current password was asked for and was wrong.
    PasswordCheckFailed,
    /// The owner ended one sign-in.
    SignInEnded,
    /// The owner ended all sign-ins.
    AllSignInsEnded,
    /// A refresh token was used a second time, so its sign-in was ended.
    RefreshTokenReused,
    /// The owner changed the password.
    PasswordChanged,
    /// The password was changed by the link in a mail.
    PasswordReset,
    /// The owner changed the email address.
    EmailChanged,
    /// The email address was changed by the link in a mail.
    EmailReset,
    /// The username was changed.
    UsernameChanged,
    /// Staff deactivated an account.
    Deactivated,
    /// Staff reactivated an account.
    Reactivated,
    /// An account was erased.
    Erased,
    /// A user exported their personal data.
    Exported,
    /// A role was created.
    RoleCreated,
    /// A role was changed.
    RoleChanged,
    /// A role was deleted.
    RoleDeleted,
    /// An account got other roles.
    RolesAssigned,
    /// An API key was created.
    ApiKeyCreated,
    /// An API key was revoked.
    ApiKeyRevoked,
    /// Staff changed the stock of a variant.
    StockChanged,
    /// Staff set the rules by which a variant is sold when too few units are in stock.
    StockRulesSet,
    /// A product was created.
    ProductCreated,
    /// A product was changed over the API. Imports have no record for each product.
    ProductChanged,
    /// A product was archived, because orders or carts refer to it.
    ProductArchived,
    /// A product was deleted.
    ProductDeleted,
    /// Variants were added to a product.
    VariantsCreated,
    /// A variant was changed.
    VariantChanged,
    /// A variant was archived, because orders or carts refer to it.
    VariantArchived,
    /// A variant was deleted.
    VariantDeleted,
    /// An image was added to a product.
    ImageCreated,
    /// An image of a product was changed.
    ImageChanged,
    /// An image of a product was deleted.
    ImageDeleted,
    /// Prices of many variants were changed in one request.
    PricesChanged,
    /// A brand was created.
    BrandCreated,
    /// A brand was changed.
    BrandChanged,
    /// A brand was deleted.
    BrandDeleted,
    /// A category was created.
    CategoryCreated,
    /// A category was changed.
    CategoryChanged,
    /// A category was deleted.
    CategoryDeleted,
    /// A category tree was imported.
    CategoriesImported,
    /// The products of a category were put in another order.
    ProductOrderSet,
    /// An attribute was created.
    AttributeCreated,
    /// An attribute was changed.
    AttributeChanged,
    /// An attribute was deleted.
    AttributeDeleted,
    /// A value of an attribute was created.
    AttributeValueCreated,
    /// A value of an attribute was changed.
    AttributeValueChanged,
    /// A value of an attribute was deleted.
    AttributeValueDeleted,
    /// An import of products was created.
    ImportCreated,
    /// An import of products was started.
    ImportStarted,
    /// An import of products was cancelled.
    ImportCancelled,
    /// An export of products was created.
    ExportCreated,
    /// An export of products was cancelled.
    ExportCancelled,
    /// Staff sent a mail again that had failed.
    MailResent,
    /// A second factor was enabled.
    TotpEnabled,
    /// A second factor was disabled.
    TotpDisabled,
    /// New recovery codes were generated.
    RecoveryCodesRenewed,
    /// A recovery code was used instead of the second factor.
    RecoveryCodeUsed,
}

impl Kind {
    /// Returns the name, as in `audit_log.kind`.
    pub fn as_str(self) -> &'static str {
        self.into()
    }
}

/// A record to write to the audit log.
#[derive(Clone, Debug)]
pub struct AuditRecord {
    kind: Kind,
    user: Option<UserId>,
    actor_user: Option<UserId>,
    actor_api_key: Option<ApiKeyId>,
    details: Value,
}

impl AuditRecord {
    /// Creates a record of what users did with their own account.
    pub fn by_owner(kind: Kind, user: UserId) -> Self {
        Self { kind, user: Some(user), actor_user: Some(user), actor_api_key: None, details: empty() }
    }

    /// Creates a record of an event whose actor is unknown, about an account or none.
    pub fn by_nobody(kind: Kind, user: Option<UserId>) -> Self {
        Self { kind, user, actor_user: None, actor_api_key: None, details: empty() }
    }

    /// Creates a record of what a member of staff did, about an account or none.
    pub fn by_staff(kind: Kind, actor: UserId, user: Option<UserId>) -> Self {
        Self { kind, user, actor_user: Some(actor), actor_api_key: None, details: empty() }
    }

    /// Creates a record of what a program did, about an account or none.
    pub fn by_api_key(kind: Kind, key: ApiKeyId, user: Option<UserId>) -> Self {
        Self { kind, user, actor_user: None, actor_api_key: Some(key), details: empty() }
    }

    /// Creates a record of what a person or a program did, about an account or none.
    pub fn by(kind: Kind, actor: &Actor, user: Option<UserId>) -> Self {
        match actor {
            Actor::Account(account) => Self::by_staff(kind, account.id, user),
            Actor::ApiKey(key) => Self::by_api_key(kind, key.id, user),
        }
    }

    /// Adds details, a JSON object.
    #[must_use]
    pub fn with(mut self, details: Value) -> Self {
        self.details = details;
        self
    }
}

fn empty() -> Value {
    Value::Object(serde_json::Map::new())
}

/// A record of the audit log, as staff read it.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct AuditEntry {
    /// Id of the record; later records have larger ids.
    pub id: i64,
    /// Time of the event.
    pub at: Timestamp,
    /// Kind of the event.
    #[schema(example = "roles_assigned")]
    pub kind: String,
    /// Id of the account that the event is about; null if it is about no account.
    pub user_id: Option<UserId>,
    /// Id of the account that did it; null if unknown or done by a program.
    pub actor_id: Option<UserId>,
    /// Id of the API key that acted; null if a person acted or the actor is unknown.
    pub actor_api_key_id: Option<ApiKeyId>,
    /// IP address of the client; null if unknown.
    #[schema(example = "203.0.113.7")]
    pub address: Option<String>,
    /// User agent that the client sent; null if it sent none.
    pub user_agent: Option<String>,
    /// The `x-request-id` of the request's response; null if it was not done by a request.
    pub request_id: Option<String>,
    /// Further details, which depend on the kind.
    #[schema(value_type = Object)]
    pub details: Value,
}

/// A filter of the audit log. Without fields it passes every record.
#[derive(Clone, Debug, Default)]
pub struct AuditFilter {
    /// Only records about this account.
    pub user: Option<UserId>,
    /// Only records of what this account did.
    pub actor: Option<UserId>,
    /// Only records of what this API key did.
    pub actor_api_key: Option<ApiKeyId>,
    /// Only records of this kind.
    pub kind: Option<String>,
    /// Only records from this time on.
    pub from: Option<Timestamp>,
    /// Only records before this time.
    pub to: Option<Timestamp>,
}
