//! Orders: the variants that a customer bought, with names and prices as they were at that time.

pub mod staff;
pub mod store;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::carts::UnavailableReason;
use crate::ids::{CartId, OrderId, VariantId};
use crate::money::{Amount, Currency};
use crate::time::Timestamp;

/// An order with its lines.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct Order {
    /// Id of the order.
    pub id: OrderId,
    /// Order number for customers and staff, such as on the phone.
    pub number: i64,
    /// Status of the order: `placed`, `paid`, `shipped`, `delivered` or `cancelled`.
    #[schema(example = "placed")]
    pub status: String,
    /// Id of the cart that became this order.
    pub cart_id: CartId,
    /// Email address that receives the order's mails.
    pub email: String,
    /// Lines of the order, in the order of the cart.
    pub items: Vec<OrderLine>,
    /// Sum of all lines, in the order's currency.
    pub grand_total: Amount,
    /// Currency code (ISO 4217).
    pub currency: Currency,
    /// Time at which the order was placed.
    pub placed_at: Timestamp,
}

/// A line of an order. Names, SKU and price are those at the time of the order.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct OrderLine {
    /// Id of the variant; null if it is no longer in the catalogue.
    pub product_variant_id: Option<VariantId>,
    /// Name of the product.
    pub product_name: String,
    /// Name of the variant within its product; empty for the only variant of a product without options.
    pub variant_name: String,
    /// SKU of the variant.
    pub sku: String,
    /// Price of one unit.
    pub unit_price: Amount,
    /// Number of units.
    pub quantity: i32,
    /// Number of these units that were not in stock when they were ordered and have not arrived since. They follow later.
    pub backordered: i32,
    /// Price of all units of this line.
    pub sub_total: Amount,
}

/// An order without its lines, for lists.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct OrderSummary {
    /// Id of the order.
    pub id: OrderId,
    /// Order number for customers and staff, such as on the phone.
    pub number: i64,
    /// Status of the order: `placed`, `paid`, `shipped`, `delivered` or `cancelled`.
    #[schema(example = "placed")]
    pub status: String,
    /// Number of units in all lines.
    pub item_count: i64,
    /// Sum of all lines, in the order's currency.
    pub grand_total: Amount,
    /// Currency code (ISO 4217).
    pub currency: Currency,
    /// Time at which the order was placed.
    pub placed_at: Timestamp,
}

/// A line of a cart that cannot be ordered.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct UnavailableItem {
    /// Id of the variant.
    pub product_variant_id: VariantId,
    /// Name of the product.
    pub product_name: String,
    /// Name of the variant within its product.
    pub variant_name: String,
    /// SKU of the variant.
    pub sku: String,
    /// Reason why the line cannot be ordered: `insufficient_stock` or `not_for_sale`.
    pub unavailable_reason: UnavailableReason,
    /// Number of units in the cart.
    pub requested: i32,
    /// Number of units that can be ordered: those in stock and those that may be backordered. 0 if the variant is no longer for sale.
    pub available: i32,
}

/// A line of a cart with which an account would have more units of a variant in open orders than it may.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize, ToSchema)]
pub struct OverLimitItem {
    /// Id of the variant.
    pub product_variant_id: VariantId,
    /// Name of the product.
    pub product_name: String,
    /// Name of the variant within its product.
    pub variant_name: String,
    /// SKU of the variant.
    pub sku: String,
    /// Number of units in the cart.
    pub requested: i32,
    /// Number of units of the variant that a customer can have in open orders.
    pub quantity_limit: i32,
    /// Number of units that you can still order: the limit without what you have ordered.
    pub available: i32,
}

impl OverLimitItem {
    /// Says which variant has which limit, and what to do.
    pub fn in_words(&self) -> String {
        let Self { product_name, variant_name, sku, quantity_limit, available, .. } = self;
        let name =
            if variant_name.is_empty() { product_name.clone() } else { format!("{product_name}, {variant_name}") };
        let limit = format!("A customer can have {quantity_limit} of {name} ({sku}) in open orders.");
        match available {
            0 => format!("{limit} You have ordered all of them. Remove the line."),
            _ => format!("{limit} You can order {available} more. Change the line."),
        }
    }
}
