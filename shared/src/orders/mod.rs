//! Orders: what was sold, as it was when it was sold.

pub mod staff;
pub mod store;

use serde::Serialize;
use utoipa::ToSchema;

use crate::ids::{CartId, OrderId, VariantId};
use crate::money::Money;
use crate::time::Timestamp;

/// An order with its lines.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct Order {
    /// Which.
    pub id: OrderId,
    /// The number people say on the phone.
    pub number: i64,
    /// `placed`, `paid`, `shipped`, `delivered` or `cancelled`.
    #[schema(example = "placed")]
    pub status: String,
    /// The cart it was.
    pub cart_id: CartId,
    /// Where its mail goes.
    pub email: String,
    /// What was bought.
    pub items: Vec<OrderLine>,
    /// What it costs.
    pub grand_total: Money,
    /// ISO 4217.
    #[schema(example = "EUR")]
    pub currency: String,
    /// When.
    pub placed_at: Timestamp,
}

/// A line of an order: names, SKU and price as they were.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct OrderLine {
    /// The variant, or null where it is no longer in the catalogue.
    pub product_variant_id: Option<VariantId>,
    /// The product's name.
    pub product_name: String,
    /// The variant's name.
    pub variant_name: String,
    /// The variant's SKU.
    pub sku: String,
    /// What one costs.
    pub unit_price: Money,
    /// How many.
    pub quantity: i32,
    /// What they cost.
    pub sub_total: Money,
}

/// An order without its lines, for lists.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct OrderSummary {
    /// Which.
    pub id: OrderId,
    /// The number people say on the phone.
    pub number: i64,
    /// `placed`, `paid`, `shipped`, `delivered` or `cancelled`.
    #[schema(example = "placed")]
    pub status: String,
    /// How many units it has in all.
    pub item_count: i64,
    /// What it costs.
    pub grand_total: Money,
    /// ISO 4217.
    #[schema(example = "EUR")]
    pub currency: String,
    /// When.
    pub placed_at: Timestamp,
}

/// An item of a cart that there is not enough of.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct InsufficientStockItem {
    /// Which variant.
    pub product_variant_id: VariantId,
    /// How many the cart has.
    pub requested: i32,
    /// How many there are.
    pub available: i32,
}
