//! All that is kept of somebody, as they get it handed out. No secrets: no password, token, code or key, nor a digest of one.

use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

use crate::ids::{ApiKeyId, CartId, OrderId, SignInId, UserId, VariantId};
use crate::money::Money;
use crate::orders::OrderLine;
use crate::time::Timestamp;

/// An account, whole.
#[derive(Debug, Serialize, ToSchema)]
pub struct ExportedAccount {
    /// Which.
    pub id: UserId,
    /// Where its mail goes.
    pub email: String,
    /// What its owner is known by.
    pub username: String,
    /// What they are called, or blank.
    pub name: String,
    /// Their telephone number, or blank.
    pub phone: String,
    /// Whether they may sign in.
    pub is_active: bool,
    /// Whether they work here.
    pub is_staff: bool,
    /// Whether they may do everything.
    pub is_superuser: bool,
    /// Whether logging in takes a code.
    pub has_second_factor: bool,
    /// What they may do here, by the names of their roles.
    pub roles: Vec<String>,
    /// Since when.
    pub created_at: Timestamp,
    /// When they last logged in.
    pub last_login_at: Option<Timestamp>,
}

/// A cart.
#[derive(Debug, Serialize, ToSchema)]
pub struct ExportedCart {
    /// Which.
    pub id: CartId,
    /// `open` or `ordered`.
    pub status: String,
    /// Since when.
    pub created_at: Timestamp,
    /// Since when it is as it is.
    pub updated_at: Timestamp,
    /// What is in it.
    pub items: Vec<ExportedCartItem>,
}

/// A line of a cart.
#[derive(Debug, Serialize, ToSchema)]
pub struct ExportedCartItem {
    /// The variant.
    pub product_variant_id: VariantId,
    /// Its SKU.
    pub sku: String,
    /// How many.
    pub quantity: i32,
}

/// An order.
#[derive(Debug, Serialize, ToSchema)]
pub struct ExportedOrder {
    /// Which.
    pub id: OrderId,
    /// The number people say on the phone.
    pub number: i64,
    /// `placed`, `paid`, `shipped`, `delivered` or `cancelled`.
    pub status: String,
    /// The cart it was.
    pub cart_id: CartId,
    /// Where its mail goes.
    pub email: String,
    /// ISO 4217.
    pub currency: String,
    /// What it costs.
    pub grand_total: Money,
    /// When.
    pub placed_at: Timestamp,
    /// What was bought.
    pub items: Vec<OrderLine>,
    /// What happened to it.
    pub events: Vec<ExportedOrderEvent>,
}

/// What happened to an order.
#[derive(Debug, Serialize, ToSchema)]
pub struct ExportedOrderEvent {
    /// `placed`, `paid`, `shipped`, `delivered` or `cancelled`.
    pub kind: String,
    /// When.
    pub at: Timestamp,
}

/// A sign-in.
#[derive(Debug, Serialize, ToSchema)]
pub struct ExportedSignIn {
    /// Which.
    pub id: SignInId,
    /// Since when.
    pub created_at: Timestamp,
    /// When it was last used.
    pub last_used_at: Timestamp,
    /// Until when.
    pub expires_at: Timestamp,
    /// When it ended before that.
    pub ended_at: Option<Timestamp>,
    /// Why.
    pub end_reason: Option<String>,
    /// From which network address.
    pub address: Option<String>,
    /// What the client called itself.
    pub user_agent: Option<String>,
}

/// A mail.
#[derive(Debug, Serialize, ToSchema)]
pub struct ExportedMail {
    /// What it told of.
    pub kind: String,
    /// Where it went.
    pub recipient: String,
    /// `claimed`, `sent` or `failed`.
    pub status: String,
    /// Since when.
    pub created_at: Timestamp,
    /// When it was sent, or given up.
    pub finished_at: Option<Timestamp>,
}

/// A link that was mailed. The link itself is not kept.
#[derive(Debug, Serialize, ToSchema)]
pub struct ExportedLink {
    /// `activation`, `password_reset` or `email_reset`.
    pub purpose: String,
    /// Where it went.
    pub email: String,
    /// Since when.
    pub created_at: Timestamp,
    /// Until when it is good.
    pub expires_at: Timestamp,
    /// When it was used.
    pub used_at: Option<Timestamp>,
}

/// A request for a mail when something is in stock again.
#[derive(Debug, Serialize, ToSchema)]
pub struct ExportedStockNotice {
    /// The variant.
    pub product_variant_id: VariantId,
    /// Its SKU.
    pub sku: String,
    /// Where the mail is to go.
    pub email: String,
    /// Since when.
    pub created_at: Timestamp,
    /// When it was answered.
    pub told_at: Option<Timestamp>,
}

/// A key for a program that one made. The key itself is not kept.
#[derive(Debug, Serialize, ToSchema)]
pub struct ExportedApiKey {
    /// Which.
    pub id: ApiKeyId,
    /// What it is called.
    pub name: String,
    /// Since when.
    pub created_at: Timestamp,
    /// When it was called back.
    pub revoked_at: Option<Timestamp>,
}

/// A line of the audit log: about the account, or about what its owner did to others.
#[derive(Debug, Serialize, ToSchema)]
pub struct ExportedAuditEntry {
    /// When.
    pub at: Timestamp,
    /// What was done.
    pub kind: String,
    /// Whose account it was done to.
    pub user_id: Option<UserId>,
    /// Whose account did it.
    pub actor_user_id: Option<UserId>,
    /// From which network address; not where one of the staff did it, whose address is theirs.
    pub address: Option<String>,
    /// What the client called itself, likewise.
    pub user_agent: Option<String>,
    /// More about it.
    #[schema(value_type = Object)]
    pub details: Value,
}
