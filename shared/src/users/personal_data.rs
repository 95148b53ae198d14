//! The personal data of an account, as its owner can export it. It contains no password, token, code or key, nor a digest of one.

use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

use crate::ids::{ApiKeyId, CartId, OrderId, SignInId, UserId, VariantId};
use crate::money::{Amount, Currency};
use crate::orders::OrderLine;
use crate::time::Timestamp;

/// The account and its profile.
#[derive(Debug, Serialize, ToSchema)]
pub struct ExportedAccount {
    /// Id of the account.
    pub id: UserId,
    /// Email address of the account.
    pub email: String,
    /// Email addresses of which the account has proven that you read them, in lower case, the newest first. What was left under such an address without
    /// an account is part of this export, unless the address belongs to another account now.
    #[schema(example = json!(["ana@example.com"]))]
    pub proven_emails: Vec<String>,
    /// Username of the account.
    pub username: String,
    /// Name of the person, or blank.
    pub name: String,
    /// Phone number, or blank.
    pub phone: String,
    /// Language of the mails to the account.
    #[schema(example = "en")]
    pub locale: String,
    /// True if the owner can log in.
    pub is_active: bool,
    /// True if the account is staff.
    pub is_staff: bool,
    /// True if the account is a superuser, which has all permissions.
    pub is_superuser: bool,
    /// True if logging in requires a code.
    pub has_second_factor: bool,
    /// Names of the roles of the account.
    pub roles: Vec<String>,
    /// Time at which the account was created.
    pub created_at: Timestamp,
    /// Time of the last login; null if there was none.
    pub last_login_at: Option<Timestamp>,
}

/// A cart of the account.
#[derive(Debug, Serialize, ToSchema)]
pub struct ExportedCart {
    /// Id of the cart.
    pub id: CartId,
    /// Status of the cart: `open` or `ordered`.
    pub status: String,
    /// Time at which the cart was created.
    pub created_at: Timestamp,
    /// Time of the last change.
    pub updated_at: Timestamp,
    /// Lines of the cart.
    pub items: Vec<ExportedCartItem>,
}

/// A line of a cart.
#[derive(Debug, Serialize, ToSchema)]
pub struct ExportedCartItem {
    /// Id of the variant.
    pub product_variant_id: VariantId,
    /// SKU of the variant.
    pub sku: String,
    /// Number of units.
    pub quantity: i32,
}

/// An order of the account.
#[derive(Debug, Serialize, ToSchema)]
pub struct ExportedOrder {
    /// Id of the order.
    pub id: OrderId,
    /// Order number for customers and staff.
    pub number: i64,
    /// Status of the order: `placed`, `paid`, `shipped`, `delivered` or `cancelled`.
    pub status: String,
    /// Id of the cart that was ordered.
    pub cart_id: CartId,
    /// Email address to which mails about the order go.
    pub email: String,
    /// Currency code (ISO 4217).
    pub currency: Currency,
    /// Total amount of the order in `currency`.
    pub grand_total: Amount,
    /// Time at which the order was placed.
    pub placed_at: Timestamp,
    /// Lines of the order.
    pub items: Vec<OrderLine>,
    /// History of the order.
    pub events: Vec<ExportedOrderEvent>,
}

/// A change of the status of an order.
#[derive(Debug, Serialize, ToSchema)]
pub struct ExportedOrderEvent {
    /// Kind of the change: `placed`, `paid`, `shipped`, `delivered` or `cancelled`.
    pub kind: String,
    /// Time of the change.
    pub at: Timestamp,
}

/// A sign-in of the account.
#[derive(Debug, Serialize, ToSchema)]
pub struct ExportedSignIn {
    /// Id of the sign-in.
    pub id: SignInId,
    /// Time of the login.
    pub created_at: Timestamp,
    /// Time at which it got an access token, at most a minute before the last one.
    pub last_used_at: Timestamp,
    /// Time at which it expires.
    pub expires_at: Timestamp,
    /// Time at which it was ended before that; null if it was not.
    pub ended_at: Option<Timestamp>,
    /// Reason why it was ended: `logged_out`, `ended_by_owner`, `password_changed`, `email_changed`, `deactivated`, `token_reused` or
    /// `too_many_open`; null if it was not.
    pub end_reason: Option<String>,
    /// IP address of the client at login; null if it is not known.
    pub address: Option<String>,
    /// `User-Agent` header of the client at login; null if there was none.
    pub user_agent: Option<String>,
}

/// A mail to the account.
#[derive(Debug, Serialize, ToSchema)]
pub struct ExportedMail {
    /// Kind of the mail.
    pub kind: String,
    /// Email address to which it was sent.
    pub recipient: String,
    /// Status of the mail: `claimed` (being sent), `sent`, `failed` or `suppressed` (not sent, because there were too many).
    pub status: String,
    /// Time at which its sending began.
    pub created_at: Timestamp,
    /// Time at which it was sent, failed for good or was suppressed; null before that.
    pub finished_at: Option<Timestamp>,
}

/// A link that was mailed. The link itself is not stored.
#[derive(Debug, Serialize, ToSchema)]
pub struct ExportedLink {
    /// Purpose of the link: `activation`, `password_reset` or `email_reset`.
    pub purpose: String,
    /// Email address to which it was sent.
    pub email: String,
    /// Time at which the link was created.
    pub created_at: Timestamp,
    /// Time at which it expires.
    pub expires_at: Timestamp,
    /// Time at which it was used; null if it was not.
    pub used_at: Option<Timestamp>,
}

/// A subscription to a back-in-stock mail.
#[derive(Debug, Serialize, ToSchema)]
pub struct ExportedBackInStockSubscription {
    /// Id of the variant.
    pub product_variant_id: VariantId,
    /// SKU of the variant.
    pub sku: String,
    /// Email address to which the mail goes.
    pub email: String,
    /// Language of the mail.
    #[schema(example = "en")]
    pub locale: String,
    /// Time of the subscription.
    pub created_at: Timestamp,
    /// Time at which the subscription was confirmed; null if it was not, so that no mail is sent.
    pub confirmed_at: Option<Timestamp>,
    /// Time at which the mail was queued; null before the variant is back in stock.
    pub notified_at: Option<Timestamp>,
}

/// An API key that the account has created. The key itself is not stored.
#[derive(Debug, Serialize, ToSchema)]
pub struct ExportedApiKey {
    /// Id of the API key.
    pub id: ApiKeyId,
    /// Name of the API key.
    pub name: String,
    /// Time at which the key was created.
    pub created_at: Timestamp,
    /// Time at which the key was revoked; null if it was not.
    pub revoked_at: Option<Timestamp>,
}

/// An entry of the audit log about the account, or about what its owner did to other accounts.
#[derive(Debug, Serialize, ToSchema)]
pub struct ExportedAuditEntry {
    /// Time of the entry.
    pub at: Timestamp,
    /// Kind of the entry, such as `logged_in`.
    pub kind: String,
    /// Id of the account that the entry is about; null if there is none.
    pub user_id: Option<UserId>,
    /// Id of the account that acted; null if unknown or done by a program.
    pub actor_user_id: Option<UserId>,
    /// IP address of the client; null if unknown, or if someone else or a program acted.
    pub address: Option<String>,
    /// `User-Agent` header of the client; null like `address`.
    pub user_agent: Option<String>,
    /// Further data of the entry, which depends on its kind.
    #[schema(value_type = Object)]
    pub details: Value,
}
